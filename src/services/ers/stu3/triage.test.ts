import assert from 'node:assert/strict';
import { test } from 'node:test';
import { auditOf } from '../store/audit.ts';
import { insertFile } from '../store/files.ts';
import * as data from '../test-data.ts';
import { fileParameter, outcomeMessage, referralIn, shortlistMessage } from '../test-messages.ts';
import { ersWith, INSTANCE, outcomeOf, stored, testErs } from '../test-world.ts';
import { createReferralAndSendForTriage } from './a021-create-referral-and-send-for-triage.ts';
import { recordTriageOutcomeOperation } from './a028-record-triage-outcome.ts';
import { changeShortlistAndSendForTriage } from './a032-change-shortlist-and-send-for-triage.ts';

const UBRN = '000000080000';
const at = (ifMatch: number) => ({ params: { ubrn: UBRN }, ifMatch });
const written = (resource: object | undefined) => JSON.parse(JSON.stringify(resource));
const TRIAGE_REASON = { system: 'https://fhir.nhs.uk/STU3/CodeSystem/eRS-ReviewReason-1', code: 'TRIAGE' };

test('A021 refers to a triage service at once: version 3, awaiting triage, a proposed appointment of version 1', async () => {
  const ers = await testErs();
  const body = shortlistMessage([data.TRIAGE.id], { patient: true });
  const answer = await ers.request(createReferralAndSendForTriage, data.RC, { body });
  assert.deepEqual([answer.status, answer.version], [201, 3]);
  const resource = written(answer.resource);
  const state = resource.extension.find((each: { url: string }) => each.url.endsWith('ReferralState-1')).extension;
  assert.deepEqual([state[0].valueCoding.code, state[1].valueCoding], ['AWAITING_TRIAGE', TRIAGE_REASON]);
  const appointment = resource.contained.find((each: { id: string }) => each.id === 'appointment');
  assert.deepEqual(
    [appointment.meta.versionId, appointment.status, appointment.reason, appointment.incomingReferral[0].reference],
    ['1', 'proposed', [{ coding: [TRIAGE_REASON] }], `ReferralRequest/${UBRN}/_history/3`],
  );
  assert.equal((await auditOf(ers.store.db, INSTANCE, UBRN))[0]?.operation, 'A021');
});

test('A021 takes one triage service, no reminder, and a letter that is intended', async () => {
  const ers = await testErs();
  const create = (ids: readonly string[], options: object = {}) =>
    outcomeOf(ers.request(createReferralAndSendForTriage, data.RC, { body: shortlistMessage(ids, { patient: true, ...options }) }));
  assert.equal(await create([data.TRIAGE.id, data.DIRECT.id]), '422 TOO_MANY_ITEMS');
  assert.equal(await create([data.DIRECT.id]), '422 INAPPROPRIATE_VALUE');
  assert.equal(await create([data.TRIAGE.id], { days: 7 }), '422 INAPPROPRIATE_VALUE');
  assert.equal(await create([data.TRIAGE.id], { letter: 'NOT_INTENDING_TO_ADD' }), '422 INAPPROPRIATE_VALUE');
  assert.equal(await create(['999999']), '422 REFERENCE_NOT_FOUND');
});

test('A028 accepts for the administrators to book later: priority, reason and comments in state and appointment', async () => {
  const ers = await ersWith(referralIn('AWAITING_TRIAGE'));
  const body = outcomeMessage('ACCEPT_REFER_BOOK_LATER', 'URGENT');
  const answer = await ers.request(recordTriageOutcomeOperation, data.SPC, { ...at(6), body });
  assert.deepEqual([answer.status, answer.version], [200, 7]);
  const after = await stored(ers);
  const reason = {
    system: 'https://fhir.nhs.uk/STU3/CodeSystem/eRS-ReviewOutcome-1',
    code: 'ACCEPT_REFER_BOOK_LATER',
    display: 'Accept Refer Book Later',
  };
  assert.deepEqual(
    [after.state, after.priority, after.criteria.priority, after.stateReason, after.stateComments],
    ['TRIAGED_PROVIDER_TO_ACTION', 'URGENT', 'ROUTINE', reason, 'Condition not serious'],
  );
  const { version, status, reason: appointmentReason, comment } = after.appointment ?? {};
  assert.deepEqual([version, status, appointmentReason, comment], [2, 'proposed', reason, 'Condition not serious']);
});

test('A028 returns with advice; the provider still sees the referral', async () => {
  const ers = await ersWith(referralIn('AWAITING_TRIAGE'));
  const body = outcomeMessage('RETURN_TO_REFERRER_WITH_ADVICE', 'ROUTINE');
  assert.equal((await ers.request(recordTriageOutcomeOperation, data.SPCA, { ...at(6), body })).status, 200);
  const { state, stateReason } = await stored(ers);
  assert.deepEqual([state, stateReason?.display], ['TRIAGE_RESPONSE', 'Return to Referrer With Advice']);
});

test('A028 by an application of the provider; not by one of another organisation', async () => {
  const ers = await ersWith(referralIn('AWAITING_TRIAGE'));
  const body = outcomeMessage('RETURN_TO_REFERRER_WITH_ADVICE');
  const record = (odsCode: string) =>
    outcomeOf(ers.request(recordTriageOutcomeOperation, { ...data.PROVIDER_APPLICATION, odsCode }, { ...at(6), body }));
  assert.deepEqual([await record('R69'), await record('R68')], ['422 NO_RELATIONSHIP', '200']);
});

const REFUSED_OUTCOMES = [
  ['accept without a priority', outcomeMessage('ACCEPT_REFER_BOOK_LATER'), '422 VALUE_IS_REQUIRED'],
  ['return with another priority', outcomeMessage('RETURN_TO_REFERRER_WITH_ADVICE', 'URGENT'), '422 PRIORITY_NOT_CURRENT'],
  ['an outcome of another operation', outcomeMessage('CANCEL_APPOINTMENT_ACTION_LATER'), '422 INAPPROPRIATE_VALUE'],
  ['an unknown outcome', outcomeMessage('REFER_BOOK_NOW'), '422 INVALID_CODE'],
  ['an unknown priority', outcomeMessage('ACCEPT_REFER_BOOK_LATER', 'SOON'), '422 INVALID_CODE'],
  [
    'a long comment',
    { resourceType: 'Parameters', parameter: [{ name: 'reviewComments', valueString: 'x'.repeat(2001) }] },
    '422 INVALID_VALUE',
  ],
] as const;
for (const [what, body, expected] of REFUSED_OUTCOMES) {
  test(`A028 refuses ${what}: ${expected}`, async () => {
    const ers = await ersWith(referralIn('AWAITING_TRIAGE'));
    assert.equal(await outcomeOf(ers.request(recordTriageOutcomeOperation, data.SPC, { ...at(6), body })), expected);
    assert.equal((await stored(ers)).version, 6);
  });
}

test('A028 reviews a deferral once, with its letter, and never a booking', async () => {
  const body = outcomeMessage('ACCEPT_REFER_BOOK_LATER', 'ROUTINE');
  const record = async (referral: ReturnType<typeof referralIn>) =>
    outcomeOf((await ersWith(referral)).request(recordTriageOutcomeOperation, data.SPC, { ...at(6), body }));
  assert.equal(await record(referralIn('DEFERRED_TO_PROVIDER')), '200');
  assert.equal(await record(referralIn('DEFERRED_TO_PROVIDER', { attachments: [] })), '422 INVALID_REQUEST_STATE');
  assert.equal(await record(referralIn('DEFERRED_TO_PROVIDER', { reviewed: true })), '422 INVALID_REQUEST_STATE');
  assert.equal(await record(referralIn('BOOKED')), '422 INVALID_REQUEST_STATE');
});

test('A028 attaches the provider’s files, each uploaded for this referral, of type PROVIDER, with a name of its own', async () => {
  const ers = await ersWith(referralIn('AWAITING_TRIAGE'));
  await ers.store.transaction(async (tx) => {
    await insertFile(tx, INSTANCE, data.file());
    await insertFile(tx, INSTANCE, data.file({ id: '11111111-1111-4111-8111-111111111111', intendedUbrn: '000000080001' }));
    await insertFile(tx, INSTANCE, data.file({ id: '22222222-2222-4222-8222-222222222222', name: 'referralletter.pdf' }));
  });
  const record = (fileId: string, type?: string) => {
    const file = fileParameter('reviewAttachmentFile', fileId, type);
    return outcomeOf(
      ers.request(recordTriageOutcomeOperation, data.SPCA, { ...at(6), body: outcomeMessage('ACCEPT_REFER_BOOK_LATER', 'ROUTINE', file) }),
    );
  };
  assert.equal(await record('33333333-3333-4333-8333-333333333333'), '422 REFERENCE_NOT_FOUND');
  assert.equal(await record('11111111-1111-4111-8111-111111111111'), '422 INAPPROPRIATE_VALUE');
  assert.equal(await record('22222222-2222-4222-8222-222222222222'), '422 DUPLICATE_FILENAME');
  assert.equal(await record(data.file().id, 'REFERRER'), '422 INAPPROPRIATE_VALUE');
  assert.equal(await record(data.file().id), '200');
  const attached = (await stored(ers)).attachments.at(-1);
  assert.deepEqual(
    [attached?.type, attached?.title, attached?.attachedBy, attached?.attachedOnBehalfOf],
    ['PROVIDER', 'bloods.pdf', data.SPCA.userId, '921600556514'],
  );
});

test('A032 sends to another triage: Parameters with referral and appointment, no ETag; a letter may be there already', async () => {
  const ers = await ersWith(referralIn('TRIAGE_RESPONSE'));
  const body = shortlistMessage([data.TRIAGE.id], { letter: 'NOT_INTENDING_TO_ADD' });
  const answer = await ers.request(changeShortlistAndSendForTriage, data.RC, { ...at(6), body });
  assert.deepEqual([answer.status, answer.version], [200, undefined]);
  const { parameter } = written(answer.resource);
  assert.deepEqual(
    parameter.map((each: { name: string }) => each.name),
    ['updatedReferralRequest', 'createdAppointment'],
  );
  const [{ resource: referral }, { resource: appointment }] = parameter;
  assert.equal(appointment.incomingReferral[0].reference, `ReferralRequest/${UBRN}/_history/${referral.meta.versionId}`);
  assert.deepEqual([(await stored(ers)).state, (await stored(ers)).priority], ['AWAITING_TRIAGE', 'URGENT']);
});
