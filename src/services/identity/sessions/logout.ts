/** Logging out: by the relying party's or the user's wish, by time, and the notices that follow (identity.md B.1, B.7). */
import type { Job } from '../../../kernel/outbox/outbox.ts';
import { logoutTokenClaims } from '../claims.ts';
import { findClient } from '../clients/store.ts';
import { SignInRefusal } from '../errors.ts';
import { fingerprint } from '../fingerprint.ts';
import type { Provider, Session } from '../model.ts';
import type { Parameters } from '../oidc/authorization-request.ts';
import { type IdentityWorld, realm } from '../provider.ts';
import { withQuery } from '../sign-in.ts';
import { findSession, signingKeys } from '../store.ts';
import { END_SESSION_JOB, endSession } from './ending.ts';

/** A relying party that answers badly is tried this often; then it is left (inferred). */
const MOST_TRIES = 5;

/** Where the browser goes after logging out: an address, or a page that says it is done; or first a page that asks. */
export type LogoutAnswer =
  | { readonly redirect: string }
  | { readonly page: 'done' }
  | { readonly page: 'ask'; readonly confirmation: string };

/** What a page's form must send back: bound to the cookie, so that no other site can log somebody out. */
export function confirmationOf(cookie: string): string {
  return fingerprint(`log out ${cookie}`);
}

/**
 * `connect/endSession`: with an `id_token_hint` the session it names ends at once; without one, the person at the browser is asked.
 *
 * @throws SignInRefusal for a hint that is not ours, or an address that is not registered
 */
export async function logOut(
  world: IdentityWorld,
  provider: Provider,
  parameters: Parameters,
  cookie: string | undefined,
): Promise<LogoutAnswer> {
  const hint = parameters['id_token_hint'];
  if (hint === undefined) return byCookie(world, parameters, cookie);
  const { sid, clientId } = await readHint(world, provider, hint);
  const target = await returnAddress(world, clientId, parameters);
  await world.store.transaction((tx) => endSession(world, tx, sid, world.listeners));
  world.outbox.wake();
  return target === undefined ? { page: 'done' } : { redirect: target };
}

async function byCookie(world: IdentityWorld, parameters: Parameters, cookie: string | undefined): Promise<LogoutAnswer> {
  const session =
    cookie === undefined ? undefined : await findSession(world.store.db, { cookieHash: fingerprint(cookie) }, world.clock.now());
  if (cookie === undefined || session === undefined) return { page: 'done' };
  const confirmation = confirmationOf(cookie);
  if (parameters['confirmation'] !== confirmation) return { page: 'ask', confirmation };
  await world.store.transaction((tx) => endSession(world, tx, session.sid, world.listeners));
  world.outbox.wake();
  return { page: 'done' };
}

async function readHint(
  world: IdentityWorld,
  provider: Provider,
  hint: string,
): Promise<{ readonly sid: string; readonly clientId: string }> {
  const { compactVerify, importJWK } = await import('jose');
  const keys = await signingKeys(world.store.db, provider);
  try {
    const { payload } = await compactVerify(
      hint,
      (header) => {
        const key = keys.find((each) => each.kid === header.kid);
        if (key === undefined) throw new Error('no such key');
        return importJWK({ ...key.publicJwk }, 'RS256');
      },
      { algorithms: ['RS256'] },
    );
    const claims: unknown = JSON.parse(Buffer.from(payload).toString('utf8'));
    if (isHint(claims) && claims.iss === realm(world, provider).issuer) return { sid: claims.sid, clientId: claims.aud };
  } catch {
    // Falls through: every kind of wrong hint has one answer.
  }
  throw new SignInRefusal('bad_request', 'The id_token_hint is not valid.', {
    check: 'identity.id-token-hint',
    why: 'id_token_hint is not an ID token of this provider.',
    fix: 'Send the ID token of the log-on, unchanged; it may have expired.',
  });
}

function isHint(value: unknown): value is { readonly sid: string; readonly aud: string; readonly iss: unknown } {
  return (
    typeof value === 'object' &&
    value !== null &&
    'sid' in value &&
    typeof value.sid === 'string' &&
    'aud' in value &&
    typeof value.aud === 'string' &&
    'iss' in value
  );
}

async function returnAddress(world: IdentityWorld, clientId: string, parameters: Parameters): Promise<string | undefined> {
  const wanted = parameters['post_logout_redirect_uri'];
  if (wanted === undefined) return undefined;
  const client = await findClient(world.store.db, clientId);
  if (client?.metadata.post_logout_redirect_uris?.includes(wanted) !== true)
    throw new SignInRefusal('redirect_uri_mismatch', 'The redirection URI provided does not match a pre-registered value.', {
      check: 'identity.post-logout-redirect-uri',
      why: `post_logout_redirect_uri is "${wanted.slice(0, 200)}", which the client has not registered.`,
      fix: 'Register it in post_logout_redirect_uris.',
    });
  return withQuery(wanted, { state: parameters['state'] });
}

/** The session's time is over: ends it, unless the person has signed in again since; then it is looked at later. */
export async function endWhenDue(world: IdentityWorld, job: Job): Promise<void> {
  const { sid } = job.payload;
  if (typeof sid !== 'string') return;
  await world.store.transaction(async (tx) => {
    const lasting = await findSession(tx, { sid }, world.clock.now());
    if (lasting === undefined) await endSession(world, tx, sid, world.listeners);
    else await world.outbox.enqueue(tx, END_SESSION_JOB, { sid }, lasting.expiresAt);
  });
}

/** Posts a logout token to one relying party. Throws when it is to be tried again. */
export async function sendLogout(world: IdentityWorld, job: Job): Promise<void> {
  const { clientId, sid, userId, provider } = job.payload;
  if (typeof clientId !== 'string' || typeof sid !== 'string' || typeof userId !== 'string') return;
  const face: Provider = provider === 'mock' ? 'mock' : 'cis2';
  const client = await findClient(world.store.db, clientId);
  const address = client?.metadata.backchannel_logout_uri;
  if (address === undefined) return;
  const { issuer } = realm(world, face);
  const claims = logoutTokenClaims({ sid, userId }, { issuer, clientId, now: world.clock.realNow(), jti: world.random.uuid() });
  const token = await world.signer.sign(world.store.db, face, claims);
  try {
    const { status } = await world.outgoing.postForm(address, { logout_token: token });
    // 400 says that the token was understood and not liked: asking again would change nothing (OpenID Connect Back-Channel Logout 2.8).
    if (status >= 500) throw new Error(`${address} answered ${status}`);
    if (status >= 400) world.log.warn({ clientId, status }, 'a relying party refused a logout token');
  } catch (error) {
    if (job.attempts + 1 < MOST_TRIES) throw error;
    world.log.warn({ clientId, error: String(error) }, 'a relying party was not reached with a logout token; given up');
  }
}

/** A session as operators see it. */
export function viewSession({ sid, userId, provider, method, authTime, expiresAt, selectedRoleId }: Session): object {
  return { sid, userId, provider, method, authTime, expiresAt, ...(selectedRoleId === undefined ? {} : { selectedRoleId }) };
}
