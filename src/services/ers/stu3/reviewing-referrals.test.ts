import assert from 'node:assert/strict';
import { test } from 'node:test';
import { saveSlots, slotById } from '../store/catalogue.ts';
import { releaseLock, takeLock } from '../store/locks.ts';
import * as data from '../test-data.ts';
import { BASE, ersWith, INSTANCE, outcomeOf, stored } from '../test-world.ts';
import { retrieveReferralRequest } from './a005-retrieve-referral-request.ts';
import { acceptReferralOperation } from './a013-accept-referral.ts';
import { rejectReferralOperation } from './a014-reject-referral.ts';

const UBRN = '000000080000';
const path = { params: { ubrn: '000000080000' } };

test('A013 accepts, once, and only for the work group; a stale version is 409', async () => {
  const ers = await ersWith(data.bookedReferral());
  const accept = (caller: typeof data.RC, ifMatch: number) => outcomeOf(ers.request(acceptReferralOperation, caller, { ...path, ifMatch }));
  assert.equal(await accept({ ...data.SPC, userId: '111111111111' }, 6), '422 NO_RELATIONSHIP');
  assert.equal(await accept(data.SPC, 5), '409');
  assert.equal(await accept(data.SPC, 6), '200');
  assert.equal((await stored(ers)).version, 7);
  assert.equal((await stored(ers)).reviewed, true);
  assert.equal(await accept(data.SPC, 7), '422 INVALID_REQUEST_STATE');
});

function rejectBody(code = 'SERVICE_INAPPROPRIATE', ...more: readonly object[]): object {
  const rejectionReason = {
    name: 'rejectionReason',
    valueCoding: { system: `${BASE}/STU3/CodeSystem/APPOINTMENT-CANCELLATION-REASON`, code },
  };
  return {
    resourceType: 'Parameters',
    parameter: [rejectionReason, { name: 'rejectionComments', valueString: 'This is a short comment' }, ...more],
  };
}

test('A014 rejects: hospital first, then the referral; the provider may still read it', async () => {
  const ers = await ersWith(data.bookedReferral());
  await ers.store.transaction((tx) => saveSlots(tx, INSTANCE, [{ ...data.SLOT, status: 'booked' }]));
  const answer = await ers.request(rejectReferralOperation, data.SPC, { ...path, ifMatch: 6, body: rejectBody() });
  assert.equal(answer.version, 7);
  const written = JSON.parse(JSON.stringify(answer.resource));
  const coding = {
    system: `${BASE}/STU3/CodeSystem/APPOINTMENT-CANCELLATION-REASON`,
    code: 'SERVICE_INAPPROPRIATE',
    display: 'Inappropriate service',
  };
  const state = written.extension.find((each: { url: string }) => each.url.endsWith('ReferralState-1'));
  assert.deepEqual(state.extension.slice(1), [
    { url: 'reason', valueCoding: coding },
    { url: 'comments', valueString: 'This is a short comment' },
  ]);
  const appointment = written.contained.find((each: { id: string }) => each.id === 'appointment');
  assert.deepEqual(
    [appointment.status, appointment.meta.versionId, appointment.reason, appointment.comment],
    ['cancelled', '1', [{ coding: [coding] }], 'This is a short comment'],
  );
  assert.deepEqual([appointment.start, appointment.end, appointment.slot], [undefined, undefined, undefined]);
  assert.deepEqual(ers.hospital.asked, [`cancel 11000021 for ${UBRN}`]);
  assert.equal((await slotById(ers.store.db, INSTANCE, '11000021'))?.status, 'gone', 'until the hospital offers it again');
  assert.equal(await outcomeOf(ers.request(retrieveReferralRequest, data.SPC, path)), '200');
  assert.equal(await outcomeOf(ers.request(acceptReferralOperation, data.SPC, { ...path, ifMatch: 7 })), '422 NO_RELATIONSHIP');
});

for (const [answer, expected] of [
  ['refused', '422 UNABLE_TO_CANCEL_APPOINTMENT'],
  ['error', '502 PAS_RESPONDED_WITH_ERROR'],
  ['silence', '504 PAS_NOT_RESPONDING'],
] as const) {
  test(`when the hospital answers a cancellation with ${answer}, nothing is rejected`, async () => {
    const ers = await ersWith(data.bookedReferral());
    ers.hospital.answers = [answer];
    assert.equal(await outcomeOf(ers.request(rejectReferralOperation, data.SPC, { ...path, ifMatch: 6, body: rejectBody() })), expected);
    assert.equal((await stored(ers)).state, 'BOOKED');
    assert.equal(
      await outcomeOf(ers.request(rejectReferralOperation, data.SPC, { ...path, ifMatch: 6, body: rejectBody() })),
      '200',
      'the lock was given back',
    );
  });
}

test('A014 refuses unknown codes and the PAS flag of a directly booked appointment before asking the hospital', async () => {
  const ers = await ersWith(data.bookedReferral());
  const reject = (body: object) => outcomeOf(ers.request(rejectReferralOperation, data.SPC, { ...path, ifMatch: 6, body }));
  assert.equal(await reject(rejectBody('NO_SUCH')), '422 INVALID_CODE');
  assert.equal(await reject(rejectBody('PATIENT_ILL')), '422 INAPPROPRIATE_VALUE');
  assert.equal(await reject(rejectBody('OTHER', { name: 'appointmentCancelledInPAS', valueBoolean: true })), '422 FIELD_NOT_PERMITTED');
  assert.deepEqual(ers.hospital.asked, []);
});

test('a referral held by somebody else is 423 until the lock is given back or runs out', async () => {
  const ers = await ersWith(data.bookedReferral());
  const accept = () => outcomeOf(ers.request(acceptReferralOperation, data.SPC, { ...path, ifMatch: 6 }));
  const reject = () => outcomeOf(ers.request(rejectReferralOperation, data.SPC, { ...path, ifMatch: 6, body: rejectBody() }));
  await ers.store.transaction((tx) => takeLock(tx, INSTANCE, UBRN, 'a person', data.NOW, data.NOW + 1000));
  assert.deepEqual([await accept(), await reject()], ['423', '423']);
  await ers.store.transaction((tx) => releaseLock(tx, INSTANCE, UBRN, 'somebody else'));
  assert.equal(await accept(), '423', 'only the holder gives it back');
  ers.clock.advance(1000);
  assert.equal(await accept(), '200');
});
