import { type Clock, isoDate } from '../../../kernel/clock.ts';
import type { Db } from '../../../kernel/store/store.ts';
import { unprocessable } from '../errors.ts';
import type { Caller, HealthcareService, SearchCriteria } from '../model.ts';
import { requireReferringClinicianRule } from '../referral/create.ts';
import { publishedServicesByKey, type SearchKey } from '../store/catalogue.ts';
import { checkCriteria, checkRuleOrganisationPermitted } from './criteria.ts';
import { ageOn, type PatientLookups, referrablePatient } from './patient.ts';
import { type Coordinates, coordinatesOf } from './postcodes.ts';
import {
  checkNamedClinician,
  checkProviderOrganisation,
  checkReferringClinician,
  checkRuleOrganisation,
  type DirectoryLookups,
} from './references.ts';
import { type FoundService, type RequestType, type SortBy, searchServices } from './search.ts';

/** The part of the e-RS world that a search reaches. */
export interface SearchWorld {
  readonly clock: Clock;
  readonly directory: DirectoryLookups;
  readonly demographics: PatientLookups;
}

/** A search, as A010 and every operation with a shortlist ask it. */
export interface ServiceSearch {
  readonly requestType: RequestType;
  readonly sortBy: SortBy;
  readonly nhsNumber: string;
  readonly criteria: SearchCriteria;
  /** Named by a clinician's administrator, by nobody else. */
  readonly referringClinician?: string;
  /** Of an existing referral; of a new one it follows from the caller. */
  readonly commissioningRuleOrganisation?: string;
  /** The search is for a referral that exists: its clinician was named when it was made, so that nobody names one now. */
  readonly forExistingReferral?: true;
}

/**
 * The services that fit: checks what is asked, looks up what it names, and searches (ers.md §9 A010).
 *
 * @param caller who asks; a search needs the organisation and function
 * @throws ErsRefusal 422 with the codes of A010, in the order of ers.md §7.3
 */
export async function findServices(
  world: SearchWorld,
  db: Db,
  instance: string,
  caller: Caller,
  search: ServiceSearch,
): Promise<readonly FoundService[]> {
  const { criteria } = search;
  const now = world.clock.now();
  const today = isoDate(now);
  if (search.forExistingReferral !== true) requireReferringClinicianRule(caller, search.referringClinician);
  checkRuleOrganisationPermitted(search.requestType, search.commissioningRuleOrganisation);
  checkCriteria(criteria, now);
  const criteriaOrigin = originOf(criteria.postcode);
  const patient = await referrablePatient(world.demographics, db, search.nhsNumber);
  await checkReferences(world.directory, db, caller, search);
  const age = ageOn(patient.birthDate, today);
  const origin = criteriaOrigin ?? (patient.postcode === undefined ? undefined : coordinatesOf(patient.postcode));
  return searchServices(await candidates(db, instance, criteria), {
    requestType: search.requestType,
    sortBy: search.sortBy,
    criteria,
    patient: { gender: patient.gender, ...(age !== undefined && { age }) },
    commissioningRuleOrganisation: search.commissioningRuleOrganisation ?? commissioningRuleOrganisationOf(caller),
    today,
    ...(origin !== undefined && { origin }),
  });
}

/** The organisation whose commissioning rules apply to a new referral: the one that refers (ers.md §9 A011). */
export function commissioningRuleOrganisationOf(caller: Caller): string {
  return caller.odsCode;
}

/** Throws REFERENCE_NOT_FOUND (422) for a postcode that is not one, or of no known area. */
function originOf(postcode: string | undefined): Coordinates | undefined {
  if (postcode === undefined) return undefined;
  const origin = coordinatesOf(postcode);
  if (origin === undefined) throw unprocessable('REFERENCE_NOT_FOUND', `'Postcode' (${postcode}) is not found.`);
  return origin;
}

async function checkReferences(directory: DirectoryLookups, db: Db, caller: Caller, search: ServiceSearch): Promise<void> {
  if (search.referringClinician !== undefined) await checkReferringClinician(directory, db, search.referringClinician, caller.odsCode);
  if (search.criteria.namedClinician !== undefined) await checkNamedClinician(directory, db, search.criteria.namedClinician);
  if (search.criteria.organisation !== undefined) await checkProviderOrganisation(directory, db, search.criteria.organisation);
  if (search.commissioningRuleOrganisation !== undefined) await checkRuleOrganisation(directory, db, search.commissioningRuleOrganisation);
}

/** Services by the key that finds fewest: a clinician has a few, a clinic type some. The search itself applies the others. */
async function candidates(db: Db, instance: string, criteria: SearchCriteria): Promise<readonly HealthcareService[]> {
  const keys: readonly (readonly [SearchKey, string | undefined])[] = [
    ['clinician', criteria.namedClinician],
    ['clinical-term', criteria.clinicalTerm?.code],
    ['clinic-type', criteria.clinicType],
  ];
  const key = keys.find(([, value]) => value !== undefined);
  return key?.[1] === undefined ? [] : publishedServicesByKey(db, instance, key[0], key[1]);
}
