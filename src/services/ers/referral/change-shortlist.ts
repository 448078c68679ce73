/** A new shortlist for a referral that is not booked (ers.md §9 A031, A032). */
import type { Instant } from '../../../kernel/clock.ts';
import { unprocessable } from '../errors.ts';
import type { HealthcareService, LetterIntention, Referral, SearchCriteria } from '../model.ts';
import { requireLetterIntention, requireShortlistShape, shortlistOf, storedCriteria } from './create.ts';
import { letterDueDate } from './letter-due-date.ts';
import { hasLetter, type ReferralEvent, requireTransition } from './states.ts';

/** What the referrer asks for. */
export interface ChangeShortlist {
  readonly criteria: SearchCriteria;
  readonly serviceIds: readonly string[];
  readonly letterIntention: LetterIntention;
  readonly firstReminderLetterFollowUpDays: number;
}

export interface ChangeShortlistFacts {
  readonly now: Instant;
  /** The shortlisted services, in the order sent. */
  readonly services: readonly HealthcareService[];
}

/**
 * The referral with its new shortlist, criteria and priority: NOT_BOOKED, without an appointment; the service that had it keeps read
 * access. Additional requirements that none of the new services supports are dropped.
 *
 * @param event why the shortlist changes: whose rule on states applies
 *
 * Throws (422) INVALID_REQUEST_STATE; INAPPROPRIATE_VALUE or INVALID_VALUE for letter intention and reminder.
 */
export function changeShortlist(
  referral: Referral,
  change: ChangeShortlist,
  facts: ChangeShortlistFacts,
  event: ReferralEvent = 'change-shortlist',
): Referral {
  requireTransition(referral, event, facts.now);
  requireLetterIntention(change.letterIntention, change.firstReminderLetterFollowUpDays, facts.services, hasLetter(referral));
  const owesLetter = change.letterIntention === 'NEED_TO_ADD_LATER' && !hasLetter(referral);
  const { letterDue: _letterDue, ...kept } = withoutAppointment(referral);
  return {
    ...kept,
    version: referral.version + 1,
    updatedAt: facts.now,
    state: 'NOT_BOOKED',
    priority: change.criteria.priority,
    criteria: storedCriteria(change.criteria),
    shortlist: shortlistOf(facts.services),
    letterIntention: change.letterIntention,
    firstReminderLetterFollowUpDays: change.firstReminderLetterFollowUpDays,
    ...(owesLetter && { letterDue: letterDueDate(facts.now, change.criteria.priority) }),
    additionalRequirements: referral.additionalRequirements.filter((each) =>
      facts.services.some((service) => service.additionalRequirements.includes(each)),
    ),
  };
}

/** The referral as if it were with no service. */
export function withoutAppointment(referral: Referral): Referral {
  const {
    appointment,
    specialty: _specialty,
    stateReason: _stateReason,
    stateComments: _stateComments,
    receivedAt: _receivedAt,
    bookingFailure: _bookingFailure,
    ...kept
  } = referral;
  return {
    ...kept,
    reviewed: false,
    contextStatus: 'NEVER_REVIEWED',
    ...(appointment !== undefined && { formerServices: [...new Set([...(referral.formerServices ?? []), appointment.serviceId])] }),
  };
}

/**
 * The rules of "send for triage" on a shortlist: one service that triages, no reminder (ers.md §9 A021, A032).
 *
 * Throws (422) MISSING_VALUE, TOO_MANY_ITEMS, DUPLICATE_SERVICE; INAPPROPRIATE_VALUE for a reminder.
 */
export function requireTriageShape(serviceIds: readonly string[], firstReminderDays: number): void {
  requireShortlistShape(serviceIds, 1);
  if (firstReminderDays !== 0) {
    throw unprocessable(
      'INAPPROPRIATE_VALUE',
      `'First Reminder Letter Follow Up Days' (${firstReminderDays}) is not appropriate.`,
      'A patient sent for triage gets no reminder: 0.',
    );
  }
}

/** The one service of a triage shortlist. Throws INAPPROPRIATE_VALUE (422) when it does not triage. */
export function requireTriageService(services: readonly HealthcareService[]): HealthcareService {
  const [service] = services;
  if (service === undefined) throw new TypeError('the shortlist has been checked');
  if (!service.requestFlows.includes('TRIAGE_REQUEST')) {
    throw unprocessable(
      'INAPPROPRIATE_VALUE',
      `'Shortlist/Service Id' (${service.id}) is not appropriate.`,
      `${service.name} does not triage.`,
    );
  }
  return service;
}
