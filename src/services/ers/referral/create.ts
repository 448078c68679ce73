/** How a referral begins (ers.md §9 A011): the checks of the request and the referral it makes. */
import type { Instant } from '../../../kernel/clock.ts';
import { unprocessable } from '../errors.ts';
import type { Caller, HealthcareService, LetterIntention, Referral, SearchCriteria, ShortlistEntry } from '../model.ts';
import { letterDueDate } from './letter-due-date.ts';

const DAY = 86_400_000;
const MAXIMUM_SERVICES = 20;
const MAXIMUM_REMINDER_DAYS = 180;
const MAXIMUM_PATHWAY_AGE_DAYS = 365;

/** What the referrer asks for. */
export interface CreateReferral {
  readonly nhsNumber: string;
  /** Named by a clinician's administrator only. */
  readonly referringClinician?: string;
  readonly criteria: SearchCriteria;
  readonly serviceIds: readonly string[];
  readonly letterIntention: LetterIntention;
  readonly firstReminderLetterFollowUpDays: number;
  readonly pathwayStart?: Instant;
}

/** What was looked up. */
export interface CreateReferralFacts {
  readonly caller: Caller;
  readonly now: Instant;
  readonly ubrn: string;
  /** `r.{uuid}`. */
  readonly requestId: string;
  readonly commissioningRuleOrganisation: string;
  /** The shortlisted services by id, in the order sent. */
  readonly services: readonly HealthcareService[];
}

/**
 * The rules on `referringClinician`: an administrator must name one, a clinician must not (ers.md §9 A010, A011).
 *
 * Throws VALUE_IS_REQUIRED or FIELD_NOT_PERMITTED (422).
 */
export function requireReferringClinicianRule(caller: Caller, referringClinician: string | undefined): void {
  if (caller.businessFunction === 'REFERRING_CLINICIAN_ADMIN' && referringClinician === undefined) {
    throw unprocessable(
      'VALUE_IS_REQUIRED',
      `'Referring Clinician' is required.`,
      'An administrator acts for a clinician and has to name them.',
    );
  }
  if (caller.businessFunction !== 'REFERRING_CLINICIAN_ADMIN' && referringClinician !== undefined) {
    throw unprocessable(
      'FIELD_NOT_PERMITTED',
      `'Referring Clinician' (${referringClinician}) is not permitted.`,
      'A clinician refers in their own name.',
    );
  }
}

/**
 * The rules on the length of a shortlist and its services, before the search is run again.
 *
 * Throws MISSING_VALUE for none, DUPLICATE_SERVICE for a service named twice, TOO_MANY_ITEMS above `maximum` (422).
 */
export function requireShortlistShape(serviceIds: readonly string[], maximum: number = MAXIMUM_SERVICES): void {
  if (serviceIds.length === 0) throw unprocessable('MISSING_VALUE', `'Shortlist' is missing.`);
  const repeated = serviceIds.find((id, index) => serviceIds.indexOf(id) !== index);
  if (repeated !== undefined) {
    throw unprocessable('DUPLICATE_SERVICE', `'Shortlist/Service Id' (${repeated}) cannot be added to a shortlist more than once.`);
  }
  if (serviceIds.length > maximum) {
    throw unprocessable(
      'TOO_MANY_ITEMS',
      `'Shortlist' (${serviceIds.length}) cannot have more than ${maximum} item${maximum === 1 ? '' : 's'}.`,
    );
  }
}

/**
 * The rules on the shortlisted services: each takes appointments or triage, and comes out of a search with the criteria sent.
 *
 * Throws INAPPROPRIATE_VALUE for an advice-only service, SHORTLISTED_SERVICE_NOT_IN_RESULTS for one the search does not find (422).
 */
export function requireShortlistedServices(services: readonly HealthcareService[], foundIds: ReadonlySet<string>): void {
  for (const service of services) {
    if (!service.requestFlows.includes('APPOINTMENT_REQUEST') && !service.requestFlows.includes('TRIAGE_REQUEST')) {
      throw unprocessable(
        'INAPPROPRIATE_VALUE',
        `'Shortlist/Service Id' (${service.id}) is not appropriate.`,
        `${service.name} gives advice only.`,
      );
    }
    requireInResults(service, foundIds);
  }
}

/** Throws SHORTLISTED_SERVICE_NOT_IN_RESULTS (422) for a service that a search with the shortlist's criteria does not find. */
export function requireInResults(service: HealthcareService, foundIds: ReadonlySet<string>): void {
  if (foundIds.has(service.id)) return;
  throw unprocessable(
    'SHORTLISTED_SERVICE_NOT_IN_RESULTS',
    `'Shortlist/Service Id' (${service.id}) is not in the results of a search with the given criteria.`,
    `A search with the shortlist's criteria does not return ${service.name}.`,
    'Send the criteria of the search (A010) in which the service was found.',
  );
}

/** Whether a referral to this service needs a letter: triage always does (ers.md §13.1). */
export function needsLetter(service: Pick<HealthcareService, 'referralLetterRequired' | 'requestFlows'>): boolean {
  return service.referralLetterRequired || service.requestFlows.includes('TRIAGE_REQUEST');
}

/**
 * The rules on letter intention and reminder.
 *
 * Throws INAPPROPRIATE_VALUE when a service needs a letter and none is intended; INVALID_VALUE for a reminder beyond 180 days (422).
 */
export function requireLetterIntention(
  intention: LetterIntention,
  firstReminderDays: number,
  services: readonly HealthcareService[],
  letterAttached = false,
): void {
  const demanding = services.find(needsLetter);
  if (demanding !== undefined && intention === 'NOT_INTENDING_TO_ADD' && !letterAttached) {
    throw unprocessable(
      'INAPPROPRIATE_VALUE',
      `'Intention To Add Referral Letter' (${intention}) is not appropriate.`,
      `${demanding.name} needs a referral letter.`,
      'Send NEED_TO_ADD_LATER and attach the letter with A020 and A012.',
    );
  }
  if (!Number.isInteger(firstReminderDays) || firstReminderDays < 0 || firstReminderDays > MAXIMUM_REMINDER_DAYS) {
    throw unprocessable(
      'INVALID_VALUE',
      `'First Reminder Letter Follow Up Days' (${firstReminderDays}) is invalid.`,
      'It is 0 (no reminder) to 180 days.',
    );
  }
}

/** Throws INVALID_VALUE (422) when a supplied pathway start is in the future or more than 365 days ago. */
export function requirePathwayStart(pathwayStart: Instant | undefined, now: Instant): void {
  if (pathwayStart === undefined) return;
  if (pathwayStart > now || pathwayStart < now - MAXIMUM_PATHWAY_AGE_DAYS * DAY) {
    throw unprocessable(
      'INVALID_VALUE',
      `'e-Referral Pathway Start' (${new Date(pathwayStart).toISOString()}) is invalid.`,
      'A pathway start lies in the past, at most 365 days ago, by the clock of the environment.',
      'Send a later date, or look at the clock: localspine clock.',
    );
  }
}

/**
 * A new referral: active, NOT_BOOKED, version 3 as on the national service (ers.md §6, §9 A011).
 *
 * Throws what {@link requireReferringClinicianRule}, {@link requireLetterIntention} and {@link requirePathwayStart} throw.
 */
export function createReferral(input: CreateReferral, facts: CreateReferralFacts): Referral {
  requireReferringClinicianRule(facts.caller, input.referringClinician);
  requireShortlistShape(input.serviceIds);
  requireLetterIntention(input.letterIntention, input.firstReminderLetterFollowUpDays, facts.services);
  requirePathwayStart(input.pathwayStart, facts.now);
  return {
    ubrn: facts.ubrn,
    version: 3,
    requestId: facts.requestId,
    status: 'active',
    state: 'NOT_BOOKED',
    nhsNumber: input.nhsNumber,
    priority: input.criteria.priority,
    criteria: storedCriteria(input.criteria),
    shortlist: shortlistOf(facts.services),
    commissioningRuleOrganisation: facts.commissioningRuleOrganisation,
    referringOrganisation: facts.caller.odsCode,
    referrer: input.referringClinician ?? facts.caller.userId,
    createdBy: facts.caller.userId,
    createdAt: facts.now,
    updatedAt: facts.now,
    letterIntention: input.letterIntention,
    ...(input.letterIntention === 'NEED_TO_ADD_LATER' && { letterDue: letterDueDate(facts.now, input.criteria.priority) }),
    ...(input.pathwayStart !== undefined && { pathwayStart: input.pathwayStart }),
    firstReminderLetterFollowUpDays: input.firstReminderLetterFollowUpDays,
    attachments: [],
    reviewed: false,
    contextStatus: 'NEVER_REVIEWED',
    additionalRequirements: [],
    relatedReferrals: [],
    convertedFromAdvice: false,
  };
}

/** The shortlist as it is stored: names filled in, order kept. */
export function shortlistOf(services: readonly HealthcareService[]): readonly ShortlistEntry[] {
  return services.map((service) => ({ serviceId: service.id, serviceName: service.name }));
}

/** The criteria as they are stored: `organisation` is not kept, and every service that may be booked is in scope (ers.md §9 A010). */
export function storedCriteria(criteria: SearchCriteria): SearchCriteria {
  const { organisation: _organisation, ...kept } = criteria;
  return { ...kept, commissioningProvisioning: 'ALL_AVAILABLE_FOR_BOOKING' };
}
