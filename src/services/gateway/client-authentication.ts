/** Who calls the token endpoint: by signed assertion, or by API key and secret. */
import { type ApiKey, type Application, keyFault, standingOf } from './application.ts';
import { type ClientAssertion, type Passed, readClientAssertion } from './client-assertion.ts';
import { refuse } from './errors.ts';
import { findKey, kidsOf } from './jwks.ts';
import { keySetOf } from './key-sets.ts';
import { JTI_MEMORY } from './log-on.ts';
import { countTokenRequest } from './rate-limits.ts';
import { fingerprint, isSecret } from './secrets.ts';
import { isSignedBy } from './signature.ts';
import { findClient } from './store/applications.ts';
import { isJtiSpent, spendJti } from './store/tokens.ts';
import type { GatewayWorld } from './world.ts';

/** A request to the token endpoint, as the flows need it. */
export interface TokenRequest {
  readonly form: URLSearchParams;
  /** Token URL of the base that was called: the only audience an assertion may have. */
  readonly tokenUrl: string;
  /** Which identity provider this token server uses. */
  readonly provider: 'cis2' | 'mock';
  readonly passed: Passed;
  /** Told which application calls, as soon as it is known. */
  readonly identified: (application: Application) => void;
}

/**
 * Client assertion: all 21 steps in the order of the catalogue (identity.md C.4). The jti is spent before client, key and signature are
 * looked at, so a failed attempt burns it.
 *
 * @throws TokenRefusal of the first check that fails
 */
export async function authenticateByAssertion(world: GatewayWorld, request: TokenRequest): Promise<Application> {
  const { passed } = request;
  const nowMs = world.clock.realNow();
  const assertion = readClientAssertion(request.form, Math.floor(nowMs / 1_000), passed);
  await spendAssertion(world, assertion.clientId, assertion.jti, assertion.tooFarAhead, nowMs);
  passed('gateway.client-assertion.jti-unique');
  passed('gateway.client-assertion.exp-far');
  const { application } = await activeClient(world, assertion.clientId, 'gateway.client-assertion.client');
  request.identified(application);
  passed('gateway.client-assertion.client');
  await countTokenRequest(world, application.appId);
  await verifyAssertion(world, application, assertion, [request.tokenUrl], passed);
  return application;
}

/**
 * Steps 17 to 21: key set, kid, audience and signature. Spends nothing.
 *
 * @param tokenUrls audiences that will do
 * @throws TokenRefusal of the first check that fails
 */
export async function verifyAssertion(
  world: GatewayWorld,
  application: Application,
  assertion: ClientAssertion,
  tokenUrls: readonly string[],
  passed: Passed,
): Promise<void> {
  const keySet = await keySetOf(world, application);
  passed('gateway.client-assertion.jwks');
  const key = findKey(keySet, assertion.kid);
  if (key === undefined)
    throw refuse(
      'gateway.client-assertion.kid',
      `The kid "${assertion.kid}" is not in the JWKS, which has ${kidsOf(keySet).join(', ') || 'no keys'}.`,
    );
  passed('gateway.client-assertion.kid');
  const { aud } = assertion.jwt.claims;
  if (typeof aud !== 'string' || !tokenUrls.includes(aud))
    throw refuse(
      'gateway.client-assertion.aud',
      `aud is ${JSON.stringify(aud ?? null)}; ${tokenUrls.length === 1 ? 'the endpoint called is' : 'the endpoints here are'} "${tokenUrls.join('" and "')}".`,
    );
  passed('gateway.client-assertion.aud');
  if (key === 'unusable' || !isSignedBy(assertion.jwt, key, 'RS512')) {
    throw refuse(
      'gateway.client-assertion.signature',
      key === 'unusable' ? `The key "${assertion.kid}" of the JWKS is not an RSA public key.` : undefined,
    );
  }
  passed('gateway.client-assertion.signature');
}

async function spendAssertion(world: GatewayWorld, clientId: string, jti: string, tooFarAhead: boolean, now: number): Promise<void> {
  const hash = fingerprint(`${clientId}\n${jti}`);
  const forgotten = now - JTI_MEMORY;
  if (tooFarAhead)
    throw refuse(
      (await isJtiSpent(world.store.db, hash, forgotten)) ? 'gateway.client-assertion.jti-unique' : 'gateway.client-assertion.exp-far',
    );
  if (!(await spendJti(world.store.db, hash, now, forgotten)))
    throw refuse('gateway.client-assertion.jti-unique', `The jti "${jti}" was used before.`);
}

/** The client of an API key, if it may be used. Throws TokenRefusal of `check`. */
export async function activeClient(
  world: GatewayWorld,
  apiKey: string,
  check: 'gateway.client-assertion.client' | 'gateway.client-id',
): Promise<{ readonly key: ApiKey; readonly application: Application }> {
  const client = await findClient(world.store.db, apiKey);
  if (client === undefined) throw refuse(check);
  const fault = keyFault(client.key, client.application);
  if (fault === 'revoked') throw refuse(check, standingOf(client.application), 'Use an active key, or register a new application.');
  if (fault === 'no-product')
    throw refuse(
      check,
      'The application subscribes to no approved product.',
      'Subscribe it to a product; in production an operator approves the subscription.',
    );
  return client;
}

/**
 * Client id and secret in the form: the first four steps of authorization_code and refresh_token.
 *
 * @throws TokenRefusal of the first check that fails
 */
export async function authenticateBySecret(world: GatewayWorld, request: TokenRequest): Promise<Application> {
  const { form, passed } = request;
  const clientId = form.get('client_id') ?? '';
  if (clientId === '') throw refuse('gateway.client-id.present');
  passed('gateway.client-id.present');
  const { application, key } = await activeClient(world, clientId, 'gateway.client-id');
  request.identified(application);
  passed('gateway.client-id');
  // Counted before the secret is compared: guessing is limited too.
  await countTokenRequest(world, application.appId);
  const secret = form.get('client_secret') ?? '';
  if (secret === '') throw refuse('gateway.client-secret.present');
  passed('gateway.client-secret.present');
  if (!isSecret(secret, { salt: key.secretSalt, hash: key.secretHash })) throw refuse('gateway.client-secret');
  passed('gateway.client-secret');
  return application;
}
