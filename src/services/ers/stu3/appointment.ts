/** Appointment (ers.md §10.2): as it is written out, and the body of A016. */
import { isoInstant } from '../../../kernel/clock.ts';
import { type BookingCommand, REVIEW_REASONS, type ReviewReason } from '../booking/booking.ts';
import { STU3_PROFILE, SYSTEMS } from '../codes.ts';
import { unprocessable } from '../errors.ts';
import type { Appointment, Referral } from '../model.ts';
import { codingOf } from './coding.ts';
import { list, record, text } from './elements.ts';

const PROFILES: readonly string[] = [
  `${STU3_PROFILE}eRS-Appointment-1`,
  'https://fhir.hl7.org.uk/STU3/StructureDefinition/CareConnect-Appointment-1',
];
/** What every appointment of e-RS is described as. */
export const DESCRIPTION = 'e-Referral Appointment';
/** Statuses of an appointment in FHIR. */
export const APPOINTMENT_STATUSES: ReadonlySet<string> = new Set([
  'proposed',
  'pending',
  'booked',
  'arrived',
  'fulfilled',
  'cancelled',
  'noshow',
  'entered-in-error',
]);
/** Longest comment of a deferral. */
export const MAXIMUM_COMMENT = 1000;

/**
 * The appointment of a referral.
 *
 * @param id `appointment` when contained in the referral, else its number
 * @param base the caller's base address plus `/FHIR`
 */
export function writeAppointment(
  appointment: Appointment,
  referral: Pick<Referral, 'ubrn' | 'version' | 'nhsNumber'>,
  id: string,
  base: string,
): object {
  return {
    id,
    meta: { versionId: String(appointment.version), profile: PROFILES },
    language: 'en',
    resourceType: 'Appointment',
    status: appointment.status,
    ...(appointment.reason !== undefined && { reason: [{ coding: [codingOf(appointment.reason, base)] }] }),
    description: DESCRIPTION,
    ...(appointment.start !== undefined && { start: isoInstant(appointment.start) }),
    ...(appointment.end !== undefined && { end: isoInstant(appointment.end) }),
    ...(appointment.slotId !== undefined && { slot: [{ reference: `Slot/${appointment.slotId}` }] }),
    created: isoInstant(appointment.created),
    ...(appointment.comment !== undefined && { comment: appointment.comment }),
    incomingReferral: [{ reference: `ReferralRequest/${referral.ubrn}/_history/${referral.version}` }],
    participant: [
      {
        actor: { identifier: { system: SYSTEMS.serviceStu3, value: appointment.serviceId }, display: appointment.serviceName },
        status: 'accepted',
      },
      { actor: { identifier: { system: SYSTEMS.nhsNumberStu3, value: referral.nhsNumber } }, status: 'accepted' },
      ...(appointment.clinician === undefined ? [] : [writeClinician(appointment.clinician)]),
    ],
  };
}

/** `type` is one object where FHIR wants a list: a known defect of the national service that clients rely on (ers.md §10.2). */
function writeClinician(userId: string): object {
  return {
    type: { coding: [{ system: 'http://hl7.org/fhir/ValueSet/encounter-participant-type', code: 'CON' }] },
    actor: { identifier: { system: SYSTEMS.userStu3, value: userId } },
    status: 'accepted',
  };
}

/** The body of A016: what to do, and the version of the referral the client has seen. */
export interface BookingRequestBody {
  readonly command: BookingCommand;
  readonly version: number;
}

/**
 * Reads the body of A016 (ers.md §9).
 *
 * Throws (422) MISSING_VALUE, INVALID_VALUE for a wrong shape or format, INVALID_CODE for an unknown status or reason,
 * INAPPROPRIATE_VALUE for a field that this kind of request must not have.
 */
export function readBookingRequest(resource: unknown): BookingRequestBody {
  const body = readFrame(resource);
  const kind = readKind(body);
  const { ubrn, version } = readIncomingReferral(body['incomingReferral']);
  const slotId = readSlot(body, kind);
  const [start, end] = [readTime(body, 'start', kind), readTime(body, 'end', kind)];
  const comment = readComment(body['comment'], kind);
  return {
    command: {
      kind,
      ubrn,
      ...readParticipants(body['participant']),
      ...(slotId !== undefined && { slotId }),
      ...(start !== undefined && { start }),
      ...(end !== undefined && { end }),
      ...(comment !== undefined && { comment }),
    },
    version,
  };
}

/** The members of an appointment after what is the same in all of them. Throws MISSING_VALUE or INVALID_VALUE (422). */
export function readFrame(resource: unknown): Readonly<Record<string, unknown>> {
  const body = record(resource, 'Appointment', 'INVALID_VALUE');
  if (body['resourceType'] !== 'Appointment') throw invalid('Resource Type', body['resourceType']);
  const description = text(body['description'], 'Description');
  if (description !== DESCRIPTION) throw invalid('Description', description);
  if (body['language'] !== undefined && body['language'] !== 'en') throw invalid('Language', body['language']);
  return body;
}

function readKind(body: Readonly<Record<string, unknown>>): BookingCommand['kind'] {
  const status = text(body['status'], 'Status');
  if (!APPOINTMENT_STATUSES.has(status)) throw unprocessable('INVALID_CODE', `'Status' (${status}) is not a known code.`);
  if (status !== 'booked' && status !== 'proposed') throw inappropriate('Status', status, 'An appointment is booked or proposed here.');
  if (status === 'booked') {
    if (body['reason'] !== undefined) throw inappropriate('Reason', undefined, 'A booking has no reason.');
    return 'BOOK';
  }
  const concept = record(list(body['reason'], 'Reason', 'INVALID_VALUE')[0], 'Reason', 'INVALID_VALUE');
  const coding = record(list(concept['coding'], 'Reason', 'INVALID_VALUE')[0], 'Reason', 'INVALID_VALUE');
  const code = text(coding['code'], 'Reason');
  const reason = REVIEW_REASONS.find((each) => each === code);
  if (reason === undefined)
    throw unprocessable('INVALID_CODE', `'Reason' (${code}) is not a known code.`, `Known: ${REVIEW_REASONS.join(', ')}.`);
  return reason;
}

/** UBRN and version of the referral an appointment is for. Throws MISSING_VALUE or INVALID_VALUE (422). */
export function readIncomingReferral(value: unknown): { ubrn: string; version: number } {
  const reference = text(
    record(list(value, 'Incoming Referral', 'INVALID_VALUE')[0], 'Incoming Referral', 'INVALID_VALUE')['reference'],
    'Incoming Referral',
  );
  const match = /^(?:.*\/)?ReferralRequest\/(\d{12})\/_history\/(\d{1,9})$/.exec(reference);
  if (match?.[1] === undefined || match[2] === undefined) throw invalid('Incoming Referral', reference);
  return { ubrn: match[1], version: Number(match[2]) };
}

const NEEDS_SLOT: ReadonlySet<BookingCommand['kind']> = new Set(['BOOK', 'SLOT_NOT_AVAILABLE'] as const);

function readSlot(body: Readonly<Record<string, unknown>>, kind: 'BOOK' | ReviewReason): string | undefined {
  const value = body['slot'];
  if (!NEEDS_SLOT.has(kind)) {
    if (value !== undefined) throw inappropriate('Slot', undefined, `A deferral with reason ${kind} names no slot.`);
    return undefined;
  }
  const slots = list(value, 'Slot', 'INVALID_VALUE');
  const reference = text(record(slots[0], 'Slot', 'INVALID_VALUE')['reference'], 'Slot');
  const id = /^(?:.*\/)?Slot\/([A-Za-z0-9.-]{1,64})$/.exec(reference)?.[1];
  if (id === undefined || slots.length > 1) throw invalid('Slot', reference);
  return id;
}

function readTime(body: Readonly<Record<string, unknown>>, name: 'start' | 'end', kind: BookingCommand['kind']): number | undefined {
  const label = name === 'start' ? 'Start' : 'End';
  if (kind !== 'BOOK') {
    if (body[name] !== undefined) throw inappropriate(label, body[name], 'Only a booking has a time.');
    return undefined;
  }
  const value = text(body[name], label);
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(value) || Number.isNaN(Date.parse(value)))
    throw invalid(label, value);
  return Date.parse(value);
}

function readComment(value: unknown, kind: BookingCommand['kind']): string | undefined {
  if (value === undefined) return undefined;
  const comment = text(value, 'Comment');
  if (kind === 'BOOK') throw inappropriate('Comment', comment, 'A booking has no comment.');
  if (comment.length > MAXIMUM_COMMENT) throw unprocessable('INVALID_VALUE', `'Comment' is longer than ${MAXIMUM_COMMENT} characters.`);
  return comment;
}

/** Who an appointment is for and with. Throws MISSING_VALUE, INVALID_VALUE or INAPPROPRIATE_VALUE (422). */
export function readParticipants(value: unknown): Pick<BookingCommand, 'serviceId' | 'nhsNumber' | 'clinician'> {
  const found = new Map<string, string>();
  for (const item of list(value, 'Participant', 'INVALID_VALUE')) {
    const participant = record(item, 'Participant', 'INVALID_VALUE');
    const identifier = record(
      record(participant['actor'], 'Participant Actor', 'INVALID_VALUE')['identifier'],
      'Participant Identifier',
      'INVALID_VALUE',
    );
    const system = text(identifier['system'], 'Participant System');
    const actor = text(identifier['value'], 'Participant');
    if (text(participant['status'], 'Participant Status') !== 'accepted') throw invalid('Participant Status', participant['status']);
    if (!PARTICIPANT_SYSTEMS.has(system)) throw invalid('Participant System', system);
    if (found.has(system)) throw inappropriate('Participant', actor, 'Each kind of participant appears once.');
    found.set(system, actor);
  }
  const serviceId = text(found.get(SYSTEMS.serviceStu3), 'Service');
  const nhsNumber = text(found.get(SYSTEMS.nhsNumberStu3), 'Patient');
  const clinician = found.get(SYSTEMS.userStu3);
  return clinician === undefined ? { serviceId, nhsNumber } : { serviceId, nhsNumber, clinician };
}

const PARTICIPANT_SYSTEMS: ReadonlySet<string> = new Set([SYSTEMS.serviceStu3, SYSTEMS.nhsNumberStu3, SYSTEMS.userStu3]);

/** 422 INVALID_VALUE for a field of an appointment. */
export function invalid(field: string, value: unknown) {
  return unprocessable('INVALID_VALUE', `'${field}' (${typeof value === 'string' ? value : JSON.stringify(value)}) is invalid.`);
}

function inappropriate(field: string, value: unknown, why: string) {
  return unprocessable(
    'INAPPROPRIATE_VALUE',
    value === undefined ? `'${field}' is not appropriate.` : `'${field}' (${String(value)}) is not appropriate.`,
    why,
  );
}
