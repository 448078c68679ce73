import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { LocalRefusal } from '../../kernel/errors.ts';
import { clearCookie, cookiesOf, foreignForm, originOf, sameSecret, setCookie } from '../../kernel/web/browser.ts';
import type { Actor } from './model.ts';
import { actorOf } from './people.ts';
import { forget, keep, kept } from './store.ts';
import { audit, CALLBACK, type RegistrationWorld } from './world.ts';

const SIGN_IN_LIFE = 600_000;
/** A working day, on real time: moving the environment's clock signs nobody out. */
const SESSION_LIFE = 8 * 3_600_000;

/** A signed-in person at their browser. */
export interface Session {
  readonly actor: Actor;
  readonly name: string;
  readonly csrf: string;
  readonly hash: string;
}

const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('hex');

/** Environments share a host name, and browsers give cookies to every port of it: so each has a name of its own. */
function cookieName({ environment }: RegistrationWorld, kind: 'session' | 'sign-in'): string {
  return `__Host-registration-${environment.slug}-${kind}`;
}

/** Sends the browser to sign in with the Care Identity Service. */
export async function beginSignIn(
  world: RegistrationWorld,
  request: FastifyRequest,
  reply: FastifyReply,
  next: string,
): Promise<FastifyReply> {
  const state = world.random.text(32);
  const now = world.clock.realNow();
  await keep(
    world.store.db,
    { hash: hashOf(state), kind: 'sign-in', expiresAt: now + SIGN_IN_LIFE, document: { next: localPath(next) } },
    now,
  );
  setCookie(reply, cookieName(world, 'sign-in'), state, '/');
  const url = await world.identity.authorizeUrl(world.store.db, {
    provider: 'cis2',
    redirectUri: `${originOf(request)}${CALLBACK}`,
    state,
    acrValues: 'AAL3_ANY',
    scope: 'openid profile nationalrbacaccess selectedrole',
    maxAge: 0,
  });
  return reply.header('cache-control', 'no-store').redirect(url, 302);
}

/** A path of these applications; anything else leads to the start. */
function localPath(text: string): string {
  return /^\/(?:eprwebapp|ndsadmin)(?:\/[A-Za-z0-9/_-]*)?$/.test(text) ? text : '/eprwebapp';
}

/** Takes the browser back. Throws LocalRefusal 400 for a sign-in that is not its own, 403 when it was cancelled. */
export async function finishSignIn(world: RegistrationWorld, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const query = new URLSearchParams(request.url.split('?')[1] ?? '');
  const state = query.get('state') ?? '';
  const now = world.clock.realNow();
  const pending = await kept(world.store.db, hashOf(state), 'sign-in', now);
  if (pending === undefined || !sameSecret(cookiesOf(request).get(cookieName(world, 'sign-in')) ?? '', state))
    throw new LocalRefusal(400, 'sign_in_unknown', 'This sign-in is not known to this browser, or took too long.', 'Begin again.');
  await forget(world.store.db, hashOf(state));
  const code = query.get('code');
  if (code === null) throw new LocalRefusal(403, 'sign_in_cancelled', 'The sign-in was cancelled.', 'Begin again.');
  const { idToken, userinfo } = await world.identity.redeemCode(world.store.db, {
    provider: 'cis2',
    redirectUri: `${originOf(request)}${CALLBACK}`,
    code,
  });
  const userId = textMember(userinfo, 'sub') ?? '';
  const claims: unknown = JSON.parse(Buffer.from(idToken.split('.')[1] ?? '', 'base64url').toString() || '{}');
  const secret = world.random.text(40);
  const actor = await actorOf(world, world.store.db, userId, textMember(claims, 'selected_roleid'));
  await world.store.transaction(async (tx) => {
    const document = { userId, roleProfileId: textMember(claims, 'selected_roleid') ?? '', csrf: world.random.text(32) };
    await keep(tx, { hash: hashOf(secret), kind: 'session', expiresAt: now + SESSION_LIFE, document }, now);
    await audit(world, tx, actor, 'sign-in', userId);
  });
  setCookie(reply, cookieName(world, 'session'), secret, '/');
  return reply.header('cache-control', 'no-store').redirect(textMember(pending, 'next') ?? '/eprwebapp', 303);
}

/** The session of a request; undefined when there is none. Duties are read anew each time: one taken away is gone at once. */
export async function sessionOf(world: RegistrationWorld, request: FastifyRequest): Promise<Session | undefined> {
  const secret = cookiesOf(request).get(cookieName(world, 'session'));
  if (secret === undefined || secret === '') return undefined;
  const hash = hashOf(secret);
  const document = await kept(world.store.db, hash, 'session', world.clock.realNow());
  const userId = textMember(document, 'userId');
  const csrf = textMember(document, 'csrf');
  if (userId === undefined || csrf === undefined) return undefined;
  const person = await world.directory.person(world.store.db, userId);
  if (person === undefined || !person.active) return undefined;
  request.exchange.userId = userId;
  const actor = await actorOf(world, world.store.db, userId, textMember(document, 'roleProfileId'));
  return { actor, name: `${person.title} ${person.givenName} ${person.familyName}`, csrf, hash };
}

/** Throws LocalRefusal 403 unless a form was shown to this session, and sent by one of our own pages. */
export function requireOwnForm(request: FastifyRequest, session: Session, form: Readonly<Record<string, string>>): void {
  if (foreignForm(request, form['csrf'], session.csrf) !== undefined)
    throw new LocalRefusal(
      403,
      'foreign_form',
      'This form was not sent from a page of your session.',
      'Open the page again and send it from there.',
    );
}

/** Ends a session. */
export async function signOut(world: RegistrationWorld, session: Session, reply: FastifyReply): Promise<FastifyReply> {
  await world.store.transaction(async (tx) => {
    await forget(tx, session.hash);
    await audit(world, tx, session.actor, 'sign-out', session.actor.id);
  });
  clearCookie(reply, cookieName(world, 'session'), '/');
  return reply.redirect('/eprwebapp', 303);
}

function textMember(value: unknown, name: string): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const member: unknown = Object.entries(value).find(([key]) => key === name)?.[1];
  return typeof member === 'string' && member !== '' ? member : undefined;
}
