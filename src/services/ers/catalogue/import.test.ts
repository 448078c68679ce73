import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { LocalRefusal } from '../../../kernel/errors.ts';
import { publishedServicesByKey, serviceById, slotById } from '../store/catalogue.ts';
import { service } from '../test-data.ts';
import { INSTANCE, testErs } from '../test-world.ts';
import { importServices, importSlots } from './import.ts';

const ers = await testErs();

function services(value: unknown): Promise<number> {
  return ers.store.transaction((tx) => importServices(tx, INSTANCE, value));
}
function slots(value: unknown): Promise<number> {
  return ers.store.transaction((tx) => importSlots(tx, INSTANCE, value));
}
const slot = { id: '9001', serviceId: '11000', usrn: 'USRN-9001', start: '2026-12-01T09:00:00Z', end: '2026-12-01T09:30:00Z' };

test('an imported service replaces the one of its id, with its keys', async () => {
  assert.equal(await services([service({ id: '900', clinicalTerms: ['1003'] })]), 1);
  assert.equal(await services([service({ id: '900', name: 'Renamed', clinicalTerms: ['84114007'] })]), 1);
  assert.equal((await serviceById(ers.store.db, INSTANCE, '900'))?.name, 'Renamed');
  assert.deepEqual(await publishedServicesByKey(ers.store.db, INSTANCE, 'clinical-term', '1003'), []);
  assert.equal((await publishedServicesByKey(ers.store.db, INSTANCE, 'clinical-term', '84114007')).length, 1);
});

test('an imported slot is free unless it says otherwise', async () => {
  assert.equal(await slots([slot, { ...slot, id: '9002', status: 'withdrawn', clinician: '921600556514' }]), 2);
  const { start, end, ...same } = slot;
  assert.deepEqual(await slotById(ers.store.db, INSTANCE, '9001'), {
    ...same,
    start: Date.parse(start),
    end: Date.parse(end),
    status: 'free',
  });
  assert.equal((await slotById(ers.store.db, INSTANCE, '9002'))?.status, 'withdrawn');
});

test('nothing to import is no fault', async () => assert.deepEqual([await services(undefined), await slots([])], [0, 0]));

const faults: readonly (readonly [what: string, run: () => Promise<number>, text: RegExp])[] = [
  ['a service without a name', () => services([{ ...service(), name: '' }]), /\/0\/name/],
  ['a member that is not known', () => services([{ ...service(), colour: 'blue' }]), /services of the import are not right/],
  ['a specialty that does not exist', () => services([service({ specialty: 'FOO' })]), /FOO of 11000 is not a specialty/],
  [
    'a clinic type of another specialty',
    () => services([service({ clinicTypes: ['HEADACHE'] })]),
    /HEADACHE of 11000 is not a clinic type of CARDIOLOGY/,
  ],
  ['an id twice', () => services([service(), service()]), /11000 is used twice/],
  ['a slot of no service', () => slots([{ ...slot, serviceId: '404' }]), /service 404 of slot 9001/],
  ['a slot that ends first', () => slots([{ ...slot, end: '2026-11-30T09:00:00Z' }]), /ends before it starts/],
  ['a time without a zone', () => slots([{ ...slot, start: '2026-12-01T09:00:00' }]), /\/0\/start/],
  ['a day that does not exist', () => slots([{ ...slot, start: '2026-13-01T09:00:00Z' }]), /at no time/],
];

for (const [what, run, text] of faults) {
  test(`refused: ${what}`, () =>
    assert.rejects(run(), (error) => error instanceof LocalRefusal && error.status === 400 && text.test(error.message)));
}

test('any JSON is imported or refused', async () => {
  await fc.assert(
    fc.asyncProperty(fc.jsonValue(), async (value) => {
      await services(value).catch((error: unknown) => assert.ok(error instanceof LocalRefusal));
      await slots(value).catch((error: unknown) => assert.ok(error instanceof LocalRefusal));
    }),
    { numRuns: 50 },
  );
});
