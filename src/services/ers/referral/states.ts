/**
 * The life of a referral as one table (ers.md §11.1, §11.2): which event is allowed from which states, for whom, under which named
 * conditions, and where it leads. Rules ask {@link requireTransition}; the list of available actions (A029) asks {@link isAllowed}.
 */
import type { Instant } from '../../../kernel/clock.ts';
import type { BusinessFunction, ReferralState } from '../codes.ts';
import { type ErsRefusal, unprocessable } from '../errors.ts';
import type { Referral } from '../model.ts';

export const REFERRAL_EVENTS = [
  'book',
  'defer',
  'send-for-triage',
  'change-shortlist',
  'change-shortlist-and-send-for-triage',
  'maintain-letter',
  'accept',
  'reject',
  'cancel-appointment-action-later',
  'cancel-directly-booked-appointment',
  'accept-refer-book-later',
  'return-with-advice',
  'cancel-referral',
] as const;
export type ReferralEvent = (typeof REFERRAL_EVENTS)[number];

/** What an event may ask of a referral besides its state. Each is one question with one answer. */
export const CONDITIONS = {
  active: (referral: Referral) => referral.status === 'active',
  appointmentIsBooked: (referral: Referral) => referral.appointment?.status === 'booked',
  appointmentIsTodayOrLater: (referral: Referral, now: Instant) => (referral.appointment?.start ?? 0) >= startOfDay(now),
  appointmentIsNotPast: (referral: Referral, now: Instant) => referral.appointment?.start === undefined || referral.appointment.start > now,
  notYetAccepted: (referral: Referral) => !referral.reviewed,
  letterIsSettled: (referral: Referral) => referral.letterIntention === 'NOT_INTENDING_TO_ADD' || hasLetter(referral),
  hasLetter: (referral: Referral) => hasLetter(referral),
  notOnwardReferral: (referral: Referral) => referral.onwardReferral !== true,
} as const satisfies Record<string, (referral: Referral, now: Instant) => boolean>;
export type Condition = keyof typeof CONDITIONS;

/** Why a condition failed, for the journal and the diagnostics. */
const CONDITION_TEXTS: Readonly<Record<Condition, string>> = {
  active: 'the request is no longer active',
  appointmentIsBooked: 'there is no booked appointment',
  appointmentIsTodayOrLater: 'the appointment is in the past',
  appointmentIsNotPast: 'the appointment is in the past',
  notYetAccepted: 'the booking has already been reviewed',
  letterIsSettled: 'a referral letter is still owed',
  hasLetter: 'there is no referral letter',
  notOnwardReferral: 'the request is an onward referral',
};

interface Transition {
  readonly event: ReferralEvent;
  readonly from: readonly ReferralState[];
  readonly who: readonly BusinessFunction[];
  /** `same`: the state stays. */
  readonly to: ReferralState | 'same';
  readonly when: readonly Condition[];
}

const REFERRERS: readonly BusinessFunction[] = ['REFERRING_CLINICIAN', 'REFERRING_CLINICIAN_ADMIN'];
const PROVIDERS: readonly BusinessFunction[] = ['SERVICE_PROVIDER_CLINICIAN', 'SERVICE_PROVIDER_CLINICIAN_ADMIN'];
const APPLICATION: readonly BusinessFunction[] = ['PROVIDER_AUTHORISED_APPLICATION'];
const UNBOOKED: readonly ReferralState[] = [
  'NOT_BOOKED',
  'REJECTED',
  'TRIAGE_RESPONSE',
  'APPT_CANCELLED_BY_PATIENT',
  'APPT_CANCELLED_BY_PROVIDER',
  'DID_NOT_ATTEND',
  'ASSESSMENT_RESULT',
];
const ANY_ACTIVE: readonly ReferralState[] = [
  ...UNBOOKED,
  'BOOKED',
  'DEFERRED_TO_PROVIDER',
  'AWAITING_TRIAGE',
  'TRIAGED_PROVIDER_TO_ACTION',
];
const UNDER_REVIEW: readonly Condition[] = [
  'active',
  'appointmentIsBooked',
  'notYetAccepted',
  'appointmentIsTodayOrLater',
  'letterIsSettled',
];

/** The table. One line for each event and each set of states it behaves alike in. */
export const TRANSITIONS: readonly Transition[] = [
  { event: 'book', from: ['NOT_BOOKED'], who: REFERRERS, to: 'BOOKED', when: ['active'] },
  { event: 'defer', from: ['NOT_BOOKED'], who: REFERRERS, to: 'DEFERRED_TO_PROVIDER', when: ['active'] },
  { event: 'send-for-triage', from: ['NOT_BOOKED'], who: REFERRERS, to: 'AWAITING_TRIAGE', when: ['active'] },
  { event: 'change-shortlist', from: UNBOOKED, who: REFERRERS, to: 'NOT_BOOKED', when: ['active'] },
  { event: 'change-shortlist-and-send-for-triage', from: UNBOOKED, who: REFERRERS, to: 'AWAITING_TRIAGE', when: ['active'] },
  {
    event: 'maintain-letter',
    from: ANY_ACTIVE.filter((state) => state !== 'DID_NOT_ATTEND'),
    who: REFERRERS,
    to: 'same',
    when: ['active', 'notOnwardReferral', 'appointmentIsNotPast'],
  },
  { event: 'accept', from: ['BOOKED'], who: [...PROVIDERS, ...APPLICATION], to: 'same', when: UNDER_REVIEW },
  { event: 'reject', from: ['BOOKED'], who: PROVIDERS, to: 'REJECTED', when: UNDER_REVIEW },
  { event: 'cancel-appointment-action-later', from: ['BOOKED'], who: PROVIDERS, to: 'TRIAGED_PROVIDER_TO_ACTION', when: UNDER_REVIEW },
  {
    event: 'cancel-directly-booked-appointment',
    from: ['BOOKED'],
    who: REFERRERS,
    to: 'APPT_CANCELLED_BY_PATIENT',
    when: ['active', 'appointmentIsBooked', 'appointmentIsNotPast'],
  },
  {
    event: 'accept-refer-book-later',
    from: ['AWAITING_TRIAGE'],
    who: [...PROVIDERS, ...APPLICATION],
    to: 'TRIAGED_PROVIDER_TO_ACTION',
    when: ['active'],
  },
  {
    event: 'accept-refer-book-later',
    from: ['DEFERRED_TO_PROVIDER'],
    who: [...PROVIDERS, ...APPLICATION],
    to: 'TRIAGED_PROVIDER_TO_ACTION',
    when: ['active', 'notYetAccepted', 'hasLetter'],
  },
  { event: 'return-with-advice', from: ['AWAITING_TRIAGE'], who: [...PROVIDERS, ...APPLICATION], to: 'TRIAGE_RESPONSE', when: ['active'] },
  {
    event: 'return-with-advice',
    from: ['DEFERRED_TO_PROVIDER'],
    who: [...PROVIDERS, ...APPLICATION],
    to: 'TRIAGE_RESPONSE',
    when: ['active', 'notYetAccepted', 'hasLetter'],
  },
  {
    event: 'cancel-referral',
    from: ANY_ACTIVE,
    who: [...REFERRERS, ...PROVIDERS, ...APPLICATION],
    to: 'CANCELLED_REFERRAL',
    when: ['active'],
  },
];

/**
 * The state an event leads to.
 *
 * Throws INVALID_REQUEST_STATE (422) when the referral's state or one of the conditions forbids it (ers.md §7.3). Who may do it is
 * decided before, by the role check of the operation.
 */
export function requireTransition(referral: Referral, event: ReferralEvent, now: Instant): ReferralState {
  const transition = TRANSITIONS.find((each) => each.event === event && each.from.includes(referral.state));
  if (transition === undefined) {
    throw wrongState(referral, `${event} is not possible while the request is ${referral.state}.`);
  }
  const failed = transition.when.find((condition) => !CONDITIONS[condition](referral, now));
  if (failed !== undefined) throw wrongState(referral, `${event} is not possible: ${CONDITION_TEXTS[failed]}.`);
  return transition.to === 'same' ? referral.state : transition.to;
}

/** Whether {@link requireTransition} would let this function do it (A029). */
export function isAllowed(referral: Referral, event: ReferralEvent, businessFunction: BusinessFunction, now: Instant): boolean {
  return TRANSITIONS.some(
    (each) =>
      each.event === event &&
      each.from.includes(referral.state) &&
      each.who.includes(businessFunction) &&
      each.when.every((condition) => CONDITIONS[condition](referral, now)),
  );
}

/** Whether a referrer's letter is attached. */
export function hasLetter(referral: Pick<Referral, 'attachments'>): boolean {
  return referral.attachments.some((each) => each.type === 'REFERRER');
}

/** Midnight (UTC) of the day of an instant. */
export function startOfDay(instant: Instant): Instant {
  return instant - (((instant % DAY) + DAY) % DAY);
}

const DAY = 86_400_000;

function wrongState(referral: Referral, why: string): ErsRefusal {
  return unprocessable(
    'INVALID_REQUEST_STATE',
    `'UBRN' (${referral.ubrn}) is not in a state that allows this action.`,
    why,
    'Retrieve the referral (A005) or its available actions (A029) to see what is possible now.',
  );
}
