import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Caller, Referral } from '../model.ts';
import { saveSlots, slotById } from '../store/catalogue.ts';
import { insertFile } from '../store/files.ts';
import * as data from '../test-data.ts';
import { actionLaterMessage, cancelMessage, fileParameter, referralIn, updateMessage } from '../test-messages.ts';
import { BASE, ersWith, INSTANCE, outcomeOf, stored, type TestErs } from '../test-world.ts';
import { cancelAppointmentActionLater } from './a022-cancel-appointment-action-later.ts';
import { updateAppointment } from './a034-update-appointment.ts';
import { cancelReferralOperation } from './a036-cancel-referral.ts';
import { retrieveAppointment } from './a038-retrieve-appointment.ts';

const UBRN = '000000080000';
const at = (ifMatch: number) => ({ params: { ubrn: UBRN }, ifMatch });
const written = (resource: object | undefined) => JSON.parse(JSON.stringify(resource));

/** An e-RS with a booking whose slot is taken. */
async function withBooking(referral: Referral = referralIn('BOOKED')): Promise<TestErs> {
  const ers = await ersWith(referral);
  await ers.store.transaction((tx) => saveSlots(tx, INSTANCE, [{ ...data.SLOT, status: 'booked' }]));
  return ers;
}

const cancelBooking = (ers: TestErs, caller: Caller, code: string, changes: Readonly<Record<string, unknown>> = {}, ifMatch = 0) =>
  ers.request(updateAppointment, caller, {
    params: { id: '80000' },
    ifMatch,
    body: updateMessage(referralIn('BOOKED'), code, changes),
  });

test('A038 gives the current appointment with its own version; no other appointment, no other version', async () => {
  const ers = await withBooking();
  const answer = await ers.request(retrieveAppointment, data.SPC, { params: { id: '80000', version: '0' } });
  const appointment = written(answer.resource);
  assert.deepEqual([answer.status, answer.version, appointment.id, appointment.slot], [200, 0, '80000', [{ reference: 'Slot/11000021' }]]);
  const retrieve = (caller: Caller, params: Readonly<Record<string, string>>) =>
    outcomeOf(ers.request(retrieveAppointment, caller, { params }));
  assert.equal(await retrieve(data.RC, { id: '80000', version: '1' }), '404');
  assert.equal(await retrieve(data.RC, { id: '80001' }), '404');
  assert.equal(await retrieve(data.RC, { id: 'appointment' }), '404');
  assert.equal(await retrieve(data.userIn('REFERRING_CLINICIAN', 'R68'), { id: '80000' }), '422 NO_RELATIONSHIP');
});

test('A034 cancels for the patient: hospital, slot, appointment and referral', async () => {
  const ers = await withBooking();
  const answer = await cancelBooking(ers, data.RC, 'PATIENT_ILL');
  const appointment = written(answer.resource);
  assert.deepEqual([answer.status, answer.version, appointment.status, appointment.meta.versionId], [200, 1, 'cancelled', '1']);
  assert.deepEqual(appointment.reason, [
    { coding: [{ system: `${BASE}/STU3/CodeSystem/APPOINTMENT-CANCELLATION-REASON`, code: 'PATIENT_ILL' }] },
  ]);
  assert.deepEqual([appointment.start, appointment.slot], [undefined, undefined]);
  assert.equal(appointment.incomingReferral[0].reference, `ReferralRequest/${UBRN}/_history/7`);
  const { state, version } = await stored(ers);
  assert.deepEqual([state, version], ['APPT_CANCELLED_BY_PATIENT', 7]);
  assert.deepEqual(ers.hospital.asked, [`cancel 11000021 for ${UBRN}`]);
  assert.notEqual((await slotById(ers.store.db, INSTANCE, '11000021'))?.status, 'booked');
});

test('A034 tells what is wrong in the words of the published samples', async () => {
  const ers = await withBooking();
  await assert.rejects(cancelBooking(ers, data.RC, 'INTEND_PRIVATE', { comment: 'Private' }), {
    issues: [{ code: 'INAPPROPRIATE_VALUE', diagnostics: `'reason' The reason provided is not valid in this case` }],
  });
  await assert.rejects(cancelBooking(ers, data.RC, 'PATIENT_APPOINTMENT_CANCELLATION_OTHER'), {
    issues: [{ code: 'MISSING_VALUE', diagnostics: `'comment' is missing.` }],
  });
});

const REFUSED_UPDATES = [
  ['an unknown reason', 'NO_SUCH', {}, '422 INVALID_VALUE'],
  ['a provider’s reason', 'CLINIC_CANCELLED', {}, '422 INAPPROPRIATE_VALUE'],
  ['a rejection', 'OTHER', {}, '422 INAPPROPRIATE_VALUE'],
  ['another status', 'PATIENT_ILL', { status: 'booked' }, '422 INAPPROPRIATE_VALUE'],
  ['an unknown status', 'PATIENT_ILL', { status: 'gone' }, '422 INVALID_VALUE'],
  ['a time', 'PATIENT_ILL', { start: '2026-12-01T09:00:00Z' }, '422 UNEXPECTED_FIELD'],
  ['a slot', 'PATIENT_ILL', { slot: [{ reference: 'Slot/1' }] }, '422 UNEXPECTED_FIELD'],
  ['another appointment', 'PATIENT_ILL', { id: '80001' }, '422 INAPPROPRIATE_VALUE'],
  ['no reason', 'PATIENT_ILL', { reason: undefined }, '422 MISSING_VALUE'],
  ['an old version of the referral', 'PATIENT_ILL', { incomingReferral: [{ reference: `ReferralRequest/${UBRN}/_history/5` }] }, '409'],
] as const;
for (const [what, code, changes, expected] of REFUSED_UPDATES) {
  test(`A034 refuses ${what}: ${expected}`, async () => {
    const ers = await withBooking();
    assert.equal(await outcomeOf(cancelBooking(ers, data.RC, code, changes)), expected);
    assert.deepEqual([(await stored(ers)).version, ers.hospital.asked], [6, []]);
  });
}

test('A034 goes by the version of the appointment, and only for directly booked appointments to come', async () => {
  assert.equal(await outcomeOf(cancelBooking(await withBooking(), data.RC, 'PATIENT_ILL', {}, 6)), '409');
  const past = referralIn('BOOKED', { appointment: data.appointment({ start: data.NOW - data.HOUR, end: data.NOW }) });
  assert.equal(await outcomeOf(cancelBooking(await withBooking(past), data.RC, 'PATIENT_ILL')), '422 INVALID_REQUEST_STATE');
  const { slotId: _slot, ...rest } = data.appointment({ serviceId: data.INDIRECT.id, serviceName: data.INDIRECT.name });
  const indirect = referralIn('BOOKED', { appointment: rest });
  assert.equal(await outcomeOf(cancelBooking(await withBooking(indirect), data.RC, 'PATIENT_ILL')), '422 INVALID_REQUEST_STATE');
});

test('A022 cancels the booking and leaves the rest to the administrators', async () => {
  const ers = await withBooking();
  const priority = { name: 'priority', valueCoding: { system: 'https://fhir.nhs.uk/STU3/CodeSystem/eRS-Priority-1', code: 'URGENT' } };
  const file = fileParameter('providerAttachmentFile', data.file().id);
  await ers.store.transaction((tx) => insertFile(tx, INSTANCE, data.file()));
  const answer = await ers.request(cancelAppointmentActionLater, data.SPC, { ...at(6), body: actionLaterMessage(priority, file) });
  assert.deepEqual([answer.status, answer.version], [200, 7]);
  const after = await stored(ers);
  assert.deepEqual(
    [after.state, after.priority, after.stateReason?.code, after.stateComments, after.attachments.length],
    ['TRIAGED_PROVIDER_TO_ACTION', 'URGENT', 'CANCEL_APPOINTMENT_ACTION_LATER', 'Please contact patient to rebook', 2],
  );
  const { status, version, start, slotId, comment } = after.appointment ?? {};
  assert.deepEqual([status, version, start, slotId, comment], ['proposed', 1, undefined, undefined, 'Please contact patient to rebook']);
  assert.notEqual((await slotById(ers.store.db, INSTANCE, '11000021'))?.status, 'booked');
});

test('A022 asks the hospital only when everything else is right', async () => {
  const ers = await withBooking();
  const attempt = (...more: readonly object[]) =>
    outcomeOf(ers.request(cancelAppointmentActionLater, data.SPC, { ...at(6), body: actionLaterMessage(...more) }));
  assert.equal(await attempt({ name: 'appointmentCancelledInPAS', valueBoolean: true }), '422 FIELD_NOT_PERMITTED');
  assert.equal(await attempt(fileParameter('providerAttachmentFile', 'none')), '422 REFERENCE_NOT_FOUND');
  assert.equal(await attempt({ name: 'more', valueString: 'x' }), '422 UNEXPECTED_FIELD');
  assert.deepEqual(ers.hospital.asked, []);
});

test('A022 needs to know of an indirect booking whether the hospital has been told', async () => {
  const { slotId: _slot, ...rest } = data.appointment({ serviceId: data.INDIRECT.id, serviceName: data.INDIRECT.name });
  const ers = await ersWith(referralIn('BOOKED', { appointment: rest }));
  const attempt = (...more: readonly object[]) =>
    outcomeOf(ers.request(cancelAppointmentActionLater, data.SPC, { ...at(6), body: actionLaterMessage(...more) }));
  assert.equal(await attempt(), '422 VALUE_IS_REQUIRED');
  assert.equal(await attempt({ name: 'appointmentCancelledInPAS', valueBoolean: false }), '200');
  assert.equal((await stored(ers)).toCancelInPas, true);
  assert.deepEqual(ers.hospital.asked, []);
});

const HOSPITAL_SAYS = [
  ['refused', '422 UNABLE_TO_CANCEL_APPOINTMENT'],
  ['error', '502 PAS_RESPONDED_WITH_ERROR'],
  ['silence', '504 PAS_NOT_RESPONDING'],
] as const;
for (const [answer, expected] of HOSPITAL_SAYS) {
  test(`when the hospital answers ${answer}, A022, A034 and A036 change nothing and give the lock back`, async () => {
    const ers = await withBooking();
    ers.hospital.answers = [answer, answer, answer];
    assert.equal(await outcomeOf(ers.request(cancelAppointmentActionLater, data.SPC, { ...at(6), body: actionLaterMessage() })), expected);
    assert.equal(await outcomeOf(cancelBooking(ers, data.RC, 'PATIENT_ILL')), expected);
    const body = cancelMessage('INTEND_PRIVATE');
    assert.equal(await outcomeOf(ers.request(cancelReferralOperation, data.RC, { ...at(6), body })), expected);
    assert.deepEqual([(await stored(ers)).version, (await stored(ers)).state], [6, 'BOOKED']);
    assert.equal(await outcomeOf(ers.request(cancelReferralOperation, data.RC, { ...at(6), body })), '200');
  });
}

test('A036 by the referrer ends referral and booking; the answer holds both, without ETag', async () => {
  const ers = await withBooking();
  const body = cancelMessage('REFERRER_CANCELLATION', 'Not needed');
  const answer = await ers.request(cancelReferralOperation, data.RC, { ...at(6), body });
  assert.deepEqual([answer.status, answer.version], [200, undefined]);
  const [referral, appointment] = written(answer.resource).parameter;
  assert.deepEqual(
    [referral.name, referral.resource.status, appointment.name],
    ['updatedReferralRequest', 'cancelled', 'updatedAppointment'],
  );
  assert.deepEqual(
    [appointment.resource.status, appointment.resource.reason[0].coding[0].code],
    ['cancelled', 'PATIENT_APPOINTMENT_CANCELLATION_OTHER'],
  );
  const { cancelledByOrganisation, state } = await stored(ers);
  assert.deepEqual([cancelledByOrganisation, state], [undefined, 'CANCELLED_REFERRAL']);
});

test('A036 leaves a proposed appointment as it was, and says so by leaving it out', async () => {
  const ers = await ersWith(referralIn('TRIAGED_PROVIDER_TO_ACTION'));
  const answer = await ers.request(cancelReferralOperation, data.SPC, {
    ...at(6),
    body: cancelMessage('OUTPATIENT_SERVICE_NA', 'Elsewhere'),
  });
  assert.deepEqual(
    written(answer.resource).parameter.map((each: { name: string }) => each.name),
    ['updatedReferralRequest'],
  );
  const { appointment, cancelledByOrganisation } = await stored(ers);
  assert.deepEqual([appointment?.status, appointment?.version, cancelledByOrganisation], ['proposed', 1, 'R68']);
});

/** Reasons by caller, state and appointment (ers.md §9 A036). */
const REASONS: readonly (readonly [Caller, Referral, code: string, comments: string | undefined, expected: string])[] = [
  [data.RC, referralIn('NOT_BOOKED'), 'RAISED_IN_ERROR', undefined, '200'],
  [data.RCA, referralIn('NOT_BOOKED'), 'PATIENT_REQUEST_CANCELLATION_OTHER', undefined, '422 MISSING_VALUE'],
  [data.RC, referralIn('NOT_BOOKED'), 'BOOKED_OUTSIDE_CAB', undefined, '422 INAPPROPRIATE_VALUE'],
  [data.RC, referralIn('NOT_BOOKED'), 'PROVIDER_CANCELLATION', undefined, '422 INAPPROPRIATE_VALUE'],
  [data.RC, referralIn('NOT_BOOKED'), 'NO_SUCH_REASON', undefined, '422 INAPPROPRIATE_VALUE'],
  [data.RC, referralIn('TRIAGED_PROVIDER_TO_ACTION'), 'INTEND_PRIVATE', 'Private', '200'],
  [data.SPC, referralIn('BOOKED'), 'BOOKED_OUTSIDE_CAB', undefined, '200'],
  [data.SPC, referralIn('BOOKED'), 'STRAIGHT_TO_TEST', 'Test', '422 INAPPROPRIATE_VALUE'],
  [data.SPC, referralIn('BOOKED'), 'RAISED_IN_ERROR', undefined, '422 INAPPROPRIATE_VALUE'],
  [data.SPCA, referralIn('AWAITING_TRIAGE'), 'PATIENT_DIED', undefined, '200'],
  [data.SPCA, referralIn('AWAITING_TRIAGE'), 'TRIAGE_ENDED', undefined, '422 INAPPROPRIATE_VALUE'],
  [data.SPC, referralIn('TRIAGED_PROVIDER_TO_ACTION'), 'TRIAGE_ENDED', undefined, '200'],
  [data.SPC, referralIn('TRIAGED_PROVIDER_TO_ACTION'), 'STRAIGHT_TO_TEST', undefined, '422 MISSING_VALUE'],
  [data.SPC, referralIn('TRIAGED_PROVIDER_TO_ACTION'), 'PATIENT_DIED', undefined, '422 INAPPROPRIATE_VALUE'],
  [data.PROVIDER_APPLICATION, referralIn('DEFERRED_TO_PROVIDER'), 'BOOKED_OUTSIDE_CAB', undefined, '200'],
  [data.SPC, referralIn('NOT_BOOKED'), 'PATIENT_DIED', undefined, '422 NO_RELATIONSHIP'],
  [data.RC, referralIn('CANCELLED_REFERRAL'), 'INTEND_PRIVATE', undefined, '422 INVALID_REQUEST_STATE'],
];
for (const [caller, referral, code, comments, expected] of REASONS) {
  test(`A036 ${code} by ${caller.businessFunction} of a referral that is ${referral.state}: ${expected}`, async () => {
    const ers = await ersWith(referral);
    const body = cancelMessage(code, comments);
    assert.equal(await outcomeOf(ers.request(cancelReferralOperation, caller, { ...at(6), body })), expected);
  });
}
