/** The life of a single sign-on session: begun, used, changed, ended; and who is told (identity.md A.2, A.5). */
import { LocalRefusal } from '../../../kernel/errors.ts';
import type { Job } from '../../../kernel/outbox/outbox.ts';
import type { Db } from '../../../kernel/store/store.ts';
import type { RoleProfile } from '../../directory/index.ts';
import { fingerprint } from '../fingerprint.ts';
import { noSuchSession, SessionRefusal } from './errors.ts';
import type { Mode, SessionEnd, SessionEvent, SpineSession } from './model.ts';
import { endsAt, IDLE_MINUTES, MAXIMUM_MINUTES, timeOut } from './session-times.ts';
import type { SignOnWorld } from './world.ts';

export const END_JOB = 'identity.end-spine-session';
export const EVENT_JOB = 'identity.send-token-event';

/** What an event job carries, sealed: it holds a ticket. */
export interface TokenEvent {
  readonly session: SpineSession;
  readonly event: SessionEvent;
  /** Business time. */
  readonly at: number;
  readonly number: number;
}
export const EVENT_SEAL = 'identity/token-event';

const LONGEST_ADDRESS = 500;
const MOST_LISTENERS = 20;
const MOST_PROPERTIES = 50;
const LONGEST_PROPERTY = 1_000;

/** Begins a session for somebody who has shown who they are. One role: it is in force at once; several: one has to be chosen. */
export async function beginSession(
  world: SignOnWorld,
  who: Pick<SpineSession, 'userId' | 'card' | 'clientIp' | 'logSessionId'> & { readonly roles: readonly RoleProfile[] },
): Promise<SpineSession> {
  const { clock, random, environment, store, sessions, outbox } = world;
  const { roles, ...known } = who;
  const now = clock.now();
  // 33 bytes make 44 characters of base64 and no padding of their own.
  const ticket = `AQIC5wM2LY4Sfc${random.bytes(33).toString('base64')}=@AAJTSQACMDE=#`;
  const [only, another] = roles;
  const session: SpineSession = {
    ...known,
    ticket,
    ticketHash: fingerprint(ticket),
    authenticatedAt: clock.realNow(),
    startedAt: now,
    usedAt: now,
    maximum: MAXIMUM_MINUTES,
    idle: environment.settings.spineIdleMinutes ?? IDLE_MINUTES,
    ...(only !== undefined && another === undefined ? { roleProfileId: only.roleProfileId } : {}),
    mode: '0',
    properties: {},
  };
  await store.transaction(async (tx) => {
    await sessions.insert(tx, session);
    await outbox.enqueue(tx, END_JOB, { ticketHash: session.ticketHash }, endsAt(session));
    await tellListeners(world, tx, session, 'created');
  });
  outbox.wake();
  return session;
}

/**
 * The session of a ticket; using it starts its idle time anew.
 *
 * @param touch whether this counts as use
 * @throws SessionRefusal
 */
export async function useSession(world: SignOnWorld, ticket: string, touch = true): Promise<SpineSession> {
  const { sessions, store, clock, outbox } = world;
  // Callers that forget to percent-encode send "+" as a blank.
  const session = await sessions.find(store.db, fingerprint(ticket.replaceAll(' ', '+')));
  if (session === undefined) throw noSuchSession(ticket);
  const now = clock.now();
  const over = timeOut(session, now);
  if (over !== undefined) {
    await store.transaction((tx) => endSession(world, tx, session.ticketHash, over));
    outbox.wake();
    throw noSuchSession(ticket);
  }
  if (!touch || now === session.usedAt) return session;
  await sessions.touch(store.db, session.ticketHash, now);
  return { ...session, usedAt: now };
}

/** Ends a session in the caller's transaction; listeners are told by outbox jobs of the same. False when it had ended already. */
export async function endSession(world: SignOnWorld, tx: Db, ticketHash: string, reason: SessionEnd): Promise<boolean> {
  const session = await world.sessions.take(tx, ticketHash);
  if (session === undefined) return false;
  await tellListeners(world, tx, session, reason);
  await world.sessions.forgetListeners(tx, ticketHash);
  return true;
}

/** Ends every session opened with a card: it was taken away. Gives how many there were. */
export async function endSessionsOfCard(world: SignOnWorld, tx: Db, card: string): Promise<number> {
  const opened = await world.sessions.ofCard(tx, card);
  for (const { ticketHash } of opened) await endSession(world, tx, ticketHash, 'destroyed');
  return opened.length;
}

/** The session's time may be over: ends it, or looks again when it will be. */
export async function endWhenDue(world: SignOnWorld, job: Job): Promise<void> {
  const { ticketHash } = job.payload;
  if (typeof ticketHash !== 'string') return;
  await world.store.transaction(async (tx) => {
    const session = await world.sessions.find(tx, ticketHash);
    if (session === undefined) return;
    const over = timeOut(session, world.clock.now());
    if (over === undefined) await world.outbox.enqueue(tx, END_JOB, { ticketHash }, endsAt(session));
    else await endSession(world, tx, ticketHash, over);
  });
  world.outbox.wake();
}

/** Puts a role of the user in force. Throws SessionRefusal for a role that is not theirs. */
export async function chooseRole(
  world: SignOnWorld,
  ticket: string,
  choice: { readonly roleProfileId: string; readonly mode: Mode },
): Promise<void> {
  const session = await useSession(world, ticket);
  const roles = await world.directory.roleProfiles(world.store.db, session.userId);
  if (!roles.some((each) => each.roleProfileId === choice.roleProfileId))
    throw new SessionRefusal('No privilege to perform this operation.', {
      check: 'spine-sign-on.role',
      why: `Role profile ${choice.roleProfileId.slice(0, 20)} is not one of this user's.`,
      fix: `Choose one of ${roles.map((each) => each.roleProfileId).join(', ') || 'none: the user has no role'}.`,
    });
  await changeSession(world, { ...session, ...choice });
}

/** Keeps a value with the session. Throws SessionRefusal for what is not the application's to change. */
export async function setProperty(world: SignOnWorld, session: SpineSession, name: string, value: string): Promise<void> {
  const count = Object.keys({ ...session.properties, [name]: value }).length;
  if (
    OWN_PROPERTIES.has(name) ||
    name === '' ||
    name === '__proto__' ||
    count > MOST_PROPERTIES ||
    name.length + value.length > LONGEST_PROPERTY
  )
    throw new SessionRefusal('No privilege to perform this operation.', {
      check: 'spine-sign-on.property',
      why: `The property "${name.slice(0, 40)}" belongs to the session itself, or is too much to keep with it.`,
      fix: `Use a name of your own, at most ${LONGEST_PROPERTY} characters with its value, ${MOST_PROPERTIES} to a session.`,
    });
  await changeSession(world, { ...session, properties: { ...session.properties, [name]: value } });
}

/** Properties that the session itself shows (identity.md A.4). */
const OWN_PROPERTIES = new Set(['UserId', 'Principal', 'AuthType', 'authInstant', 'ssbSessionRoleUid', 'ssbMode']);

async function changeSession(world: SignOnWorld, session: SpineSession): Promise<void> {
  await world.store.transaction(async (tx) => {
    await world.sessions.change(tx, session);
    await tellListeners(world, tx, session, 'property-changed');
  });
  world.outbox.wake();
}

/** Has an address told of a session's events. Throws SessionRefusal for one that cannot be called. */
export async function addListener(world: SignOnWorld, session: SpineSession, url: string): Promise<void> {
  const address = listenerAddress(url);
  const refusal = (why: string): SessionRefusal =>
    new SessionRefusal('Session was not obtained.', {
      check: 'spine-sign-on.listener',
      why,
      fix: 'Give an http or https address with the port that listens.',
    });
  if (address === undefined) throw refusal(`"${url.slice(0, 100)}" is not an address that can be told.`);
  await world.store.transaction(async (tx) => {
    if ((await world.sessions.countListeners(tx, session.ticketHash)) >= MOST_LISTENERS)
      throw refusal(`The session has ${MOST_LISTENERS} listeners already.`);
    await world.sessions.listen(tx, address, session.ticketHash);
  });
}

/** An http or https address as it will be called; undefined for anything else. */
export function listenerAddress(url: string): string | undefined {
  if (url.length > LONGEST_ADDRESS || !URL.canParse(url.trim())) return undefined;
  const { protocol, username, password, href } = new URL(url.trim());
  return (protocol === 'http:' || protocol === 'https:') && username === '' && password === '' ? href : undefined;
}

/** Throws LocalRefusal 400 for an address that cannot be told. */
export function requireListenerAddress(url: unknown): string {
  const address = typeof url === 'string' ? listenerAddress(url) : undefined;
  if (address === undefined)
    throw new LocalRefusal(
      400,
      'listener_address',
      'A listener is an http or https address of at most 500 characters.',
      'Send {"url":"http://host:port/path"}.',
    );
  return address;
}

async function tellListeners(world: SignOnWorld, tx: Db, session: SpineSession, event: SessionEvent): Promise<void> {
  const { sessions, outbox, sealer, clock } = world;
  const at = clock.now();
  for (const url of await sessions.listeners(tx, session.ticketHash)) {
    const number = world.random.bytes(4).readUInt32BE() % 1_000_000;
    const content: TokenEvent = { session, event, at, number };
    await outbox.enqueue(tx, EVENT_JOB, { url, sealed: sealer.seal(EVENT_SEAL, JSON.stringify(content)) }, at);
  }
}
