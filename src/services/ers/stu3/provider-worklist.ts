/** What the provider worklists of referrals (A008) and of advice requests (A023) have in common: filters, and whose services (ers.md §12). */
import { STU3_CODES, SYSTEMS } from '../codes.ts';
import { unprocessable } from '../errors.ts';
import { isSpecialty } from '../reference-data/reference-data.ts';
import { serviceMatches, type WorklistFilters } from '../review/worklist-filters.ts';
import { serviceIdsOfMember, serviceIdsOfProvider, servicesByIds } from '../store/catalogue.ts';
import type { ParametersSpec, ParameterValues } from './parameters.ts';
import type { ReferralCall } from './referral-access.ts';

const INDICATOR = {
  kind: 'codeableConcept',
  cardinality: '0..1',
  system: `${STU3_CODES}eRS-AssignedIndicator-1`,
  codes: ['ASSIGNED', 'NOT_ASSIGNED'],
} as const;

/** The filters of `eRS-FetchWorklist-Parameters-1`. */
export const WORKLIST_FILTERS = {
  service: { kind: 'identifier', cardinality: '0..1', display: 'Service', system: SYSTEMS.serviceStu3 },
  specialtyAssignedIndicator: { ...INDICATOR, display: 'Specialty Assigned Indicator' },
  specialty: { kind: 'codeableConcept', cardinality: '0..1', display: 'Specialty', system: { endsWith: '/SPECIALTY' } },
  location: { kind: 'identifier', cardinality: '0..1', display: 'Location', system: SYSTEMS.directoryOrganisation },
  clinicianAssignedIndicator: { ...INDICATOR, display: 'Clinician Assigned Indicator' },
  clinician: { kind: 'identifier', cardinality: '0..1', display: 'Clinician', system: SYSTEMS.userStu3 },
} as const satisfies ParametersSpec;

/** The filters as sent. */
export function readFilters(values: ParameterValues<typeof WORKLIST_FILTERS>): WorklistFilters {
  const { service, specialtyAssignedIndicator, specialty, location, clinicianAssignedIndicator, clinician } = values;
  return {
    ...(service !== undefined && { service }),
    ...(specialtyAssignedIndicator !== undefined && { specialtyAssignedIndicator: specialtyAssignedIndicator.code }),
    ...(specialty !== undefined && { specialty: specialty.code }),
    ...(location !== undefined && { location }),
    ...(clinicianAssignedIndicator !== undefined && { clinicianAssignedIndicator: clinicianAssignedIndicator.code }),
    ...(clinician !== undefined && { clinician }),
  };
}

/**
 * The services whose entries the caller sees: their own, as far as the filters let them through.
 *
 * Throws (422) REFERENCE_NOT_FOUND for an unknown filter value, NO_RELATIONSHIP for a service the caller does not work for.
 */
export async function wantedServices(call: ReferralCall, filters: WorklistFilters): Promise<readonly string[]> {
  await requireKnownFilters(call, filters);
  const ids = await ownServices(call);
  if (filters.service !== undefined && !ids.includes(filters.service)) {
    throw unprocessable(
      'NO_RELATIONSHIP',
      `'Service' (${filters.service}) has no legitimate relationship with the user.`,
      'The caller does not work for the service.',
    );
  }
  if (filters.service === undefined && filters.location === undefined && filters.specialty === undefined) return ids;
  const services = await servicesByIds(call.db, call.instance, ids);
  return [...services.values()].filter((each) => serviceMatches(each, filters)).map((each) => each.id);
}

/** Services whose lists the caller may see: by work group for clinicians, by provider for administrators and applications. */
async function ownServices(call: ReferralCall): Promise<readonly string[]> {
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

async function requireKnownFilters(call: ReferralCall, filters: WorklistFilters): Promise<void> {
  const { db, instance, world } = call;
  const checks: readonly (readonly [name: string, value: string | undefined, isKnown: (value: string) => Promise<boolean> | boolean])[] = [
    ['Service', filters.service, async (value) => (await servicesByIds(db, instance, [value])).size > 0],
    ['Specialty', filters.specialty, isSpecialty],
    ['Location', filters.location, async (value) => (await world.directory.organisation(db, value)) !== undefined],
    ['Clinician', filters.clinician, async (value) => (await world.directory.person(db, value)) !== undefined],
  ];
  for (const [name, value, isKnown] of checks) {
    if (value !== undefined && !(await isKnown(value))) throw unprocessable('REFERENCE_NOT_FOUND', `'${name}' (${value}) is not found.`);
  }
}
