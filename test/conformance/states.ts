/** Worlds that hold one of everything: a referral in every state, a service of every kind. */
import {
  adviceService,
  appointment,
  cancellationReason,
  letter,
  referral,
  referralCancellation,
  reviewOutcome,
  reviewReason,
  type Service,
  service,
  triageService,
} from './pairs/records.ts';

const DAY = 86_400_000;
const DIRECT = { id: '11002', name: 'Good Cardiology Business Service' };
const INDIRECT = { id: '11016', name: 'Triage-Related Indirect Business Service' };
const TRIAGE = { id: '50001', name: 'Cardiology Triage Service' };
const TRIAGED = reviewOutcome('ACCEPT_REFER_BOOK_LATER', 'Accept Refer Book Later');
const RETURNED = reviewOutcome('RETURN_TO_REFERRER_WITH_ADVICE', 'Return to Referrer With Advice');
const ACTION_LATER = reviewOutcome('CANCEL_APPOINTMENT_ACTION_LATER', 'Cancel Appointment Action Later');
const REJECTED = cancellationReason('SERVICE_INAPPROPRIATE', 'Inappropriate service');

/** The lists of A008, and the states of {@link everyState} that each shows. */
export const DELIVERABLE_LISTS = [
  { code: 'REFERRALS_FOR_REVIEW', provider: true, states: ['AWAITING_TRIAGE', 'BOOKED'] },
  { code: 'APPOINTMENT_SLOT_ISSUES', provider: true, states: ['DEFERRED_TO_PROVIDER'] },
  { code: 'REJECTED_TRIAGE_RESPONSE', provider: false, states: ['REJECTED', 'TRIAGE_RESPONSE'] },
  {
    code: 'ASSESSMENT_RETURNED_CANCELLED_DNA',
    provider: false,
    states: ['ASSESSMENT_RESULT', 'CANCELLED_REFERRAL', 'DID_NOT_ATTEND'],
  },
  {
    code: 'AWAITING_BOOKING',
    provider: false,
    states: [
      'APPT_CANCELLED_BY_PATIENT',
      'APPT_CANCELLED_BY_PROVIDER',
      'AWAITING_TRIAGE',
      'DEFERRED_TO_PROVIDER',
      'NOT_BOOKED',
      'TRIAGED_PROVIDER_TO_ACTION',
    ],
  },
  { code: 'LETTERS_OUTSTANDING', provider: false, states: ['NOT_BOOKED'] },
] as const;

interface Current {
  readonly status: string;
  readonly at: typeof DIRECT;
  readonly reason?: object;
  readonly comment?: string;
  readonly booked?: 'slot' | 'by telephone';
}
interface InState {
  readonly state: string;
  readonly status?: string;
  readonly reason?: object;
  readonly comments?: string;
  readonly current?: Current;
  readonly but?: Readonly<Record<string, unknown>>;
}

const STATES: readonly InState[] = [
  { state: 'NOT_BOOKED', but: { letterIntention: 'NEED_TO_ADD_LATER', attachments: [] } },
  { state: 'NOT_BOOKED', but: { relatedReferrals: ['000000070002'], additionalRequirements: ['ADVOCACY', 'INTERPRETER', 'TRANSPORT'] } },
  { state: 'NOT_BOOKED', but: { priority: 'URGENT', pathwayStart: '2026-01-05T09:00:00Z' } },
  { state: 'BOOKED', current: { status: 'booked', at: DIRECT, booked: 'slot' } },
  { state: 'BOOKED', current: { status: 'booked', at: INDIRECT, booked: 'by telephone' }, but: { priority: 'TWO_WEEK_WAIT' } },
  ...['LETTER_CHANGED', 'PRIORITY_CHANGED', 'PRIORITY_AND_LETTER_CHANGED'].map(
    (contextStatus): InState => ({ state: 'BOOKED', current: { status: 'booked', at: DIRECT, booked: 'slot' }, but: { contextStatus } }),
  ),
  ...['NO_SLOTS_AT_SERVICE', 'SLOT_NOT_AVAILABLE', 'BOOKING_ATTEMPT_PROBLEM'].map((code): InState => {
    const reason = reviewReason(code);
    return { state: 'DEFERRED_TO_PROVIDER', reason, current: { status: 'proposed', at: DIRECT, reason, comment: 'No slot' } };
  }),
  { state: 'AWAITING_TRIAGE', reason: reviewReason('TRIAGE'), current: { status: 'proposed', at: TRIAGE, reason: reviewReason('TRIAGE') } },
  ...[TRIAGED, ACTION_LATER].map(
    (reason): InState => ({
      state: 'TRIAGED_PROVIDER_TO_ACTION',
      reason,
      comments: 'Please book',
      current: { status: 'proposed', at: TRIAGE, reason, comment: 'Please book' },
    }),
  ),
  {
    state: 'TRIAGE_RESPONSE',
    reason: RETURNED,
    comments: 'Advice',
    current: { status: 'proposed', at: TRIAGE, reason: RETURNED, comment: 'Advice' },
  },
  { state: 'REJECTED', reason: REJECTED, comments: 'Elsewhere', current: { status: 'cancelled', at: DIRECT, reason: REJECTED } },
  {
    state: 'APPT_CANCELLED_BY_PATIENT',
    reason: cancellationReason('PATIENT_ILL', 'Patient is ill'),
    current: { status: 'cancelled', at: DIRECT },
  },
  { state: 'APPT_CANCELLED_BY_PROVIDER', current: { status: 'cancelled', at: DIRECT } },
  { state: 'DID_NOT_ATTEND', current: { status: 'noshow', at: DIRECT } },
  { state: 'ASSESSMENT_RESULT' },
  {
    state: 'CANCELLED_REFERRAL',
    status: 'cancelled',
    reason: referralCancellation('INTEND_PRIVATE', 'Patient will go to a private clinic'),
    but: { cancelledByOrganisation: 'RCD' },
  },
];

/** A referral of R69 in every state, at services that 021600556514 reviews; bookings are a week ahead. */
export function everyState(now: number) {
  const services = [
    service(DIRECT.id, DIRECT.name),
    service(INDIRECT.id, INDIRECT.name, { bookableType: 'INDIRECTLY_BOOKABLE' }),
    triageService(TRIAGE.id, TRIAGE.name),
  ];
  const referrals = STATES.map(({ state, status = 'active', reason, comments, current, but }, index) => {
    const ubrn = String(70_000 + index).padStart(12, '0');
    return {
      ...referral(ubrn, 5, {
        status,
        state,
        stateReason: reason,
        stateComments: comments,
        specialty: current === undefined ? undefined : 'CARDIOLOGY',
        pathwayStart: '2026-01-05T09:00:00Z',
        clinicalInfoFirstSubmitted: '2026-01-05T09:00:00Z',
        receivedAt: '2026-01-05T09:00:00Z',
        attachments: [letter(String(80_000 + index), `00000000-0000-4000-8000-${ubrn}`)],
        ...but,
      }),
      state,
      appointment: current === undefined ? undefined : appointmentOf(String(70_000 + index), current, now),
    };
  });
  return { services, referrals };
}

function appointmentOf(id: string, { status, at, reason, comment, booked }: Current, now: number) {
  const start = new Date(now + 7 * DAY).toISOString();
  const end = booked === 'slot' ? new Date(now + 7 * DAY + 1_800_000).toISOString() : start;
  return appointment(id, 1, status, at.id, at.name, {
    reason,
    comment,
    ...(booked !== undefined && { start, end }),
    ...(booked === 'slot' && { slotId: `${at.id}001`, clinician: '021600556514' }),
  });
}

/** A service with every code that a search can show. */
export function everyKindOfService(): readonly Service[] {
  const kinds = [
    'DAY_CASE',
    'FIRST_OUTPATIENT',
    'ASSESSMENT_SERVICE',
    'GPSI',
    'AHP_CLINIC',
    'DIAGNOSTIC',
    'NURSE_CLINIC',
    'OPHTHALMOLOGIST',
    'TELEPHONE_ASSESSMENT',
  ];
  const everything = {
    bookableType: 'INDIRECTLY_BOOKABLE',
    genderTreated: 'FEMALE',
    ageTreated: { low: 18, high: 75 },
    additionalRequirements: ['ADVOCACY', 'INTERPRETER', 'TRANSPORT'],
    indicativeAppointmentWait: 21,
    indicativeTreatmentWait: 60,
    capacityAlert: 'LOW',
    referrerAlert: 'Alert',
    exclusions: 'Exclusions',
    suggestedInvestigations: 'Tests',
    conditionsTreated: 'Conditions',
    displayProminently: true,
    requestFlows: ['APPOINTMENT_REQUEST', 'ADVICE_AND_GUIDANCE_REQUEST'],
  };
  return [
    ...kinds.map((appointmentType, index) => service(String(20_000 + index), `Service ${appointmentType}`, { appointmentType })),
    service('20100', 'Everything', everything),
    service('20101', 'Only an end of age', { ageTreated: { high: 17 }, genderTreated: 'MALE' }),
    triageService('20102', 'Triage'),
    adviceService('20103', 'Advice'),
  ];
}

const STU3 = 'https://fhir.nhs.uk/STU3';

/** A request for a worklist. */
export function fetchWorklist(code: string): object {
  return {
    resourceType: 'Parameters',
    meta: { profile: [`${STU3}/StructureDefinition/eRS-FetchWorklist-Parameters-1`] },
    parameter: [
      { name: 'listType', valueCodeableConcept: { coding: [{ system: `${STU3}/CodeSystem/eRS-ReferralListSelector-1`, code }] } },
    ],
  };
}

/** A search for heart failure clinics for 9912003888, whatever their age and sex. */
export function search(requestType: string, sortBy: string): object {
  const coded = (name: string, list: string, code: string) => ({ name, valueCoding: { system: `${STU3}/CodeSystem/eRS-${list}-1`, code } });
  return {
    resourceType: 'Parameters',
    meta: { profile: [`${STU3}/StructureDefinition/eRS-PatientServiceSearch-Parameters-1`] },
    parameter: [
      coded('requestType', 'RequestType', requestType),
      coded('sortBy', 'SortBy', sortBy),
      { name: 'patient', valueIdentifier: { system: 'http://fhir.nhs.net/Id/nhs-number', value: '9912003888' } },
      {
        name: 'searchCriteria',
        resource: {
          resourceType: 'Parameters',
          meta: { profile: [`${STU3}/StructureDefinition/eRS-ServiceSearchCriteria-Parameters-1`] },
          id: 'criteria',
          parameter: [
            coded('priority', 'Priority', 'ROUTINE'),
            { name: 'specialty', valueCoding: { system: 'https://localhost/STU3/CodeSystem/SPECIALTY', code: 'CARDIOLOGY' } },
            coded('clinicType', 'ClinicType', 'HEART_FAILURE'),
            { name: 'ageAndGenderAppropriate', valueBoolean: false },
          ],
        },
      },
    ],
  };
}
