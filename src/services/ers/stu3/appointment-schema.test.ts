/** What the API document says of Appointment messages is what their readers take. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { REVIEW_REASONS } from '../booking/booking.ts';
import { bookingMessage, cancellationMessage } from '../document/example-messages.ts';
import { ErsRefusal } from '../errors.ts';
import { firstFreeSlot } from '../seed/slots.ts';
import { NOW } from '../test-data.ts';
import { readBookingRequest } from './appointment.ts';
import { BOOKING_SCHEMA, CANCELLATION_SCHEMA } from './appointment-schema.ts';
import { readAppointmentUpdate } from './appointment-update.ts';

const formats = { 'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/ };
const booking = bookingMessage({ ubrn: '000000070000', version: 5 }, firstFreeSlot('11002', NOW));
const cancellation = cancellationMessage('70009', { ubrn: '000000070001', version: 5 }, '11002', 'PATIENT_ILL');

/** Values to put in place of a member: wrong ones, and right ones of other kinds of message. */
const values = fc.oneof(
  fc.constantFrom<unknown>(
    undefined,
    null,
    '',
    7,
    [],
    {},
    [{}],
    'booked',
    'proposed',
    'cancelled',
    'gone',
    '2026-12-01T09:00:00Z',
    'tomorrow',
  ),
  fc.constantFrom(...REVIEW_REASONS, 'NO_REASON').map((code) => [{ coding: [{ system: 'https://fhir.nhs.uk/x', code }] }]),
  fc.constantFrom('Slot/11002001', 'Slot/', 'Clinic/1').map((reference) => [{ reference }]),
  fc.constantFrom('ReferralRequest/000000070000/_history/1', 'ReferralRequest/7').map((reference) => [{ reference }]),
  fc.integer({ min: 999, max: 2001 }).map((length) => 'x'.repeat(length)),
);
const members = [
  'status',
  'reason',
  'description',
  'language',
  'start',
  'end',
  'slot',
  'comment',
  'incomingReferral',
  'participant',
  'id',
  'minutesDuration',
];
const changes = fc.dictionary(fc.constantFrom(...members), values, { maxKeys: 4 });

describe('schema and reader agree on every message', () => {
  for (const { title, example, schema, read } of [
    { title: 'of A016', example: booking, schema: BOOKING_SCHEMA, read: readBookingRequest },
    { title: 'of A034', example: cancellation, schema: CANCELLATION_SCHEMA, read: readAppointmentUpdate },
  ]) {
    const validate = new Ajv2020({ strict: false, formats }).compile(schema);
    test(title, () => {
      assert.ok(validate(example), JSON.stringify(validate.errors));
      fc.assert(
        fc.property(changes, fc.constantFrom(booking, cancellation), (change, base) => {
          const message: unknown = JSON.parse(JSON.stringify({ ...base, ...change }));
          assert.equal(validate(message), isTaken(read, message), JSON.stringify(message));
        }),
        { numRuns: 600 },
      );
    });
  }
});

/** Which codes there are is the code system's to say: the schema takes any. */
function isTaken(read: (resource: unknown) => unknown, message: unknown): boolean {
  try {
    read(message);
    return true;
  } catch (error) {
    if (!(error instanceof ErsRefusal)) throw error;
    return /^'reason' \(\w+\) is invalid\.$/.test(error.issues[0]?.diagnostics ?? '');
  }
}
