/** Worklists as they are written out (ers.md §12): one set of columns for each list, urls and order as in the published samples. */

import { addWorkingDays } from '../../../kernel/calendar/working-days.ts';
import { type Instant, isoDate, isoInstant } from '../../../kernel/clock.ts';
import { type ReferralState, STU3_CODES, STU3_PROFILE, SYSTEMS, WORKLIST_STATUSES } from '../codes.ts';
import type { ContextStatus, Referral } from '../model.ts';
import { clinicalContext, clinicalInformationStatus, type Worklist } from '../review/worklists.ts';
import { codingOf, localCodeSystem } from './coding.ts';

export interface WorklistFacts {
  readonly base: string;
  readonly now: Instant;
  /** Days in which a provider must contact a patient it has no slot for, by priority (ers.md §16, PRIORITY). */
  readonly deferralContactDays: (priority: Referral['priority']) => number;
}

const ITEM_EXTENSIONS: Readonly<Record<Worklist, string>> = {
  REFERRALS_FOR_REVIEW: 'ReferralsforReview',
  APPOINTMENT_SLOT_ISSUES: 'AppointmentSlotIssues',
  REJECTED_TRIAGE_RESPONSE: 'RejectedTriageResponse',
  ASSESSMENT_RETURNED_CANCELLED_DNA: 'AssessmentReturnedCancelledDna',
  AWAITING_BOOKING: 'AwaitingBooking',
  LETTERS_OUTSTANDING: 'LettersOutstanding',
};
const CONTEXT_DISPLAYS: Readonly<Record<ContextStatus, string>> = {
  NEVER_REVIEWED: 'Never Reviewed',
  LETTER_CHANGED: 'Letter Changed',
  PRIORITY_CHANGED: 'Priority Changed',
  PRIORITY_AND_LETTER_CHANGED: 'Priority and Letter Changed',
};

type Column = Readonly<Record<string, unknown>> & { readonly url: string };

/** The List with an entry for each referral, in the order given. */
export function writeWorklist(list: Worklist, referrals: readonly Referral[], facts: WorklistFacts): object {
  const url = `${STU3_PROFILE}Extension-eRS-${ITEM_EXTENSIONS[list]}-WorkListItem-1`;
  return {
    meta: { profile: [`${STU3_PROFILE}eRS-FetchWorklist-List-1`] },
    resourceType: 'List',
    ...(list === 'REFERRALS_FOR_REVIEW' && referrals.length > 0 && { contained: containedPeople(referrals) }),
    status: 'current',
    mode: 'snapshot',
    entry: referrals.map((referral) => ({
      extension: [{ extension: columnsOf(list, referral, facts), url }],
      item: { reference: `ReferralRequest/${referral.ubrn}` },
    })),
  };
}

function columnsOf(list: Worklist, referral: Referral, facts: WorklistFacts): readonly Column[] {
  switch (list) {
    case 'REFERRALS_FOR_REVIEW':
      return reviewColumns(referral, facts);
    case 'APPOINTMENT_SLOT_ISSUES':
      return slotIssueColumns(referral, facts);
    case 'LETTERS_OUTSTANDING':
      return [...referrerColumns(referral), { url: 'letterDue', valueDate: referral.letterDue ?? isoDate(referral.createdAt) }];
    default:
      return [...referrerColumns(referral), ...stateColumns(referral, facts)];
  }
}

function reviewColumns(referral: Referral, facts: WorklistFacts): readonly Column[] {
  const { appointment, criteria } = referral;
  const booked = appointment?.status === 'booked';
  return [
    ...priorityAndSpecialty(referral, facts),
    { url: 'patient', valueReference: { reference: `#Patient-${referral.nhsNumber}` } },
    ...(criteria.namedClinician === undefined
      ? []
      : [{ url: 'namedClinician', valueReference: { reference: `#Practitioner-${criteria.namedClinician}` } }]),
    ...(appointment?.clinician === undefined
      ? []
      : [{ url: 'allocatedClinician', valueReference: { reference: `#Practitioner-${appointment.clinician}` } }]),
    ...pathway(referral),
    concept(
      'requestContextStatus',
      `${STU3_CODES}eRS-RequestContextStatus-1`,
      referral.contextStatus,
      CONTEXT_DISPLAYS[referral.contextStatus],
    ),
    ...dateTime('clinicalInfoFirstSubmitted', referral.clinicalInfoFirstSubmitted),
    ...dateTime('clinicalInfoLastUpdated', referral.clinicalInfoLastUpdated),
    ...dateTime('appointmentStart', booked ? appointment.start : undefined),
    concept('referralType', `${STU3_CODES}eRS-ReferralType-1`, booked ? 'APPOINTMENT' : 'TRIAGE_DEFERRAL'),
    ...service(referral),
    { url: 'referralRequestVersion', valueInteger: referral.version },
  ];
}

function slotIssueColumns(referral: Referral, facts: WorklistFacts): readonly Column[] {
  const { criteria, receivedAt } = referral;
  return [
    ...priorityAndSpecialty(referral, facts),
    patient(referral),
    ...(criteria.namedClinician === undefined
      ? []
      : [{ url: 'namedClinician', valueReference: { identifier: { system: SYSTEMS.userStu3, value: criteria.namedClinician } } }]),
    ...pathway(referral),
    ...dateTime('ubrnReceived', receivedAt),
    ...(receivedAt === undefined
      ? []
      : [{ url: 'patientContactExpected', valueDate: addWorkingDays(receivedAt, facts.deferralContactDays(referral.priority)) }]),
    concept('clinicalInformationStatus', `${STU3_CODES}eRS-ClinicalInformationStatus-1`, clinicalInformationStatus(referral, facts.now)),
    ...reason(referral, facts),
    ...service(referral),
  ];
}

function referrerColumns(referral: Referral): readonly Column[] {
  return [
    patient(referral),
    concept('priority', `${STU3_CODES}eRS-Priority-1`, referral.priority),
    { url: 'referralCreated', valueDateTime: isoInstant(referral.createdAt) },
    { url: 'clinicalContext', valueString: clinicalContext(referral) },
    { url: 'referrer', valueReference: { identifier: { system: SYSTEMS.userStu3, value: referral.referrer } } },
  ];
}

/**
 * States whose reason a referrer's list shows. A triage response has one too, but the published contract has no code for it on its list
 * and the example leaves it out; its documentation says otherwise (ers.md §12).
 */
const WITH_REASON: ReadonlySet<ReferralState> = new Set([
  'REJECTED',
  'CANCELLED_REFERRAL',
  'APPT_CANCELLED_BY_PATIENT',
  'APPT_CANCELLED_BY_PROVIDER',
] as const);

function stateColumns(referral: Referral, facts: WorklistFacts): readonly Column[] {
  const status = WORKLIST_STATUSES[referral.state];
  return [
    { url: 'referralLastUpdated', valueDateTime: isoInstant(referral.updatedAt) },
    concept('status', `${STU3_CODES}eRS-ReferralState-1`, status.code, status.display),
    ...(WITH_REASON.has(referral.state) ? reason(referral, facts) : []),
  ];
}

function priorityAndSpecialty(referral: Referral, facts: WorklistFacts): readonly Column[] {
  const specialty = referral.specialty ?? referral.criteria.specialty;
  return [
    concept('priority', `${STU3_CODES}eRS-Priority-1`, referral.priority),
    ...(specialty === undefined ? [] : [concept('specialty', localCodeSystem(facts.base, 'SPECIALTY'), specialty)]),
  ];
}

/** Practitioners and patients of the review list, each once. */
function containedPeople(referrals: readonly Referral[]): readonly object[] {
  const clinicians = referrals
    .flatMap((each) => [each.appointment?.clinician, each.criteria.namedClinician])
    .filter((each) => each !== undefined);
  return [
    ...[...new Set(clinicians)].map((userId) => ({
      id: `Practitioner-${userId}`,
      meta: { profile: [`${STU3_PROFILE}eRS-Practitioner-1`] },
      resourceType: 'Practitioner',
      identifier: [{ system: SYSTEMS.userStu3, value: userId }],
    })),
    ...[...new Set(referrals.map((each) => each.nhsNumber))].map((nhsNumber) => ({
      id: `Patient-${nhsNumber}`,
      meta: { profile: [`${STU3_PROFILE}eRS-Patient-1`] },
      resourceType: 'Patient',
      identifier: [{ system: SYSTEMS.nhsNumberStu3, value: nhsNumber }],
    })),
  ];
}

function patient(referral: Referral): Column {
  return { url: 'patient', valueReference: { identifier: { system: SYSTEMS.nhsNumberStu3, value: referral.nhsNumber } } };
}

/** Pathway start and the printed flag, which no operation of the API sets. */
function pathway(referral: Referral): readonly Column[] {
  return [...dateTime('eReferralPathwayStart', referral.pathwayStart), { url: 'clinicalInfoPrinted', valueBoolean: false }];
}

function reason(referral: Referral, facts: WorklistFacts): readonly Column[] {
  return referral.stateReason === undefined
    ? []
    : [{ url: 'reason', valueCodeableConcept: { coding: [codingOf(referral.stateReason, facts.base)] } }];
}

function service({ appointment }: Referral): readonly Column[] {
  if (appointment === undefined) return [];
  return [
    {
      url: 'service',
      valueReference: { identifier: { system: SYSTEMS.serviceStu3, value: appointment.serviceId }, display: appointment.serviceName },
    },
  ];
}

function dateTime(url: string, instant: Instant | undefined): readonly Column[] {
  return instant === undefined ? [] : [{ url, valueDateTime: isoInstant(instant) }];
}

function concept(url: string, system: string, code: string, display?: string): Column {
  return { url, valueCodeableConcept: { coding: [display === undefined ? { system, code } : { system, code, display }] } };
}
