import { findServices, type ServiceSearch } from '../catalogue/find-services.ts';
import { STU3_CODES, SYSTEMS } from '../codes.ts';
import { codingParameter, criteria, parametersMessage, patientParameter } from '../document/example-messages.ts';
import { operation } from '../operation.ts';
import { type ParametersSpec, readParameters } from './parameters.ts';
import { readSearchCriteria, SEARCH_CRITERIA } from './search-criteria.ts';
import { writeFoundServices } from './service-list.ts';

/** `eRS-PatientServiceSearch-Parameters-1` (ers.md §9 A010). */
const SEARCH = {
  requestType: {
    kind: 'coding',
    cardinality: '1..1',
    display: 'Request Type',
    system: `${STU3_CODES}eRS-RequestType-1`,
    codes: ['APPOINTMENT_REQUEST', 'ADVICE_AND_GUIDANCE_REQUEST'],
  },
  sortBy: { kind: 'coding', cardinality: '1..1', display: 'Sort By', system: `${STU3_CODES}eRS-SortBy-1`, codes: ['DISTANCE', 'IWT'] },
  patient: { kind: 'identifier', cardinality: '1..1', display: 'Patient', system: SYSTEMS.nhsNumberStu3 },
  searchCriteria: {
    kind: 'resource',
    cardinality: '1..1',
    display: 'Search Criteria',
    resourceType: 'Parameters',
    parameters: SEARCH_CRITERIA,
    read: readSearchCriteria,
  },
  referringClinician: {
    kind: 'identifier',
    cardinality: '0..1',
    display: 'Referring Clinician',
    system: SYSTEMS.userStu3,
    pattern: /^\d{1,12}$/,
  },
  commissioningRuleOrganisation: {
    kind: 'identifier',
    cardinality: '0..1',
    display: 'Commissioning Rule Organisation',
    system: SYSTEMS.organisation,
  },
} as const satisfies ParametersSpec;

/** The body of A010. Throws ErsRefusal 422. */
export function readServiceSearch(resource: unknown): ServiceSearch {
  const values = readParameters(resource, SEARCH);
  return {
    requestType: values.requestType.code,
    sortBy: values.sortBy.code,
    nhsNumber: values.patient,
    criteria: values.searchCriteria,
    ...(values.referringClinician !== undefined && { referringClinician: values.referringClinician }),
    ...(values.commissioningRuleOrganisation !== undefined && { commissioningRuleOrganisation: values.commissioningRuleOrganisation }),
  };
}

/** A010: the services a patient can be referred to. Creates nothing (ers.md §9 A010, §13.2). */
export const patientServiceSearch = operation({
  id: 'A010',
  title: 'Patient service search',
  version: 'STU3',
  method: 'POST',
  paths: ['/HealthcareService/$ers.searchHealthcareServicesForPatient'],
  functions: ['REFERRING_CLINICIAN', 'REFERRING_CLINICIAN_ADMIN'],
  applications: [],
  reads: true,
  ifMatch: false,
  body: { kind: 'fhir', read: readServiceSearch, parameters: SEARCH },
  produces: ['application/fhir+json'],
  document: {
    description:
      'The services a patient can be referred to, by specialty and clinic type, clinical term or named clinician, sorted by distance or wait. ' +
      'Creates nothing; a shortlist (A011) carries the same criteria.',
    answers: 'List',
    refusals: {
      422: ['PATIENT_ERROR', 'NO_REG_GP_PRACTICE', 'SNOMED_NOT_FOUND', 'CONFLICTING_VALUES', 'INAPPROPRIATE_VALUE', 'REFERENCE_NOT_FOUND'],
    },
    example: () => ({
      body: parametersMessage('eRS-PatientServiceSearch-Parameters-1', [
        codingParameter('requestType', 'eRS-RequestType-1', 'APPOINTMENT_REQUEST'),
        codingParameter('sortBy', 'eRS-SortBy-1', 'DISTANCE'),
        patientParameter(),
        { name: 'searchCriteria', resource: criteria() },
      ]),
    }),
  },
  handle: async (call) => {
    call.exchange.nhsNumber = call.body.nhsNumber;
    const found = await findServices(call.world, call.db, call.instance, call.caller, call.body);
    return { status: 200, resource: writeFoundServices(found, call.fhirBase) };
  },
});
