import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Refusal } from '../../../kernel/errors.ts';
import { RedirectRefusal, refuse } from '../errors.ts';
import { logOnOf } from '../issue.ts';
import { findKey } from '../jwks.ts';
import { decodeJwt, isObject, textMember } from '../jwt.ts';
import { CODE_LIFE } from '../log-on.ts';
import { patientLogOnOf } from '../patient-log-on.ts';
import { fingerprint } from '../secrets.ts';
import { isSignatureAlgorithm, isSignedBy } from '../signature.ts';
import { findApplication } from '../store/applications.ts';
import { insertCode, takeAuthorization } from '../store/tokens.ts';
import type { GatewayWorld, SignInProvider } from '../world.ts';
import { queryOf } from './authorize.ts';
import { applyFault, baseAddress, onlyMethod, type TokenServerBase, withParameters } from './token-server.ts';

const CODE_LENGTH = 8;

/** `GET /callback` (identity.md C.3): the browser comes back from the identity provider and goes on to the application. */
export function registerCallback(app: FastifyInstance, base: TokenServerBase): void {
  const { world, server } = base;
  onlyMethod(app, '/callback', 'GET');
  app.get('/callback', async (request, reply) => {
    const { exchange } = request;
    exchange.operation = 'callback';
    const address = baseAddress(base, request);
    if (!(await applyFault(base, 'callback', reply))) return reply;
    const query = queryOf(request);
    const pending = await takeAuthorization(world.store.db, query.get('state') ?? '', server.path);
    const application = pending && (await findApplication(world.store.db, pending.appId));
    if (pending === undefined || application?.callbackUrl === undefined || world.clock.now() >= pending.expiresAt)
      throw refuse('gateway.callback.state');
    exchange.appId = application.appId;
    exchange.passed('gateway.callback.state');
    passProviderError(query, application.callbackUrl, pending.clientState);
    const provider = pending.nhsLogin ? 'nhs-login' : server.signIn;
    const { claims, userinfo } = await readLogOn(world, request, provider, query.get('code') ?? '', `${address}/callback`);
    const logOn =
      provider === 'nhs-login'
        ? patientLogOnOf(world, application, { claims, tokenServer: server.signIn, grantType: 'authorization_code' })
        : logOnOf(world, application, { claims, provider, grantType: 'authorization_code', userinfo });
    exchange.passed('gateway.scope.user');
    if (logOn.facts.userId !== undefined) exchange.userId = logOn.facts.userId;
    const code = world.random.text(CODE_LENGTH);
    await insertCode(world.store.db, {
      hash: fingerprint(code),
      appId: application.appId,
      logOn,
      expiresAt: world.clock.now() + CODE_LIFE,
    });
    return reply
      .header('cache-control', 'no-store')
      .redirect(withParameters(application.callbackUrl, { code, state: pending.clientState }), 302);
  });
}

/** What the identity provider refuses, the application learns at its callback. */
function passProviderError(query: URLSearchParams, callbackUrl: string, state: string): void {
  const error = query.get('error');
  if (error === null) return;
  const description = query.get('error_description') ?? '';
  throw new RedirectRefusal(callbackUrl, error, description, state, {
    check: 'gateway.callback.provider',
    why: `The identity provider refused the log-on: ${error} ${description}`.trim(),
  });
}

/** Redeems the provider's code and checks the ID token in the order of the catalogue. */
async function readLogOn(
  world: GatewayWorld,
  { exchange }: FastifyRequest,
  provider: SignInProvider,
  code: string,
  redirectUri: string,
): Promise<{ readonly claims: Readonly<Record<string, unknown>>; readonly userinfo: Readonly<Record<string, unknown>> }> {
  const { idToken, userinfo } = await redeem(world, provider, code, redirectUri);
  const jwt = decodeJwt(idToken);
  if (jwt === undefined) throw refuse('gateway.callback.id-token');
  const { aud, iss } = jwt.claims;
  const clientId = world.signIn.platformClientId(provider);
  if (aud !== clientId && !(Array.isArray(aud) && aud.includes(clientId)))
    throw refuse('gateway.callback.aud', `aud is ${JSON.stringify(aud ?? null)}.`);
  exchange.passed('gateway.callback.aud');
  if (!world.signIn.issuers().some((each) => each.provider === provider && each.issuer === iss))
    throw refuse('gateway.callback.iss', `iss is ${JSON.stringify(iss ?? null)}.`);
  exchange.passed('gateway.callback.iss');
  const key = findKey(await world.signIn.jwks(world.store.db, provider), textMember(jwt.header, 'kid') ?? '');
  if (key === undefined) throw refuse('gateway.callback.kid');
  exchange.passed('gateway.callback.kid');
  const { alg } = jwt.header;
  if (key === 'unusable' || !isSignatureAlgorithm(alg) || !isSignedBy(jwt, key, alg)) throw refuse('gateway.callback.signature');
  exchange.passed('gateway.callback.signature');
  return { claims: jwt.claims, userinfo: isObject(userinfo) ? userinfo : {} };
}

async function redeem(
  world: GatewayWorld,
  provider: SignInProvider,
  code: string,
  redirectUri: string,
): Promise<{ readonly idToken: string; readonly userinfo: object }> {
  try {
    return await world.signIn.redeemCode(world.store.db, { provider, code, redirectUri });
  } catch (error) {
    if (error instanceof Refusal)
      throw refuse('gateway.callback.id-token', `The identity provider did not take the code: ${error.explanation.why}`);
    throw error;
  }
}
