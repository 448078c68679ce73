/** The provider's hospital system: e-RS offers what it last polled, the hospital decides, and each way to fail allows one deferral. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { importedService, unbookedReferral } from '../helpers/imported.ts';
import { LocalSpine, type Reply } from '../helpers/localspine.ts';
import { appointmentBody, rejectBody } from '../helpers/messages.ts';
import { type Application, makeKeyPair, type Role, Supplier } from '../helpers/supplier.ts';

const USER = '021600556514';
const SERVICE = '990001';
const CLINIC = `/ers/hospitals/R69/clinics/${SERVICE}`;
const referrer: Role = { businessFunction: 'REFERRING_CLINICIAN', odsCode: 'R69' };
const provider: Role = { businessFunction: 'SERVICE_PROVIDER_CLINICIAN', odsCode: 'R69' };
const REASONS = ['NO_SLOTS_AT_SERVICE', 'SLOT_NOT_AVAILABLE', 'BOOKING_ATTEMPT_PROBLEM'] as const;

const spine = new LocalSpine({ LOCALSPINE_ENVIRONMENTS: 'INT' });
const supplier = new Supplier(spine);
let app: Application;
let token: string;
let next = 0;

interface Slot {
  readonly id: string;
  readonly start: string;
  readonly end: string;
}

before(async () => {
  await spine.start();
  app = await supplier.register({ accessMode: 'user-restricted', jwks: makeKeyPair().jwks });
  token = (await supplier.userToken(app, USER)).json.access_token;
  await imported({ services: [service()], slots: [slot('990000001'), slot('990000002')] });
});
after(() => spine.remove());

function service(): object {
  return importedService(SERVICE, { workGroup: [{ userId: USER, odsCode: 'R69' }] });
}

function slot(id: string): Slot & { readonly serviceId: string; readonly usrn: string } {
  const hour = String(8 + (Number(id) % 10)).padStart(2, '0');
  return { id, serviceId: SERVICE, usrn: `USRN-${id}`, start: `2031-01-15T${hour}:00:00.000Z`, end: `2031-01-15T${hour}:30:00.000Z` };
}

async function imported(ers: object): Promise<void> {
  const reply = await spine.admin('INT', '/import', { method: 'POST', body: { ers: { instance: 'Int1', ...ers } } });
  assert.equal(reply.status, 200, reply.text);
}

/** A referral not yet booked, with the example service on its shortlist. */
async function unbooked(): Promise<string> {
  next += 1;
  const ubrn = String(990_000 + next).padStart(12, '0');
  await imported({ referrals: [unbookedReferral(ubrn, SERVICE)] });
  return ubrn;
}

async function onOffer(serviceId = SERVICE): Promise<readonly Slot[]> {
  const query = new URLSearchParams({
    'schedule.actor:HealthcareService': serviceId,
    appointmentType: 'ROUTINE',
    status: 'free',
    _count: '100',
    page: '1',
    _include: 'Slot:schedule',
  });
  const reply = await supplier.ers(token, referrer, `/STU3/Slot?${query}`, { headers: { 'nhsd-ers-comm-rule-org': 'R69' } });
  assert.equal(reply.status, 200, reply.text);
  return reply.json.entry
    .map((each: { resource: Slot & { resourceType: string } }) => each.resource)
    .filter((each: { resourceType: string }) => each.resourceType === 'Slot');
}

async function onOfferIds(): Promise<readonly string[]> {
  return (await onOffer()).map((each) => each.id);
}

function book(ubrn: string, chosen: Slot): Promise<Reply> {
  return supplier.ers(token, referrer, '/STU3/Appointment', {
    body: appointmentBody({ ubrn, version: 3, serviceId: SERVICE, slot: chosen }),
  });
}

async function defer(ubrn: string, reason: string, slotId: string): Promise<string> {
  const body: { slot?: object[] } = JSON.parse(appointmentBody({ ubrn, version: 3, serviceId: SERVICE, reason }));
  if (reason === 'SLOT_NOT_AVAILABLE') body.slot = [{ reference: `Slot/${slotId}` }];
  return outcome(await supplier.ers(token, referrer, '/STU3/Appointment', { body: JSON.stringify(body) }));
}

function outcome(reply: Reply): string {
  const code: string | undefined = reply.json?.issue?.[0]?.details?.coding?.[0]?.code;
  return code === undefined ? String(reply.status) : `${reply.status} ${code}`;
}

async function poll(): Promise<number> {
  const reply = await spine.admin('INT', '/ers/hospitals/poll', { method: 'POST', body: {} });
  assert.equal(reply.status, 200, reply.text);
  return reply.json.listsTaken;
}

async function bookOf(slotId: string): Promise<{ status: string; bookings: { ubrn: string; cancelledAt?: string }[] }> {
  const { json } = await spine.admin('INT', CLINIC);
  return json.slots.find((each: { id: string }) => each.id === slotId);
}

async function fault(behaviour: string, operation = 'A016'): Promise<void> {
  const body = { service: 'ers', operation, effect: { kind: 'partner', behaviour }, count: 1 };
  assert.equal((await spine.admin('INT', '/faults', { method: 'POST', body })).status, 201);
}

describe('the hospital system', { concurrency: false }, () => {
  test('a slot taken out of the hospital’s book is on offer until the poll, cannot be booked, and allows one deferral', async () => {
    const withdrawn = slot('990000003');
    const added = await spine.admin('INT', `${CLINIC}/slots`, {
      method: 'POST',
      body: { slots: [{ id: withdrawn.id, start: withdrawn.start, end: withdrawn.end }] },
    });
    assert.equal(added.status, 201, added.text);
    assert.ok(!(await onOfferIds()).includes(withdrawn.id), 'e-RS has not polled yet');
    await poll();
    assert.ok((await onOfferIds()).includes(withdrawn.id));

    assert.equal((await spine.admin('INT', `${CLINIC}/slots/${withdrawn.id}`, { method: 'DELETE' })).status, 200);
    assert.ok((await onOfferIds()).includes(withdrawn.id), 'the copy still has it');
    const ubrn = await unbooked();
    assert.equal(outcome(await book(ubrn, withdrawn)), '422 UNABLE_TO_CONFIRM_APPOINTMENT');
    assert.equal(await defer(ubrn, 'NO_SLOTS_AT_SERVICE', withdrawn.id), '422 SLOTS_CURRENTLY_AVAILABLE');
    assert.equal(await defer(ubrn, 'BOOKING_ATTEMPT_PROBLEM', withdrawn.id), '422 INAPPROPRIATE_VALUE');
    assert.equal(await defer(ubrn, 'SLOT_NOT_AVAILABLE', withdrawn.id), '201');

    await poll();
    assert.ok(!(await onOfferIds()).includes(withdrawn.id));
    assert.equal(outcome(await book(await unbooked(), withdrawn)), '422 SLOT_NOT_AVAILABLE');
  });

  for (const [behaviour, refusal, allowed] of [
    ['refuse', '422 UNABLE_TO_CONFIRM_APPOINTMENT', 'SLOT_NOT_AVAILABLE'],
    ['error', '502 PAS_RESPONDED_WITH_ERROR', 'SLOT_NOT_AVAILABLE'],
    ['withdraw', '422 SLOT_NOT_AVAILABLE', 'SLOT_NOT_AVAILABLE'],
    ['silence', '504 PAS_NOT_RESPONDING', 'BOOKING_ATTEMPT_PROBLEM'],
    ['late', '504 PAS_NOT_RESPONDING', 'BOOKING_ATTEMPT_PROBLEM'],
  ] as const) {
    test(`a hospital told to ${behaviour}: ${refusal}, and then only ${allowed}`, async () => {
      await imported({ slots: [slot('990000001'), slot('990000002')] });
      const [ubrn, chosen] = [await unbooked(), slot('990000002')];
      await fault(behaviour);
      assert.equal(outcome(await book(ubrn, chosen)), refusal);
      const answers: string[] = [];
      for (const reason of REASONS.filter((each) => each !== allowed)) answers.push(await defer(ubrn, reason, chosen.id));
      assert.ok(
        answers.every((each) => each.startsWith('422 ')),
        answers.join(),
      );
      assert.equal(await defer(ubrn, allowed, chosen.id), '201');
    });
  }

  test('a confirmation that comes too late is taken back in the hospital’s book', async () => {
    await imported({ slots: [slot('990000002')] });
    const [ubrn, chosen] = [await unbooked(), slot('990000002')];
    await fault('late');
    assert.equal(outcome(await book(ubrn, chosen)), '504 PAS_NOT_RESPONDING');
    assert.equal((await bookOf(chosen.id)).bookings[0]?.ubrn, ubrn);
    await spine.admin('INT', '/clock', { method: 'PUT', body: { advance: 'PT10S' } });
    for (let tries = 0; tries < 400 && (await bookOf(chosen.id)).status !== 'open'; tries += 1);
    const { status, bookings } = await bookOf(chosen.id);
    assert.deepEqual([status, bookings.length, bookings[0]?.cancelledAt !== undefined], ['open', 1, true]);
    assert.equal(outcome(await book(await unbooked(), chosen)), '201', 'and the slot can be had again');
  });

  test('a cancelled slot is on offer again once the hospital offers it; a cancellation it refuses changes nothing', async () => {
    await imported({ slots: [slot('990000004')] });
    const [ubrn, chosen] = [await unbooked(), slot('990000004')];
    const booked = await book(ubrn, chosen);
    assert.equal(booked.status, 201, booked.text);
    const version: string = /_history\/(\d+)$/.exec(booked.json.incomingReferral[0].reference)?.[1] ?? '';
    const reject = async (): Promise<string> =>
      outcome(
        await supplier.ers(token, provider, `/STU3/ReferralRequest/${ubrn}/$ers.rejectReferral`, {
          headers: { 'if-match': `W/"${version}"` },
          body: rejectBody(),
        }),
      );
    await fault('refuse', 'A014');
    assert.equal(await reject(), '422 UNABLE_TO_CANCEL_APPOINTMENT');
    assert.deepEqual([(await bookOf(chosen.id)).status, (await onOfferIds()).includes(chosen.id)], ['booked', false]);
    assert.equal(await reject(), '200');
    assert.equal((await bookOf(chosen.id)).status, 'open');
    assert.ok(!(await onOfferIds()).includes(chosen.id), 'e-RS has not polled yet');
    await poll();
    assert.ok((await onOfferIds()).includes(chosen.id));
  });

  test('weeks later there are still slots, and the same ones on every machine', async () => {
    await spine.admin('INT', '/clock', { method: 'PUT', body: { now: '2030-06-03T06:00:00Z' } });
    token = (await supplier.userToken(app, USER)).json.access_token;
    await poll();
    const slots = await onOffer('11000');
    assert.deepEqual([slots.length, slots[0]?.id, slots[0]?.start], [24, '110002206801', '2030-06-03T09:00:00.000Z']);
    await spine.admin('INT', '/clock', { method: 'PUT', body: { release: true } });
    token = (await supplier.userToken(app, USER)).json.access_token;
  });

  test('the admin API says what is wrong', async () => {
    const refused = async (path: string, method: 'GET' | 'POST' | 'DELETE' = 'GET', body?: object): Promise<string> => {
      const reply = await spine.admin('INT', path, { method, ...(body !== undefined && { body }) });
      return `${reply.status} ${reply.json.error}`;
    };
    const fresh = { id: '990000009', start: '2031-01-15T09:00:00Z', end: '2031-01-15T09:30:00Z' };
    assert.equal(await refused('/ers/hospitals/ZZ9'), '404 hospital_unknown');
    assert.equal(await refused('/ers/hospitals?instance=Dep1'), '404 hospital_unknown');
    assert.equal(await refused('/ers/hospitals/R69/clinics/11004'), '404 hospital_unknown', 'a triage service has no clinic');
    assert.equal(await refused(`${CLINIC}/slots`, 'POST', { slots: [] }), '400 bad_slots');
    assert.equal(await refused(`${CLINIC}/slots`, 'POST', { slots: [fresh, fresh] }), '400 bad_slots');
    assert.equal(await refused(`${CLINIC}/slots`, 'POST', { slots: [{ ...fresh, end: fresh.start }] }), '400 bad_slots');
    assert.equal(
      await refused(`${CLINIC}/slots`, 'POST', { slots: [slot('990000001')].map(({ id, start, end }) => ({ id, start, end })) }),
      '409 slot_exists',
    );
    assert.equal(await refused(`${CLINIC}/slots/1`, 'DELETE'), '404 hospital_unknown');
    assert.equal(await refused(`${CLINIC}/slots/990000002`, 'DELETE'), '409 slot_not_open');
    const { json } = await spine.admin('INT', '/ers/hospitals/R69');
    const clinic = json.clinics.find((each: { serviceId: string }) => each.serviceId === SERVICE);
    assert.deepEqual(clinic, { serviceId: SERVICE, open: clinic.open, booked: 1, withdrawn: 1 });
  });

  test('a clinic of one’s own is imported with its week, and offers slots at once', async () => {
    const plan = { workingDaysAhead: 10, sessions: [{ weekdays: [1, 2, 3, 4, 5], from: '10:00', slots: 2, minutes: 15, capacity: 1 }] };
    await imported({ services: [service()], clinics: [{ serviceId: SERVICE, plan }] });
    await poll();
    const slots = (await onOffer()).filter((each) => each.id.length > 9);
    assert.equal(slots.length, 20);
    const [first, second] = [slots[0], slots[1]];
    assert.ok(first !== undefined && second !== undefined);
    assert.equal(outcome(await book(await unbooked(), first)), '201');
    assert.equal(outcome(await book(await unbooked(), second)), '422 UNABLE_TO_CONFIRM_APPOINTMENT', 'the session takes one patient');
    const late = { ...plan, sessions: [{ weekdays: [1], from: '23:50', slots: 2, minutes: 15 }] };
    const reply = await spine.admin('INT', '/import', { method: 'POST', body: { ers: { clinics: [{ serviceId: SERVICE, plan: late }] } } });
    assert.equal(reply.status, 400);
    assert.match(reply.text, /after midnight/);
  });
});
