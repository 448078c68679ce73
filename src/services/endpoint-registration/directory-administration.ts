/** NDS Admin: organisations, sites, people and role profiles (PTL-053). Every change is numbered, and audited in its transaction. */
import { requireUnfrozen } from '../../kernel/availability.ts';
import { LocalRefusal } from '../../kernel/errors.ts';
import type { Db } from '../../kernel/store/store.ts';
import {
  activityName,
  checkOrganisation,
  checkPerson,
  checkRoleProfile,
  fullJobRoles,
  type Organisation,
  type Person,
  type RoleProfile,
} from '../directory/index.ts';
import { requireDuty } from './access.ts';
import type { Actor } from './model.ts';
import { FieldsRefusal } from './rules.ts';
import { audit, type RegistrationWorld } from './world.ts';

/**
 * Puts an organisation or a site in, or changes it.
 *
 * @throws LocalRefusal 400, 403; FieldsRefusal 422 for a parent that is not there or is the organisation itself
 */
export async function saveOrganisation(world: RegistrationWorld, tx: Db, actor: Actor, value: unknown): Promise<Organisation> {
  requireDuty(actor, 'directory-administrator');
  const organisation = checkOrganisation(value);
  const { odsCode, parentOdsCode, kind } = organisation;
  if (kind === 'trust-site' && parentOdsCode === undefined)
    throw new FieldsRefusal([{ field: 'parentOdsCode', text: 'A site belongs to an organisation: give its code.' }]);
  if (parentOdsCode !== undefined && (parentOdsCode === odsCode || (await world.directory.organisation(tx, parentOdsCode)) === undefined))
    throw new FieldsRefusal([{ field: 'parentOdsCode', text: `Invalid ODS Code: could not resolve '${parentOdsCode}'` }]);
  await world.directory.saveOrganisation(tx, organisation, actor.id);
  await audit(world, tx, actor, 'save-organisation', odsCode, organisation.name);
  return organisation;
}

/** Puts a person in, or changes them. Throws LocalRefusal 400, 403; 409 for somebody new while there are no new users. */
export async function savePerson(world: RegistrationWorld, tx: Db, actor: Actor, value: unknown): Promise<Person> {
  requireDuty(actor, 'directory-administrator');
  const person = checkPerson(value);
  if ((await world.directory.person(tx, person.userId)) === undefined) requireUnfrozen(world.availability, 'users');
  await world.directory.savePerson(tx, person, actor.id);
  await audit(world, tx, actor, 'save-person', person.userId);
  return person;
}

/**
 * Puts a role profile in, or changes or closes it. A role profile stays with its person and its organisation.
 *
 * @throws LocalRefusal 400, 403, 409; FieldsRefusal 422 for a person or organisation that is not there
 */
export async function saveRoleProfile(world: RegistrationWorld, tx: Db, actor: Actor, value: unknown): Promise<RoleProfile> {
  requireDuty(actor, 'directory-administrator');
  const profile = checkRoleProfile(value);
  if ((await world.directory.person(tx, profile.userId)) === undefined)
    throw new FieldsRefusal([{ field: 'userId', text: `There is no person ${profile.userId}.` }]);
  if ((await world.directory.organisation(tx, profile.odsCode)) === undefined)
    throw new FieldsRefusal([{ field: 'odsCode', text: `Invalid ODS Code: could not resolve '${profile.odsCode}'` }]);
  const before = await world.directory.roleProfile(tx, profile.roleProfileId);
  if (before !== undefined && (before.userId !== profile.userId || before.odsCode !== profile.odsCode))
    throw new LocalRefusal(
      409,
      'role_profile_taken',
      `The role profile ${profile.roleProfileId} belongs to ${before.userId} at ${before.odsCode}.`,
      'Close it, and give a new one.',
    );
  await world.directory.saveRoleProfile(tx, profile, actor.id);
  await audit(world, tx, actor, 'save-role-profile', profile.roleProfileId, `${profile.userId} at ${profile.odsCode}`);
  return profile;
}

/** A role profile as a form asks for it: the rest follows from these. */
export interface RoleWish {
  readonly userId: string;
  readonly odsCode: string;
  readonly jobRoleCode: string;
  readonly activityCodes: readonly string[];
}

/**
 * Gives a person a new role profile, under ids never used before.
 *
 * @throws LocalRefusal 403; FieldsRefusal 422 for a job role, activity, person or organisation that is not there
 */
export async function giveRoleProfile(world: RegistrationWorld, tx: Db, actor: Actor, wish: RoleWish): Promise<RoleProfile> {
  requireDuty(actor, 'directory-administrator');
  const { userId, odsCode, jobRoleCode, activityCodes } = wish;
  const jobRole = fullJobRoles.find((each) => each.code === jobRoleCode);
  const unknown = activityCodes.find((each) => activityName(each) === undefined);
  const organisation = await world.directory.organisation(tx, odsCode);
  const faults = [
    ...(organisation === undefined ? [{ field: 'odsCode', text: `Invalid ODS Code: could not resolve '${odsCode}'` }] : []),
    ...(jobRole === undefined ? [{ field: 'jobRoleCode', text: 'Choose a job role.' }] : []),
    ...(unknown === undefined ? [] : [{ field: 'activityCodes', text: `There is no activity ${unknown.slice(0, 40)}.` }]),
  ];
  if (organisation === undefined || jobRole === undefined || faults.length > 0) throw new FieldsRefusal(faults);
  const ids = await world.directory.allocateRoleProfileId(tx);
  return saveRoleProfile(world, tx, actor, {
    ...ids,
    userId,
    odsCode,
    organisationName: organisation.name,
    jobRoleCode,
    jobRoleName: jobRole.name,
    activityCodes: [...new Set(activityCodes)],
    areaOfWorkCodes: [],
    workgroupCodes: [],
    active: true,
  });
}
