import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HealthcareService } from '../model.ts';
import { saveServices } from '../store/catalogue.ts';
import * as data from '../test-data.ts';
import { referralIn, shortlistMessage } from '../test-messages.ts';
import { ersWith, INSTANCE, outcomeOf, stored } from '../test-world.ts';
import { retrieveReferralRequest } from './a005-retrieve-referral-request.ts';
import { changeShortlistOperation } from './a031-change-shortlist.ts';

const path = { params: { ubrn: '000000080000' } };
const change = { ...path, ifMatch: 6 };

test('A031 replaces services, criteria and priority; appointment, state reason and specialty go, the pathway start stays', async () => {
  const ers = await ersWith(
    referralIn('REJECTED', {
      pathwayStart: data.NOW - data.DAY,
      specialty: 'CARDIOLOGY',
      stateReason: { system: 'APPOINTMENT-CANCELLATION-REASON', code: 'OTHER' },
      stateComments: 'No',
    }),
  );
  const answer = await ers.request(changeShortlistOperation, data.RC, {
    ...change,
    body: shortlistMessage([data.INDIRECT.id, data.TRIAGE.id]),
  });
  assert.deepEqual([answer.status, answer.version], [200, 7]);
  const after = await stored(ers);
  assert.deepEqual(
    [after.state, after.priority, after.shortlist.map((each) => each.serviceId), after.pathwayStart],
    ['NOT_BOOKED', 'URGENT', ['50002', '50001'], data.NOW - data.DAY],
  );
  assert.deepEqual(
    [after.appointment, after.stateReason, after.stateComments, after.specialty],
    [undefined, undefined, undefined, undefined],
  );
  assert.equal(await outcomeOf(ers.request(retrieveReferralRequest, data.SPC, path)), '200', 'the rejecting service may still read it');
});

test('A031 keeps the additional requirements that a new service supports, and drops the others', async () => {
  const ers = await ersWith(referralIn('NOT_BOOKED', { additionalRequirements: ['TRANSPORT', 'INTERPRETER'] }));
  const supporting: HealthcareService = { ...data.DIRECT, additionalRequirements: ['TRANSPORT'] };
  await ers.store.transaction((tx) => saveServices(tx, INSTANCE, [supporting]));
  await ers.request(changeShortlistOperation, data.RC, { ...change, body: shortlistMessage([data.DIRECT.id]) });
  assert.deepEqual((await stored(ers)).additionalRequirements, ['TRANSPORT']);
});

test('an administrator changes a shortlist without naming the clinician again', async () => {
  const ers = await ersWith(referralIn('NOT_BOOKED'));
  assert.equal(
    await outcomeOf(ers.request(changeShortlistOperation, data.RCA, { ...change, body: shortlistMessage([data.DIRECT.id]) })),
    '200',
  );
});

test('A031 refuses as the creation of a referral does', async () => {
  const ers = await ersWith(referralIn('NOT_BOOKED', { attachments: [] }));
  const attempt = (ids: readonly string[], options: object = {}) =>
    outcomeOf(ers.request(changeShortlistOperation, data.RC, { ...change, body: shortlistMessage(ids, options) }));
  const many = Array.from({ length: 21 }, (_, index) => String(20_000 + index));
  assert.equal(await attempt(many), '422 TOO_MANY_ITEMS');
  assert.equal(await attempt([data.DIRECT.id, data.DIRECT.id]), '422 DUPLICATE_SERVICE');
  assert.equal(await attempt([data.ADVICE.id]), '422 INAPPROPRIATE_VALUE');
  assert.equal(await attempt([data.TRIAGE.id], { letter: 'NOT_INTENDING_TO_ADD' }), '422 INAPPROPRIATE_VALUE');
  assert.equal(await attempt([data.DIRECT.id], { days: 181 }), '422 INVALID_VALUE');
  assert.equal(await attempt([]), '422 MISSING_VALUE');
  const stranger = data.userIn('REFERRING_CLINICIAN', 'R68');
  assert.equal(
    await outcomeOf(ers.request(changeShortlistOperation, stranger, { ...change, body: shortlistMessage([data.DIRECT.id]) })),
    '422 NO_RELATIONSHIP',
  );
  assert.equal((await stored(ers)).version, 6);
});
