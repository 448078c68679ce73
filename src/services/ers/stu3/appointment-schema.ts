/** The JSON schemas of the messages that are an Appointment (A016, A034), by the rules of their readers. */
import { REVIEW_REASONS } from '../booking/booking.ts';
import { SYSTEMS } from '../codes.ts';
import type { JsonSchema } from '../document/parameters-schema.ts';
import { APPOINTMENT_CANCELLATION_REASON } from '../review/review.ts';
import { DESCRIPTION, MAXIMUM_COMMENT } from './appointment.ts';
import { MAXIMUM_CANCELLATION_COMMENT } from './appointment-update.ts';

const referenceTo = (pattern: string): JsonSchema => ({
  type: 'array',
  minItems: 1,
  items: { type: 'object', required: ['reference'], properties: { reference: { type: 'string', pattern } } },
});

const participant = (system: string): JsonSchema => ({
  type: 'object',
  required: ['actor', 'status'],
  properties: {
    status: { const: 'accepted' },
    actor: {
      type: 'object',
      required: ['identifier'],
      properties: {
        identifier: {
          type: 'object',
          required: ['system', 'value'],
          properties: { system: { const: system }, value: { type: 'string', minLength: 1 } },
        },
      },
    },
  },
});

const once = (system: string): JsonSchema => ({
  contains: { properties: { actor: { properties: { identifier: { properties: { system: { const: system } } } } } } },
});

const FRAME = {
  resourceType: { const: 'Appointment' },
  description: { const: DESCRIPTION },
  incomingReferral: referenceTo(String.raw`^(.*/)?ReferralRequest/\d{12}/_history/\d{1,9}$`),
  participant: {
    type: 'array',
    minItems: 2,
    maxItems: 3,
    items: { oneOf: [SYSTEMS.serviceStu3, SYSTEMS.nhsNumberStu3, SYSTEMS.userStu3].map(participant) },
    allOf: [once(SYSTEMS.serviceStu3), once(SYSTEMS.nhsNumberStu3)],
  },
} as const;
const SLOT = referenceTo(`^(.*/)?Slot/[A-Za-z0-9.-]{1,64}$`);
const LANGUAGE = { const: 'en' };
const TIME = { type: 'string', format: 'date-time' } as const;

function appointment(
  title: string,
  required: Readonly<Record<string, JsonSchema>>,
  optional: Readonly<Record<string, JsonSchema>>,
  never: readonly string[],
): JsonSchema {
  const members = { ...FRAME, ...required };
  return {
    title,
    type: 'object',
    required: Object.keys(members),
    properties: { language: LANGUAGE, ...members, ...optional, ...Object.fromEntries(never.map((each) => [each, false])) },
  };
}

function reason(code: JsonSchema, system: JsonSchema | undefined): JsonSchema {
  const coding = {
    type: 'object',
    required: system === undefined ? ['code'] : ['system', 'code'],
    properties: { ...(system !== undefined && { system }), code },
  };
  const list = (items: JsonSchema): JsonSchema => ({ type: 'array', minItems: 1, items });
  return list({ type: 'object', required: ['coding'], properties: { coding: list(coding) } });
}

const deferral = (
  title: string,
  codes: readonly string[],
  slot: Readonly<Record<string, JsonSchema>>,
  never: readonly string[],
): JsonSchema =>
  appointment(
    title,
    { status: { const: 'proposed' }, reason: reason({ enum: codes }, undefined), ...slot },
    { comment: { type: 'string', minLength: 1, maxLength: MAXIMUM_COMMENT } },
    ['start', 'end', ...never],
  );

/** A016: a booking, or one of the deferrals. */
export const BOOKING_SCHEMA: JsonSchema = {
  oneOf: [
    appointment('A booking', { status: { const: 'booked' }, start: TIME, end: TIME, slot: { ...SLOT, maxItems: 1 } }, {}, [
      'reason',
      'comment',
    ]),
    deferral('A deferral because the slot has gone', ['SLOT_NOT_AVAILABLE'], { slot: { ...SLOT, maxItems: 1 } }, []),
    deferral(
      'Another deferral, or sending for triage',
      REVIEW_REASONS.filter((each) => each !== 'SLOT_NOT_AVAILABLE'),
      {},
      ['slot'],
    ),
  ],
};

/** A034: the appointment as it should become. */
export const CANCELLATION_SCHEMA: JsonSchema = appointment(
  'A cancellation',
  {
    id: { type: 'string', minLength: 1 },
    status: { const: 'cancelled' },
    reason: reason({ type: 'string', minLength: 1 }, { type: 'string', pattern: `/${APPOINTMENT_CANCELLATION_REASON}$` }),
  },
  { comment: { type: 'string', minLength: 1, maxLength: MAXIMUM_CANCELLATION_COMMENT } },
  ['start', 'end', 'slot', 'minutesDuration'],
);
