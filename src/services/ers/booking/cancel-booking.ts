/** The referrer cancels a directly booked appointment for the patient (ers.md §9 A034). */
import type { Instant } from '../../../kernel/clock.ts';
import type { BusinessFunction } from '../codes.ts';
import { unprocessable } from '../errors.ts';
import type { Code, HealthcareService, Referral } from '../model.ts';
import { type AppointmentCancellationReason, isInForce } from '../reference-data/reference-data.ts';
import { requireTransition } from '../referral/states.ts';
import { APPOINTMENT_CANCELLATION_REASON, cancelAppointment, isDirectlyBooked } from '../review/review.ts';

/** What the referrer sent: the appointment as it should become. */
export interface BookingCancellation {
  readonly appointmentId: string;
  readonly serviceId: string;
  readonly nhsNumber: string;
  readonly reasonCode: string;
  readonly comment?: string;
}

export interface BookingCancellationFacts {
  readonly now: Instant;
  readonly businessFunction: BusinessFunction;
  /** Undefined when the code is of another code system. */
  readonly reason: AppointmentCancellationReason | undefined;
  /** The booked service; undefined when it has left the directory. */
  readonly service: HealthcareService | undefined;
}

/**
 * The rules of A034 that come after the version check.
 *
 * Throws (422) INVALID_REQUEST_STATE when there is no coming appointment at a directly bookable service; INAPPROPRIATE_VALUE for another
 * patient or service, or a reason that is not this caller's to give; MISSING_VALUE for a comment the reason demands.
 */
export function requireCancellableBooking(
  referral: Referral,
  cancellation: BookingCancellation,
  facts: BookingCancellationFacts,
): AppointmentCancellationReason {
  requireTransition(referral, 'cancel-directly-booked-appointment', facts.now);
  if (!isDirectlyBooked(referral, facts.service)) {
    throw unprocessable(
      'INVALID_REQUEST_STATE',
      `'UBRN' (${referral.ubrn}) is not in a state that allows this action.`,
      'The appointment is at an indirectly bookable service: only the provider can cancel it.',
    );
  }
  requireSame('Patient', cancellation.nhsNumber, referral.nhsNumber);
  requireSame('Service', cancellation.serviceId, referral.appointment?.serviceId);
  return requireReason(cancellation, facts);
}

/**
 * The referral with its booking cancelled: APPT_CANCELLED_BY_PATIENT, for all reasons a referrer can give are the patient's. The service
 * keeps read access. Throws what {@link requireCancellableBooking} throws.
 */
export function cancelBooking(referral: Referral, cancellation: BookingCancellation, facts: BookingCancellationFacts): Referral {
  const reason = requireCancellableBooking(referral, cancellation, facts);
  const state = requireTransition(referral, 'cancel-directly-booked-appointment', facts.now);
  return withCancelledBooking(referral, state, { reason, now: facts.now, comment: cancellation.comment });
}

/** A booked referral in the state that a cancelled booking leads to, whoever cancelled it. */
export function withCancelledBooking(
  referral: Referral,
  state: Referral['state'],
  { reason, comment, now }: { readonly reason: AppointmentCancellationReason; readonly comment: string | undefined; readonly now: Instant },
): Referral {
  const { stateComments: _comments, appointment, ...kept } = referral;
  if (appointment === undefined) throw new TypeError('a booked referral has an appointment');
  const code: Code = { system: APPOINTMENT_CANCELLATION_REASON, code: reason.code };
  return {
    ...kept,
    version: referral.version + 1,
    updatedAt: now,
    state,
    stateReason: { ...code, display: reason.display },
    ...(comment !== undefined && { stateComments: comment }),
    appointment: cancelAppointment(appointment, code, comment, 1),
    formerServices: [...new Set([...(referral.formerServices ?? []), appointment.serviceId])],
    reviewed: false,
    contextStatus: 'NEVER_REVIEWED',
  };
}

/** Diagnostics as in the published samples. */
function requireReason(cancellation: BookingCancellation, facts: BookingCancellationFacts): AppointmentCancellationReason {
  const { reason, businessFunction, now } = facts;
  const permitted = reason?.usage === 'CANCEL' && reason.businessFunctions?.includes(businessFunction) === true && isInForce(reason, now);
  if (reason === undefined || !permitted) {
    throw unprocessable(
      'INAPPROPRIATE_VALUE',
      `'reason' The reason provided is not valid in this case`,
      `${cancellation.reasonCode} is no current reason with usage CANCEL for ${businessFunction}.`,
      'List the reasons with A004: APPOINTMENT-CANCELLATION-REASON.',
    );
  }
  if (reason.commentIsMandatory && (cancellation.comment ?? '').trim() === '')
    throw unprocessable('MISSING_VALUE', `'comment' is missing.`, `Reason ${reason.code} needs a comment.`);
  return reason;
}

function requireSame(field: string, sent: string, current: string | undefined): void {
  if (sent === current) return;
  throw unprocessable('INAPPROPRIATE_VALUE', `'${field}' (${sent}) is not appropriate.`, `The appointment is for ${current ?? 'another'}.`);
}
