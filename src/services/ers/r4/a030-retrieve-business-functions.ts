import { isoInstant } from '../../../kernel/clock.ts';
import { SYSTEMS } from '../codes.ts';
import { operation } from '../operation.ts';
import { functionsByOrganisation, type HeldFunctions } from '../roles.ts';
import { type Found, searchBundle } from './search-bundle.ts';

const FUNCTION_SYSTEM = 'https://fhir.nhs.uk/CodeSystem/eRS-BusinessFunction-1';

/**
 * A030: the e-RS functions the signed-in user holds, and where (ers.md §4.1, §9 A030). The pair of headers of every other call must be
 * one of these. A user without any gets an empty Bundle.
 *
 * Refuses nothing beyond the gateway's checks: no role and no organisation is asked for.
 */
export const retrieveBusinessFunctions = operation({
  id: 'A030',
  title: 'Retrieve user business functions',
  version: 'R4',
  method: 'GET',
  paths: ['/PractitionerRole'],
  functions: [],
  applications: [],
  anyUser: true,
  ifMatch: false,
  body: { kind: 'none' },
  produces: ['application/fhir+json'],
  document: {
    description:
      'The business functions the signed-in user holds, and at which organisations. The role headers of every other call name one of these pairs.',
    answers: 'Bundle',
    holds: ['PractitionerRole'],
    example: () => ({}),
  },
  handle: async (call) => {
    const held = functionsByOrganisation(await call.world.directory.roleProfiles(call.db, call.caller.userId));
    const now = isoInstant(call.world.clock.now());
    return {
      status: 200,
      resource: searchBundle(
        call,
        'PractitionerRole',
        held.map((each) => writeEntry(each, call.caller.userId, now, call.fhirBase)),
      ),
    };
  },
});

function writeEntry({ odsCode, functions }: HeldFunctions, userId: string, now: string, base: string): Found {
  const id = `PractitionerRole-${odsCode}-${userId}`;
  return {
    fullUrl: `${base}/R4/PractitionerRole/${id}`,
    resource: {
      id,
      meta: { lastUpdated: now },
      resourceType: 'PractitionerRole',
      practitioner: { identifier: { system: SYSTEMS.userR4, value: userId } },
      organization: { identifier: { system: SYSTEMS.organisation, value: odsCode } },
      code: functions.map((code) => ({ coding: [{ system: FUNCTION_SYSTEM, code }] })),
    },
  };
}
