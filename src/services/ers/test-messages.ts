/** Messages of the operations on a referral's life, and referrals in each of its states, for tests. */
import type { ReferralState } from './codes.ts';
import type { Referral, Slot } from './model.ts';
import * as data from './test-data.ts';
import { BASE } from './test-world.ts';

const CODES = 'https://fhir.nhs.uk/STU3/CodeSystem/';
const coding = (name: string, system: string, code: string) => ({ name, valueCoding: { system, code } });
const parameters = (...parameter: readonly object[]) => ({ resourceType: 'Parameters', parameter });

/** A021 (with the patient), A031, A032. */
export function shortlistMessage(serviceIds: readonly string[], options: { patient?: true; letter?: string; days?: number } = {}): object {
  const criteria = [
    coding('priority', `${CODES}eRS-Priority-1`, 'URGENT'),
    coding('specialty', `${BASE}/STU3/CodeSystem/SPECIALTY`, 'CARDIOLOGY'),
    coding('clinicType', `${CODES}eRS-ClinicType-1`, 'HEART_FAILURE'),
    { name: 'ageAndGenderAppropriate', valueBoolean: false },
  ];
  const shortlist = {
    resourceType: 'List',
    status: 'current',
    mode: 'snapshot',
    contained: [{ resourceType: 'Parameters', id: 'ServiceSearchCriteria-1', parameter: criteria }],
    extension: [
      {
        url: 'https://fhir.nhs.uk/STU3/StructureDefinition/Extension-eRS-Shortlist-SearchCriteria-1',
        valueReference: { reference: '#ServiceSearchCriteria-1' },
      },
    ],
    entry: serviceIds.map((value) => ({ item: { identifier: { system: 'http://fhir.nhs.net/Id/ers-service', value } } })),
  };
  return parameters(
    ...(options.patient === true
      ? [{ name: 'patient', valueIdentifier: { system: 'http://fhir.nhs.net/Id/nhs-number', value: '9912003888' } }]
      : []),
    coding('intentionToAddReferralLetter', `${CODES}eRS-ReferralLetterIntention-1`, options.letter ?? 'NEED_TO_ADD_LATER'),
    { name: 'firstReminderLetterFollowUpDays', valueUnsignedInt: options.days ?? 0 },
    { name: 'shortlist', resource: shortlist },
  );
}

/** A028. */
export function outcomeMessage(outcome: string, priority?: string, ...more: readonly object[]): object {
  return parameters(
    coding('reviewOutcome', `${CODES}eRS-ReviewOutcome-1`, outcome),
    { name: 'reviewComments', valueString: 'Condition not serious' },
    ...(priority === undefined ? [] : [coding('reviewPriority', `${CODES}eRS-Priority-1`, priority)]),
    ...more,
  );
}

/** A022. */
export function actionLaterMessage(...more: readonly object[]): object {
  return parameters({ name: 'comments', valueString: 'Please contact patient to rebook' }, ...more);
}

/** A014. */
export function rejectMessage(...more: readonly object[]): object {
  return parameters(coding('rejectionReason', `${BASE}/STU3/CodeSystem/APPOINTMENT-CANCELLATION-REASON`, 'SERVICE_INAPPROPRIATE'), ...more);
}

/** A036. */
export function cancelMessage(code: string, comments?: string): object {
  return parameters(
    coding('cancellationReason', `${BASE}/STU3/CodeSystem/REFERRAL-CANCELLATION-REASON`, code),
    ...(comments === undefined ? [] : [{ name: 'cancellationComments', valueString: comments }]),
  );
}

/** A parameter of A022 or A028 that names an uploaded file. */
export function fileParameter(name: string, fileId: string, type = 'PROVIDER'): object {
  return {
    name,
    resource: {
      resourceType: 'DocumentReference',
      type: { coding: [{ system: `${CODES}eRS-AttachmentType-1`, code: type }] },
      status: 'current',
      indexed: '2026-11-24T08:05:03.652000+00:00',
      content: [{ attachment: { url: `Binary/${fileId}` } }],
    },
  };
}

function appointmentMessage(referral: Referral, serviceId: string): Record<string, unknown> {
  const participant = (system: string, value: string) => ({ actor: { identifier: { system, value } }, status: 'accepted' });
  return {
    resourceType: 'Appointment',
    id: referral.appointment?.id ?? 'appointment',
    language: 'en',
    description: 'e-Referral Appointment',
    incomingReferral: [{ reference: `ReferralRequest/${referral.ubrn}/_history/${referral.version}` }],
    participant: [
      participant('http://fhir.nhs.net/Id/ers-service', serviceId),
      participant('http://fhir.nhs.net/Id/nhs-number', referral.nhsNumber),
    ],
  };
}

/** A034. */
export function updateMessage(referral: Referral, code: string, changes: Readonly<Record<string, unknown>> = {}): object {
  const reason = [{ coding: [{ system: `${BASE}/STU3/CodeSystem/APPOINTMENT-CANCELLATION-REASON`, code }] }];
  return { ...appointmentMessage(referral, referral.appointment?.serviceId ?? '11000'), status: 'cancelled', reason, ...changes };
}

/** A016 for a slot. */
export function bookMessage(referral: Referral, slot: Slot = data.SLOT): object {
  const time = (at: number) => new Date(at).toISOString();
  return {
    ...appointmentMessage(referral, slot.serviceId),
    status: 'booked',
    start: time(slot.start),
    end: time(slot.end),
    slot: [{ reference: `Slot/${slot.id}` }],
  };
}

/** A016: deferral or triage. */
export function deferMessage(referral: Referral, code: 'NO_SLOTS_AT_SERVICE' | 'TRIAGE'): object {
  return {
    ...appointmentMessage(referral, code === 'TRIAGE' ? data.TRIAGE.id : data.DIRECT.id),
    status: 'proposed',
    reason: [{ coding: [{ system: `${CODES}eRS-ReviewReason-1`, code }] }],
  };
}

/** A008. */
export function listMessage(list: string): object {
  const listType = { coding: [{ system: `${CODES}eRS-ReferralListSelector-1`, code: list }] };
  return parameters({ name: 'listType', valueCodeableConcept: listType });
}

const proposed = (serviceId: string, serviceName: string) => ({
  appointment: { id: '80000', version: 1, status: 'proposed', serviceId, serviceName, created: data.NOW - data.DAY } as const,
  specialty: 'CARDIOLOGY',
  receivedAt: data.NOW - data.DAY,
});
const AT_DIRECT = proposed(data.DIRECT.id, data.DIRECT.name);
const AT_TRIAGE = proposed(data.TRIAGE.id, data.TRIAGE.name);
const ended = (status: 'cancelled' | 'noshow') => ({
  appointment: { ...AT_DIRECT.appointment, version: 1, status },
  formerServices: [data.DIRECT.id],
});

/** What each state adds to an unbooked referral. */
const STATES: Readonly<Record<ReferralState, Partial<Referral>>> = {
  NOT_BOOKED: {},
  BOOKED: { appointment: data.appointment(), specialty: 'CARDIOLOGY' },
  DEFERRED_TO_PROVIDER: AT_DIRECT,
  AWAITING_TRIAGE: AT_TRIAGE,
  TRIAGED_PROVIDER_TO_ACTION: { ...AT_DIRECT, reviewed: true },
  TRIAGE_RESPONSE: AT_TRIAGE,
  REJECTED: ended('cancelled'),
  APPT_CANCELLED_BY_PATIENT: ended('cancelled'),
  APPT_CANCELLED_BY_PROVIDER: ended('cancelled'),
  DID_NOT_ATTEND: ended('noshow'),
  ASSESSMENT_RESULT: { formerServices: [data.DIRECT.id] },
  CANCELLED_REFERRAL: { status: 'cancelled' },
};

/** A referral of R69 with a letter, in a state; services are of R68. */
export function referralIn(state: ReferralState, changes: Partial<Referral> = {}): Referral {
  return data.referral({ state, attachments: [data.letter()], ...STATES[state], ...changes });
}
