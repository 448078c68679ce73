import { timingSafeEqual } from 'node:crypto';
import type { Db } from '../../../kernel/store/store.ts';
import { idTokenClaims, userinfo } from '../claims.ts';
import type { RelyingParty } from '../clients/model.ts';
import { EndpointRefusal, grantRefused } from '../errors.ts';
import { fingerprint } from '../fingerprint.ts';
import type { CodeChallenge, LogOn, Provider } from '../model.ts';
import { type IdentityWorld, realm } from '../provider.ts';
import * as store from '../store.ts';
import { authenticateClient, type EndpointRequest } from './client-authentication.ts';

/** Life of an access token, and what is told of it: one second less (identity.md B.4). */
const ACCESS_LIFE = 3_600_000;
const TOLD_LIFE = 3_599;

export interface TokenReply {
  readonly access_token: string;
  readonly refresh_token?: string;
  readonly scope: string;
  readonly id_token: string;
  readonly token_type: 'Bearer';
  readonly expires_in: number;
}

/** `POST /access_token` (identity.md B.4). Throws EndpointRefusal. */
export async function answerTokenRequest(world: IdentityWorld, provider: Provider, request: EndpointRequest): Promise<TokenReply> {
  const { form } = request;
  const grantType = form.get('grant_type') ?? '';
  const client = await authenticateClient(world, request);
  if (grantType === 'authorization_code') return byCode(world, provider, client, form);
  if (grantType === 'refresh_token' && refreshes(client)) return byRefreshToken(world, provider, client, form);
  throw new EndpointRefusal(400, 'unsupported_grant_type', `Grant type is not supported: ${grantType.slice(0, 100)}`, {
    check: 'identity.grant-type',
    why: grantType === 'refresh_token' ? 'The client is not registered for refresh tokens.' : `grant_type is "${grantType.slice(0, 100)}".`,
    fix: 'Send grant_type=authorization_code; for refresh_token register it in grant_types.',
  });
}

function refreshes({ metadata }: RelyingParty): boolean {
  return metadata.grant_types?.includes('refresh_token') ?? false;
}

async function byCode(world: IdentityWorld, provider: Provider, client: RelyingParty, form: URLSearchParams): Promise<TokenReply> {
  const code = form.get('code') ?? '';
  const redirectUri = form.get('redirect_uri');
  const check = (logOn: LogOn): void => {
    if (logOn.provider !== provider || logOn.clientId !== client.clientId) throw grantRefused('The code was given to another client.');
    if (redirectUri !== logOn.redirectUri)
      throw new EndpointRefusal(400, 'redirect_uri_mismatch', 'The redirection URI provided does not match a pre-registered value.', {
        check: 'identity.redirect-uri',
        why: `redirect_uri is "${(redirectUri ?? '').slice(0, 200)}"; the code was made for ${logOn.redirectUri}.`,
        fix: 'Send the redirect URI of the authorisation request.',
      });
    checkVerifier(logOn.codeChallenge, form.get('code_verifier'));
  };
  const logOn = await redeemCode(world, code, check);
  return issue(world, client, logOn, { code, codeHash: fingerprint(code) });
}

/**
 * The log-on behind a code, once. A code that comes a second time was stolen or leaked: what it gave is taken back (RFC 6749 4.1.2).
 *
 * @param check throws for a request the code does not belong to; the code is spent all the same
 * @throws EndpointRefusal invalid_grant
 */
export async function redeemCode(world: IdentityWorld, code: string, check: (logOn: LogOn) => void): Promise<LogOn> {
  const codeHash = fingerprint(code);
  const now = world.clock.now();
  const found = await world.store.transaction(async (tx) => {
    const spent = await store.spendCode(tx, codeHash, now);
    if (spent !== undefined && !spent.first) await store.deleteTokens(tx, { codeHash });
    return spent;
  });
  if (found === undefined) throw grantRefused('The code is unknown or older than two minutes.');
  if (!found.first) throw grantRefused('The code was used before; the tokens it gave are revoked.');
  check(found.logOn);
  if ((await store.findSession(world.store.db, { sid: found.logOn.sid }, now)) === undefined) throw grantRefused('The session has ended.');
  return found.logOn;
}

/** PKCE: the verifier must be there when a challenge was made, and only then. */
function checkVerifier(asked: CodeChallenge | undefined, verifier: string | null): void {
  if (asked === undefined) {
    if (verifier !== null) throw grantRefused('code_verifier was sent, but the authorisation request had no code_challenge.');
    return;
  }
  const answer = asked.method === 'plain' ? (verifier ?? '') : fingerprint(verifier ?? '');
  if (verifier === null || !timingSafeEqual(Buffer.from(fingerprint(answer)), Buffer.from(fingerprint(asked.challenge))))
    throw grantRefused('code_verifier does not belong to the code_challenge.', 'Send the verifier that the challenge was made from.');
}

async function byRefreshToken(world: IdentityWorld, provider: Provider, client: RelyingParty, form: URLSearchParams): Promise<TokenReply> {
  const hash = fingerprint(form.get('refresh_token') ?? '');
  const now = world.clock.now();
  const found = await world.store.transaction(async (tx) => {
    const token = await store.findToken(tx, hash, now);
    const ours = token?.kind === 'refresh' && token.logOn.clientId === client.clientId && token.logOn.provider === provider;
    // Of two at the same time only one takes it away.
    return ours && (await store.deleteTokens(tx, { hash })) > 0 ? token : undefined;
  });
  if (found === undefined) throw grantRefused('The refresh token is unknown, used, or of another client.');
  return issue(world, client, found.logOn, { codeHash: found.codeHash });
}

async function issue(
  world: IdentityWorld,
  client: RelyingParty,
  logOn: LogOn,
  from: { readonly code?: string; readonly codeHash: string },
): Promise<TokenReply> {
  const { random, clock, store: database } = world;
  const now = clock.now();
  const accessToken = random.text(27);
  const refreshToken = refreshes(client) ? random.text(43) : undefined;
  await database.transaction(async (tx) => {
    const session = await store.findSession(tx, { sid: logOn.sid }, now);
    if (session === undefined) throw grantRefused('The session has ended.');
    const { codeHash } = from;
    await store.insertToken(tx, { hash: fingerprint(accessToken), kind: 'access', codeHash, logOn, expiresAt: now + ACCESS_LIFE }, now);
    if (refreshToken !== undefined)
      await store.insertToken(tx, { hash: fingerprint(refreshToken), kind: 'refresh', codeHash, logOn, expiresAt: session.expiresAt }, now);
  });
  return {
    access_token: accessToken,
    ...(refreshToken === undefined ? {} : { refresh_token: refreshToken }),
    scope: logOn.scope,
    id_token: await idToken(world, logOn, { code: from.code, accessToken }),
    token_type: 'Bearer',
    expires_in: TOLD_LIFE,
  };
}

/** The signed ID token of a log-on. */
export function idToken(
  world: IdentityWorld,
  logOn: LogOn,
  from: { readonly code?: string | undefined; readonly accessToken?: string },
): Promise<string> {
  const claims = idTokenClaims(logOn, {
    issuer: realm(world, logOn.provider).issuer,
    now: world.clock.realNow(),
    auditId: `${world.random.uuid()}-1`,
    ...from,
  });
  return world.signer.sign(world.store.db, logOn.provider, claims);
}

/** The user's details as the scopes of a log-on allow. Undefined when the person is no longer in the directory. */
export async function detailsOf(
  world: IdentityWorld,
  db: Db,
  logOn: Pick<LogOn, 'userId' | 'scope'>,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  const person = await world.directory.person(db, logOn.userId);
  return person && userinfo(person, await world.directory.roleProfiles(db, logOn.userId), logOn.scope);
}
