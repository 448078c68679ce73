/** What a provider decides about a booked referral: accept (A013) or reject (A014). */
import type { Instant } from '../../../kernel/clock.ts';
import type { HospitalAnswer } from '../booking/hospital-system.ts';
import { ErsRefusal, unprocessable } from '../errors.ts';
import type { Appointment, Code, HealthcareService, Referral } from '../model.ts';
import { type AppointmentCancellationReason, isInForce } from '../reference-data/reference-data.ts';
import { requireTransition } from '../referral/states.ts';

const MAXIMUM_COMMENT = 2000;

/** Code system (below the caller's own base) of the reasons for a rejection. */
export const APPOINTMENT_CANCELLATION_REASON = 'APPOINTMENT-CANCELLATION-REASON';

export interface Rejection {
  readonly reasonCode: string;
  readonly comments?: string;
  /** Whether the provider has cancelled the appointment in its own system: indirectly booked appointments only. */
  readonly cancelledInPas?: boolean;
}

export interface RejectionFacts {
  readonly now: Instant;
  readonly reason: AppointmentCancellationReason | undefined;
  /** The booked service; undefined when it has left the directory. */
  readonly service: Pick<HealthcareService, 'bookableType'> | undefined;
}

/**
 * The referral, accepted: it leaves the review list and can no longer be rejected; state and appointment stay.
 * Throws INVALID_REQUEST_STATE (422).
 */
export function acceptReferral(referral: Referral, facts: { readonly now: Instant }): Referral {
  const state = requireTransition(referral, 'accept', facts.now);
  return { ...referral, version: referral.version + 1, state, reviewed: true, contextStatus: 'NEVER_REVIEWED', updatedAt: facts.now };
}

/** Whether the appointment was booked by e-RS in the hospital's system, so that e-RS must also cancel it there. */
export function isDirectlyBooked(referral: Referral, service: RejectionFacts['service']): boolean {
  return service === undefined ? referral.appointment?.slotId !== undefined : service.bookableType === 'DIRECTLY_BOOKABLE';
}

/**
 * Codes and formats of a rejection, checked before the state of the referral is looked at (ers.md §7.3).
 * Throws INVALID_CODE for an unknown reason, INVALID_VALUE for a comment above 2000 characters (422).
 */
export function requireRejectionFormat(
  rejection: Rejection,
  reason: AppointmentCancellationReason | undefined,
): AppointmentCancellationReason {
  if (reason === undefined) {
    throw unprocessable(
      'INVALID_CODE',
      `'Rejection Reason' (${rejection.reasonCode}) is not a known code.`,
      'Unknown code.',
      'List the codes with A004: APPOINTMENT-CANCELLATION-REASON.',
    );
  }
  if ((rejection.comments?.length ?? 0) > MAXIMUM_COMMENT)
    throw unprocessable('INVALID_VALUE', `'Rejection Comments' is longer than ${MAXIMUM_COMMENT} characters.`);
  return reason;
}

/**
 * The rules of a rejection that need the referral.
 *
 * Throws (422) INVALID_REQUEST_STATE; INAPPROPRIATE_VALUE for a reason that is not a provider's rejection or out of date;
 * VALUE_IS_REQUIRED for a comment the reason demands or the PAS flag of an indirectly booked appointment; FIELD_NOT_PERMITTED for that
 * flag on a directly booked one.
 */
export function requireRejectable(referral: Referral, rejection: Rejection, facts: RejectionFacts): AppointmentCancellationReason {
  requireTransition(referral, 'reject', facts.now);
  const reason = requireRejectionFormat(rejection, facts.reason);
  if (reason.type !== 'PROVIDER_REJECT' || !isInForce(reason, facts.now)) {
    throw unprocessable(
      'INAPPROPRIATE_VALUE',
      `'Rejection Reason' (${reason.code}) is not appropriate.`,
      'Only current reasons of type PROVIDER_REJECT reject a referral.',
    );
  }
  if (reason.commentIsMandatory && (rejection.comments ?? '').trim() === '') {
    throw unprocessable('VALUE_IS_REQUIRED', `'Rejection Comments' is required.`, `Reason ${reason.code} needs a comment.`);
  }
  requirePasFlag(referral, rejection.cancelledInPas, facts.service);
  return reason;
}

/** The rule on `appointmentCancelledInPAS`, which A014 and A022 share. Throws VALUE_IS_REQUIRED or FIELD_NOT_PERMITTED (422). */
export function requirePasFlag(referral: Referral, cancelledInPas: boolean | undefined, service: RejectionFacts['service']): void {
  const direct = isDirectlyBooked(referral, service);
  if (direct && cancelledInPas !== undefined) {
    throw unprocessable(
      'FIELD_NOT_PERMITTED',
      `'Appointment Cancelled In PAS' (${cancelledInPas}) is not permitted.`,
      'e-RS cancels a directly booked appointment in the PAS itself.',
    );
  }
  if (!direct && cancelledInPas === undefined) {
    throw unprocessable(
      'VALUE_IS_REQUIRED',
      `'Appointment Cancelled In PAS' is required.`,
      'e-RS cannot cancel an indirectly booked appointment; say whether you did.',
    );
  }
}

/**
 * The referral, rejected: the appointment is cancelled with reason and comment and loses its time and slot; the service keeps read
 * access. The appointment's version moves on by one when it was directly booked, else by two (ers.md §6).
 */
export function rejectReferral(referral: Referral, rejection: Rejection, facts: RejectionFacts): Referral {
  const reason = requireRejectable(referral, rejection, facts);
  const code: Code = { system: APPOINTMENT_CANCELLATION_REASON, code: reason.code, display: reason.display };
  const { stateComments: _comments, appointment, ...kept } = referral;
  if (appointment === undefined) throw new TypeError('a booked referral has an appointment');
  return {
    ...kept,
    version: referral.version + 1,
    state: requireTransition(referral, 'reject', facts.now),
    stateReason: code,
    ...(rejection.comments !== undefined && { stateComments: rejection.comments }),
    appointment: cancelAppointment(appointment, code, rejection.comments, isDirectlyBooked(referral, facts.service) ? 1 : 2),
    formerServices: [...new Set([...(referral.formerServices ?? []), appointment.serviceId])],
    ...(rejection.cancelledInPas === false && { toCancelInPas: true }),
    reviewed: false,
    contextStatus: 'NEVER_REVIEWED',
    updatedAt: facts.now,
  };
}

/** The appointment, cancelled with a reason: time and slot are dropped, who was to see the patient stays. */
export function cancelAppointment(appointment: Appointment, reason: Code, comment: string | undefined, versions: number): Appointment {
  const { start: _start, end: _end, slotId: _slotId, comment: _comment, ...kept } = appointment;
  return { ...kept, version: appointment.version + versions, status: 'cancelled', reason, ...(comment !== undefined && { comment }) };
}

/**
 * The refusal that a hospital's answer to a cancellation becomes: 422 UNABLE_TO_CANCEL_APPOINTMENT, 502 or 504 (ers.md §9 A014).
 */
export function cancellationRefused(answer: Exclude<HospitalAnswer, 'confirmed'>, slotId: string, ubrn: string): ErsRefusal {
  if (answer === 'refused') {
    return unprocessable(
      'UNABLE_TO_CANCEL_APPOINTMENT',
      `'UBRN' (${ubrn}) the appointment could not be cancelled.`,
      'The hospital system refused the cancellation.',
    );
  }
  const [status, code, word] =
    answer === 'error' ? ([502, 'PAS_RESPONDED_WITH_ERROR', 'ERROR'] as const) : ([504, 'PAS_NOT_RESPONDING', 'TIMED_OUT'] as const);
  return new ErsRefusal(
    status,
    [{ code, diagnostics: `PAS unable to cancel booking into slot '${slotId}' for UBRN: ${ubrn}. PAS Request Status: ${word}` }],
    {
      check: 'ers.hospital-system',
      why: answer === 'error' ? 'The hospital system answered with an error.' : 'The hospital system did not answer in time.',
      fix: 'Try again.',
    },
  );
}
