/** Checks of the people and organisations that a request names, against the directory (ers.md §7.3, REFERENCED_* and ORGANISATION_*). */
import type { Db } from '../../../kernel/store/store.ts';
import { unprocessable } from '../errors.ts';

/** RBAC activities behind the clinicians' functions (ers.md §4.1). */
export const ACTIVITY = { referringClinician: 'B1101', serviceProviderClinician: 'B1110' } as const;

/** What these checks ask of the directory. */
export interface DirectoryLookups {
  organisation(
    db: Db,
    odsCode: string,
  ): Promise<{ readonly open: boolean; readonly referring: boolean; readonly providing: boolean; readonly postcode?: string } | undefined>;
  person(db: Db, userId: string): Promise<{ readonly active: boolean } | undefined>;
  /** Active roles. */
  roleProfiles(db: Db, userId: string): Promise<readonly { readonly odsCode: string; readonly activityCodes: readonly string[] }[]>;
}

/**
 * The clinician for whom an administrator acts.
 *
 * @throws 422 REFERENCE_NOT_FOUND, REFERENCED_USER_IS_NOT_ACTIVE, REFERENCED_USER_IS_NOT_RC, REFERENCED_USER_NOT_IN_ORG or
 *   REFERENCED_USER_IS_NOT_RC_AT_ORG
 */
export async function checkReferringClinician(directory: DirectoryLookups, db: Db, userId: string, odsCode: string): Promise<void> {
  const name = `'Referring Clinician' (${userId})`;
  const roles = await rolesOfActive(directory, db, userId, name);
  const refersAt = (role: { readonly activityCodes: readonly string[] }) => role.activityCodes.includes(ACTIVITY.referringClinician);
  if (!roles.some(refersAt)) throw unprocessable('REFERENCED_USER_IS_NOT_RC', `${name} is not a referring clinician.`);
  const here = roles.filter((role) => role.odsCode === odsCode);
  if (here.length === 0) throw unprocessable('REFERENCED_USER_NOT_IN_ORG', `${name} is not a user at ${odsCode}.`);
  if (!here.some(refersAt)) throw unprocessable('REFERENCED_USER_IS_NOT_RC_AT_ORG', `${name} is not a referring clinician at ${odsCode}.`);
}

/** The clinician a search asks for. Throws 422 REFERENCE_NOT_FOUND, REFERENCED_USER_IS_NOT_ACTIVE or REFERENCED_USER_IS_NOT_SPC. */
export async function checkNamedClinician(directory: DirectoryLookups, db: Db, userId: string): Promise<void> {
  const name = `'Named Clinician' (${userId})`;
  const roles = await rolesOfActive(directory, db, userId, name);
  if (!roles.some((role) => role.activityCodes.includes(ACTIVITY.serviceProviderClinician))) {
    throw unprocessable('REFERENCED_USER_IS_NOT_SPC', `${name} is not a service provider clinician.`);
  }
}

async function rolesOfActive(directory: DirectoryLookups, db: Db, userId: string, name: string) {
  const person = await directory.person(db, userId);
  if (person === undefined) throw unprocessable('REFERENCE_NOT_FOUND', `${name} is not found.`);
  if (!person.active) throw unprocessable('REFERENCED_USER_IS_NOT_ACTIVE', `${name} is not active.`);
  return directory.roleProfiles(db, userId);
}

/** Provider or site to search at. Throws 422 REFERENCE_NOT_FOUND, ORGANISATION_IS_CLOSED or ORGANISATION_NOT_APPROPRIATE. */
export async function checkProviderOrganisation(directory: DirectoryLookups, db: Db, odsCode: string): Promise<void> {
  const name = `'Organisation' (${odsCode})`;
  const organisation = await openOrganisation(directory, db, odsCode, name);
  if (!organisation.providing)
    throw unprocessable('ORGANISATION_NOT_APPROPRIATE', `${name} is not a service providing organisation or service location.`);
}

/** The organisation whose commissioning rules apply. Throws as {@link checkProviderOrganisation}. */
export async function checkRuleOrganisation(directory: DirectoryLookups, db: Db, odsCode: string): Promise<void> {
  const name = `'Commissioning Rule Organisation' (${odsCode})`;
  const organisation = await openOrganisation(directory, db, odsCode, name);
  if (!organisation.referring) throw unprocessable('ORGANISATION_NOT_APPROPRIATE', `${name} is not a referring organisation.`);
}

async function openOrganisation(directory: DirectoryLookups, db: Db, odsCode: string, name: string) {
  const organisation = await directory.organisation(db, odsCode);
  if (organisation === undefined) throw unprocessable('REFERENCE_NOT_FOUND', `${name} is not found.`);
  if (!organisation.open) throw unprocessable('ORGANISATION_IS_CLOSED', `${name} is closed.`);
  return organisation;
}
