/** Which business functions a user holds, from their role profiles in the directory (ers.md §4.1). */
import type { Db } from '../../kernel/store/store.ts';
import { ersBusinessFunctions, type RoleProfile } from '../directory/index.ts';
import type { BusinessFunction } from './codes.ts';
import type { ErsWorld } from './world.ts';

const ACTIVITY_OF: ReadonlyMap<string, string> = new Map(ersBusinessFunctions.map((each) => [each.businessFunction, each.activityCode]));

/**
 * Whether a user holds a business function at an organisation: one of their active role profiles there carries the RBAC activity
 * behind it. One query.
 */
export function holdsFunction(
  world: Pick<ErsWorld, 'directory'>,
  db: Db,
  userId: string,
  odsCode: string,
  businessFunction: BusinessFunction,
): Promise<boolean> {
  const activity = ACTIVITY_OF.get(businessFunction);
  return activity === undefined ? Promise.resolve(false) : world.directory.hasActivityAt(db, userId, odsCode, activity);
}

/** The functions of a user at one organisation. */
export interface HeldFunctions {
  readonly odsCode: string;
  readonly functions: readonly string[];
}

/**
 * The functions a user holds, by organisation in the order of their role profiles, functions in the order of the directory's table.
 * Organisations where the user holds none are left out. A rule on data: no lookups.
 */
export function functionsByOrganisation(profiles: readonly RoleProfile[]): readonly HeldFunctions[] {
  const active = profiles.filter((each) => each.active);
  const organisations = [...new Set(active.map((each) => each.odsCode))];
  return organisations
    .map((odsCode) => {
      const activities = new Set(active.filter((each) => each.odsCode === odsCode).flatMap((each) => each.activityCodes));
      return {
        odsCode,
        functions: ersBusinessFunctions.filter((each) => activities.has(each.activityCode)).map((each) => each.businessFunction),
      };
    })
    .filter((each) => each.functions.length > 0);
}
