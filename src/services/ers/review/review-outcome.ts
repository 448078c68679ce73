/** What a provider decides on a referral it keeps or returns: triage outcome (A028), cancel the booking and act later (A022). */
import type { Instant } from '../../../kernel/clock.ts';
import { STU3_CODES } from '../codes.ts';
import { unprocessable } from '../errors.ts';
import type { Appointment, Attachment, Code, HealthcareService, Priority, Referral } from '../model.ts';
import type { NamedFile } from '../referral/letters.ts';
import { requireTransition } from '../referral/states.ts';
import { requirePasFlag } from './review.ts';

export const REVIEW_OUTCOME_SYSTEM = `${STU3_CODES}eRS-ReviewOutcome-1`;
export const REVIEW_OUTCOMES = [
  'ACCEPT_REFER_BOOK_LATER',
  'RETURN_TO_REFERRER_WITH_ADVICE',
  'CANCEL_APPOINTMENT_ACTION_LATER',
  'PROVIDER_CONVERTED_ADVICE_AND_GUIDANCE_ADMIN_TO_REFER',
] as const;
export type ReviewOutcome = (typeof REVIEW_OUTCOMES)[number];

const DISPLAYS: Readonly<Record<ReviewOutcome, string>> = {
  ACCEPT_REFER_BOOK_LATER: 'Accept Refer Book Later',
  RETURN_TO_REFERRER_WITH_ADVICE: 'Return to Referrer With Advice',
  CANCEL_APPOINTMENT_ACTION_LATER: 'Cancel Appointment Action Later',
  PROVIDER_CONVERTED_ADVICE_AND_GUIDANCE_ADMIN_TO_REFER: 'Provider Converted Advice and Guidance, Admin to Refer',
};

/** A decision of A028. */
export interface TriageOutcome {
  readonly outcome: ReviewOutcome;
  readonly comments: string;
  readonly priority?: Priority;
  readonly files: readonly NamedFile[];
}

/** The decision of A022. */
export interface ActionLater {
  readonly comments: string;
  readonly priority?: Priority;
  readonly cancelledInPas?: boolean;
  readonly files: readonly NamedFile[];
}

export interface OutcomeFacts {
  readonly now: Instant;
  /** Service of the current appointment; undefined when it has left the directory. */
  readonly service: HealthcareService | undefined;
}

const EVENTS = {
  ACCEPT_REFER_BOOK_LATER: 'accept-refer-book-later',
  RETURN_TO_REFERRER_WITH_ADVICE: 'return-with-advice',
} as const;

/** A review outcome as the reason of a state and of an appointment. */
export function reviewOutcomeCode(outcome: ReviewOutcome): Code {
  return { system: REVIEW_OUTCOME_SYSTEM, code: outcome, display: DISPLAYS[outcome] };
}

/** Whether a deferral is at a service whose deferrals are reviewed through the API: directly bookable ones only (ers.md §9 A028). */
export function isReviewableDeferral(referral: Referral, service: OutcomeFacts['service']): boolean {
  return referral.state !== 'DEFERRED_TO_PROVIDER' || service === undefined || service.bookableType === 'DIRECTLY_BOOKABLE';
}

/**
 * The rules of a triage outcome (A028).
 *
 * Throws (422) INAPPROPRIATE_VALUE for an outcome that this operation does not record; INVALID_REQUEST_STATE; VALUE_IS_REQUIRED when
 * accepting without a priority; PRIORITY_NOT_CURRENT when returning with another priority than the current one.
 */
export function requireTriageOutcome(referral: Referral, decision: TriageOutcome, facts: OutcomeFacts): keyof typeof EVENTS {
  const { outcome, priority } = decision;
  if (outcome !== 'ACCEPT_REFER_BOOK_LATER' && outcome !== 'RETURN_TO_REFERRER_WITH_ADVICE') {
    throw unprocessable(
      'INAPPROPRIATE_VALUE',
      `'Review Outcome' (${outcome}) is not appropriate.`,
      'A triage outcome accepts the referral or returns it to the referrer.',
    );
  }
  requireTransition(referral, EVENTS[outcome], facts.now);
  if (!isReviewableDeferral(referral, facts.service)) {
    throw unprocessable(
      'INVALID_REQUEST_STATE',
      `'UBRN' (${referral.ubrn}) is not in a state that allows this action.`,
      'Only deferrals to directly bookable services are reviewed through the API.',
    );
  }
  if (outcome === 'ACCEPT_REFER_BOOK_LATER' && priority === undefined) {
    throw unprocessable('VALUE_IS_REQUIRED', `'Review Priority' is required.`, 'Accepting a referral states its priority.');
  }
  if (outcome === 'RETURN_TO_REFERRER_WITH_ADVICE' && priority !== undefined && priority !== referral.priority) {
    throw unprocessable(
      'PRIORITY_NOT_CURRENT',
      `'Review Priority' (${priority}) is not the current priority.`,
      `The referral is ${referral.priority}; a referral that goes back keeps its priority.`,
      'Leave reviewPriority out.',
    );
  }
  return outcome;
}

/**
 * The referral with its triage outcome: accepted, it waits for the provider's administrators; returned, it is on the referrer's list.
 *
 * @param attachments all attachments, with the provider's own
 *
 * Throws what {@link requireTriageOutcome} throws.
 */
export function recordTriageOutcome(
  referral: Referral,
  decision: TriageOutcome,
  facts: OutcomeFacts & { readonly attachments: readonly Attachment[] },
): Referral {
  const outcome = requireTriageOutcome(referral, decision, facts);
  return {
    ...withOutcome(referral, outcome, decision, facts),
    state: requireTransition(referral, EVENTS[outcome], facts.now),
    reviewed: outcome === 'ACCEPT_REFER_BOOK_LATER',
  };
}

/**
 * The rules of "cancel appointment, action later" (A022): those of a rejection, without its reason.
 *
 * Throws (422) INVALID_REQUEST_STATE; VALUE_IS_REQUIRED or FIELD_NOT_PERMITTED for the PAS flag.
 */
export function requireActionLater(referral: Referral, decision: ActionLater, facts: OutcomeFacts): void {
  requireTransition(referral, 'cancel-appointment-action-later', facts.now);
  requirePasFlag(referral, decision.cancelledInPas, facts.service);
}

/**
 * The referral with its booking cancelled, waiting for the provider's administrators: its current appointment is a proposed one.
 * Throws what {@link requireActionLater} throws.
 */
export function cancelAndActLater(
  referral: Referral,
  decision: ActionLater,
  facts: OutcomeFacts & { readonly attachments: readonly Attachment[] },
): Referral {
  requireActionLater(referral, decision, facts);
  return {
    ...withOutcome(referral, 'CANCEL_APPOINTMENT_ACTION_LATER', decision, facts),
    state: requireTransition(referral, 'cancel-appointment-action-later', facts.now),
    ...(decision.cancelledInPas === false && { toCancelInPas: true }),
    reviewed: true,
  };
}

/** Reason and comments go into the state and into the appointment, which is a proposal again. */
function withOutcome(
  referral: Referral,
  outcome: ReviewOutcome,
  decision: { readonly comments: string; readonly priority?: Priority },
  facts: { readonly now: Instant; readonly attachments: readonly Attachment[] },
): Referral {
  const { appointment } = referral;
  if (appointment === undefined) throw new TypeError('a referral under review has an appointment');
  const reason = reviewOutcomeCode(outcome);
  return {
    ...referral,
    version: referral.version + 1,
    updatedAt: facts.now,
    stateReason: reason,
    stateComments: decision.comments,
    priority: decision.priority ?? referral.priority,
    contextStatus: 'NEVER_REVIEWED',
    attachments: facts.attachments,
    appointment: { ...proposed(appointment), version: appointment.version + 1, reason, comment: decision.comments },
  };
}

function proposed(appointment: Appointment): Appointment {
  const { start: _start, end: _end, slotId: _slotId, ...kept } = appointment;
  return { ...kept, status: 'proposed' };
}
