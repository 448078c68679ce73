import { timingSafeEqual } from 'node:crypto';
import type { JWTHeaderParameters, JWTPayload } from 'jose';
import type { RelyingParty } from '../clients/model.ts';
import { authMethod } from '../clients/model.ts';
import { findClient } from '../clients/store.ts';
import { clientRefused } from '../errors.ts';
import { fingerprint } from '../fingerprint.ts';
import type { IdentityWorld } from '../provider.ts';
import { cachedJwks, rememberJwks, spendJti } from '../store.ts';

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
/** Furthest that exp may lie ahead: five minutes, and ten seconds for a watch that is wrong. */
const FURTHEST_AHEAD = 310;
const CACHE_LIFE = 3_600_000;

export interface EndpointRequest {
  readonly form: URLSearchParams;
  readonly authorization: string | undefined;
  /** Addresses of the endpoint that an assertion may be meant for. */
  readonly audiences: readonly string[];
}

/**
 * Which relying party calls: by the method it registered, and no other (identity.md B.2, B.4).
 *
 * @throws EndpointRefusal 401 invalid_client
 */
export async function authenticateClient(world: IdentityWorld, request: EndpointRequest): Promise<RelyingParty> {
  const { form, authorization } = request;
  if (authorization !== undefined) return bySecret(world, basicCredentials(authorization), 'client_secret_basic');
  if (form.get('client_assertion') !== null || form.get('client_assertion_type') !== null) return byAssertion(world, request);
  return bySecret(world, { clientId: form.get('client_id') ?? '', secret: form.get('client_secret') ?? '' }, 'client_secret_post');
}

/** RFC 6749 2.3.1: both halves are form-encoded inside the Base64. */
function basicCredentials(header: string): { readonly clientId: string; readonly secret: string } {
  const refused = clientRefused('The Authorization header is not Basic with client id and secret.', undefined, true);
  if (!/^basic /i.test(header)) throw refused;
  const [clientId, ...secret] = Buffer.from(header.slice(6).trim(), 'base64').toString('utf8').split(':');
  try {
    const decode = (text: string): string => decodeURIComponent(text.replaceAll('+', ' '));
    return { clientId: decode(clientId ?? ''), secret: decode(secret.join(':')) };
  } catch {
    throw refused;
  }
}

async function bySecret(
  world: IdentityWorld,
  { clientId, secret }: { readonly clientId: string; readonly secret: string },
  method: 'client_secret_basic' | 'client_secret_post',
): Promise<RelyingParty> {
  const basic = method === 'client_secret_basic';
  const client = await findClient(world.store.db, clientId);
  const kept = client?.secret ?? { salt: '', hash: fingerprint('no client') };
  const right = timingSafeEqual(Buffer.from(fingerprint(`${kept.salt}.${secret}`)), Buffer.from(kept.hash));
  if (client === undefined) throw clientRefused(`No client "${clientId.slice(0, 60)}" is registered here.`, undefined, basic);
  if (authMethod(client.metadata) !== method)
    throw clientRefused(`The client is registered for ${authMethod(client.metadata)}, and came with ${method}.`, undefined, basic);
  if (!right) throw clientRefused('The secret is not that of the client.', undefined, basic);
  return client;
}

/** private_key_jwt: iss = sub = client id, aud = this endpoint, exp at most five minutes ahead, a jti that works once. */
async function byAssertion(world: IdentityWorld, { form, audiences }: EndpointRequest): Promise<RelyingParty> {
  const refused = (why: string): Error => clientRefused(why, 'JWT is not valid');
  if (form.get('client_assertion_type') !== ASSERTION_TYPE) throw refused(`client_assertion_type is not ${ASSERTION_TYPE}.`);
  const { decodeJwt, decodeProtectedHeader } = await import('jose');
  const text = form.get('client_assertion') ?? '';
  let claims: JWTPayload;
  let kid: string | undefined;
  try {
    claims = decodeJwt(text);
    ({ kid } = decodeProtectedHeader(text));
  } catch {
    throw refused('client_assertion is not a JWT.');
  }
  const clientId = claims.sub ?? '';
  if (clientId === '' || claims.iss !== clientId) throw refused('iss and sub are not the same client id.');
  if (form.get('client_id') !== null && form.get('client_id') !== clientId)
    throw refused('client_id names another client than the assertion.');
  const client = await findClient(world.store.db, clientId);
  if (client === undefined) throw refused(`No client "${clientId.slice(0, 60)}" is registered here.`);
  if (authMethod(client.metadata) !== 'private_key_jwt') throw refused(`The client is registered for ${authMethod(client.metadata)}.`);
  const now = Math.floor(world.clock.realNow() / 1_000);
  if (typeof claims.exp !== 'number' || claims.exp - now > FURTHEST_AHEAD)
    throw refused('exp is missing, or more than five minutes ahead.');
  if (typeof claims.jti !== 'string' || claims.jti === '') throw refused('jti is missing.');
  await verify(world, client, text, kid, audiences).catch((error: unknown) => {
    throw refused(error instanceof Error ? error.message : String(error));
  });
  const spent = fingerprint(`${clientId}\n${claims.jti}`);
  if (!(await spendJti(world.store.db, spent, world.clock.realNow() + FURTHEST_AHEAD * 2_000, world.clock.realNow())))
    throw refused(`The jti "${claims.jti.slice(0, 60)}" was used before.`);
  return client;
}

/** Signature, audience and times, by the algorithm the client registered: what the token says of its algorithm decides nothing. */
async function verify(
  world: IdentityWorld,
  client: RelyingParty,
  text: string,
  kid: string | undefined,
  audiences: readonly string[],
): Promise<void> {
  const { jwtVerify, importJWK } = await import('jose');
  const algorithm = client.metadata.jwks_uri_signing_algorithm ?? 'RS512';
  const options = { algorithms: [algorithm], audience: [...audiences], currentDate: new Date(world.clock.realNow()), clockTolerance: 10 };
  const keyFor = async (header: JWTHeaderParameters) => {
    const key = await findKey(world, client, header.kid ?? kid);
    return importJWK({ ...key, alg: algorithm }, algorithm);
  };
  await jwtVerify(text, keyFor, options);
}

async function findKey(world: IdentityWorld, client: RelyingParty, kid: string | undefined): Promise<Readonly<Record<string, unknown>>> {
  const inSet = (keys: readonly Readonly<Record<string, unknown>>[]) =>
    kid === undefined && keys.length === 1 ? keys[0] : keys.find((each) => each['kid'] === kid);
  const { jwks, jwks_uri: url } = client.metadata;
  const found =
    jwks !== undefined
      ? inSet(jwks.keys)
      : url === undefined
        ? undefined
        : (inSet(await keysAt(world, url, false)) ?? inSet(await keysAt(world, url, true)));
  if (found === undefined) throw new Error(`the key set of the client has no key "${kid ?? ''}"`);
  return found;
}

/** At most one reading a minute that the cache does not answer, so that unknown kids cannot be used to make us knock. */
const REREAD_AFTER = 60_000;

async function keysAt(world: IdentityWorld, url: string, anew: boolean): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const now = world.clock.realNow();
  const cached = await cachedJwks(world.store.db, url, now - (anew ? REREAD_AFTER : CACHE_LIFE));
  const body = cached ?? (await world.outgoing.read(url));
  if (cached === undefined) await rememberJwks(world.store.db, url, body, now);
  const document: unknown = JSON.parse(body);
  if (typeof document !== 'object' || document === null || !('keys' in document) || !Array.isArray(document.keys))
    throw new Error(`${url} holds no key set`);
  return document.keys.filter((each: unknown): each is Readonly<Record<string, unknown>> => typeof each === 'object' && each !== null);
}
