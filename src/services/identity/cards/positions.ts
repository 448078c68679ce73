/** Positions: asked for by a sponsor or given by the registration authority, rejected, ended (applications.md §8). */
import Type, { type Static } from 'typebox';
import { Compile } from 'typebox/compile';
import type { Db } from '../../../kernel/store/store.ts';
import { activityName, areasOfWork, fullJobRoles, type RoleProfile } from '../../directory/index.ts';
import { type Actor, actorText, may, permit, permitAt } from './duties.ts';
import { CardRefusal, personUnknown } from './errors.ts';
import { record } from './history.ts';
import type { Position, PositionState } from './model.ts';
import { findPosition, savePosition } from './store.ts';
import type { CardWorld } from './world.ts';

const NewPosition = Type.Object(
  {
    odsCode: Type.String({ minLength: 1, maxLength: 10 }),
    jobRoleCode: Type.String({ minLength: 1, maxLength: 40 }),
    activityCodes: Type.Array(Type.String({ maxLength: 60 }), { maxItems: 60 }),
    areaOfWorkCodes: Type.Array(Type.String({ maxLength: 40 }), { maxItems: 20 }),
    note: Type.Optional(Type.String({ maxLength: 300 })),
  },
  { additionalProperties: false },
);
export type NewPosition = Static<typeof NewPosition>;
const fits = Compile(NewPosition);

/** state → decision → state after. */
export const POSITION_TRANSITIONS: Readonly<Record<PositionState, Readonly<Partial<Record<'approve' | 'reject' | 'end', PositionState>>>>> =
  {
    requested: { approve: 'granted', reject: 'rejected' },
    granted: { end: 'ended' },
    rejected: {},
    ended: {},
  };

/**
 * Gives a person a position, or, when the actor is a sponsor only, asks the registration authority for it.
 *
 * @throws CardRefusal 400, 403, 404
 */
export function addPosition(world: CardWorld, actor: Actor, userId: string, input: unknown): Promise<Position> {
  return world.store.transaction((tx) => addPositionIn(world, tx, actor, userId, input));
}

/** The same inside a transaction. Throws as {@link addPosition}. */
export async function addPositionIn(world: CardWorld, tx: Db, actor: Actor, userId: string, input: unknown): Promise<Position> {
  const granted = may(actor, 'grant-position', userId);
  if (!granted) permit(actor, 'request-position', userId);
  const wanted = checkPosition(input);
  const person = await world.directory.person(tx, userId);
  if (person === undefined) throw personUnknown(userId);
  if (!person.active) throw new CardRefusal(409, 'person_closed', 'The person’s profile is closed.', 'Reopen it first.');
  const organisation = await world.directory.organisation(tx, wanted.odsCode);
  if (organisation === undefined || !organisation.open)
    throw new CardRefusal(400, 'organisation_unknown', 'Enter the ODS code of an organisation that is open', undefined, 'odsCode');
  permitAt(actor, organisation);
  const { note, ...rest } = wanted;
  const position: Position = {
    ...(await world.directory.allocateRoleProfileId(tx)),
    userId,
    organisationName: organisation.name,
    jobRoleName: fullJobRoles.find((each) => each.code === wanted.jobRoleCode)?.name ?? wanted.jobRoleCode,
    ...rest,
    state: granted ? 'granted' : 'requested',
    requestedBy: actorText(actor),
    requestedAt: world.clock.now(),
    ...(note === undefined ? {} : { note }),
  };
  await savePosition(tx, position);
  if (granted) await world.directory.saveRoleProfile(tx, profileOf(position, true));
  await record(world, tx, actor, { action: granted ? 'grant-position' : 'request-position', userId, detail: describe(position) });
  return position;
}

/** Approves or rejects what a sponsor asked for. Nobody decides for themselves, nor what they asked for themselves. Throws CardRefusal 403, 404, 409. */
export function decidePosition(
  world: CardWorld,
  actor: Actor,
  roleProfileId: string,
  decision: 'approve' | 'reject',
  reason: string,
): Promise<Position> {
  return world.store.transaction(async (tx) => {
    const position = await findPosition(tx, roleProfileId);
    if (position === undefined) throw positionUnknown(roleProfileId);
    permit(actor, 'decide-position', position.userId);
    const organisation = await world.directory.organisation(tx, position.odsCode);
    permitAt(actor, organisation ?? position);
    if (actor.kind === 'staff' && position.requestedBy.startsWith(actor.userId))
      throw new CardRefusal(403, 'not_permitted', 'You cannot decide what you asked for yourself.', 'Ask a colleague.');
    if (decision === 'reject' && reason.trim() === '') throw new CardRefusal(400, 'reason_missing', 'Say why', undefined, 'reason');
    return move(world, tx, actor, position, decision, reason);
  });
}

/** Ends a position, whoever gave it: the person may no longer act in it. Throws CardRefusal 403, 404, 409. */
export function endPosition(world: CardWorld, actor: Actor, roleProfileId: string, reason: string): Promise<Position> {
  return world.store.transaction(async (tx) => {
    const profile = await world.directory.roleProfile(tx, roleProfileId);
    const kept = await findPosition(tx, roleProfileId);
    if (profile === undefined) throw positionUnknown(roleProfileId);
    permit(actor, 'end-position', profile.userId);
    permitAt(actor, (await world.directory.organisation(tx, profile.odsCode)) ?? profile);
    const position = kept ?? positionOf(profile, world.clock.now());
    return move(world, tx, actor, position, 'end', reason);
  });
}

async function move(
  world: CardWorld,
  tx: Db,
  actor: Actor,
  position: Position,
  decision: 'approve' | 'reject' | 'end',
  reason: string,
): Promise<Position> {
  const state = POSITION_TRANSITIONS[position.state][decision];
  if (state === undefined) throw new CardRefusal(409, 'position_state', `The position is ${position.state}: that cannot be done to it.`);
  const next: Position = { ...position, state };
  await savePosition(tx, next);
  if (decision !== 'reject') await world.directory.saveRoleProfile(tx, profileOf(next, state === 'granted'));
  const detail = `${describe(next)}${reason === '' ? '' : `; ${reason.slice(0, 300)}`}`;
  await record(world, tx, actor, { action: `${decision}-position`, userId: next.userId, detail });
  return next;
}

function checkPosition(input: unknown): NewPosition {
  const refuse = (field: string, text: string): CardRefusal => new CardRefusal(400, 'position_wrong', text, undefined, field);
  if (!fits.Check(input)) {
    const [fault] = fits.Errors(input);
    throw refuse('jobRoleCode', `The position is not right: ${fault?.instancePath ?? ''} ${fault?.message ?? ''}`.trim());
  }
  if (input.odsCode.trim() === '') throw refuse('odsCode', 'Enter the ODS code of the organisation');
  if (!fullJobRoles.some((each) => each.code === input.jobRoleCode)) throw refuse('jobRoleCode', 'Choose a job role');
  const activity = input.activityCodes.find((code) => activityName(code) === undefined);
  if (activity !== undefined) throw refuse('activityCodes', `No activity has the code ${activity}`);
  const area = input.areaOfWorkCodes.find((code) => !areasOfWork.some((each) => each.code === code));
  if (area !== undefined) throw refuse('areaOfWorkCodes', `No area of work has the code ${area}`);
  return { ...input, activityCodes: [...new Set(input.activityCodes)], areaOfWorkCodes: [...new Set(input.areaOfWorkCodes)] };
}

function profileOf(position: Position, active: boolean): RoleProfile {
  const { state: _, requestedBy: __, requestedAt: ___, note: ____, ...profile } = position;
  return { ...profile, workgroupCodes: [], active };
}

/** A role profile that was there before the registration authority kept books. */
function positionOf({ workgroupCodes: _, active, ...profile }: RoleProfile, now: number): Position {
  return { ...profile, state: active ? 'granted' : 'ended', requestedBy: 'directory', requestedAt: now };
}

function describe({ jobRoleName, odsCode, roleProfileId }: Position): string {
  return `${jobRoleName.replaceAll('"', '').split(':').at(-1)} at ${odsCode} (${roleProfileId})`;
}

function positionUnknown(roleProfileId: string): CardRefusal {
  return new CardRefusal(404, 'position_unknown', `There is no position ${roleProfileId.slice(0, 40)}.`);
}
