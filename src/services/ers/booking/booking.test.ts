import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ErsRefusal } from '../errors.ts';
import type { Referral } from '../model.ts';
import * as data from '../test-data.ts';
import { applyBooking, type BookingCommand, type BookingFacts, bookingRefused, checkBooking, failureFor, offerPeriod } from './booking.ts';

const BOOK: BookingCommand = {
  kind: 'BOOK',
  ubrn: '000000080000',
  nhsNumber: '9912003888',
  serviceId: '11000',
  slotId: data.SLOT.id,
  start: data.SLOT.start,
  end: data.SLOT.end,
};
const { start: _start, end: _end, slotId: _slotId, ...DEFER } = BOOK;
const FACTS: BookingFacts = { now: data.NOW, service: data.DIRECT, slot: data.SLOT, slotsOnOffer: false, failure: undefined };

function attempt(command: Partial<BookingCommand>, facts: Partial<BookingFacts> = {}, referral: Referral = data.referral()): string {
  const base = command.kind === undefined || command.kind === 'BOOK' || command.kind === 'SLOT_NOT_AVAILABLE' ? BOOK : DEFER;
  try {
    checkBooking(referral, { ...base, ...command }, { ...FACTS, ...facts });
    return 'allowed';
  } catch (error) {
    assert.ok(error instanceof ErsRefusal, String(error));
    return error.issues[0]?.code ?? '';
  }
}

const gone = { slotId: data.SLOT.id, serviceId: '11000', outcome: 'SLOT_NOT_AVAILABLE' } as const;
const silent = { slotId: data.SLOT.id, serviceId: '11000', outcome: 'BOOKING_ATTEMPT_PROBLEM' } as const;
const clinicianSlot = { ...data.SLOT, clinician: '021600556514' };

const cases: readonly (readonly [
  what: string,
  command: Partial<BookingCommand>,
  facts: Partial<BookingFacts>,
  expected: string,
  referral?: Referral,
])[] = [
  ['a free slot', {}, {}, 'allowed'],
  ['a clinician slot with its clinician', { clinician: '021600556514' }, { slot: clinicianSlot }, 'allowed'],
  ['a clinician slot without naming them', {}, { slot: clinicianSlot }, 'allowed'],
  ['another clinician', { clinician: '921600556514' }, { slot: clinicianSlot }, 'INAPPROPRIATE_SLOT'],
  ['another patient', { nhsNumber: '9462979626' }, {}, 'INAPPROPRIATE_VALUE'],
  ['an unknown service', {}, { service: undefined }, 'REFERENCE_NOT_FOUND'],
  ['a service off the shortlist', { serviceId: '11014' }, { service: data.ADVICE }, 'INAPPROPRIATE_VALUE'],
  ['a withdrawn service', {}, { service: data.service({ published: false }) }, 'SERVICE_UNAVAILABLE'],
  ['an indirectly bookable service', { serviceId: '50002' }, { service: data.INDIRECT }, 'INVALID_STATE'],
  ['booking at a triage service', { serviceId: '50001' }, { service: data.TRIAGE }, 'INVALID_STATE'],
  ['an unknown slot', {}, { slot: undefined }, 'REFERENCE_NOT_FOUND'],
  ['a slot of another service', {}, { slot: { ...data.SLOT, serviceId: '11002' } }, 'INAPPROPRIATE_SLOT'],
  ['another start', { start: data.SLOT.start + 1 }, {}, 'INAPPROPRIATE_SLOT'],
  ['another end', { end: data.SLOT.end + 1 }, {}, 'INAPPROPRIATE_SLOT'],
  ['a slot for another priority', {}, { slot: { ...data.SLOT, priority: 'URGENT' } }, 'INAPPROPRIATE_SLOT'],
  ['a slot that is taken', {}, { slot: { ...data.SLOT, status: 'booked' } }, 'SLOT_NOT_AVAILABLE'],
  ['a slot that was withdrawn', {}, { slot: { ...data.SLOT, status: 'withdrawn' } }, 'SLOT_NOT_AVAILABLE'],
  ['a slot that has begun', {}, { now: data.SLOT.start }, 'SLOT_NOT_AVAILABLE'],
  ['a referral that is booked', {}, {}, 'INVALID_REQUEST_STATE', data.bookedReferral()],
  ['a rejected referral', {}, {}, 'INVALID_REQUEST_STATE', data.referral({ state: 'REJECTED' })],
  ['deferral for want of slots', { kind: 'NO_SLOTS_AT_SERVICE' }, {}, 'allowed'],
  ['deferral for want of slots although there are', { kind: 'NO_SLOTS_AT_SERVICE' }, { slotsOnOffer: true }, 'SLOTS_CURRENTLY_AVAILABLE'],
  [
    'deferral to an indirectly bookable service',
    { kind: 'NO_SLOTS_AT_SERVICE', serviceId: '50002' },
    { service: data.INDIRECT },
    'INVALID_STATE',
  ],
  ['deferral because the slot is free', { kind: 'SLOT_NOT_AVAILABLE' }, {}, 'THIS_SLOT_IS_AVAILABLE'],
  ['deferral because the slot is taken', { kind: 'SLOT_NOT_AVAILABLE' }, { slot: { ...data.SLOT, status: 'booked' } }, 'allowed'],
  ['deferral after the hospital said the slot is gone', { kind: 'SLOT_NOT_AVAILABLE' }, { failure: gone }, 'allowed'],
  ['the same after silence', { kind: 'SLOT_NOT_AVAILABLE' }, { failure: silent }, 'THIS_SLOT_IS_AVAILABLE'],
  ['deferral for an unknown slot', { kind: 'SLOT_NOT_AVAILABLE' }, { slot: undefined }, 'REFERENCE_NOT_FOUND'],
  ['deferral after silence', { kind: 'BOOKING_ATTEMPT_PROBLEM' }, { failure: silent }, 'allowed'],
  ['deferral for a failure that never was', { kind: 'BOOKING_ATTEMPT_PROBLEM' }, {}, 'INAPPROPRIATE_VALUE'],
  ['deferral for a failure of another kind', { kind: 'BOOKING_ATTEMPT_PROBLEM' }, { failure: gone }, 'INAPPROPRIATE_VALUE'],
  ['triage', { kind: 'TRIAGE', serviceId: '50001' }, { service: data.TRIAGE }, 'allowed'],
  ['triage at a bookable service', { kind: 'TRIAGE' }, {}, 'INVALID_STATE'],
];
for (const [what, command, facts, expected, referral] of cases)
  test(`A016, ${what}: ${expected}`, () => assert.equal(attempt(command, facts, referral), expected));

test('a booking moves the referral on by two and starts the pathway; the appointment is at version 0', () => {
  const before = data.referral({ letterIntention: 'NEED_TO_ADD_LATER', letterDue: '2026-11-20' });
  const after = applyBooking(before, BOOK, { service: data.DIRECT, slot: data.SLOT }, { now: data.NOW, appointmentId: '80000' });
  assert.equal(after.version, before.version + 2);
  assert.equal(after.state, 'BOOKED');
  assert.equal(after.specialty, 'CARDIOLOGY');
  assert.equal(after.pathwayStart, data.NOW);
  assert.equal(after.letterDue, '2026-11-27');
  assert.equal(after.stateReason, undefined);
  assert.deepEqual(after.appointment, {
    id: '80000',
    version: 0,
    status: 'booked',
    serviceId: '11000',
    serviceName: 'Forthright Cardiology Business Service',
    start: data.SLOT.start,
    end: data.SLOT.end,
    slotId: data.SLOT.id,
    created: data.NOW,
  });
});

test('a deferral carries its reason and comment, at appointment version 1; a supplied pathway start stays', () => {
  const before = data.referral({ pathwayStart: data.NOW - 9 * data.DAY });
  const after = applyBooking(
    before,
    { ...DEFER, kind: 'NO_SLOTS_AT_SERVICE', comment: 'None left' },
    { service: data.DIRECT, slot: undefined },
    { now: data.NOW, appointmentId: '80000' },
  );
  assert.equal(after.state, 'DEFERRED_TO_PROVIDER');
  assert.equal(after.pathwayStart, before.pathwayStart);
  assert.equal(after.receivedAt, data.NOW);
  assert.deepEqual(after.stateReason, { system: 'https://fhir.nhs.uk/STU3/CodeSystem/eRS-ReviewReason-1', code: 'NO_SLOTS_AT_SERVICE' });
  assert.equal(after.appointment?.version, 1);
  assert.equal(after.appointment?.status, 'proposed');
  assert.equal(after.appointment?.comment, 'None left');
  assert.equal(after.appointment?.slotId, undefined);
});

test('the diagnostics of a silent or failing hospital are those of the samples', () => {
  const silence = bookingRefused('silence', '11002026', '000000070000');
  assert.equal(silence.status, 504);
  assert.deepEqual(silence.issues, [
    {
      code: 'PAS_NOT_RESPONDING',
      diagnostics: "PAS unable to create booking into slot '11002026' for UBRN: 000000070000. PAS Request Status: TIMED_OUT",
    },
  ]);
  assert.match(bookingRefused('error', '1', '2').issues[0]?.diagnostics ?? '', /PAS Request Status: ERROR$/);
  assert.equal(bookingRefused('error', '1', '2').status, 502);
  assert.equal(bookingRefused('refused', '1', '2').issues[0]?.code, 'UNABLE_TO_CONFIRM_APPOINTMENT');
});

test('refusal and error open the deferral SLOT_NOT_AVAILABLE, silence BOOKING_ATTEMPT_PROBLEM', () => {
  assert.deepEqual(
    (['refused', 'error', 'silence'] as const).map((answer) => failureFor(answer, '1', '2').outcome),
    ['SLOT_NOT_AVAILABLE', 'SLOT_NOT_AVAILABLE', 'BOOKING_ATTEMPT_PROBLEM'],
  );
});

test('slots are offered within the booking window of the priority', () => {
  const windowed = data.service({ bookingWindowDays: { URGENT: { from: 1, to: 14 } } });
  assert.deepEqual(offerPeriod(windowed, 'URGENT', data.NOW), { from: data.NOW + data.DAY, to: data.NOW + 15 * data.DAY });
  assert.equal(offerPeriod(windowed, 'ROUTINE', data.NOW).from, data.NOW);
});
