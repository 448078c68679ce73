import { unknown } from '../errors.ts';
import type { HealthcareService } from '../model.ts';
import { type Call, operation } from '../operation.ts';
import { serviceById } from '../store/catalogue.ts';
import { writeHealthcareService } from './healthcare-service.ts';

/** Keep it, but ask (A037) before using it again (ers.md §6). */
const CACHE = { 'cache-control': 'no-cache' };

const lookUp = {
  version: 'R4',
  paths: ['/HealthcareService/:id'],
  functions: ['REFERRING_CLINICIAN', 'REFERRING_CLINICIAN_ADMIN'],
  applications: ['referrer'],
  ifMatch: false,
  body: { kind: 'none' },
  produces: ['application/fhir+json'],
} as const;

/**
 * A033: a service of the directory with its version (ers.md §9 A033, §13.3). One that is no longer published stays readable: referrals
 * may still name it.
 *
 * Refuses: 404 for an id that is not known.
 */
export const retrieveHealthcareService = operation({
  ...lookUp,
  id: 'A033',
  title: 'Retrieve healthcare service',
  method: 'GET',
  document: {
    description:
      'A service of the directory with its version as ETag. Keep a copy, and ask for the version alone (A037) before using it again. One ' +
      'that is no longer published stays readable.',
    answers: 'HealthcareService',
    example: () => ({ path: { id: '11002' } }),
  },
  handle: async (call) => {
    const service = await serviceOf(call);
    return { status: 200, resource: writeHealthcareService(service), version: service.version, headers: CACHE };
  },
});

/** A037: the headers of A033 without its body, for who keeps a copy. */
export const retrieveHealthcareServiceVersion = operation({
  ...lookUp,
  id: 'A037',
  title: 'Retrieve healthcare service version',
  method: 'HEAD',
  document: {
    description: 'The headers of A033 without its body, for who keeps a copy: the ETag says whether it is still the current one.',
    etag: true,
    example: () => ({ path: { id: '11002' } }),
  },
  handle: async (call) => ({ status: 200, version: (await serviceOf(call)).version, headers: CACHE }),
});

async function serviceOf(call: Call<unknown>): Promise<HealthcareService> {
  const id = call.params['id'] ?? '';
  const service = await serviceById(call.db, call.instance, id);
  if (service === undefined) throw unknown(`Service ${id}`);
  return service;
}
