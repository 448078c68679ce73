import { LocalRefusal } from '../../kernel/errors.ts';
import type { Db } from '../../kernel/store/store.ts';
import type { Person, RoleProfile } from '../directory/index.ts';
import { requireDuty } from './access.ts';
import type { Actor, Duty, Grant } from './model.ts';
import { grants, removeGrant, saveGrant } from './store.ts';
import { audit, type RegistrationWorld } from './world.ts';

const NATIONAL: ReadonlySet<Duty> = new Set(['approver', 'dns-approver', 'directory-administrator']);

/** A person as they may act now: their active roles and duties. Throws LocalRefusal 404 for one who is not there or not active. */
export async function actorOf(
  world: RegistrationWorld,
  db: Db,
  userId: string,
  roleProfileId?: string,
): Promise<Actor & { readonly person: Person }> {
  const person = await world.directory.person(db, userId);
  if (person === undefined || !person.active)
    throw new LocalRefusal(404, 'person_unknown', `There is no active person ${userId.slice(0, 40)}.`);
  const roles = await world.directory.roleProfiles(db, userId);
  const role = roles.find((each) => each.roleProfileId === roleProfileId) ?? roles[0];
  return {
    person,
    id: userId,
    urp: role === undefined ? `uid=${userId},ou=people, o=nhs` : urpOf(role),
    odsCodes: new Set(roles.map((each) => each.odsCode)),
    grants: await grants(db, userId),
    operator: false,
  };
}

/** A role profile as records of systems name it. */
export function urpOf({ roleProfileId, personOrgId, userId }: RoleProfile): string {
  return `uniqueidentifier=${roleProfileId},uniqueidentifier=${personOrgId},uid=${userId},ou=people, o=nhs`;
}

/**
 * Gives a duty to a person: the access request form of an endpoint administrator, or a national duty.
 *
 * @throws LocalRefusal 400 when the maker is missing or out of place, 403, 404
 */
export async function grantDuty(
  world: RegistrationWorld,
  tx: Db,
  actor: Actor,
  wish: Pick<Grant, 'userId' | 'duty' | 'odsCode'>,
): Promise<Grant> {
  requireDuty(actor, 'approver');
  const { userId, duty, odsCode } = wish;
  await actorOf(world, tx, userId);
  if (NATIONAL.has(duty) !== (odsCode === ''))
    throw new LocalRefusal(
      400,
      'duty_place',
      duty === 'endpoint-administrator'
        ? 'An endpoint administrator is one for a maker.'
        : `${duty} is a national duty: it has no organisation.`,
      'Give --maker with endpoint-administrator only.',
    );
  if (odsCode !== '' && (await world.directory.organisation(tx, odsCode)) === undefined)
    throw new LocalRefusal(404, 'organisation_unknown', `Invalid ODS Code: could not resolve '${odsCode}'`);
  const grant: Grant = { ...wish, grantedAt: world.clock.now(), grantedBy: actor.id };
  await saveGrant(tx, grant);
  await audit(world, tx, actor, 'grant', userId, `${duty} ${odsCode}`.trim());
  return grant;
}

/** Takes a duty away. Nothing happens when the person does not have it. */
export async function revokeDuty(
  world: RegistrationWorld,
  tx: Db,
  actor: Actor,
  wish: Pick<Grant, 'userId' | 'duty' | 'odsCode'>,
): Promise<void> {
  requireDuty(actor, 'approver');
  await removeGrant(tx, wish);
  await audit(world, tx, actor, 'revoke', wish.userId, `${wish.duty} ${wish.odsCode}`.trim());
}
