/** Cancelling a whole referral (ers.md §9 A036): which reason whom, by state and appointment, and what becomes of both. */
import type { Instant } from '../../../kernel/clock.ts';
import { unprocessable } from '../errors.ts';
import type { Caller, Code, Referral } from '../model.ts';
import { isInForce, type ReferralCancellationReason } from '../reference-data/reference-data.ts';
import { APPOINTMENT_CANCELLATION_REASON, cancelAppointment } from '../review/review.ts';
import { requireTransition } from './states.ts';

/** Code system (below the caller's own base) of the reasons. */
export const REFERRAL_CANCELLATION_REASON = 'REFERRAL-CANCELLATION-REASON';

export interface ReferralCancellation {
  readonly reasonCode: string;
  readonly comments?: string;
}

export interface ReferralCancellationFacts {
  readonly now: Instant;
  readonly caller: Pick<Caller, 'businessFunction' | 'odsCode'>;
  readonly reason: ReferralCancellationReason | undefined;
}

type Side = 'referrer' | 'provider';

interface ReasonRule {
  readonly side: Side;
  /** Whether the referral waits for the provider's administrators; absent = either way. */
  readonly providerToAction?: boolean;
  /** Whether there is a booked appointment to cancel with it; absent = either way. */
  readonly booked?: boolean;
  /** Types of reason that may be given; absent = any. */
  readonly types?: readonly string[];
  /** The reason must be one that also cancels an appointment. */
  readonly cancelsAppointment?: true;
}

/** The table of ers.md §9 A036. */
export const REASON_RULES: readonly ReasonRule[] = [
  { side: 'referrer', booked: true, cancelsAppointment: true },
  { side: 'referrer', booked: false },
  { side: 'provider', providerToAction: true, types: ['PROVIDER_TRIAGE'] },
  { side: 'provider', providerToAction: false, booked: true, types: ['PROVIDER', 'PATIENT'], cancelsAppointment: true },
  { side: 'provider', providerToAction: false, booked: false, types: ['PROVIDER', 'PATIENT'] },
];

/** Whether a caller may give a reason for cancelling a referral as it stands. */
export function isReasonPermitted(referral: Referral, reason: ReferralCancellationReason, facts: ReferralCancellationFacts): boolean {
  const { businessFunction } = facts.caller;
  const side: Side = businessFunction.startsWith('REFERRING') ? 'referrer' : 'provider';
  const providerToAction = referral.state === 'TRIAGED_PROVIDER_TO_ACTION';
  const booked = referral.appointment?.status === 'booked';
  return (
    reason.referrerUsage === 'CANCEL_REFERRAL' &&
    reason.businessFunctions?.includes(businessFunction) === true &&
    isInForce(reason, facts.now) &&
    REASON_RULES.some(
      (rule) =>
        rule.side === side &&
        (rule.providerToAction === undefined || rule.providerToAction === providerToAction) &&
        (rule.booked === undefined || rule.booked === booked) &&
        (rule.types === undefined || rule.types.includes(reason.type)) &&
        (rule.cancelsAppointment === undefined || reason.canCancelAppointment),
    )
  );
}

/**
 * The rules of A036 that need the referral.
 *
 * Throws (422) INVALID_REQUEST_STATE for a referral that is cancelled already; INAPPROPRIATE_VALUE for a reason that is unknown, out of
 * date or not permitted here; MISSING_VALUE for a comment the reason demands.
 */
export function requireReferralCancellation(
  referral: Referral,
  cancellation: ReferralCancellation,
  facts: ReferralCancellationFacts,
): ReferralCancellationReason {
  requireTransition(referral, 'cancel-referral', facts.now);
  const { reason } = facts;
  if (reason === undefined || !isReasonPermitted(referral, reason, facts)) {
    throw unprocessable(
      'INAPPROPRIATE_VALUE',
      `'Cancellation Reason' (${cancellation.reasonCode}) is not appropriate.`,
      `${facts.caller.businessFunction} cannot give this reason for a referral that is ${referral.state}.`,
      'List the reasons with A004: REFERRAL-CANCELLATION-REASON; a provider gives PROVIDER_TRIAGE reasons while it has to act, PROVIDER or PATIENT reasons otherwise.',
    );
  }
  if (reason.commentIsMandatory && (cancellation.comments ?? '').trim() === '')
    throw unprocessable('MISSING_VALUE', `'Cancellation Comments' is missing.`, `Reason ${reason.code} needs a comment.`);
  return reason;
}

/**
 * The referral, cancelled for good. A booked appointment is cancelled with it; a proposed one stays as it was. Who was not the referring
 * organisation is noted, for then the referrer is told (ers.md §12).
 *
 * Throws what {@link requireReferralCancellation} throws.
 */
export function cancelReferral(referral: Referral, cancellation: ReferralCancellation, facts: ReferralCancellationFacts): Referral {
  const reason = requireReferralCancellation(referral, cancellation, facts);
  const { stateComments: _comments, letterDue: _letterDue, appointment, ...kept } = referral;
  const specialty = referral.specialty ?? referral.criteria.specialty;
  return {
    ...kept,
    version: referral.version + 1,
    updatedAt: facts.now,
    status: 'cancelled',
    state: requireTransition(referral, 'cancel-referral', facts.now),
    stateReason: { system: REFERRAL_CANCELLATION_REASON, code: reason.code, display: reason.display },
    ...(cancellation.comments !== undefined && { stateComments: cancellation.comments }),
    ...(specialty !== undefined && { specialty }),
    ...(appointment !== undefined && { appointment: afterCancellation(appointment, reason, cancellation.comments) }),
    ...(appointment?.status === 'booked' && {
      formerServices: [...new Set([...(referral.formerServices ?? []), appointment.serviceId])],
    }),
    ...(facts.caller.odsCode !== referral.referringOrganisation && { cancelledByOrganisation: facts.caller.odsCode }),
  };
}

/** The appointment has a reason of its own code system: the general one of the side that the referral's reason speaks for. */
function afterCancellation(
  appointment: NonNullable<Referral['appointment']>,
  reason: ReferralCancellationReason,
  comments: string | undefined,
): NonNullable<Referral['appointment']> {
  if (appointment.status !== 'booked') return appointment;
  const code = reason.type.startsWith('PROVIDER') ? 'PROVIDER_CANCELLATION' : 'PATIENT_APPOINTMENT_CANCELLATION_OTHER';
  const coded: Code = { system: APPOINTMENT_CANCELLATION_REASON, code };
  return cancelAppointment(appointment, coded, comments, 1);
}
