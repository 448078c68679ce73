/** The four flows of the token endpoint, and how one is chosen (identity.md C.4). */
import type { Application } from './application.ts';
import { authenticateByAssertion, authenticateBySecret, type TokenRequest } from './client-authentication.ts';
import { refuse } from './errors.ts';
import {
  type ApplicationTokenReply,
  applicationFacts,
  issueApplicationToken,
  issueInChain,
  logOnOf,
  startChain,
  type UserTokenReply,
} from './issue.ts';
import { livesAskedFor } from './log-on.ts';
import { patientLogOnOf } from './patient-log-on.ts';
import { fingerprint } from './secrets.ts';
import { findLogOn, takeCode, takeRefreshToken } from './store/tokens.ts';
import { readSubjectToken, verifySubjectToken } from './subject-token.ts';
import type { GatewayWorld } from './world.ts';

export const TOKEN_EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
export const ID_TOKEN_TYPE = 'urn:ietf:params:oauth:token-type:id_token';

export type Flow = (world: GatewayWorld, request: TokenRequest) => Promise<ApplicationTokenReply | UserTokenReply>;

/** Flow by grant type. A token exchange is not in it: it is chosen by `subject_token_type`. */
const FLOWS = new Map<string, { readonly name: string; readonly run: Flow }>([
  ['client_credentials', { name: 'client_credentials', run: clientCredentials }],
  ['authorization_code', { name: 'authorization_code', run: authorizationCode }],
  ['refresh_token', { name: 'refresh_token', run: refreshToken }],
]);

/**
 * Which flow a form asks for. `subject_token_type` decides before `grant_type` does (identity.md §2.4).
 *
 * @throws TokenRefusal when it asks for none
 */
export function chooseFlow(form: URLSearchParams): { readonly name: string; readonly run: Flow } {
  const grantType = form.get('grant_type') ?? '';
  if (form.get('subject_token_type') === ID_TOKEN_TYPE) {
    if (grantType !== TOKEN_EXCHANGE) throw refuse('gateway.token-exchange.grant-type');
    return { name: 'token_exchange', run: tokenExchange };
  }
  const flow = FLOWS.get(grantType);
  if (flow !== undefined) return flow;
  if (grantType === TOKEN_EXCHANGE) throw refuse('gateway.subject-token-type');
  if (grantType === '') throw refuse('gateway.grant-type.missing');
  throw refuse('gateway.grant-type', `The platform does not know grant_type "${grantType.slice(0, 100)}".`);
}

/** Application-restricted access with a signed JWT. */
async function clientCredentials(world: GatewayWorld, request: TokenRequest): Promise<ApplicationTokenReply> {
  const application = await authenticateByAssertion(world, request);
  const facts = applicationFacts(world, application);
  request.passed('gateway.scope.app');
  return issueApplicationToken(world, world.store.db, application, facts, livesAskedFor(request.form));
}

/** Separate log-on: the ID token of the supplier's own client at the identity provider becomes an access token. */
async function tokenExchange(world: GatewayWorld, request: TokenRequest): Promise<UserTokenReply> {
  const application = await authenticateByAssertion(world, request);
  const { form, passed, provider } = request;
  const subject = readSubjectToken(form, Math.floor(world.clock.realNow() / 1_000), passed);
  const issuer = await verifySubjectToken(world, subject, [provider, 'nhs-login'], passed);
  const { claims } = subject.jwt;
  const logOn =
    issuer === 'nhs-login'
      ? patientLogOnOf(world, application, { claims, tokenServer: provider, grantType: 'token_exchange' })
      : logOnOf(world, application, { claims, provider: issuer, grantType: 'token_exchange' });
  passed('gateway.scope.user');
  const lives = livesAskedFor(form);
  const reply = await world.store.transaction((tx) => startChain(world, tx, application, logOn, lives));
  return { ...reply, issued_token_type: 'urn:ietf:params:oauth:token-type:access_token' };
}

/** Combined log-on: the code that came to the application's callback. */
async function authorizationCode(world: GatewayWorld, request: TokenRequest): Promise<UserTokenReply> {
  const application = await authenticateBySecret(world, request);
  const { form, passed } = request;
  const redirectUri = form.get('redirect_uri') ?? '';
  if (redirectUri === '') throw refuse('gateway.redirect-uri.present');
  if (redirectUri !== application.callbackUrl)
    throw refuse('gateway.redirect-uri', `redirect_uri is "${redirectUri}", registered is "${application.callbackUrl ?? 'none'}".`);
  passed('gateway.redirect-uri');
  const code = form.get('code') ?? '';
  if (code === '') throw refuse('gateway.code.present');
  const lives = livesAskedFor(form);
  const reply = await world.store.transaction(async (tx) => {
    const taken = await takeCode(tx, fingerprint(code), application.appId);
    if (taken === undefined || world.clock.now() >= taken.expiresAt) throw refuse('gateway.code');
    return startChain(world, tx, application, taken.logOn, lives);
  });
  passed('gateway.code');
  return reply;
}

/** Renewal: the old refresh token dies at once, the access token it came with lives on until it expires. */
async function refreshToken(world: GatewayWorld, request: TokenRequest): Promise<UserTokenReply> {
  const application: Application = await authenticateBySecret(world, request);
  const { form, passed } = request;
  const token = form.get('refresh_token') ?? '';
  if (token === '') throw refuse('gateway.refresh-token.present');
  const lives = livesAskedFor(form);
  const reply = await world.store.transaction(async (tx) => {
    const taken = await takeRefreshToken(tx, fingerprint(token), application.appId);
    const stored = taken && (await findLogOn(tx, taken.chainId));
    if (taken === undefined || stored === undefined) throw refuse('gateway.refresh-token');
    if (world.clock.now() >= Math.min(taken.expiresAt, stored.startedAt + lives.refreshable)) throw refuse('gateway.refresh-token.age');
    return issueInChain(world, tx, stored, taken.refreshCount + 1, lives);
  });
  passed('gateway.refresh-token');
  passed('gateway.refresh-token.age');
  return reply;
}
