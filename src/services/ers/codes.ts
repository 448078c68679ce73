/** Codes of e-RS that rules depend on (ers.md §4.1, §7, §11). Code systems served to clients are in `reference-data/`. */

export const BUSINESS_FUNCTIONS = [
  'REFERRING_CLINICIAN',
  'REFERRING_CLINICIAN_ADMIN',
  'REFERRING_ADMIN',
  'COMMISSIONER',
  'SERVICE_PROVIDER_CLINICIAN_ADMIN',
  'SERVICE_PROVIDER_CLINICIAN',
  'SERVICE_PROVIDER_ADMIN',
  'INFORMATION_ANALYST',
  'BOOKING_MANAGER',
  'ADDITIONAL_REQUIREMENTS_MANAGER',
  'PROVIDER_AUTHORISED_APPLICATION',
  'REFERRER_AUTHORISED_APPLICATION',
] as const;
export type BusinessFunction = (typeof BUSINESS_FUNCTIONS)[number];

/** Functions set by the gateway for applications; never accepted from a user (ers.md §4.1). */
export const APPLICATION_FUNCTIONS: ReadonlySet<string> = new Set([
  'AUTHORISED_APPLICATION',
  'PROVIDER_AUTHORISED_APPLICATION',
  'REFERRER_AUTHORISED_APPLICATION',
]);

export const REFERRAL_STATES = [
  'NOT_BOOKED',
  'BOOKED',
  'DEFERRED_TO_PROVIDER',
  'AWAITING_TRIAGE',
  'TRIAGED_PROVIDER_TO_ACTION',
  'TRIAGE_RESPONSE',
  'REJECTED',
  'APPT_CANCELLED_BY_PATIENT',
  'APPT_CANCELLED_BY_PROVIDER',
  'DID_NOT_ATTEND',
  'ASSESSMENT_RESULT',
  'CANCELLED_REFERRAL',
] as const;
export type ReferralState = (typeof REFERRAL_STATES)[number];

/** Displays of the states on a referral (openapi.json, Extension-eRS-ReferralState). */
export const REFERRAL_STATE_DISPLAYS: Readonly<Record<ReferralState, string>> = {
  NOT_BOOKED: 'Not Booked',
  BOOKED: 'Booked',
  DEFERRED_TO_PROVIDER: 'Deferred To Provider',
  AWAITING_TRIAGE: 'Awaiting Triage',
  TRIAGED_PROVIDER_TO_ACTION: 'Triaged - Provider To Action',
  TRIAGE_RESPONSE: 'Triage Response',
  REJECTED: 'Rejected',
  APPT_CANCELLED_BY_PATIENT: 'Appointment Cancelled By Patient',
  APPT_CANCELLED_BY_PROVIDER: 'Appointment Cancelled By Provider',
  DID_NOT_ATTEND: 'Did Not Attend',
  ASSESSMENT_RESULT: 'Assessment Result',
  CANCELLED_REFERRAL: 'Cancelled Referral',
};

/** The same states as worklists spell them: two other codes, other capitals (openapi.json, Extension-WorklistItem-Status). */
export const WORKLIST_STATUSES: Readonly<Record<ReferralState, { readonly code: string; readonly display: string }>> = {
  NOT_BOOKED: { code: 'NOT_BOOKED', display: 'Not booked' },
  BOOKED: { code: 'BOOKED', display: 'Booked' },
  DEFERRED_TO_PROVIDER: { code: 'DEFERRED_TO_PROVIDER', display: 'Deferred to provider' },
  AWAITING_TRIAGE: { code: 'AWAITING_TRIAGE', display: 'Awaiting triage' },
  TRIAGED_PROVIDER_TO_ACTION: { code: 'TRIAGED_PROVIDER_TO_ACTION', display: 'Triaged - provider to action' },
  TRIAGE_RESPONSE: { code: 'TRIAGE_RESPONSE', display: 'Triage Response' },
  REJECTED: { code: 'REJECTED', display: 'Rejected' },
  APPT_CANCELLED_BY_PATIENT: { code: 'APP_CANCELLED_BY_PATIENT', display: 'Appointment cancelled by patient' },
  APPT_CANCELLED_BY_PROVIDER: { code: 'APP_CANCELLED_BY_PROVIDER', display: 'Appointment cancelled by provider' },
  DID_NOT_ATTEND: { code: 'DID_NOT_ATTEND', display: 'Did not attend' },
  ASSESSMENT_RESULT: { code: 'ASSESSMENT_RESULT', display: 'Assessment result' },
  CANCELLED_REFERRAL: { code: 'CANCELLED_REFERRAL', display: 'Cancelled referral' },
};

export const PRIORITY_DISPLAYS = { ROUTINE: 'Routine', URGENT: 'Urgent', TWO_WEEK_WAIT: '2 Week Wait' } as const;

/** Prefixes of the national URIs. */
export const STU3_PROFILE = 'https://fhir.nhs.uk/STU3/StructureDefinition/';
export const R4_PROFILE = 'https://fhir.nhs.uk/StructureDefinition/';
export const R4_CODES = 'https://fhir.nhs.uk/CodeSystem/';
export const STU3_CODES = 'https://fhir.nhs.uk/STU3/CodeSystem/';

/** Identifier systems (ers.md §5). */
export const SYSTEMS = {
  nhsNumberStu3: 'http://fhir.nhs.net/Id/nhs-number',
  nhsNumberR4: 'https://fhir.nhs.uk/Id/nhs-number',
  userStu3: 'http://fhir.nhs.net/Id/sds-user-id',
  userR4: 'https://fhir.nhs.uk/Id/sds-user-id',
  serviceStu3: 'http://fhir.nhs.net/Id/ers-service',
  serviceR4: 'https://fhir.nhs.uk/Id/ers-service',
  organisation: 'https://fhir.nhs.uk/Id/ods-organization-code',
  directoryOrganisation: 'https://directory.spineservices.nhs.uk/STU3/Organization',
  site: 'https://fhir.nhs.uk/Id/ods-site-code',
  ubrn: 'https://fhir.nhs.uk/Id/UBRN',
  requestId: 'https://fhir.nhs.uk/Id/ers-request-id',
  alternativeSlot: 'https://fhir.nhs.uk/Id/alternative-slot',
  schedule: 'https://fhir.nhs.uk/Id/ers-schedule',
  snomed: 'http://snomed.info/sct',
} as const;
