import { STU3_CODES } from '../codes.ts';
import { parametersMessage } from '../document/example-messages.ts';
import { ErsRefusal } from '../errors.ts';
import type { Referral } from '../model.ts';
import { type Call, operation } from '../operation.ts';
import { contactDays } from '../reference-data/reference-data.ts';
import { startOfDay } from '../referral/states.ts';
import { clinicianMatches, requireFilters, type WorklistRequest } from '../review/worklist-filters.ts';
import { isProviderList, mayRead, PROVIDER_LISTS, type ProviderList, REFERRER_LISTS } from '../review/worklists.ts';
import { providerWorklist, referrerWorklist } from '../store/referrals.ts';
import { type ParametersSpec, readParameters } from './parameters.ts';
import { readFilters, WORKLIST_FILTERS, wantedServices } from './provider-worklist.ts';
import { writeWorklist } from './worklist.ts';

const DAY = 86_400_000;
/** National limit on unattended calls for one service (ers.md §12). */
const PULLS_PER_DAY = 2;
const BODY = {
  listType: {
    kind: 'codeableConcept',
    cardinality: '1..1',
    display: 'List Type',
    system: `${STU3_CODES}eRS-ReferralListSelector-1`,
    codes: [...PROVIDER_LISTS, ...REFERRER_LISTS],
  },
  ...WORKLIST_FILTERS,
} as const satisfies ParametersSpec;

/**
 * A008: a worklist of referrals (ers.md §12). Provider lists show the services in whose work groups the clinician is, or all services of
 * the organisation to its administrators and applications; referrer lists show what the organisation referred. Oldest pathway start
 * first, then UBRN. An application's third pull of a service in a day is noted in the journal and served: the reference gives the
 * national limit of two but no error for it.
 *
 * Refuses: 403 for the other side's list; 422 UNEXPECTED_FIELD, MISSING_VALUE, INVALID_VALUE, INVALID_CODE, INVALID_FHIR_STRUCTURE,
 * REFERENCE_NOT_FOUND for an unknown filter value, NO_RELATIONSHIP for a service the caller does not work for.
 */
export const retrieveWorklist = operation<WorklistRequest>({
  id: 'A008',
  title: 'Retrieve referral worklist',
  version: 'STU3',
  method: 'POST',
  paths: ['/ReferralRequest/$ers.fetchworklist'],
  functions: [
    'SERVICE_PROVIDER_CLINICIAN',
    'SERVICE_PROVIDER_ADMIN',
    'SERVICE_PROVIDER_CLINICIAN_ADMIN',
    'REFERRING_CLINICIAN',
    'REFERRING_CLINICIAN_ADMIN',
    'REFERRING_ADMIN',
  ],
  applications: ['provider'],
  reads: true,
  ifMatch: false,
  body: { kind: 'fhir', read: readRequest, parameters: BODY },
  produces: ['application/fhir+json'],
  document: {
    description:
      'A worklist of referrals with the columns of that list. Provider lists show the services in whose work groups the clinician is, or all ' +
      'services of the organisation to administrators and applications; referrer lists show what the organisation referred.',
    answers: 'List',
    refusals: { 422: ['REFERENCE_NOT_FOUND', 'NO_RELATIONSHIP'] },
    example: () => ({
      businessFunction: 'SERVICE_PROVIDER_CLINICIAN',
      body: parametersMessage('eRS-FetchWorklist-Parameters-1', [
        {
          name: 'listType',
          valueCodeableConcept: { coding: [{ system: `${STU3_CODES}eRS-ReferralListSelector-1`, code: 'REFERRALS_FOR_REVIEW' }] },
        },
      ]),
    }),
  },
  handle: async (call) => {
    const request = call.body;
    if (!mayRead(call.caller.businessFunction, request.list)) throw wrongSide(call);
    requireFilters(request, call.caller.mode === 'application');
    const referrals = isProviderList(request.list)
      ? await providerReferrals(call, request.list)
      : await referrerWorklist(call.db, call.instance, request.list, call.caller.odsCode);
    const facts = {
      base: call.fhirBase,
      now: call.world.clock.now(),
      deferralContactDays: (priority: Referral['priority']) => contactDays(priority).deferToProvider,
    };
    return { status: 200, resource: writeWorklist(request.list, referrals, facts) };
  },
});

async function providerReferrals(call: Call<WorklistRequest>, list: ProviderList): Promise<readonly Referral[]> {
  const wanted = await wantedServices(call, call.body);
  await countPull(call, list);
  const referrals = await providerWorklist(call.db, call.instance, list, wanted, startOfDay(call.world.clock.now()));
  return referrals.filter((each) => clinicianMatches(each, call.body));
}

async function countPull(call: Call<WorklistRequest>, list: ProviderList): Promise<void> {
  const { caller, body, world, application } = call;
  if (caller.mode !== 'application') return;
  const count = await world.store.increment(
    `ers.worklist/${call.instance}/${application.appId}/${list}/${body.service}`,
    Math.floor(world.clock.now() / DAY),
  );
  if (count > PULLS_PER_DAY) {
    call.exchange.passed(
      'ers.worklist-pulls',
      `Pull ${count} of service ${body.service} today; nationally an application may pull the list of a service ${PULLS_PER_DAY} times a day.`,
    );
  }
}

function wrongSide(call: Call<WorklistRequest>): ErsRefusal {
  return new ErsRefusal(403, [{ code: 'FORBIDDEN' }], {
    check: 'ers.worklist-side',
    why: `${call.caller.businessFunction} may not read ${call.body.list}.`,
    fix: 'Provider lists are for providers, referrer lists for referrers.',
  });
}

function readRequest(resource: unknown): WorklistRequest {
  const values = readParameters(resource, BODY);
  return { list: values.listType.code, ...readFilters(values) };
}
