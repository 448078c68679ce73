/** Which worklists a referral is on, and the values derived for their columns (ers.md §12). */
import { type Instant, isoDate } from '../../../kernel/clock.ts';
import type { BusinessFunction, ReferralState } from '../codes.ts';
import type { Referral } from '../model.ts';
import { hasLetter } from '../referral/states.ts';

export const PROVIDER_LISTS = ['REFERRALS_FOR_REVIEW', 'APPOINTMENT_SLOT_ISSUES'] as const;
export const REFERRER_LISTS = [
  'REJECTED_TRIAGE_RESPONSE',
  'ASSESSMENT_RETURNED_CANCELLED_DNA',
  'AWAITING_BOOKING',
  'LETTERS_OUTSTANDING',
] as const;
export type ProviderList = (typeof PROVIDER_LISTS)[number];
export type ReferrerList = (typeof REFERRER_LISTS)[number];
export type Worklist = ProviderList | ReferrerList;

const PROVIDER_FUNCTIONS: ReadonlySet<BusinessFunction> = new Set([
  'SERVICE_PROVIDER_CLINICIAN',
  'SERVICE_PROVIDER_CLINICIAN_ADMIN',
  'SERVICE_PROVIDER_ADMIN',
  'PROVIDER_AUTHORISED_APPLICATION',
] as const);
const REFERRER_FUNCTIONS: ReadonlySet<BusinessFunction> = new Set([
  'REFERRING_CLINICIAN',
  'REFERRING_CLINICIAN_ADMIN',
  'REFERRING_ADMIN',
] as const);

/** Whether a list is one of the providers' lists. */
export function isProviderList(list: Worklist): list is ProviderList {
  return PROVIDER_LISTS.some((each) => each === list);
}

/** Whether a function may read a list: providers theirs, referrers theirs. */
export function mayRead(businessFunction: BusinessFunction, list: Worklist): boolean {
  return (isProviderList(list) ? PROVIDER_FUNCTIONS : REFERRER_FUNCTIONS).has(businessFunction);
}

/**
 * The provider list a referral is on. A booking leaves the review list when its day is over; that depends on the clock and is decided
 * when the list is read.
 */
export function providerListOf(referral: Referral): ProviderList | undefined {
  if (referral.status !== 'active') return undefined;
  switch (referral.state) {
    case 'BOOKED':
      return !referral.reviewed && (hasLetter(referral) || referral.letterIntention === 'NOT_INTENDING_TO_ADD')
        ? 'REFERRALS_FOR_REVIEW'
        : undefined;
    case 'AWAITING_TRIAGE':
      return hasLetter(referral) ? 'REFERRALS_FOR_REVIEW' : undefined;
    case 'DEFERRED_TO_PROVIDER':
      return 'APPOINTMENT_SLOT_ISSUES';
    default:
      return undefined;
  }
}

const REFERRER_LIST_BY_STATE: Readonly<Partial<Record<ReferralState, Exclude<ReferrerList, 'LETTERS_OUTSTANDING'>>>> = {
  REJECTED: 'REJECTED_TRIAGE_RESPONSE',
  TRIAGE_RESPONSE: 'REJECTED_TRIAGE_RESPONSE',
  ASSESSMENT_RESULT: 'ASSESSMENT_RETURNED_CANCELLED_DNA',
  DID_NOT_ATTEND: 'ASSESSMENT_RETURNED_CANCELLED_DNA',
  CANCELLED_REFERRAL: 'ASSESSMENT_RETURNED_CANCELLED_DNA',
  NOT_BOOKED: 'AWAITING_BOOKING',
  AWAITING_TRIAGE: 'AWAITING_BOOKING',
  DEFERRED_TO_PROVIDER: 'AWAITING_BOOKING',
  TRIAGED_PROVIDER_TO_ACTION: 'AWAITING_BOOKING',
  APPT_CANCELLED_BY_PATIENT: 'AWAITING_BOOKING',
  APPT_CANCELLED_BY_PROVIDER: 'AWAITING_BOOKING',
};

/** The referrer list that the state puts a referral on. A cancelled referral is on one only when another organisation cancelled it. */
export function referrerListOf(referral: Referral): Exclude<ReferrerList, 'LETTERS_OUTSTANDING'> | undefined {
  if (referral.state === 'CANCELLED_REFERRAL') {
    const elsewhere = referral.cancelledByOrganisation !== undefined && referral.cancelledByOrganisation !== referral.referringOrganisation;
    return elsewhere ? REFERRER_LIST_BY_STATE.CANCELLED_REFERRAL : undefined;
  }
  return referral.status === 'active' ? REFERRER_LIST_BY_STATE[referral.state] : undefined;
}

/** Whether a letter is still owed: independent of the other lists. */
export function isLetterOutstanding(referral: Referral): boolean {
  return referral.status === 'active' && referral.letterIntention === 'NEED_TO_ADD_LATER' && !hasLetter(referral);
}

/** The column `clinicalInformationStatus` of the slot issues list. */
export function clinicalInformationStatus(referral: Referral, now: Instant): 'PRESENT' | 'NOT_APPLICABLE' | 'NOT_DUE' | 'OVERDUE' {
  if (hasLetter(referral)) return 'PRESENT';
  if (referral.letterIntention === 'NOT_INTENDING_TO_ADD') return 'NOT_APPLICABLE';
  return referral.letterDue !== undefined && referral.letterDue > isoDate(now) ? 'NOT_DUE' : 'OVERDUE';
}

/** The column `clinicalContext`: `SPECIALTY/CLINIC_TYPE`, or what else the service was searched by. */
export function clinicalContext(referral: Referral): string {
  const { specialty, clinicType, clinicalTerm, namedClinician } = referral.criteria;
  const searched = [specialty, clinicType].filter((each) => each !== undefined);
  if (searched.length > 0) return searched.join('/');
  return clinicalTerm?.display ?? clinicalTerm?.code ?? referral.specialty ?? namedClinician ?? '';
}
