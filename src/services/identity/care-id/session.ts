/** Who is at the pages of the Care ID Service: signed in through CIS2 like at any other application, in the role they chose there. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Db, tablesOf } from '../../../kernel/store/store.ts';
import { clearCookie, cookiesOf, foreignForm, originOf, sameSecret, setCookie } from '../../../kernel/web/browser.ts';
import type { Person, RoleProfile } from '../../directory/index.ts';
import { type Actor, partsOf } from '../cards/duties.ts';
import { nameOf } from '../cards/views.ts';
import { CARE_ID_CLIENT, CARE_ID_PATH } from '../clients/register.ts';
import { grantRefused, notThisBrowser, SignInRefusal } from '../errors.ts';
import { fingerprint } from '../fingerprint.ts';
import { methodOf } from '../methods.ts';
import { redeemCode } from '../oidc/token.ts';
import { type IdentityWorld, realm } from '../provider.ts';
import { findSession } from '../store.ts';

/** Whoever does nothing for this long signs in again (applications.md §14, inferred). */
const IDLE = 15 * 60_000;

interface Tables {
  identity_care_id_session: { cookie_hash: string; sid: string; user_id: string; role_profile_id: string | null; used_at: number };
}

/** Somebody signed in. */
export interface Visitor {
  readonly person: Person;
  readonly name: string;
  readonly role: RoleProfile | undefined;
  /** The level they signed in with. */
  readonly aal: number;
  /** What they may act as at the pages of the registration authority; undefined for those who have no part in it. */
  readonly staff: Extract<Actor, { kind: 'staff' }> | undefined;
  readonly holder: Extract<Actor, { kind: 'holder' }>;
  /** What every form must send back: known to pages of this session only. */
  readonly confirmation: string;
}

const cookieName = (world: IdentityWorld): string => `localspine-care-id-${world.environment.slug}`;

/** Sends the browser to sign in and come back: to the page it asked for, or to the first one when a role is to be chosen anew. */
export function sendToSignIn(
  world: IdentityWorld,
  request: FastifyRequest,
  reply: FastifyReply,
  how: { readonly acrValues: string; readonly anotherRole?: true },
): FastifyReply {
  const state = world.random.text(32);
  const target = request.method === 'GET' && how.anotherRole === undefined ? request.url : CARE_ID_PATH;
  setCookie(reply, `${cookieName(world)}-sign-in`, `${state}.${Buffer.from(target).toString('base64url')}`, CARE_ID_PATH);
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: CARE_ID_CLIENT,
    redirect_uri: `${originOf(request)}${CARE_ID_PATH}/callback`,
    scope: how.anotherRole === true ? 'openid changedrole' : 'openid selectedrole',
    acr_values: how.acrValues,
    state,
  });
  return reply.header('cache-control', 'no-store').redirect(`${realm(world, 'cis2').authorize}?${query}`, 302);
}

/** The browser comes back from signing in: a session begins. Gives where it wanted to go. Throws SignInRefusal, EndpointRefusal. */
export async function welcome(world: IdentityWorld, request: FastifyRequest, reply: FastifyReply): Promise<string> {
  const query = request.query as Readonly<Record<string, unknown>>;
  const [state = '', target = ''] = (cookiesOf(request).get(`${cookieName(world)}-sign-in`) ?? '').split('.');
  if (state === '' || !sameSecret(state, String(query['state'] ?? '')))
    throw notThisBrowser('The browser does not have the cookie of the sign-in.');
  clearCookie(reply, `${cookieName(world)}-sign-in`, CARE_ID_PATH);
  if (typeof query['error'] === 'string')
    throw new SignInRefusal('access_denied', 'You did not sign in.', { check: 'identity.care-id', why: 'The sign-in was cancelled.' }, 403);
  const redirectUri = `${originOf(request)}${CARE_ID_PATH}/callback`;
  const logOn = await redeemCode(world, String(query['code'] ?? ''), (found) => {
    if (found.clientId !== CARE_ID_CLIENT || found.redirectUri !== redirectUri) throw grantRefused('The code was made for another client.');
  });
  const cookie = world.random.text(43);
  await world.store.transaction(async (tx) => {
    const tables = tablesOf<Tables>(tx);
    await tables
      .deleteFrom('identity_care_id_session')
      .where('used_at', '<', world.clock.now() - IDLE)
      .execute();
    await tables
      .insertInto('identity_care_id_session')
      .values({
        cookie_hash: fingerprint(cookie),
        sid: logOn.sid,
        user_id: logOn.userId,
        role_profile_id: logOn.selectedRoleId ?? null,
        used_at: world.clock.now(),
      })
      .execute();
  });
  setCookie(reply, cookieName(world), cookie, CARE_ID_PATH);
  const wanted = Buffer.from(target, 'base64url').toString('utf8');
  return wanted === CARE_ID_PATH || /^\/care-id[/?]/.test(wanted) ? wanted : CARE_ID_PATH;
}

/** Who sends a request; undefined when nobody is signed in, the session was idle, or CIS2 has ended it. */
export async function visitorOf(world: IdentityWorld, request: FastifyRequest): Promise<Visitor | undefined> {
  const cookie = cookiesOf(request).get(cookieName(world));
  if (cookie === undefined) return undefined;
  const { db } = world.store;
  const now = world.clock.now();
  const cookieHash = fingerprint(cookie);
  const row = await tablesOf<Tables>(db)
    .updateTable('identity_care_id_session')
    .set({ used_at: now })
    .where('cookie_hash', '=', cookieHash)
    .where('used_at', '>=', now - IDLE)
    .returningAll()
    .executeTakeFirst();
  const session = row && (await findSession(db, { sid: row.sid }, now));
  const person = session && (await world.directory.person(db, session.userId));
  if (row === undefined || session === undefined || person === undefined || !person.active || person.userId !== row.user_id)
    return undefined;
  // Looked up anew each time: a position that has ended opens nothing any more.
  const roles = await world.directory.roleProfiles(db, person.userId);
  const role = roles.find((each) => each.roleProfileId === row.role_profile_id);
  return {
    person,
    name: nameOf(person),
    role,
    aal: methodOf(session.method).aal,
    staff: role && (await staffOf(world, db, role)),
    holder: { kind: 'holder', userId: person.userId },
    confirmation: fingerprint(`care id form ${cookie}`),
  };
}

async function staffOf(world: IdentityWorld, db: Db, role: RoleProfile): Promise<Visitor['staff']> {
  const parts = partsOf(role);
  if (parts.length === 0) return undefined;
  const organisation = await world.directory.organisation(db, role.odsCode);
  return {
    kind: 'staff',
    userId: role.userId,
    roleProfileId: role.roleProfileId,
    odsCode: role.odsCode,
    national: organisation?.kind === 'national-body',
    parts,
  };
}

/** Ends the session at these pages, not the one at CIS2. */
export async function leave(world: IdentityWorld, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const cookie = cookiesOf(request).get(cookieName(world)) ?? '';
  await tablesOf<Tables>(world.store.db).deleteFrom('identity_care_id_session').where('cookie_hash', '=', fingerprint(cookie)).execute();
  clearCookie(reply, cookieName(world), CARE_ID_PATH);
}

/** Throws SignInRefusal 403 for a form that another site, or another session, has posted. */
export function checkForm(request: FastifyRequest, visitor: Visitor, form: URLSearchParams): void {
  const wrong = foreignForm(request, form.get('confirmation'), visitor.confirmation);
  if (wrong === 'another-site') throw notThisBrowser('The form was posted by a page of another site.');
  if (wrong === 'no-mark') throw notThisBrowser('The form does not carry the mark of this session.');
}
