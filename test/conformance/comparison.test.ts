/** The measure itself: what counts as the same. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compare, moveTimes } from './comparison.ts';
import { lastingDeviations } from './volatile.ts';

const paths = (deviations: readonly { path: string }[]): readonly string[] => deviations.map((each) => each.path);

test('values, missing members and members too many are deviations, each with its place', () => {
  const published = { status: 'active', subject: { value: '1' }, intent: 'plan' };
  assert.deepEqual(paths(compare(published, { status: 'active', subject: { value: '2' }, extra: true })), [
    'subject.value',
    'intent',
    'extra',
  ]);
});

test('the order of extensions does not matter, that of entries does where an operation gives one', () => {
  const state = {
    url: 'https://fhir.nhs.uk/STU3/StructureDefinition/Extension-eRS-ReferralState-1',
    extension: [{ url: 'state', code: 'BOOKED' }],
  };
  const priority = { url: 'https://fhir.nhs.uk/STU3/StructureDefinition/Extension-eRS-ReferralPriority-1' };
  assert.deepEqual(compare({ extension: [state, priority] }, { extension: [priority, state] }), []);
  const other = { ...state, extension: [{ url: 'state', code: 'REJECTED' }] };
  assert.deepEqual(paths(compare({ extension: [state] }, { extension: [priority, other] })), [
    'extension[ReferralState].extension[state].code',
    'extension[ReferralPriority]',
  ]);
  const [ours, published] = [{ entry: ['b', 'a'] }, { entry: ['a', 'b'] }];
  assert.deepEqual(paths(compare(published, ours)), ['entry[0]', 'entry[1]']);
  assert.deepEqual(compare(published, ours, { entriesAreASet: true }), []);
});

test('times are the same when they are the same instant', () => {
  assert.deepEqual(compare('2021-06-30T13:02:32.133+00:00', '2021-06-30T13:02:32.133Z'), []);
  assert.equal(compare('2021-06-30T13:02:32.133Z', '2021-06-30T13:02:32.134Z').length, 1);
  assert.equal(compare('2021-06-30', '2021-06-30T00:00:00Z').length, 1);
});

test('times move by whole days, and nothing else moves', () => {
  assert.deepEqual(moveTimes({ on: '2021-12-31', at: '2021-12-31T23:59:59.000Z', id: '2021' }, 7), {
    on: '2022-01-07',
    at: '2022-01-07T23:59:59.000Z',
    id: '2021',
  });
});

test('a volatile value must have its form, and an identifier must be the same wherever it stands', () => {
  const bundle = (id: string) => ({
    entry: [{ fullUrl: `https://localhost/Task/${id}`, resource: { resourceType: 'Task', id } }],
  });
  const published = bundle('ed4dff57-503c-46ef-9084-4045a23f4c2a');
  const ours = bundle('604dc1ea-986c-45ec-b36c-cf9d2fabc5c0');
  assert.deepEqual(lastingDeviations('A029', published, ours, {}), []);
  assert.equal(lastingDeviations('A029', published, bundle('7'), {}).length, 2);
  const [entry] = ours.entry;
  assert.deepEqual(paths(lastingDeviations('A029', published, { entry: [{ ...entry, fullUrl: 'https://localhost/Task/7' }] }, {})), [
    'entry[Task].fullUrl',
  ]);
  const at = (lastUpdated: string) => ({ meta: { lastUpdated } });
  assert.deepEqual(lastingDeviations('A029', at('2021-11-01T11:05:40Z'), at(new Date().toISOString()), {}), []);
  assert.equal(lastingDeviations('A029', at('2021-11-01T11:05:40Z'), at('2021-11-02T00:00:00Z'), {}).length, 1);
});
