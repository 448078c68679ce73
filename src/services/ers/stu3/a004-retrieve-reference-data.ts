import { unknown } from '../errors.ts';
import { operation } from '../operation.ts';
import { codeSystemJson } from './code-systems.ts';

const FHIR_JSON = 'application/fhir+json';

/** A004: a code system with the dates in which each code may be used (ers.md §9 A004, §16). */
export const retrieveReferenceData = operation({
  id: 'A004',
  title: 'Retrieve reference data',
  version: 'STU3',
  method: 'GET',
  paths: ['/CodeSystem/:codeSystemType'],
  functions: ['REFERRING_CLINICIAN', 'REFERRING_CLINICIAN_ADMIN', 'SERVICE_PROVIDER_CLINICIAN', 'SERVICE_PROVIDER_CLINICIAN_ADMIN'],
  applications: ['provider', 'referrer'],
  ifMatch: false,
  body: { kind: 'none' },
  produces: [FHIR_JSON],
  document: {
    description: 'A code system of e-RS as a FHIR CodeSystem, each code with the dates between which it may be used. Changes nothing.',
    answers: 'CodeSystem',
    example: () => ({ path: { codeSystemType: 'SPECIALTY' } }),
  },
  handle: async (call) => {
    const id = call.params['codeSystemType'] ?? '';
    const body = codeSystemJson(id, call.fhirBase);
    if (body === undefined) throw unknown(`The code system ${id}`);
    return { status: 200, content: { type: FHIR_JSON, body } };
  },
});
