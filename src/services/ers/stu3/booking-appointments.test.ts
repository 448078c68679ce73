import assert from 'node:assert/strict';
import { test } from 'node:test';
import { saveSlots, slotById } from '../store/catalogue.ts';
import * as data from '../test-data.ts';
import { BASE, ersWith, INSTANCE, letterBody, outcomeOf, stored } from '../test-world.ts';
import { retrieveReferralRequest } from './a005-retrieve-referral-request.ts';
import { maintainReferralLetter } from './a012-maintain-referral-letter.ts';
import { bookOrDeferAppointment } from './a016-book-or-defer-appointment.ts';

const UBRN = '000000080000';
const path = { params: { ubrn: '000000080000' } };

function bookBody(changes: Record<string, unknown> = {}, version = 6): object {
  const participant = (system: string, value: string) => ({ actor: { identifier: { system, value } }, status: 'accepted' });
  return {
    resourceType: 'Appointment',
    id: 'appointment',
    language: 'en',
    status: 'booked',
    description: 'e-Referral Appointment',
    start: '2026-12-01T09:00:00+00:00',
    end: '2026-12-01T10:00:00+00:00',
    slot: [{ reference: 'Slot/11000021' }],
    incomingReferral: [{ reference: `ReferralRequest/${UBRN}/_history/${version}` }],
    participant: [
      participant('http://fhir.nhs.net/Id/ers-service', '11000'),
      participant('http://fhir.nhs.net/Id/nhs-number', '9912003888'),
    ],
    ...changes,
  };
}

function deferBody(code: string, changes: Record<string, unknown> = {}): object {
  const reason = [{ coding: [{ system: 'https://fhir.nhs.uk/STU3/CodeSystem/eRS-ReviewReason-1', code }] }];
  const {
    start: _start,
    end: _end,
    slot: _slot,
    ...body
  } = bookBody({ status: 'proposed', reason, ...changes }) as Record<string, unknown>;
  return { ...body, ...('slot' in changes && { slot: changes['slot'] }) };
}

test('A016 books a slot: the hospital confirms, the slot is taken, the referral moves on by two', async () => {
  const ers = await ersWith(data.referral());
  const answer = await ers.request(bookOrDeferAppointment, data.RC, { body: bookBody() });
  assert.equal(answer.status, 201);
  assert.equal(answer.version, 0);
  const appointment = JSON.parse(JSON.stringify(answer.resource));
  assert.equal(appointment.id, '80000');
  assert.equal(appointment.incomingReferral[0].reference, `ReferralRequest/${UBRN}/_history/8`);
  assert.equal(answer.headers?.['location'], `${BASE}/STU3/Appointment/80000/_history/0`);
  assert.deepEqual(ers.hospital.asked, [`book 11000021 for ${UBRN}`]);
  assert.equal((await slotById(ers.store.db, INSTANCE, '11000021'))?.status, 'booked');
  assert.equal((await stored(ers)).state, 'BOOKED');
});

const hospitalSays = [
  ['refused', '422 UNABLE_TO_CONFIRM_APPOINTMENT', 'SLOT_NOT_AVAILABLE'],
  ['error', '502 PAS_RESPONDED_WITH_ERROR', 'SLOT_NOT_AVAILABLE'],
  ['silence', '504 PAS_NOT_RESPONDING', 'BOOKING_ATTEMPT_PROBLEM'],
] as const;
for (const [answer, refusal, deferral] of hospitalSays) {
  test(`when the hospital answers ${answer} nothing changes, and the referral can be deferred with ${deferral}`, async () => {
    const ers = await ersWith(data.referral());
    ers.hospital.answers = [answer];
    assert.equal(await outcomeOf(ers.request(bookOrDeferAppointment, data.RC, { body: bookBody() })), refusal);
    assert.equal((await stored(ers)).version, 6);
    assert.equal((await slotById(ers.store.db, INSTANCE, '11000021'))?.status, 'free');
    const slot = [{ reference: 'Slot/11000021' }];
    const wrong = deferral === 'SLOT_NOT_AVAILABLE' ? deferBody('BOOKING_ATTEMPT_PROBLEM') : deferBody('SLOT_NOT_AVAILABLE', { slot });
    assert.notEqual(await outcomeOf(ers.request(bookOrDeferAppointment, data.RC, { body: wrong })), '201');
    const right = deferBody(deferral, deferral === 'SLOT_NOT_AVAILABLE' ? { slot } : {});
    const { resource } = await ers.request(bookOrDeferAppointment, data.RC, { body: right });
    assert.equal(JSON.parse(JSON.stringify(resource)).slot, undefined, 'the slot is not echoed');
    assert.equal((await stored(ers)).state, 'DEFERRED_TO_PROVIDER');
  });
}

test('A016 defers only when there are no slots', async () => {
  const ers = await ersWith(data.referral());
  const defer = () =>
    outcomeOf(ers.request(bookOrDeferAppointment, data.RC, { body: deferBody('NO_SLOTS_AT_SERVICE', { comment: 'None' }) }));
  assert.equal(await defer(), '422 SLOTS_CURRENTLY_AVAILABLE');
  await ers.store.transaction((tx) => saveSlots(tx, INSTANCE, [{ ...data.SLOT, status: 'withdrawn' }]));
  assert.equal(await defer(), '201');
});

test('of two referrals that want the last slot exactly one gets it, and the hospital is told to drop the other', async () => {
  const ers = await ersWith(data.referral(), data.referral({ ubrn: '000000080001' }));
  const other = bookBody({ incomingReferral: [{ reference: 'ReferralRequest/000000080001/_history/6' }] });
  const outcomes = await Promise.all([bookBody(), other].map((body) => outcomeOf(ers.request(bookOrDeferAppointment, data.RC, { body }))));
  assert.deepEqual(outcomes.sort(), ['201', '422 SLOT_NOT_AVAILABLE']);
  const states = [(await stored(ers)).state, (await stored(ers, '000000080001')).state];
  assert.deepEqual(states.sort(), ['BOOKED', 'NOT_BOOKED']);
  const loser = (await stored(ers)).state === 'BOOKED' ? '000000080001' : UBRN;
  assert.equal(
    ers.hospital.asked.filter((each) => each.startsWith('cancel')).join(),
    ers.hospital.asked.length === 3 ? `cancel 11000021 for ${loser}` : '',
  );
});

test('a slot that is withdrawn while the hospital thinks is refused, and the booking undone there', async () => {
  const ers = await ersWith(data.referral());
  ers.hospital.meanwhile = () => ers.store.transaction((tx) => saveSlots(tx, INSTANCE, [{ ...data.SLOT, status: 'withdrawn' }]));
  assert.equal(await outcomeOf(ers.request(bookOrDeferAppointment, data.RC, { body: bookBody() })), '422 SLOT_NOT_AVAILABLE');
  assert.deepEqual(ers.hospital.asked, [`book 11000021 for ${UBRN}`, `cancel 11000021 for ${UBRN}`]);
  assert.equal((await stored(ers)).state, 'NOT_BOOKED');
});

test('while the hospital thinks, other changes get 423 and reads go on', async () => {
  const ers = await ersWith(data.referral());
  const meanwhile: string[] = [];
  ers.hospital.meanwhile = async () => {
    meanwhile.push(await outcomeOf(ers.request(bookOrDeferAppointment, data.RC, { body: deferBody('TRIAGE') })));
    meanwhile.push(
      await outcomeOf(ers.request(maintainReferralLetter, data.RC, { ...path, ifMatch: 6, body: letterBody(data.file().id) })),
    );
    meanwhile.push(await outcomeOf(ers.request(retrieveReferralRequest, data.RC, path)));
  };
  assert.equal(await outcomeOf(ers.request(bookOrDeferAppointment, data.RC, { body: bookBody() })), '201');
  assert.deepEqual(meanwhile, ['423', '423', '200']);
});

const badBookings: readonly (readonly [string, object, string])[] = [
  ['a stale version', bookBody({}, 5), '409'],
  [
    'an unknown UBRN',
    bookBody({ incomingReferral: [{ reference: 'ReferralRequest/000000099999/_history/6' }] }),
    '422 REFERENCE_NOT_FOUND',
  ],
  ['no incoming referral', bookBody({ incomingReferral: undefined }), '422 MISSING_VALUE'],
  ['no slot', bookBody({ slot: undefined }), '422 MISSING_VALUE'],
  ['a comment on a booking', bookBody({ comment: 'x' }), '422 INAPPROPRIATE_VALUE'],
  ['another description', bookBody({ description: 'Appointment' }), '422 INVALID_VALUE'],
  ['an unknown status', bookBody({ status: 'maybe' }), '422 INVALID_CODE'],
  ['a start without zone', bookBody({ start: '2026-12-01T09:00:00' }), '422 INVALID_VALUE'],
  ['a list for an object', bookBody({ participant: [[]] }), '422 INVALID_VALUE'],
  ['an unknown reason', deferBody('BORED'), '422 INVALID_CODE'],
  ['a comment of 1001 characters', deferBody('NO_SLOTS_AT_SERVICE', { comment: 'x'.repeat(1001) }), '422 INVALID_VALUE'],
  ['a deferral that names a slot', deferBody('NO_SLOTS_AT_SERVICE', { slot: [{ reference: 'Slot/1' }] }), '422 INAPPROPRIATE_VALUE'],
  ['a deferral of a slot it does not name', deferBody('SLOT_NOT_AVAILABLE'), '422 MISSING_VALUE'],
];
for (const [what, body, expected] of badBookings) {
  test(`A016 with ${what}: ${expected}`, async () => {
    const ers = await ersWith(data.referral());
    assert.equal(await outcomeOf(ers.request(bookOrDeferAppointment, data.RC, { body })), expected);
    assert.deepEqual(ers.hospital.asked, []);
  });
}
