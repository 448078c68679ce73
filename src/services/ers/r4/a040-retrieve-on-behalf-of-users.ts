import { isoInstant } from '../../../kernel/clock.ts';
import { SYSTEMS } from '../codes.ts';
import { ErsRefusal } from '../errors.ts';
import { operation } from '../operation.ts';
import { cliniciansOf } from '../store/on-behalf-of.ts';
import { onlyValue, searchBundle } from './search-bundle.ts';

/**
 * A040: the clinicians for whom a service provider clinician admin may act at the organisation (ers.md §9 A040). One of them must be in
 * `NHSD-eRS-On-Behalf-Of-User-ID` of every other call of theirs; this one goes without.
 *
 * Refuses: 400 REC_BAD_REQUEST unless `_query` is `onBehalfOf`.
 */
export const retrieveOnBehalfOfUsers = operation({
  id: 'A040',
  title: 'Retrieve practitioner information',
  version: 'R4',
  method: 'GET',
  paths: ['/Practitioner'],
  functions: ['SERVICE_PROVIDER_CLINICIAN_ADMIN'],
  applications: [],
  withoutOnBehalfOf: true,
  ifMatch: false,
  body: { kind: 'none' },
  produces: ['application/fhir+json'],
  document: {
    description:
      'The clinicians for whom a service provider clinician admin may act at the organisation. Every other call of theirs names one of them ' +
      'in NHSD-eRS-On-Behalf-Of-User-ID; this one goes without.',
    answers: 'Bundle',
    holds: ['Practitioner'],
    query: [{ name: '_query', description: 'Always onBehalfOf.', required: true, values: ['onBehalfOf'] }],
    refusals: { 400: [] },
    example: () => ({ query: { _query: 'onBehalfOf' } }),
  },
  handle: async (call) => {
    if (onlyValue(call.query, '_query') !== 'onBehalfOf') throw unknownQuery();
    const { userId, odsCode } = call.caller;
    const clinicians = await cliniciansOf(call.db, call.instance, userId, odsCode);
    const now = isoInstant(call.world.clock.now());
    return {
      status: 200,
      resource: searchBundle(
        call,
        'Practitioner?_query=onBehalfOf',
        clinicians.map((id) => ({ fullUrl: `Practitioner/${id}`, resource: practitioner(id, now) })),
      ),
    };
  },
});

/** The identifier is one object, as published, though FHIR has an array there. */
function practitioner(id: string, now: string): object {
  return { id, resourceType: 'Practitioner', meta: { lastUpdated: now }, identifier: { system: SYSTEMS.userR4, value: id } };
}

function unknownQuery(): ErsRefusal {
  return new ErsRefusal(400, [{ code: 'INVALID_VALUE', diagnostics: "'_query' is missing or invalid." }], {
    check: 'ers.query',
    why: 'The query parameter _query must name a query of this resource.',
    fix: 'Call GET /R4/Practitioner?_query=onBehalfOf.',
  });
}
