/** What the pre-states have in common: a usual service, slot, referral and file. Each row says only what differs. */

export const RC = { user: '021600556514', businessFunction: 'REFERRING_CLINICIAN', odsCode: 'R69' } as const;
export const RCA = { user: '103264992985', businessFunction: 'REFERRING_CLINICIAN_ADMIN', odsCode: 'R69' } as const;
export const SPC = { user: '021600556514', businessFunction: 'SERVICE_PROVIDER_CLINICIAN', odsCode: 'R69' } as const;
export const SPCA = {
  user: '103264992985',
  businessFunction: 'SERVICE_PROVIDER_CLINICIAN_ADMIN',
  odsCode: 'R69',
  onBehalfOf: '021600556514',
} as const;

const STU3_CODES = 'https://fhir.nhs.uk/STU3/CodeSystem/';
export const reviewReason = (code: string) => ({ system: `${STU3_CODES}eRS-ReviewReason-1`, code });
export const reviewOutcome = (code: string, display: string) => ({ system: `${STU3_CODES}eRS-ReviewOutcome-1`, code, display });
export const cancellationReason = (code: string, display: string) => ({ system: 'APPOINTMENT-CANCELLATION-REASON', code, display });
export const referralCancellation = (code: string, display: string) => ({ system: 'REFERRAL-CANCELLATION-REASON', code, display });

type Changes = Readonly<Record<string, unknown>>;

/** A service as `/_localspine/import` takes it. */
export interface Service {
  readonly id: string;
  readonly name: string;
  readonly appointmentType?: string;
  readonly [member: string]: unknown;
}

/** A directly bookable cardiology service of R69, reviewed by 021600556514. */
export function service(id: string, name: string, changes: Changes = {}): Service {
  return {
    id,
    version: 1,
    name,
    providerOdsCode: 'R69',
    locationOdsCode: 'R69',
    locationName: 'Cicero-Clinic',
    postcode: 'LS1 2TW',
    specialty: 'CARDIOLOGY',
    clinicTypes: ['HEART_FAILURE'],
    requestFlows: ['APPOINTMENT_REQUEST'],
    bookableType: 'DIRECTLY_BOOKABLE',
    appointmentType: 'DIAGNOSTIC',
    priorities: ['ROUTINE', 'URGENT', 'TWO_WEEK_WAIT'],
    genderTreated: 'MALE_AND_FEMALE',
    referralLetterRequired: false,
    clinicalTerms: [],
    namedClinicians: [],
    additionalRequirements: [],
    indicativeAppointmentWait: 'LIMITED_AVAILABILITY',
    displayProminently: false,
    commissioning: 'ALL',
    published: true,
    workGroup: [{ userId: '021600556514', odsCode: 'R69' }],
    ...changes,
  };
}

const TRIAGE = {
  requestFlows: ['TRIAGE_REQUEST'],
  bookableType: 'UNSPECIFIED',
  referralLetterRequired: true,
  indicativeAppointmentWait: 'NOT_APPLICABLE',
};

/** A referral assessment service. */
export function triageService(id: string, name: string, changes: Changes = {}): Service {
  const { appointmentType: _, ...usual } = service(id, name);
  return { ...usual, ...TRIAGE, ...changes };
}

/** A service that gives advice and nothing else. */
export function adviceService(id: string, name: string, changes: Changes = {}): Service {
  return triageService(id, name, { requestFlows: ['ADVICE_AND_GUIDANCE_REQUEST'], referralLetterRequired: false, ...changes });
}

/** A free slot of an hour. */
export function slot(id: string, serviceId: string, start: string, changes: Changes = {}) {
  return {
    id,
    serviceId,
    usrn: `USRN-${id}`,
    start,
    end: new Date(Date.parse(start) + 3_600_000).toISOString(),
    ...changes,
  };
}

/** An unbooked routine referral of R69's 021600556514 for 9912003888, with 11002 on its shortlist and no letter. */
export function referral(ubrn: string, version: number, changes: Changes = {}) {
  return {
    ubrn,
    version,
    status: 'active',
    state: 'NOT_BOOKED',
    nhsNumber: '9912003888',
    priority: 'ROUTINE',
    criteria: {
      priority: 'ROUTINE',
      specialty: 'CARDIOLOGY',
      clinicType: 'HEART_FAILURE',
      postcode: 'LS1 2TW',
      distanceLimit: 123,
      ageAndGenderAppropriate: true,
    },
    shortlist: [{ serviceId: '11002', serviceName: 'Good Cardiology Business Service' }],
    commissioningRuleOrganisation: 'R69',
    referringOrganisation: 'R69',
    referrer: '021600556514',
    createdAt: '2021-06-11T12:00:00Z',
    letterIntention: 'NOT_INTENDING_TO_ADD',
    ...changes,
  };
}

/** A letter of six bytes that 021600556514 attached at R69. */
export function letter(id: string, fileId: string, changes: Changes = {}) {
  return {
    id,
    type: 'REFERRER',
    fileId,
    title: 'referralletter.pdf',
    contentType: 'application/pdf',
    size: 6,
    description: 'referralletter pdf',
    indexed: '2021-06-11T12:09:09.459Z',
    creation: '2021-06-11',
    attachedBy: '021600556514',
    attachedByOrganisation: 'R69',
    content: 'JVBERi0x',
    ...changes,
  };
}

/** The current appointment of a referral. */
export function appointment(id: string, version: number, status: string, serviceId: string, serviceName: string, changes: Changes = {}) {
  return { id, version, status, serviceId, serviceName, created: '2021-06-11T12:33:25.664Z', ...changes };
}

/** A file of seventeen bytes that 021600556514 uploaded at R69 for a request. */
export function file(id: string, name: string, intendedUbrn: string | undefined, changes: Changes = {}) {
  return {
    id,
    name,
    contentType: 'application/pdf',
    content: Buffer.from('%PDF-1'.padEnd(17)).toString('base64'),
    uploadedBy: '021600556514',
    uploadedByOrganisation: 'R69',
    intendedUbrn,
    ...changes,
  };
}

/** A person in a role; a referring clinician of R69 unless said otherwise. */
export const author = (userId: string, odsCode = 'R69', businessFunction = 'REFERRING_CLINICIAN') => ({
  userId,
  odsCode,
  businessFunction,
});
const REFERRER = author('021600556514');

/** A request for advice on 9912003888 by R69's 021600556514, to the service 11014, which is to answer. */
export function adviceRequest(ubrn: string, version: number, changes: Changes = {}) {
  return {
    ubrn,
    version,
    category: 'PROVIDER_RESPONSE_REQUIRED',
    nhsNumber: '9912003888',
    priority: 'ROUTINE',
    criteria: { priority: 'ROUTINE', specialty: 'CARDIOLOGY', clinicType: 'HEART_FAILURE', ageAndGenderAppropriate: true },
    service: { serviceId: '11014', serviceName: 'Advice Only' },
    specialty: 'CARDIOLOGY',
    conversionAuthorisation: 'AUTHORISED_TO_CONVERT',
    referringOrganisation: 'R69',
    referrer: REFERRER,
    firstRequested: '2021-09-17T12:00:00Z',
    messages: [question('70000', REFERRER)],
    ...changes,
  };
}

/** What a referrer asks. */
export function question(id: string, responsible: ReturnType<typeof author>, changes: Changes = {}) {
  return {
    id,
    kind: 'REQUESTER',
    responsible,
    sent: '2021-09-17T12:00:00Z',
    text: 'Please advise me on this patient who ...(information about patient)',
    ...changes,
  };
}

/** What a provider asks back. */
export function reply(id: string, responsible: ReturnType<typeof author>, changes: Changes = {}) {
  return {
    id,
    kind: 'RESPONDER',
    responsible,
    sent: '2021-09-17T12:30:00Z',
    text: 'Please perform xxx test and send me the results',
    outcome: 'REQUIRE_FURTHER_INFORMATION',
    ...changes,
  };
}
