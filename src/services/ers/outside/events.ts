/**
 * What happens to a referral outside the API (ers.md §11.2): people book, cancel, redirect and record in the web applications, and the
 * hospital cancels. Rules over plain data; which event is possible when is in the table of `referral/states.ts`.
 */
import type { Instant } from '../../../kernel/clock.ts';
import { applyBooking, type BookingCommand, requireSlot } from '../booking/booking.ts';
import { withCancelledBooking } from '../booking/cancel-booking.ts';
import { unprocessable } from '../errors.ts';
import type { Code, HealthcareService, Referral, Slot } from '../model.ts';
import { appointmentCancellationReason, isInForce, nonAttendanceReason } from '../reference-data/reference-data.ts';
import { withoutAppointment } from '../referral/change-shortlist.ts';
import { shortlistOf } from '../referral/create.ts';
import { type ReferralEvent, requireTransition } from '../referral/states.ts';

export type BookingEvent = 'referrer-books' | 'patient-books' | 'provider-books';
export type DeferringEvent = 'patient-forwards' | 'provider-defers';
export type CancellingEvent = 'patient-cancels-appointment' | 'provider-cancels-appointment' | 'hospital-cancels-appointment';

/** One event with what it needs. */
export type OutsideEvent =
  | {
      readonly event: BookingEvent;
      readonly serviceId: string;
      /** At a directly bookable service. */
      readonly slotId?: string;
      /** At an indirectly bookable one. */
      readonly start?: Instant;
      readonly clinician?: string;
    }
  | { readonly event: DeferringEvent; readonly serviceId: string; readonly comment?: string }
  | { readonly event: 'provider-sends-for-triage'; readonly serviceId: string; readonly comment?: string }
  | { readonly event: 'provider-shortlists'; readonly serviceIds: readonly string[] }
  | { readonly event: CancellingEvent; readonly reason: string; readonly comment?: string }
  | { readonly event: 'provider-records-non-attendance'; readonly reason: string; readonly comment?: string }
  | { readonly event: 'provider-records-assessment'; readonly comment?: string };

export interface OutsideFacts {
  readonly now: Instant;
  /** The services that the event names, in its order; undefined for one that does not exist. */
  readonly services: readonly (HealthcareService | undefined)[];
  readonly slot: Slot | undefined;
  /** For the appointment that the event makes. */
  readonly appointmentId: string;
}

/** Types of reason by who cancels; the provider and its hospital also give those of redirection. */
const REASON_TYPES: Readonly<Record<CancellingEvent, readonly string[]>> = {
  'patient-cancels-appointment': ['PATIENT'],
  'provider-cancels-appointment': ['PROVIDER', 'UNKNOWN'],
  'hospital-cancels-appointment': ['PROVIDER', 'UNKNOWN'],
};

/**
 * The referral after an event.
 *
 * Throws (422) INVALID_REQUEST_STATE by the table of states; REFERENCE_NOT_FOUND, SERVICE_UNAVAILABLE, INVALID_STATE or
 * INAPPROPRIATE_VALUE for the service; the refusals of a slot; INVALID_CODE, INAPPROPRIATE_VALUE, MISSING_VALUE for reason and comment.
 */
export function applyOutsideEvent(referral: Referral, event: OutsideEvent, facts: OutsideFacts): Referral {
  requireTransition(referral, event.event, facts.now);
  switch (event.event) {
    case 'referrer-books':
    case 'patient-books':
    case 'provider-books':
      return book(referral, event, facts);
    case 'patient-forwards':
    case 'provider-defers':
    case 'provider-sends-for-triage':
      return propose(referral, event, facts);
    case 'provider-shortlists':
      return shortlist(referral, event.serviceIds, facts);
    case 'provider-records-non-attendance':
      return recordNonAttendance(referral, event, facts);
    case 'provider-records-assessment':
      return recordAssessment(referral, event.comment, facts.now);
    default:
      return cancel(referral, event, facts.now);
  }
}

function book(referral: Referral, event: Extract<OutsideEvent, { event: BookingEvent }>, facts: OutsideFacts): Referral {
  const service = requireService(referral, event.serviceId, facts.services[0], event.event);
  const command: BookingCommand = {
    kind: 'BOOK',
    ubrn: referral.ubrn,
    nhsNumber: referral.nhsNumber,
    serviceId: service.id,
    ...(event.clinician !== undefined && { clinician: event.clinician }),
  };
  const direct = service.bookableType === 'DIRECTLY_BOOKABLE';
  const slot = direct ? ownSlot(referral, { ...command, slotId: event.slotId ?? '(none)' }, facts) : undefined;
  const start = direct ? undefined : requireStart(event.start, facts.now);
  const booked = applyBooking(redirected(referral, service), command, { service, slot }, facts, event.event);
  if (booked.appointment === undefined) throw new TypeError('a booking makes an appointment');
  return {
    ...booked,
    // A reviewed referral that its own service books counts as accepted; elsewhere it is reviewed again.
    reviewed: event.event === 'provider-books' && referral.reviewed && referral.appointment?.serviceId === service.id,
    appointment: start === undefined ? booked.appointment : { ...booked.appointment, start, end: start },
  };
}

function propose(
  referral: Referral,
  event: Extract<OutsideEvent, { event: DeferringEvent | 'provider-sends-for-triage' }>,
  facts: OutsideFacts,
): Referral {
  const service = requireService(referral, event.serviceId, facts.services[0], event.event);
  const command: BookingCommand = {
    kind: event.event === 'provider-sends-for-triage' ? 'TRIAGE' : 'NO_SLOTS_AT_SERVICE',
    ubrn: referral.ubrn,
    nhsNumber: referral.nhsNumber,
    serviceId: service.id,
    ...(event.comment !== undefined && { comment: event.comment }),
  };
  return applyBooking(redirected(referral, service), command, { service, slot: undefined }, facts, event.event);
}

function shortlist(referral: Referral, ids: readonly string[], facts: OutsideFacts): Referral {
  const services = ids.map((id, index) => requireService(referral, id, facts.services[index], 'provider-shortlists'));
  return {
    ...withoutAppointment(referral),
    version: referral.version + 1,
    updatedAt: facts.now,
    state: requireTransition(referral, 'provider-shortlists', facts.now),
    shortlist: shortlistOf(services),
  };
}

function cancel(referral: Referral, event: Extract<OutsideEvent, { event: CancellingEvent }>, now: Instant): Referral {
  const reason = appointmentCancellationReason(event.reason);
  if (reason === undefined) throw unknownReason(event.reason, 'APPOINTMENT-CANCELLATION-REASON');
  if (!REASON_TYPES[event.event].includes(reason.type) || !isInForce(reason, now)) {
    throw unprocessable(
      'INAPPROPRIATE_VALUE',
      `'Reason' (${reason.code}) is not appropriate.`,
      `${event.event} takes current reasons of type ${REASON_TYPES[event.event].join(' or ')}.`,
    );
  }
  if (reason.commentIsMandatory && event.comment === undefined)
    throw unprocessable('MISSING_VALUE', `'Comment' is missing.`, `Reason ${reason.code} needs a comment.`);
  const state = requireTransition(referral, event.event, now);
  return withCancelledBooking(referral, state, { reason, comment: event.comment, now });
}

function recordNonAttendance(
  referral: Referral,
  event: { readonly reason: string; readonly comment?: string },
  facts: OutsideFacts,
): Referral {
  const reason = nonAttendanceReason(event.reason);
  if (reason === undefined || !isInForce(reason, facts.now)) throw unknownReason(event.reason, 'APPOINTMENT-NON-ATTENDANCE-REASON');
  const { stateComments: _comments, appointment, ...kept } = referral;
  if (appointment === undefined) throw new TypeError('a booked referral has an appointment');
  const code: Code = { system: 'APPOINTMENT-NON-ATTENDANCE-REASON', code: reason.code, display: reason.display };
  const { comment: _comment, ...missed } = appointment;
  return {
    ...kept,
    version: referral.version + 1,
    updatedAt: facts.now,
    state: requireTransition(referral, 'provider-records-non-attendance', facts.now),
    stateReason: code,
    ...(event.comment !== undefined && { stateComments: event.comment }),
    appointment: {
      ...missed,
      version: appointment.version + 1,
      status: 'noshow',
      reason: code,
      ...(event.comment !== undefined && { comment: event.comment }),
    },
    formerServices: [...new Set([...(referral.formerServices ?? []), appointment.serviceId])],
  };
}

/** A clinical assessment whose outcome is advice to the referrer: the appointment is over, the referral goes back. */
function recordAssessment(referral: Referral, comment: string | undefined, now: Instant): Referral {
  return {
    ...withoutAppointment(referral),
    version: referral.version + 1,
    updatedAt: now,
    state: requireTransition(referral, 'provider-records-assessment', now),
    ...(comment !== undefined && { stateComments: comment }),
  };
}

/** What a service must take for an event to lead to it. */
function requireService(referral: Referral, id: string, service: HealthcareService | undefined, event: ReferralEvent): HealthcareService {
  if (service === undefined) throw unprocessable('REFERENCE_NOT_FOUND', `'Service' (${id}) is not found.`);
  if (!service.published) throw unprocessable('SERVICE_UNAVAILABLE', `'Service' (${id}) is unavailable.`);
  const flows = service.requestFlows;
  const triages = flows.includes('TRIAGE_REQUEST');
  const takes = flows.includes('APPOINTMENT_REQUEST');
  const fits = event === 'provider-sends-for-triage' ? triages : event === 'provider-shortlists' ? takes || triages : takes;
  if (!fits)
    throw unprocessable('INVALID_STATE', `'Service' (${id}) is not in a valid state.`, `${service.name} does not take this request.`);
  if (!event.startsWith('provider-') && !referral.shortlist.some((each) => each.serviceId === id))
    throw unprocessable('INAPPROPRIATE_VALUE', `'Service' (${id}) is not appropriate.`, 'The service is not on the shortlist.');
  return service;
}

/** A provider that passes a referral on makes the other service the shortlist; the service it leaves keeps read access. */
function redirected(referral: Referral, service: HealthcareService): Referral {
  const { appointment } = referral;
  const leaves = appointment !== undefined && appointment.serviceId !== service.id;
  return {
    ...referral,
    ...(leaves && { formerServices: [...new Set([...(referral.formerServices ?? []), appointment.serviceId])] }),
    ...(!referral.shortlist.some((each) => each.serviceId === service.id) && { shortlist: shortlistOf([service]) }),
  };
}

function ownSlot(referral: Referral, command: BookingCommand, facts: OutsideFacts): Slot {
  const { slot } = facts;
  return requireSlot(referral, slot === undefined ? command : { ...command, start: slot.start, end: slot.end }, facts);
}

function requireStart(start: Instant | undefined, now: Instant): Instant {
  if (start === undefined) throw unprocessable('MISSING_VALUE', `'Start' is missing.`, 'An indirectly bookable service has no slots.');
  if (start <= now)
    throw unprocessable('INAPPROPRIATE_VALUE', `'Start' is not appropriate.`, 'An appointment is booked for a time to come.');
  return start;
}

function unknownReason(code: string, system: string) {
  return unprocessable('INVALID_CODE', `'Reason' (${code}) is not a known code.`, `It is not a current code of ${system}.`);
}
