import { STU3_CODES, SYSTEMS } from '../codes.ts';
import { parametersMessage } from '../document/example-messages.ts';
import { ErsRefusal, unprocessable } from '../errors.ts';
import type { Referral } from '../model.ts';
import { type Call, operation } from '../operation.ts';
import { contactDays, isSpecialty } from '../reference-data/reference-data.ts';
import { startOfDay } from '../referral/states.ts';
import { clinicianMatches, requireFilters, serviceMatches, type WorklistRequest } from '../review/worklist-filters.ts';
import { isProviderList, mayRead, PROVIDER_LISTS, type ProviderList, REFERRER_LISTS } from '../review/worklists.ts';
import { serviceIdsOfMember, serviceIdsOfProvider, servicesByIds } from '../store/catalogue.ts';
import { providerWorklist, referrerWorklist } from '../store/referrals.ts';
import { type ParametersSpec, readParameters } from './parameters.ts';
import { writeWorklist } from './worklist.ts';

const DAY = 86_400_000;
/** National limit on unattended calls for one service (ers.md §12). */
const PULLS_PER_DAY = 2;
const INDICATOR = {
  kind: 'codeableConcept',
  cardinality: '0..1',
  system: `${STU3_CODES}eRS-AssignedIndicator-1`,
  codes: ['ASSIGNED', 'NOT_ASSIGNED'],
} as const;

const BODY = {
  listType: {
    kind: 'codeableConcept',
    cardinality: '1..1',
    display: 'List Type',
    system: `${STU3_CODES}eRS-ReferralListSelector-1`,
    codes: [...PROVIDER_LISTS, ...REFERRER_LISTS],
  },
  service: { kind: 'identifier', cardinality: '0..1', display: 'Service', system: SYSTEMS.serviceStu3 },
  specialtyAssignedIndicator: { ...INDICATOR, display: 'Specialty Assigned Indicator' },
  specialty: { kind: 'codeableConcept', cardinality: '0..1', display: 'Specialty', system: { endsWith: '/SPECIALTY' } },
  location: { kind: 'identifier', cardinality: '0..1', display: 'Location', system: SYSTEMS.directoryOrganisation },
  clinicianAssignedIndicator: { ...INDICATOR, display: 'Clinician Assigned Indicator' },
  clinician: { kind: 'identifier', cardinality: '0..1', display: 'Clinician', system: SYSTEMS.userStu3 },
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
  const request = call.body;
  await requireKnownFilters(call);
  const ids = await ownServices(call);
  if (request.service !== undefined && !ids.includes(request.service)) {
    throw unprocessable(
      'NO_RELATIONSHIP',
      `'Service' (${request.service}) has no legitimate relationship with the user.`,
      'The caller does not work for the service.',
    );
  }
  await countPull(call, list);
  const filtered = request.service !== undefined || request.location !== undefined || request.specialty !== undefined;
  const wanted = filtered
    ? [...(await servicesByIds(call.db, call.instance, ids)).values()]
        .filter((each) => serviceMatches(each, request))
        .map((each) => each.id)
    : ids;
  const referrals = await providerWorklist(call.db, call.instance, list, wanted, startOfDay(call.world.clock.now()));
  return referrals.filter((each) => clinicianMatches(each, request));
}

/** Services whose lists the caller may see: by work group for clinicians, by provider for administrators and applications. */
async function ownServices(call: Call<WorklistRequest>): Promise<readonly string[]> {
  const { caller, db, instance } = call;
  switch (caller.businessFunction) {
    case 'SERVICE_PROVIDER_CLINICIAN':
    case 'SERVICE_PROVIDER_CLINICIAN_ADMIN':
      return serviceIdsOfMember(
        db,
        instance,
        caller.mode === 'user' ? (caller.onBehalfOf ?? caller.userId) : caller.userId,
        caller.odsCode,
      );
    default:
      return serviceIdsOfProvider(db, instance, caller.odsCode);
  }
}

async function requireKnownFilters(call: Call<WorklistRequest>): Promise<void> {
  const { db, instance, world, body } = call;
  const checks: readonly (readonly [name: string, value: string | undefined, isKnown: (value: string) => Promise<boolean> | boolean])[] = [
    ['Service', body.service, async (value) => (await servicesByIds(db, instance, [value])).size > 0],
    ['Specialty', body.specialty, isSpecialty],
    ['Location', body.location, async (value) => (await world.directory.organisation(db, value)) !== undefined],
    ['Clinician', body.clinician, async (value) => (await world.directory.person(db, value)) !== undefined],
  ];
  for (const [name, value, isKnown] of checks) {
    if (value !== undefined && !(await isKnown(value))) throw unprocessable('REFERENCE_NOT_FOUND', `'${name}' (${value}) is not found.`);
  }
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
  const { listType, service, specialtyAssignedIndicator, specialty, location, clinicianAssignedIndicator, clinician } = readParameters(
    resource,
    BODY,
  );
  return {
    list: listType.code,
    ...(service !== undefined && { service }),
    ...(specialtyAssignedIndicator !== undefined && { specialtyAssignedIndicator: specialtyAssignedIndicator.code }),
    ...(specialty !== undefined && { specialty: specialty.code }),
    ...(location !== undefined && { location }),
    ...(clinicianAssignedIndicator !== undefined && { clinicianAssignedIndicator: clinicianAssignedIndicator.code }),
    ...(clinician !== undefined && { clinician }),
  };
}
