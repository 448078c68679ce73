import { ErsRefusal } from '../errors.ts';
import { operation } from '../operation.ts';
import { servicesByIds } from '../store/catalogue.ts';
import { writeHealthcareService } from './healthcare-service.ts';
import { onlyValue, searchBundle } from './search-bundle.ts';

const MOST_SERVICES = 20;
const SERVICE_ID = /^\d{1,19}$/;

/**
 * A035: up to twenty services at once, in the order asked (ers.md §9 A035). Ids that are not known are left out.
 *
 * Refuses: 400 REC_BAD_REQUEST when `_id` is missing, malformed or names more than twenty.
 */
export const searchHealthcareServices = operation({
  id: 'A035',
  title: 'Search for healthcare services',
  version: 'R4',
  method: 'GET',
  paths: ['/HealthcareService'],
  functions: ['REFERRING_CLINICIAN', 'REFERRING_CLINICIAN_ADMIN'],
  applications: ['referrer'],
  ifMatch: false,
  body: { kind: 'none' },
  produces: ['application/fhir+json'],
  document: {
    description: 'Up to twenty services at once, in the order asked. Ids that are not known are left out.',
    answers: 'Bundle',
    holds: ['HealthcareService'],
    query: [{ name: '_id', description: 'One to twenty ids of services, separated by commas.', required: true }],
    refusals: { 400: [] },
    example: () => ({ query: { _id: '11000,11002' } }),
  },
  handle: async (call) => {
    const ids = readIds(onlyValue(call.query, '_id'));
    const services = await servicesByIds(call.db, call.instance, ids);
    const found = ids.flatMap((id) => services.get(id) ?? []);
    return {
      status: 200,
      resource: searchBundle(
        call,
        `HealthcareService?_id=${ids.join(',')}`,
        found.map((service) => ({
          fullUrl: `${call.fhirBase}/R4/HealthcareService/${service.id}`,
          resource: writeHealthcareService(service),
        })),
      ),
    };
  },
});

/** Distinct ids of `_id`. Throws ErsRefusal 400. */
function readIds(text: string | undefined): readonly string[] {
  if (text === undefined) throw badIds("'_id' is missing.");
  const ids = text.split(',').map((each) => each.trim());
  if (!ids.every((id) => SERVICE_ID.test(id))) throw badIds("'_id' is invalid.");
  if (ids.length > MOST_SERVICES) throw badIds(`'_id' has ${ids.length} values; at most ${MOST_SERVICES} are allowed.`);
  return [...new Set(ids)];
}

function badIds(diagnostics: string): ErsRefusal {
  return new ErsRefusal(400, [{ code: 'INVALID_VALUE', diagnostics }], {
    check: 'ers.service-ids',
    why: diagnostics,
    fix: 'Send _id once, with one to twenty service ids separated by commas.',
  });
}
