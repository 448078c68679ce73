/** A service of the directory as R4 `HealthcareService` (ers.md §13.3): what A033 and A035 show. */
import { R4_CODES, R4_PROFILE, SYSTEMS } from '../codes.ts';
import type { HealthcareService, RequestFlow } from '../model.ts';

const APPOINTMENT_TYPES: Readonly<Record<string, string>> = {
  DAY_CASE: 'Day Case',
  FIRST_OUTPATIENT: 'First Outpatient',
  ASSESSMENT_SERVICE: 'Assessment Service',
  GPSI: 'GPSI',
  AHP_CLINIC: 'AHP Clinic',
  DIAGNOSTIC: 'Diagnostic',
  NURSE_CLINIC: 'Nurse Clinic',
  OPHTHALMOLOGIST: 'Ophthalmologist',
  TELEPHONE_ASSESSMENT: 'Telephone Assessment',
};
const REQUEST_FLOWS: Readonly<Record<RequestFlow, readonly [code: string, display: string]>> = {
  APPOINTMENT_REQUEST: ['BOOKABLE', 'A service which supports a patient appointment'],
  TRIAGE_REQUEST: [
    'REVIEW',
    'A service that reviews referrals, without the support or need for any appointment with the patient to be made',
  ],
  ADVICE_AND_GUIDANCE_REQUEST: [
    'ADVICE_AND_GUIDANCE',
    'A service which can discuss the patient and receive guidance rather than a patient attending an appointment',
  ],
};
/** Services that cannot be booked have no bookable type here: the code system has these two only. */
const BOOKABLE_TYPES: Readonly<Partial<Record<HealthcareService['bookableType'], string>>> = {
  DIRECTLY_BOOKABLE: 'Directly Bookable',
  INDIRECTLY_BOOKABLE: 'Indirectly Bookable',
};

/** The resource. Its `meta.versionId` is the ETag. */
export function writeHealthcareService(service: HealthcareService): object {
  const extension = extensionsOf(service);
  return {
    id: service.id,
    meta: { versionId: String(service.version) },
    language: 'en',
    resourceType: 'HealthcareService',
    ...(extension.length > 0 && { extension }),
    location: [{ identifier: { system: SYSTEMS.site, value: service.locationOdsCode } }],
    name: service.name,
    ...typeOf(service.appointmentType),
    characteristic: characteristicsOf(service),
  };
}

function extensionsOf({ hoursOfOperation, instructions, telephone, professionalContacts = [] }: HealthcareService): readonly object[] {
  return [
    ...text('HoursOfOperation', hoursOfOperation),
    ...text('ServiceInstructions', instructions),
    ...(telephone === undefined ? [] : [contact(PATIENT, [{ system: 'phone', value: telephone }])]),
    ...(professionalContacts.length === 0 ? [] : [contact(PROFESSIONALS, professionalContacts)]),
  ];
}

const PATIENT = { system: 'http://terminology.hl7.org/CodeSystem/contactentity-type', code: 'PATINF', display: 'Patient' };
const PROFESSIONALS = { system: `${R4_CODES}eRS-Purpose`, code: 'HEALTHCARE_PROFESSIONALS', display: 'Healthcare Professionals' };

function contact(purpose: object, telecoms: readonly { readonly system: string; readonly value: string }[]): object {
  return {
    url: `${R4_PROFILE}Extension-eRS-HealthcareService-Contact`,
    extension: [
      { url: 'purpose', valueCodeableConcept: { coding: [purpose] } },
      ...telecoms.map(({ system, value }) => ({ url: 'telecom', valueContactPoint: { system, value } })),
    ],
  };
}

function text(name: string, value: string | undefined): readonly object[] {
  return value === undefined ? [] : [{ url: `${R4_PROFILE}Extension-eRS-${name}`, valueString: value }];
}

/** An array, as FHIR says; the national service has sent an object at times. */
function typeOf(code: string | undefined): object {
  if (code === undefined) return {};
  return { type: [{ coding: [{ system: `${R4_CODES}eRS-AppointmentType`, code, display: APPOINTMENT_TYPES[code] ?? code }] }] };
}

function characteristicsOf({ requestFlows, bookableType }: HealthcareService): readonly object[] {
  const bookable = BOOKABLE_TYPES[bookableType];
  return [
    ...requestFlows.map((flow) => {
      const [code, display] = REQUEST_FLOWS[flow];
      return { coding: [{ system: `${R4_CODES}eRS-RequestFlowType`, code, display }] };
    }),
    ...(bookable === undefined ? [] : [{ coding: [{ system: `${R4_CODES}eRS-BookableType`, code: bookableType, display: bookable }] }]),
  ];
}
