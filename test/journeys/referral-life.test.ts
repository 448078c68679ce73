/**
 * The rest of a referral's life, over the wire: no slots and a booking by the provider, triage with each of its ends, cancelling by each
 * party, rejection and a second try, unattended worklists. Each road ends with a look at the lists of both sides.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { LocalSpine, type Reply } from '../helpers/localspine.ts';
import {
  actionLaterBody,
  appointmentBody,
  cancelledAppointmentBody,
  cancelReferralBody,
  changeShortlistBody,
  createReferralBody,
  letterBody,
  rejectBody,
  triageOutcomeBody,
  worklistBody,
} from '../helpers/messages.ts';
import { type Application, makeKeyPair, type Role, Supplier } from '../helpers/supplier.ts';

const REFERRER_USER = '021600556514';
const BOOKABLE = '11002';
const WITHOUT_SLOTS = '11021';
const TRIAGE = '11004';
const PDF = Buffer.from('%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n');
const referrer: Role = { businessFunction: 'REFERRING_CLINICIAN', odsCode: 'R69' };
const provider: Role = { businessFunction: 'SERVICE_PROVIDER_CLINICIAN', odsCode: 'R69' };
const REFERRER_LISTS = ['REJECTED_TRIAGE_RESPONSE', 'ASSESSMENT_RETURNED_CANCELLED_DNA', 'AWAITING_BOOKING', 'LETTERS_OUTSTANDING'];
const PROVIDER_LISTS = ['REFERRALS_FOR_REVIEW', 'APPOINTMENT_SLOT_ISSUES'];

const spine = new LocalSpine({ LOCALSPINE_ENVIRONMENTS: 'INT' });
const supplier = new Supplier(spine);
const keys = makeKeyPair();
let token: string;
let unattended: Application;

before(async () => {
  await spine.start();
  const app = await supplier.register({ accessMode: 'user-restricted', jwks: keys.jwks });
  token = (await supplier.userToken(app, REFERRER_USER)).json.access_token;
  unattended = await supplier.register({ accessMode: 'application-restricted', capability: 'provider', odsCode: 'R69', jwks: keys.jwks });
  await offerSlots();
});
after(async () => {
  await spine.remove();
});

/** Slots enough for every booking below, whatever the hospital makes of cancelled ones. */
async function offerSlots(): Promise<void> {
  const at = (days: number, minutes: number) => new Date(Date.now() + days * 86_400_000 + minutes * 60_000).toISOString();
  const slots = Array.from({ length: 30 }, (_, index) => ({
    id: String(990_002_000 + index),
    serviceId: BOOKABLE,
    usrn: `USRN-${990_002_000 + index}`,
    start: at(20 + index, 0),
    end: at(20 + index, 20),
  }));
  const imported = await spine.admin('INT', '/import', { method: 'POST', body: { ers: { slots } } });
  assert.equal(imported.status, 200, imported.text);
}

async function referral(ubrn: string): Promise<{ version: string; state: string; resource: Reply['json'] }> {
  const reply = await supplier.ers(token, referrer, `/STU3/ReferralRequest/${ubrn}`);
  assert.equal(reply.status, 200, reply.text);
  const state = reply.json.extension.find((each: { url: string }) => each.url.endsWith('ReferralState-1')).extension[0].valueCoding.code;
  return { version: reply.json.meta.versionId, state, resource: reply.json };
}

/** Calls an operation on the referral with its current version. */
async function act(ubrn: string, role: Role, operation: string, body?: string, expected = 200): Promise<Reply> {
  const { version } = await referral(ubrn);
  const reply = await supplier.ers(token, role, `/STU3/ReferralRequest/${ubrn}/$ers.${operation}`, {
    method: 'POST',
    headers: { 'if-match': `W/"${version}"` },
    ...(body !== undefined && { body }),
  });
  assert.equal(reply.status, expected, reply.text);
  return reply;
}

/** What happens outside the API. */
async function outside(ubrn: string, event: string, body: object, expected = 200): Promise<Reply> {
  const reply = await spine.admin('INT', `/ers/referrals/${ubrn}/${event}`, { method: 'POST', body });
  assert.equal(reply.status, expected, reply.text);
  return reply;
}

/** A new referral with its letter. */
async function refer(service: string): Promise<string> {
  const created = await supplier.ers(token, referrer, '/STU3/ReferralRequest/$ers.createReferral', {
    body: createReferralBody({ services: [service] }),
  });
  assert.equal(created.status, 201, created.text);
  await attachLetter(created.json.id);
  return created.json.id;
}

async function attachLetter(ubrn: string): Promise<void> {
  const upload = await supplier.ers(token, referrer, '/STU3/Binary', {
    body: PDF,
    headers: { 'content-type': 'application/pdf', 'nhsd-ers-file-name': 'letter.pdf', 'nhsd-ers-referral-id': ubrn },
  });
  assert.equal(upload.status, 201, upload.text);
  await act(ubrn, referrer, 'maintainReferralLetter', letterBody(upload.headers['location'] ?? '', new Date().toISOString()));
}

async function send(ubrn: string, serviceId: string, reason: string): Promise<void> {
  const { version } = await referral(ubrn);
  const reply = await supplier.ers(token, referrer, '/STU3/Appointment', { body: appointmentBody({ ubrn, version, serviceId, reason }) });
  assert.equal(reply.status, 201, reply.text);
}

/** A slot on offer; one that was cancelled is on offer again once the hospital has been polled. */
async function freeSlot(serviceId = BOOKABLE): Promise<{ id: string; start: string; end: string; clinician?: string }> {
  assert.equal((await spine.admin('INT', '/ers/hospitals/poll', { method: 'POST', body: {} })).status, 200);
  const query = new URLSearchParams({
    'schedule.actor:HealthcareService': serviceId,
    appointmentType: 'ROUTINE',
    status: 'free',
    _count: '5',
    page: '1',
  });
  const reply = await supplier.ers(token, referrer, `/STU3/Slot?${query}`, { headers: { 'nhsd-ers-comm-rule-org': 'R69' } });
  assert.equal(reply.status, 200, reply.text);
  const { id, start, end } = reply.json.entry[0].resource;
  return { id, start, end };
}

async function book(ubrn: string): Promise<void> {
  const { version } = await referral(ubrn);
  const reply = await supplier.ers(token, referrer, '/STU3/Appointment', {
    body: appointmentBody({ ubrn, version, serviceId: BOOKABLE, slot: await freeSlot() }),
  });
  assert.equal(reply.status, 201, reply.text);
}

/** State of a referral and the lists it is on, the provider's first. */
async function whereabouts(ubrn: string): Promise<readonly string[]> {
  const { state } = await referral(ubrn);
  const on: string[] = [];
  for (const list of [...PROVIDER_LISTS, ...REFERRER_LISTS]) {
    const role = PROVIDER_LISTS.includes(list) ? provider : referrer;
    const reply = await supplier.ers(token, role, '/STU3/ReferralRequest/$ers.fetchworklist', { body: worklistBody(list) });
    assert.equal(reply.status, 200, reply.text);
    if (reply.json.entry.some((entry: { item: { reference: string } }) => entry.item.reference === `ReferralRequest/${ubrn}`))
      on.push(list);
  }
  return [state, ...on];
}

async function actions(ubrn: string, role: Role): Promise<readonly string[]> {
  const { version } = await referral(ubrn);
  const reply = await supplier.ers(
    token,
    role,
    `/STU3/Task?focus=ReferralRequest/${ubrn}/_history/${version}&intent=proposal&status=ready`,
  );
  assert.equal(reply.status, 200, reply.text);
  return reply.json.entry.map((entry: { resource: { code: { coding: { code: string }[] } } }) => entry.resource.code.coding[0]?.code);
}

describe('a service without slots', { concurrency: false }, () => {
  test('the referral is deferred; the provider books it, and it comes up for review', async () => {
    const ubrn = await refer(WITHOUT_SLOTS);
    await send(ubrn, WITHOUT_SLOTS, 'NO_SLOTS_AT_SERVICE');
    assert.deepEqual(await whereabouts(ubrn), ['DEFERRED_TO_PROVIDER', 'APPOINTMENT_SLOT_ISSUES', 'AWAITING_BOOKING']);
    assert.deepEqual(await actions(ubrn, provider), ['CANCEL_REFERRAL', 'RECORD_REVIEW_OUTCOME']);
    const slot = {
      id: '990021001',
      serviceId: WITHOUT_SLOTS,
      usrn: 'USRN-990021001',
      start: '2030-01-15T09:00:00Z',
      end: '2030-01-15T09:30:00Z',
    };
    const imported = await spine.admin('INT', '/import', { method: 'POST', body: { ers: { slots: [slot] } } });
    assert.equal(imported.status, 200, imported.text);
    await outside(ubrn, 'provider-books', { serviceId: WITHOUT_SLOTS, slotId: slot.id });
    assert.deepEqual(await whereabouts(ubrn), ['BOOKED', 'REFERRALS_FOR_REVIEW']);
    await act(ubrn, provider, 'acceptReferral');
    assert.deepEqual(await whereabouts(ubrn), ['BOOKED']);
  });

  test('a deferral that was reviewed and is booked by its own service counts as accepted', async () => {
    const ubrn = await refer(WITHOUT_SLOTS);
    await send(ubrn, WITHOUT_SLOTS, 'NO_SLOTS_AT_SERVICE');
    await act(ubrn, provider, 'recordReviewOutcome', triageOutcomeBody('ACCEPT_REFER_BOOK_LATER', 'URGENT'));
    const slot = {
      id: '990021002',
      serviceId: WITHOUT_SLOTS,
      usrn: 'USRN-990021002',
      start: '2030-01-15T10:00:00Z',
      end: '2030-01-15T10:30:00Z',
    };
    await spine.admin('INT', '/import', { method: 'POST', body: { ers: { slots: [slot] } } });
    await outside(ubrn, 'provider-books', { serviceId: WITHOUT_SLOTS, slotId: slot.id });
    assert.deepEqual(await whereabouts(ubrn), ['BOOKED']);
    await act(ubrn, provider, 'rejectReferral', rejectBody(), 422);
  });
});

describe('triage', { concurrency: false }, () => {
  test('A021 refers and sends in one step; the letter brings it to review', async () => {
    const created = await supplier.ers(token, referrer, '/STU3/ReferralRequest/$ers.createReferralAndSendForTriage', {
      body: createReferralBody({ services: [TRIAGE] }),
    });
    assert.equal(created.status, 201, created.text);
    assert.equal(created.headers['etag'], 'W/"3"');
    const ubrn = created.json.id;
    assert.deepEqual(await whereabouts(ubrn), ['AWAITING_TRIAGE', 'AWAITING_BOOKING', 'LETTERS_OUTSTANDING']);
    await attachLetter(ubrn);
    assert.deepEqual(await whereabouts(ubrn), ['AWAITING_TRIAGE', 'REFERRALS_FOR_REVIEW', 'AWAITING_BOOKING']);
  });

  test('accepted, then referred to a clinic and booked there', async () => {
    const ubrn = await refer(TRIAGE);
    await send(ubrn, TRIAGE, 'TRIAGE');
    await act(ubrn, provider, 'recordReviewOutcome', triageOutcomeBody('ACCEPT_REFER_BOOK_LATER', 'ROUTINE'));
    assert.deepEqual(await whereabouts(ubrn), ['TRIAGED_PROVIDER_TO_ACTION', 'AWAITING_BOOKING']);
    await outside(ubrn, 'provider-books', { serviceId: BOOKABLE, slotId: (await freeSlot()).id });
    assert.deepEqual(await whereabouts(ubrn), ['BOOKED', 'REFERRALS_FOR_REVIEW'], 'the clinic reviews it anew');
  });

  test('returned with advice, then sent to another triage service', async () => {
    const ubrn = await refer(TRIAGE);
    await send(ubrn, TRIAGE, 'TRIAGE');
    const returned = await act(ubrn, provider, 'recordReviewOutcome', triageOutcomeBody('RETURN_TO_REFERRER_WITH_ADVICE'));
    assert.equal(returned.headers['etag'], `W/"${returned.json.meta.versionId}"`);
    assert.deepEqual(await whereabouts(ubrn), ['TRIAGE_RESPONSE', 'REJECTED_TRIAGE_RESPONSE']);
    assert.deepEqual(await actions(ubrn, referrer), ['CHANGE_SHORTLIST', 'CHANGE_SHORTLIST_AND_SEND_FOR_TRIAGE', 'CANCEL_REFERRAL']);
    const sent = await act(ubrn, referrer, 'changeShortlistAndSendForTriage', changeShortlistBody({ services: ['11115'], letter: false }));
    assert.equal(sent.headers['etag'], undefined);
    assert.deepEqual(await whereabouts(ubrn), ['AWAITING_TRIAGE', 'REFERRALS_FOR_REVIEW', 'AWAITING_BOOKING']);
  });

  test('redirected by the provider to another triage service', async () => {
    const ubrn = await refer(TRIAGE);
    await send(ubrn, TRIAGE, 'TRIAGE');
    await act(ubrn, provider, 'recordReviewOutcome', triageOutcomeBody('ACCEPT_REFER_BOOK_LATER', 'ROUTINE'));
    await outside(ubrn, 'provider-sends-for-triage', { serviceId: '11115' });
    assert.deepEqual(await whereabouts(ubrn), ['AWAITING_TRIAGE', 'REFERRALS_FOR_REVIEW', 'AWAITING_BOOKING']);
  });
});

describe('cancelling, by each party', { concurrency: false }, () => {
  test('the referrer cancels the appointment for the patient, and books again', async () => {
    const ubrn = await refer(BOOKABLE);
    await book(ubrn);
    const { resource } = await referral(ubrn);
    const reference = resource.extension.find((each: { url: string }) => each.url.endsWith('Appointment-Reference-1')).valueReference
      .reference;
    const appointment = await supplier.ers(token, referrer, `/STU3/${reference}`);
    assert.equal(appointment.headers['etag'], `W/"${appointment.json.meta.versionId}"`);
    const cancelled = await supplier.ers(token, referrer, `/STU3/${reference}`, {
      method: 'PUT',
      headers: { 'if-match': appointment.headers['etag'] ?? '' },
      body: cancelledAppointmentBody(appointment.json),
    });
    assert.equal(cancelled.status, 200, cancelled.text);
    assert.equal(cancelled.json.status, 'cancelled');
    assert.deepEqual(await whereabouts(ubrn), ['APPT_CANCELLED_BY_PATIENT', 'AWAITING_BOOKING']);
    await act(ubrn, referrer, 'changeShortlist', changeShortlistBody({ services: [BOOKABLE], letter: true }));
    await book(ubrn);
    assert.deepEqual(await whereabouts(ubrn), ['BOOKED', 'REFERRALS_FOR_REVIEW']);
  });

  test('the patient cancels in "Manage your referral", and books again there', async () => {
    const ubrn = await refer(BOOKABLE);
    await book(ubrn);
    await outside(ubrn, 'patient-cancels-appointment', { reason: 'PATIENT_HOLIDAY' });
    assert.deepEqual(await whereabouts(ubrn), ['APPT_CANCELLED_BY_PATIENT', 'AWAITING_BOOKING']);
    await outside(ubrn, 'patient-books', { serviceId: BOOKABLE, slotId: (await freeSlot()).id });
    assert.deepEqual(await whereabouts(ubrn), ['BOOKED', 'REFERRALS_FOR_REVIEW']);
  });

  test('the hospital cancels', async () => {
    const ubrn = await refer(BOOKABLE);
    await book(ubrn);
    await outside(ubrn, 'hospital-cancels-appointment', { reason: 'CLINIC_CANCELLED' });
    assert.deepEqual(await whereabouts(ubrn), ['APPT_CANCELLED_BY_PROVIDER', 'AWAITING_BOOKING']);
    await outside(ubrn, 'hospital-cancels-appointment', { reason: 'CLINIC_CANCELLED' }, 409);
  });

  test('the provider cancels the appointment and acts later, then ends the referral', async () => {
    const ubrn = await refer(BOOKABLE);
    await book(ubrn);
    await act(ubrn, provider, 'cancelAppointmentActionLater', actionLaterBody());
    assert.deepEqual(await whereabouts(ubrn), ['TRIAGED_PROVIDER_TO_ACTION', 'AWAITING_BOOKING']);
    await act(ubrn, provider, 'cancelReferral', cancelReferralBody('INTEND_PRIVATE'), 422);
    const cancelled = await act(ubrn, provider, 'cancelReferral', cancelReferralBody('TRIAGE_ENDED'));
    assert.equal(cancelled.headers['etag'], undefined);
    // R69 is provider and referrer in one: nobody else has cancelled it, so that nobody needs to be told.
    assert.deepEqual(await whereabouts(ubrn), ['CANCELLED_REFERRAL']);
  });

  test('the referrer ends a booked referral; when the hospital does not answer, nothing has happened', async () => {
    const ubrn = await refer(BOOKABLE);
    await book(ubrn);
    const silence = { service: 'ers', operation: 'A036', effect: { kind: 'partner', behaviour: 'error' }, count: 1 };
    assert.ok((await spine.admin('INT', '/faults', { method: 'POST', body: silence })).status < 300);
    const failed = await act(ubrn, referrer, 'cancelReferral', cancelReferralBody('REFERRER_CANCELLATION'), 502);
    assert.equal(failed.json.issue[0].details.coding[0].code, 'PAS_RESPONDED_WITH_ERROR');
    assert.deepEqual(await whereabouts(ubrn), ['BOOKED', 'REFERRALS_FOR_REVIEW']);
    const cancelled = await act(ubrn, referrer, 'cancelReferral', cancelReferralBody('REFERRER_CANCELLATION'));
    assert.deepEqual(
      cancelled.json.parameter.map((each: { name: string }) => each.name),
      ['updatedReferralRequest', 'updatedAppointment'],
    );
    assert.deepEqual(await whereabouts(ubrn), ['CANCELLED_REFERRAL']);
    assert.deepEqual(await actions(ubrn, referrer), []);
  });
});

test('a practice hears of it when the provider ends its referral', async () => {
  const practice: Role = { businessFunction: 'REFERRING_CLINICIAN', odsCode: 'D82106' };
  const app = await supplier.register({ accessMode: 'user-restricted', jwks: keys.jwks });
  const practiceToken = (await supplier.userToken(app, '555073103100')).json.access_token;
  const created = await supplier.ers(practiceToken, practice, '/STU3/ReferralRequest/$ers.createReferralAndSendForTriage', {
    body: createReferralBody({ services: [TRIAGE] }),
  });
  assert.equal(created.status, 201, created.text);
  const cancelled = await supplier.ers(token, provider, `/STU3/ReferralRequest/${created.json.id}/$ers.cancelReferral`, {
    headers: { 'if-match': created.headers['etag'] ?? '' },
    body: cancelReferralBody('BOOKED_OUTSIDE_CAB'),
  });
  assert.equal(cancelled.status, 200, cancelled.text);
  const list = await supplier.ers(practiceToken, practice, '/STU3/ReferralRequest/$ers.fetchworklist', {
    body: worklistBody('ASSESSMENT_RETURNED_CANCELLED_DNA'),
  });
  const entry = list.json.entry.find((each: { item: { reference: string } }) => each.item.reference.endsWith(created.json.id));
  const column = (name: string) => entry.extension[0].extension.find((each: { url: string }) => each.url === name);
  assert.equal(column('status').valueCodeableConcept.coding[0].code, 'CANCELLED_REFERRAL');
  assert.equal(column('reason').valueCodeableConcept.coding[0].code, 'BOOKED_OUTSIDE_CAB');
});

test('a rejected referral is changed, booked again and accepted', async () => {
  const ubrn = await refer(BOOKABLE);
  await book(ubrn);
  await act(ubrn, provider, 'rejectReferral', rejectBody());
  assert.deepEqual(await whereabouts(ubrn), ['REJECTED', 'REJECTED_TRIAGE_RESPONSE']);
  await act(ubrn, referrer, 'changeShortlist', changeShortlistBody({ services: [BOOKABLE], letter: true }));
  assert.deepEqual(await whereabouts(ubrn), ['NOT_BOOKED', 'AWAITING_BOOKING']);
  await book(ubrn);
  await act(ubrn, provider, 'acceptReferral');
  assert.deepEqual(await whereabouts(ubrn), ['BOOKED']);
});

test('an application pulls worklists unattended and acts on what it finds', async () => {
  const ubrn = await refer(TRIAGE);
  await send(ubrn, TRIAGE, 'TRIAGE');
  const { access_token: appToken } = (await supplier.clientCredentials(unattended, keys)).json;
  const pull = (body: string) => supplier.ers(appToken, undefined, '/STU3/ReferralRequest/$ers.fetchworklist', { body });
  const list = await pull(worklistBody('REFERRALS_FOR_REVIEW', TRIAGE));
  assert.equal(list.status, 200, list.text);
  const entry = list.json.entry.find((each: { item: { reference: string } }) => each.item.reference === `ReferralRequest/${ubrn}`);
  const version = entry.extension[0].extension.find((each: { url: string }) => each.url === 'referralRequestVersion').valueInteger;
  assert.equal((await pull(worklistBody('REFERRALS_FOR_REVIEW'))).status, 422, 'the service must be named');
  assert.equal((await pull(worklistBody('AWAITING_BOOKING', TRIAGE))).status, 403, 'a referrer’s list');
  const returned = await supplier.ers(appToken, undefined, `/STU3/ReferralRequest/${ubrn}/$ers.recordReviewOutcome`, {
    headers: { 'if-match': `W/"${version}"` },
    body: triageOutcomeBody('RETURN_TO_REFERRER_WITH_ADVICE'),
  });
  assert.equal(returned.status, 200, returned.text);
  assert.deepEqual(await whereabouts(ubrn), ['TRIAGE_RESPONSE', 'REJECTED_TRIAGE_RESPONSE']);
});

test('a referral that is open in the professional application is locked: 423 to changes, free to readers', async () => {
  const ubrn = await refer(BOOKABLE);
  assert.equal((await spine.admin('INT', `/ers/referrals/${ubrn}/lock`, { method: 'PUT', body: { seconds: 60 } })).status, 200);
  const { version } = await referral(ubrn);
  const change = () =>
    supplier.ers(token, referrer, `/STU3/ReferralRequest/${ubrn}/$ers.cancelReferral`, {
      headers: { 'if-match': `W/"${version}"` },
      body: cancelReferralBody('RAISED_IN_ERROR'),
    });
  const held = await change();
  assert.deepEqual([held.status, held.text], [423, '']);
  assert.equal((await spine.admin('INT', `/ers/referrals/${ubrn}/lock`, { method: 'DELETE' })).status, 204);
  assert.equal((await change()).status, 200);
});

test('the control interface says what is possible, refuses what is not, and keeps a trail', async () => {
  const ubrn = await refer(BOOKABLE);
  const refused = await outside(ubrn, 'provider-records-non-attendance', { reason: 'PATIENT_FORGOT' }, 409);
  assert.equal(refused.json.error, 'invalid_request_state', refused.text);
  await outside(ubrn, 'no-such-event', {}, 404);
  await outside(ubrn, 'patient-books', { serviceId: 'x' }, 400);
  await outside(ubrn, 'patient-books', { serviceId: BOOKABLE, slotId: (await freeSlot()).id, version: 1 }, 409);
  const done = await outside(ubrn, 'patient-books', { serviceId: BOOKABLE, slotId: (await freeSlot()).id });
  assert.equal(done.json.referral.state, 'BOOKED');
  assert.deepEqual(done.json.worklists, ['REFERRALS_FOR_REVIEW']);
  assert.ok(done.json.possible.some((each: { event: string }) => each.event === 'hospital-cancels-appointment'));
  assert.deepEqual(
    done.json.audit.map((each: { operation: string }) => each.operation),
    ['A011', 'A020', 'A012', 'patient-books'],
  );
});

test('a patient who did not attend is recorded once the day has come, and goes back to the referrer', async () => {
  const ubrn = await refer(BOOKABLE);
  await book(ubrn);
  await spine.admin('INT', '/clock', { method: 'PUT', body: { advance: 'P400D' } });
  const again = await supplier.register({ accessMode: 'user-restricted', jwks: keys.jwks });
  token = (await supplier.userToken(again, REFERRER_USER)).json.access_token;
  await outside(ubrn, 'provider-records-non-attendance', { reason: 'PATIENT_FORGOT' });
  assert.deepEqual(await whereabouts(ubrn), ['DID_NOT_ATTEND', 'ASSESSMENT_RETURNED_CANCELLED_DNA']);
  await act(ubrn, referrer, 'changeShortlist', changeShortlistBody({ services: [BOOKABLE], letter: true }));
  assert.deepEqual(await whereabouts(ubrn), ['NOT_BOOKED', 'AWAITING_BOOKING']);
});
