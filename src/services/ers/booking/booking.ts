/** Booking an appointment, deferring to the provider, sending for triage (ers.md §9 A016, §14): checks and results as pure rules. */
import type { Instant } from '../../../kernel/clock.ts';
import { STU3_CODES } from '../codes.ts';
import { ErsRefusal, unprocessable } from '../errors.ts';
import type { Appointment, Code, HealthcareService, Referral, Slot } from '../model.ts';
import { letterDueDate } from '../referral/letter-due-date.ts';
import { type ReferralEvent, requireTransition } from '../referral/states.ts';
import type { HospitalAnswer } from './hospital-system.ts';

export const REVIEW_REASON_SYSTEM = `${STU3_CODES}eRS-ReviewReason-1`;
export const REVIEW_REASONS = ['NO_SLOTS_AT_SERVICE', 'SLOT_NOT_AVAILABLE', 'BOOKING_ATTEMPT_PROBLEM', 'TRIAGE'] as const;
export type ReviewReason = (typeof REVIEW_REASONS)[number];

/** What the referrer asks for: a slot (`BOOK`), or a deferral with its reason. */
export interface BookingCommand {
  readonly kind: 'BOOK' | ReviewReason;
  readonly ubrn: string;
  readonly nhsNumber: string;
  readonly serviceId: string;
  readonly clinician?: string;
  readonly slotId?: string;
  readonly start?: Instant;
  readonly end?: Instant;
  readonly comment?: string;
}

/** A booking attempt that failed, and with it the deferral that may follow. */
export type BookingFailure = NonNullable<Referral['bookingFailure']>;

/** What was looked up. */
export interface BookingFacts {
  readonly now: Instant;
  readonly service: HealthcareService | undefined;
  /** The slot named, if e-RS has it. */
  readonly slot: Slot | undefined;
  /** Whether slots for the service and the referral's priority are on offer. */
  readonly slotsOnOffer: boolean;
  readonly failure: BookingFailure | undefined;
}

/** The service and, for a booking, the slot that passed all checks. */
export interface CheckedBooking {
  readonly service: HealthcareService;
  readonly slot: Slot | undefined;
}

/**
 * All rules of A016 that come after the version check, in the order of ers.md §7.3.
 *
 * Throws (422) INVALID_REQUEST_STATE; INAPPROPRIATE_VALUE for another patient, a service off the shortlist or a deferral no failed
 * attempt allows; SERVICE_UNAVAILABLE; INVALID_STATE for a service that cannot be booked or deferred this way; REFERENCE_NOT_FOUND,
 * INAPPROPRIATE_SLOT, SLOT_NOT_AVAILABLE for the slot; SLOTS_CURRENTLY_AVAILABLE, THIS_SLOT_IS_AVAILABLE for a needless deferral.
 */
export function checkBooking(referral: Referral, command: BookingCommand, facts: BookingFacts): CheckedBooking {
  requireTransition(referral, eventOf(command.kind), facts.now);
  if (command.nhsNumber !== referral.nhsNumber) {
    throw unprocessable(
      'INAPPROPRIATE_VALUE',
      `'Patient' (${command.nhsNumber}) is not appropriate.`,
      'The referral is for another patient.',
    );
  }
  const service = requireService(referral, command, facts);
  switch (command.kind) {
    case 'BOOK':
      return { service, slot: requireSlot(referral, command, facts) };
    case 'NO_SLOTS_AT_SERVICE':
      if (facts.slotsOnOffer)
        throw unprocessable(
          'SLOTS_CURRENTLY_AVAILABLE',
          `'Service' (${service.id}) has slots that are currently available.`,
          'A referral is deferred for want of slots only when there are none.',
          'Search for slots (A015) and book one.',
        );
      break;
    case 'SLOT_NOT_AVAILABLE':
      requireSlotGone(command, facts);
      break;
    case 'BOOKING_ATTEMPT_PROBLEM':
      if (facts.failure?.serviceId !== service.id || facts.failure.outcome !== 'BOOKING_ATTEMPT_PROBLEM')
        throw notAllowedByFailure(command.kind);
      break;
    case 'TRIAGE':
      break;
  }
  return { service, slot: undefined };
}

/**
 * The referral after the booking, deferral or triage: its version moves on by two; the appointment starts at version 0 when booked and
 * at 1 otherwise; the pathway starts now unless a start was supplied (ers.md §6, §10.1).
 *
 * @param event whose rule on states applies; that of A016 unless given
 */
export function applyBooking(
  referral: Referral,
  command: BookingCommand,
  checked: CheckedBooking,
  facts: { readonly now: Instant; readonly appointmentId: string },
  event: ReferralEvent = eventOf(command.kind),
): Referral {
  const { service, slot } = checked;
  const reason: Code | undefined = command.kind === 'BOOK' ? undefined : { system: REVIEW_REASON_SYSTEM, code: command.kind };
  const appointment: Appointment = {
    id: facts.appointmentId,
    version: command.kind === 'BOOK' ? 0 : 1,
    status: command.kind === 'BOOK' ? 'booked' : 'proposed',
    serviceId: service.id,
    serviceName: service.name,
    ...(command.clinician !== undefined && { clinician: command.clinician }),
    ...(slot !== undefined && { start: slot.start, end: slot.end, slotId: slot.id }),
    created: facts.now,
    ...(reason !== undefined && { reason }),
    ...(command.comment !== undefined && { comment: command.comment }),
  };
  const { stateReason: _stateReason, stateComments: _stateComments, bookingFailure: _failure, receivedAt: _receivedAt, ...kept } = referral;
  return {
    ...kept,
    version: referral.version + 2,
    state: requireTransition(referral, event, facts.now),
    ...(reason !== undefined && { stateReason: reason, receivedAt: facts.now }),
    updatedAt: facts.now,
    appointment,
    specialty: service.specialty,
    pathwayStart: referral.pathwayStart ?? facts.now,
    ...(referral.letterDue !== undefined && { letterDue: letterDueDate(facts.now, referral.priority) }),
    reviewed: false,
    contextStatus: 'NEVER_REVIEWED',
  };
}

/** Which deferral a hospital's answer opens: a refusal or an error means the slot is gone, silence that the booking failed. */
export function failureFor(answer: Exclude<HospitalAnswer, 'confirmed'>, slotId: string, serviceId: string): BookingFailure {
  return { slotId, serviceId, outcome: answer === 'silence' ? 'BOOKING_ATTEMPT_PROBLEM' : 'SLOT_NOT_AVAILABLE' };
}

/**
 * The refusal that a hospital's answer to a booking becomes: 422 UNABLE_TO_CONFIRM_APPOINTMENT, 502 PAS_RESPONDED_WITH_ERROR or
 * 504 PAS_NOT_RESPONDING with the diagnostics of the samples (ers.md §7.1).
 */
export function bookingRefused(answer: Exclude<HospitalAnswer, 'confirmed'>, slotId: string, ubrn: string): ErsRefusal {
  if (answer === 'refused') {
    return unprocessable(
      'UNABLE_TO_CONFIRM_APPOINTMENT',
      `'Slot' (${slotId}) is no longer available.`,
      'The hospital system answered that the slot is taken.',
      'Choose another slot, or defer with SLOT_NOT_AVAILABLE.',
    );
  }
  const [status, code, word] =
    answer === 'error' ? ([502, 'PAS_RESPONDED_WITH_ERROR', 'ERROR'] as const) : ([504, 'PAS_NOT_RESPONDING', 'TIMED_OUT'] as const);
  return new ErsRefusal(
    status,
    [{ code, diagnostics: `PAS unable to create booking into slot '${slotId}' for UBRN: ${ubrn}. PAS Request Status: ${word}` }],
    {
      check: 'ers.hospital-system',
      why: answer === 'error' ? 'The hospital system answered with an error.' : 'The hospital system did not answer in time.',
      fix:
        answer === 'error' ? 'Choose another slot, or defer with SLOT_NOT_AVAILABLE.' : 'Defer with BOOKING_ATTEMPT_PROBLEM, or try again.',
    },
  );
}

/** The refusal when e-RS itself knows that the slot has gone. */
export function slotGone(slotId: string): ErsRefusal {
  return unprocessable(
    'SLOT_NOT_AVAILABLE',
    `'Slot' (${slotId}) is not available.`,
    'The slot was taken, withdrawn or has begun.',
    'Choose another slot, or defer with SLOT_NOT_AVAILABLE.',
  );
}

/**
 * The time in which a service offers slots for a priority: from now, within its booking window (ers.md §14).
 */
export function offerPeriod(
  service: HealthcareService,
  priority: Referral['priority'],
  now: Instant,
): { readonly from: Instant; readonly to: Instant } {
  const window = service.bookingWindowDays?.[priority];
  return window === undefined
    ? { from: now, to: Number.MAX_SAFE_INTEGER }
    : { from: Math.max(now, now + window.from * DAY), to: now + (window.to + 1) * DAY };
}

const DAY = 86_400_000;

function eventOf(kind: BookingCommand['kind']): 'book' | 'defer' | 'send-for-triage' {
  if (kind === 'BOOK') return 'book';
  return kind === 'TRIAGE' ? 'send-for-triage' : 'defer';
}

function requireService(referral: Referral, command: BookingCommand, facts: BookingFacts): HealthcareService {
  const id = command.serviceId;
  if (facts.service === undefined) throw unprocessable('REFERENCE_NOT_FOUND', `'Service' (${id}) is not found.`);
  if (!referral.shortlist.some((each) => each.serviceId === id)) {
    throw unprocessable(
      'INAPPROPRIATE_VALUE',
      `'Service' (${id}) is not appropriate.`,
      'The service is not on the shortlist.',
      'Change the shortlist first (A031).',
    );
  }
  if (!facts.service.published)
    throw unprocessable('SERVICE_UNAVAILABLE', `'Service' (${id}) is unavailable.`, 'The service is no longer published.');
  const fits =
    command.kind === 'TRIAGE'
      ? facts.service.requestFlows.includes('TRIAGE_REQUEST')
      : facts.service.bookableType === 'DIRECTLY_BOOKABLE' && facts.service.requestFlows.includes('APPOINTMENT_REQUEST');
  if (!fits) {
    const why =
      command.kind === 'TRIAGE'
        ? 'The service does not triage.'
        : 'Only directly bookable services are booked or deferred through the API.';
    throw unprocessable('INVALID_STATE', `'Service' (${id}) is not in a valid state.`, why);
  }
  return facts.service;
}

/** The slot that is to be booked. Throws (422) REFERENCE_NOT_FOUND, INAPPROPRIATE_SLOT, SLOT_NOT_AVAILABLE. */
export function requireSlot(referral: Referral, command: BookingCommand, facts: Pick<BookingFacts, 'now' | 'slot'>): Slot {
  const { slot } = facts;
  if (slot === undefined) throw unprocessable('REFERENCE_NOT_FOUND', `'Slot' (${command.slotId}) is not found.`);
  const mismatch = mismatchOf(slot, referral, command);
  if (mismatch !== undefined) throw unprocessable('INAPPROPRIATE_SLOT', `'Slot' (${slot.id}) is not appropriate.`, mismatch);
  if (slot.status !== 'free' || slot.start <= facts.now) throw slotGone(slot.id);
  return slot;
}

function mismatchOf(slot: Slot, referral: Referral, command: BookingCommand): string | undefined {
  if (slot.serviceId !== command.serviceId) return 'The slot belongs to another service.';
  if (slot.start !== command.start || slot.end !== command.end) return 'Start and end differ from those of the slot.';
  if (slot.priority !== undefined && slot.priority !== referral.priority) return `The slot is for ${slot.priority} referrals.`;
  if (command.clinician !== undefined && command.clinician !== slot.clinician)
    return 'The clinician named is not the clinician of the slot.';
  return undefined;
}

/** A failed attempt on the slot allows the deferral even while e-RS still shows the slot as free: the hospital knows better. */
function requireSlotGone(command: BookingCommand, facts: BookingFacts): void {
  const { slot, failure } = facts;
  if (slot === undefined) throw unprocessable('REFERENCE_NOT_FOUND', `'Slot' (${command.slotId}) is not found.`);
  if (slot.serviceId !== command.serviceId)
    throw unprocessable('INAPPROPRIATE_SLOT', `'Slot' (${slot.id}) is not appropriate.`, 'The slot belongs to another service.');
  if (failure?.slotId === slot.id && failure.outcome === 'SLOT_NOT_AVAILABLE') return;
  if (slot.status === 'free' && slot.start > facts.now) {
    throw unprocessable(
      'THIS_SLOT_IS_AVAILABLE',
      `'Slot' (${slot.id}) is available.`,
      'The slot is free; there is no reason to defer.',
      'Book the slot.',
    );
  }
}

function notAllowedByFailure(kind: ReviewReason): ErsRefusal {
  return unprocessable(
    'INAPPROPRIATE_VALUE',
    `'Reason' (${kind}) is not appropriate.`,
    'This deferral follows a booking attempt to which the hospital system did not answer; there was none at this service.',
    'Try to book a slot first.',
  );
}
