import { isoInstant } from '../../../kernel/clock.ts';
import type { AdviceRequest } from '../advice/model.ts';
import { STU3_CODES, STU3_PROFILE, SYSTEMS } from '../codes.ts';
import { parametersMessage } from '../document/example-messages.ts';
import { operation } from '../operation.ts';
import { isWanted, requireProviderFilters, type WorklistFilters } from '../review/worklist-filters.ts';
import { adviceWorklist } from '../store/advice.ts';
import { localCodeSystem } from './coding.ts';
import { type ParametersSpec, readParameters } from './parameters.ts';
import { readFilters, WORKLIST_FILTERS, wantedServices } from './provider-worklist.ts';

const BODY = {
  listType: {
    kind: 'codeableConcept',
    cardinality: '1..1',
    display: 'List Type',
    system: `${STU3_CODES}eRS-CommunicationListSelector-1`,
    codes: ['ADVICE_AND_GUIDANCE_REQUESTS'],
  },
  ...WORKLIST_FILTERS,
} as const satisfies ParametersSpec;

/**
 * A023: the advice requests that wait at the caller's services, oldest first, then by UBRN (ers.md §9 A023, §12). A request for which the
 * provider has asked further information stays on the list.
 *
 * Refuses with 422: UNEXPECTED_FIELD, MISSING_VALUE, INVALID_VALUE, INVALID_CODE, INVALID_FHIR_STRUCTURE, REFERENCE_NOT_FOUND for an unknown
 * filter value, NO_RELATIONSHIP for a service the caller does not work for.
 */
export const retrieveAdviceWorklist = operation<WorklistFilters>({
  id: 'A023',
  title: 'Retrieve advice and guidance worklist',
  version: 'STU3',
  method: 'POST',
  paths: ['/CommunicationRequest/$ers.fetchworklist'],
  functions: ['SERVICE_PROVIDER_CLINICIAN', 'SERVICE_PROVIDER_ADMIN', 'SERVICE_PROVIDER_CLINICIAN_ADMIN'],
  applications: [],
  reads: true,
  ifMatch: false,
  body: { kind: 'fhir', read: (resource) => readFilters(readParameters(resource, BODY)), parameters: BODY },
  produces: ['application/fhir+json'],
  document: {
    description:
      'The advice requests that wait at the caller’s services, oldest first. A request for which the provider has asked further information ' +
      'stays on the list.',
    answers: 'List',
    refusals: { 422: ['REFERENCE_NOT_FOUND', 'NO_RELATIONSHIP'] },
    example: () => ({
      body: parametersMessage('eRS-FetchWorklist-Parameters-1', [
        {
          name: 'listType',
          valueCodeableConcept: {
            coding: [{ system: `${STU3_CODES}eRS-CommunicationListSelector-1`, code: 'ADVICE_AND_GUIDANCE_REQUESTS' }],
          },
        },
      ]),
    }),
  },
  handle: async (call) => {
    requireProviderFilters(call.body);
    const waiting = await adviceWorklist(call.db, call.instance, await wantedServices(call, call.body));
    const entries = waiting.filter((each) => isWanted(each.criteria.namedClinician, call.body));
    return {
      status: 200,
      resource: {
        meta: { profile: [`${STU3_PROFILE}eRS-FetchWorklist-List-1`] },
        resourceType: 'List',
        status: 'current',
        mode: 'snapshot',
        entry: entries.map((each) => writeEntry(each, call.fhirBase)),
      },
    };
  },
});

function writeEntry(advice: AdviceRequest, base: string): object {
  const { clinicType, namedClinician } = advice.criteria;
  const columns = [
    concept('priority', `${STU3_CODES}eRS-Priority-1`, advice.priority),
    concept('specialty', localCodeSystem(base, 'SPECIALTY'), advice.specialty),
    identifier('patient', SYSTEMS.nhsNumberStu3, advice.nhsNumber),
    concept('category', `${STU3_CODES}eRS-AdviceAndGuidanceStatus-1`, advice.category),
    { url: 'adviceFirstRequested', valueDateTime: isoInstant(advice.firstRequested) },
    { url: 'adviceLastUpdated', valueDateTime: isoInstant(advice.lastUpdated) },
    identifier('referrer', SYSTEMS.userStu3, advice.referrer.userId),
    identifier('service', SYSTEMS.serviceStu3, advice.service.serviceId, advice.service.serviceName),
    ...(clinicType === undefined ? [] : [concept('clinicType', localCodeSystem(base, 'CLINIC-TYPE'), clinicType)]),
    ...(namedClinician === undefined ? [] : [identifier('namedClinician', SYSTEMS.userStu3, namedClinician)]),
    { url: 'communicationRequestVersion', valueInteger: advice.version },
  ];
  return {
    extension: [{ extension: columns, url: `${STU3_PROFILE}Extension-eRS-AdviceAndGuidanceRequests-WorkListItem-1` }],
    item: { reference: `CommunicationRequest/${advice.ubrn}` },
  };
}

function concept(url: string, system: string, code: string): object {
  return { url, valueCodeableConcept: { coding: [{ system, code }] } };
}

function identifier(url: string, system: string, value: string, display?: string): object {
  return { url, valueReference: { identifier: { system, value }, ...(display !== undefined && { display }) } };
}
