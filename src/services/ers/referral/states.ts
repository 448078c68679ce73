/**
 * The life of a referral as one table (ers.md §11.1, §11.2): which event is allowed from which states, for whom, under which named
 * conditions, and where it leads. Rules ask {@link requireTransition}; the list of available actions (A029) asks {@link isAllowed}.
 * Events that begin with who does them happen outside the API: in the web applications or at the hospital.
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
  'referrer-books',
  'patient-books',
  'patient-forwards',
  'patient-cancels-appointment',
  'provider-books',
  'provider-defers',
  'provider-sends-for-triage',
  'provider-shortlists',
  'provider-cancels-appointment',
  'provider-records-non-attendance',
  'provider-records-assessment',
  'hospital-cancels-appointment',
] as const;
export type ReferralEvent = (typeof REFERRAL_EVENTS)[number];

/** Who acts outside the API: people in the web applications, and the hospital's patient administration system. */
export const OUTSIDE_ACTORS = ['REFERRER_WEB', 'PATIENT_WEB', 'PROVIDER_WEB', 'HOSPITAL'] as const;
export type Actor = BusinessFunction | (typeof OUTSIDE_ACTORS)[number];

/** What an event may ask of a referral besides its state. Each is one question with one answer. */
export const CONDITIONS = {
  active: (referral: Referral) => referral.status === 'active',
  appointmentIsBooked: (referral: Referral) => referral.appointment?.status === 'booked',
  appointmentIsTodayOrLater: (referral: Referral, now: Instant) => (referral.appointment?.start ?? 0) >= startOfDay(now),
  appointmentIsNotPast: (referral: Referral, now: Instant) => referral.appointment?.start === undefined || referral.appointment.start > now,
  appointmentHasBegun: (referral: Referral, now: Instant) => referral.appointment?.start !== undefined && referral.appointment.start <= now,
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
  appointmentHasBegun: 'the appointment is still to come',
  notYetAccepted: 'the booking has already been reviewed',
  letterIsSettled: 'a referral letter is still owed',
  hasLetter: 'there is no referral letter',
  notOnwardReferral: 'the request is an onward referral',
};

export interface Transition {
  readonly event: ReferralEvent;
  readonly from: readonly ReferralState[];
  readonly who: readonly Actor[];
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
/** What a patient may book or forward in "Manage your referral": the rest waits for someone else. */
const OPEN_TO_PATIENT: readonly ReferralState[] = ['NOT_BOOKED', 'APPT_CANCELLED_BY_PATIENT', 'APPT_CANCELLED_BY_PROVIDER'];
/** What is on a provider's list "Appointments for Booking", waits at it for a slot, or is triaged with the outcome "refer/book now". */
const WITH_PROVIDER_ADMIN: readonly ReferralState[] = [
  'DEFERRED_TO_PROVIDER',
  'TRIAGED_PROVIDER_TO_ACTION',
  'AWAITING_TRIAGE',
  'APPT_CANCELLED_BY_PATIENT',
  'APPT_CANCELLED_BY_PROVIDER',
];
const COMING_APPOINTMENT: readonly Condition[] = ['active', 'appointmentIsBooked', 'appointmentIsNotPast'];
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
    when: COMING_APPOINTMENT,
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
  { event: 'referrer-books', from: UNBOOKED, who: ['REFERRER_WEB'], to: 'BOOKED', when: ['active'] },
  { event: 'patient-books', from: OPEN_TO_PATIENT, who: ['PATIENT_WEB'], to: 'BOOKED', when: ['active'] },
  { event: 'patient-forwards', from: OPEN_TO_PATIENT, who: ['PATIENT_WEB'], to: 'DEFERRED_TO_PROVIDER', when: ['active'] },
  {
    event: 'patient-cancels-appointment',
    from: ['BOOKED'],
    who: ['PATIENT_WEB'],
    to: 'APPT_CANCELLED_BY_PATIENT',
    when: COMING_APPOINTMENT,
  },
  { event: 'provider-books', from: WITH_PROVIDER_ADMIN, who: ['PROVIDER_WEB'], to: 'BOOKED', when: ['active'] },
  { event: 'provider-defers', from: ['TRIAGED_PROVIDER_TO_ACTION'], who: ['PROVIDER_WEB'], to: 'DEFERRED_TO_PROVIDER', when: ['active'] },
  {
    event: 'provider-sends-for-triage',
    from: ['DEFERRED_TO_PROVIDER', 'TRIAGED_PROVIDER_TO_ACTION'],
    who: ['PROVIDER_WEB'],
    to: 'AWAITING_TRIAGE',
    when: ['active'],
  },
  { event: 'provider-shortlists', from: ['TRIAGED_PROVIDER_TO_ACTION'], who: ['PROVIDER_WEB'], to: 'NOT_BOOKED', when: ['active'] },
  {
    event: 'provider-cancels-appointment',
    from: ['BOOKED'],
    who: ['PROVIDER_WEB'],
    to: 'APPT_CANCELLED_BY_PROVIDER',
    when: COMING_APPOINTMENT,
  },
  {
    event: 'provider-records-non-attendance',
    from: ['BOOKED'],
    who: ['PROVIDER_WEB'],
    to: 'DID_NOT_ATTEND',
    when: ['active', 'appointmentIsBooked', 'appointmentHasBegun'],
  },
  {
    event: 'provider-records-assessment',
    from: ['BOOKED'],
    who: ['PROVIDER_WEB'],
    to: 'ASSESSMENT_RESULT',
    when: ['active', 'appointmentIsBooked', 'appointmentHasBegun'],
  },
  {
    event: 'hospital-cancels-appointment',
    from: ['BOOKED'],
    who: ['HOSPITAL'],
    to: 'APPT_CANCELLED_BY_PROVIDER',
    when: COMING_APPOINTMENT,
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

/** Whether {@link requireTransition} would let this actor do it (A029). */
export function isAllowed(referral: Referral, event: ReferralEvent, actor: Actor, now: Instant): boolean {
  return TRANSITIONS.some(
    (each) =>
      each.event === event &&
      each.from.includes(referral.state) &&
      each.who.includes(actor) &&
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
