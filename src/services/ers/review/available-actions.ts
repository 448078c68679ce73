/** What a caller may do with a referral now (ers.md §9 A029), derived from the table of states. */
import type { Instant } from '../../../kernel/clock.ts';
import type { BusinessFunction } from '../codes.ts';
import type { HealthcareService, Referral } from '../model.ts';
import { isAllowed, type ReferralEvent } from '../referral/states.ts';
import { isReviewableDeferral } from './review-outcome.ts';

export interface ActionFacts {
  readonly now: Instant;
  readonly businessFunction: BusinessFunction;
  /** Services of the shortlist and of the current appointment, by id, as far as they are in the directory. */
  readonly services: ReadonlyMap<string, HealthcareService>;
}

export interface AvailableAction {
  readonly code: string;
  readonly display: string;
}

interface ActionRule extends AvailableAction {
  /** Any of these must be allowed by the table of states. */
  readonly events: readonly ReferralEvent[];
  readonly when?: (referral: Referral, facts: ActionFacts) => boolean;
}

/** In the order in which the reference lists them. */
const ACTIONS: readonly ActionRule[] = [
  { code: 'CREATE_APPOINTMENT', display: 'Create Appointment', events: ['book', 'defer', 'send-for-triage'], when: canGoSomewhere },
  { code: 'CHANGE_SHORTLIST', display: 'Change Shortlist', events: ['change-shortlist'] },
  {
    code: 'CHANGE_SHORTLIST_AND_SEND_FOR_TRIAGE',
    display: 'Change Shortlist and Send for Triage',
    events: ['change-shortlist-and-send-for-triage'],
  },
  {
    code: 'CANCEL_DIRECTLY_BOOKED_APPOINTMENT',
    display: 'Cancel Directly Booked Appointment',
    events: ['cancel-directly-booked-appointment'],
    when: isAtDirectlyBookable,
  },
  { code: 'CANCEL_REFERRAL', display: 'Cancel Referral', events: ['cancel-referral'] },
  {
    code: 'RECORD_REVIEW_OUTCOME',
    display: 'Record Review Outcome',
    events: ['accept-refer-book-later', 'return-with-advice'],
    when: isReviewable,
  },
];

/** The actions, in their published order; none is an answer too. */
export function availableActions(referral: Referral, facts: ActionFacts): readonly AvailableAction[] {
  return ACTIONS.filter(
    (rule) =>
      rule.events.some((event) => isAllowed(referral, event, facts.businessFunction, facts.now)) && (rule.when?.(referral, facts) ?? true),
  ).map(({ code, display }) => ({ code, display }));
}

/** Whether a shortlisted service can be booked, deferred to or asked to triage through the API. */
function canGoSomewhere(referral: Referral, facts: ActionFacts): boolean {
  return referral.shortlist.some(({ serviceId }) => {
    const service = facts.services.get(serviceId);
    return service?.published === true && (service.bookableType === 'DIRECTLY_BOOKABLE' || service.requestFlows.includes('TRIAGE_REQUEST'));
  });
}

function isAtDirectlyBookable(referral: Referral, facts: ActionFacts): boolean {
  const { appointment } = referral;
  return appointment !== undefined && facts.services.get(appointment.serviceId)?.bookableType === 'DIRECTLY_BOOKABLE';
}

function isReviewable(referral: Referral, facts: ActionFacts): boolean {
  return isReviewableDeferral(referral, facts.services.get(referral.appointment?.serviceId ?? ''));
}
