import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type Application, keyFault, standingOf } from '../application.ts';
import { refuse, refuseAtCallback } from '../errors.ts';
import { AUTHORIZATION_LIFE } from '../log-on.ts';
import { countTokenRequest } from '../rate-limits.ts';
import { findClient } from '../store/applications.ts';
import { insertAuthorization } from '../store/tokens.ts';
import { applyFault, baseAddress, onlyMethod, type TokenServerBase } from './token-server.ts';

/** What the platform asks its identity provider for, and how old a session there may be (identity.md C.2). */
const PROVIDER_SCOPE = 'openid nationalrbacaccess';
const NHS_LOGIN_SCOPE = 'openid profile';
const PROVIDER_MAX_AGE = 300;
const DEFAULT_ACR = 'AAL3_ANY';

/** `GET /authorize` (identity.md C.2): the browser of a combined log-on on its way to the identity provider. */
export function registerAuthorize(app: FastifyInstance, base: TokenServerBase): void {
  const { world, server } = base;
  onlyMethod(app, '/authorize', 'GET');
  app.get('/authorize', async (request, reply) => {
    request.exchange.operation = 'authorize';
    const address = baseAddress(base, request);
    if (!(await applyFault(base, 'authorize', reply))) return reply;
    const query = queryOf(request);
    const application = await checkClient(base, request, query.get('client_id') ?? '');
    const clientState = checkRequest(request, query, application);
    const state = world.random.uuid();
    // What a client asks for in scope plays no part, but for the choice of who signs in.
    const nhsLogin = (query.get('scope') ?? '').split(' ').includes('nhs-login');
    const location = await world.signIn.authorizeUrl(world.store.db, {
      provider: nhsLogin ? 'nhs-login' : server.signIn,
      redirectUri: `${address}/callback`,
      state,
      acrValues: query.get('acr_values') || DEFAULT_ACR,
      scope: nhsLogin ? NHS_LOGIN_SCOPE : PROVIDER_SCOPE,
      maxAge: PROVIDER_MAX_AGE,
    });
    await insertAuthorization(world.store.db, {
      state,
      appId: application.appId,
      tokenServer: server.path,
      clientState,
      nhsLogin,
      expiresAt: world.clock.now() + AUTHORIZATION_LIFE,
    });
    return reply.header('cache-control', 'no-store').redirect(new URL(location, address).href, 302);
  });
}

/** Parameters of the request's own query string; the first counts when one is repeated. */
export function queryOf(request: FastifyRequest): URLSearchParams {
  const start = request.url.indexOf('?');
  return new URLSearchParams(start < 0 ? '' : request.url.slice(start + 1));
}

async function checkClient({ world }: TokenServerBase, request: FastifyRequest, clientId: string): Promise<Application> {
  const { exchange } = request;
  if (clientId === '') throw refuse('gateway.authorize.client-id-present');
  const client = await findClient(world.store.db, clientId);
  if (client === undefined) throw refuse('gateway.authorize.client-id');
  exchange.appId = client.application.appId;
  exchange.passed('gateway.authorize.client-id');
  const fault = keyFault(client.key, client.application);
  if (fault === 'revoked') throw refuse('gateway.authorize.application', standingOf(client.application));
  if (fault === 'no-product') throw refuse('gateway.authorize.product');
  exchange.passed('gateway.authorize.product');
  await countTokenRequest(world, client.application.appId);
  return client.application;
}

/** Redirect URI, state and response type; from the state on, refusals go to the callback. Gives the client's state. */
function checkRequest({ exchange }: FastifyRequest, query: URLSearchParams, application: Application): string {
  const redirectUri = query.get('redirect_uri') ?? '';
  if (redirectUri === '') throw refuse('gateway.authorize.redirect-uri-present');
  if (redirectUri !== application.callbackUrl)
    throw refuse(
      'gateway.authorize.redirect-uri',
      `redirect_uri is "${redirectUri}", registered is "${application.callbackUrl ?? 'none'}".`,
    );
  exchange.passed('gateway.authorize.redirect-uri');
  const state = query.get('state') ?? '';
  if (state === '') throw refuseAtCallback('gateway.authorize.state', redirectUri, undefined);
  exchange.passed('gateway.authorize.state');
  const responseType = query.get('response_type') ?? '';
  if (responseType === '') throw refuseAtCallback('gateway.authorize.response-type-present', redirectUri, state);
  if (responseType !== 'code')
    throw refuseAtCallback('gateway.authorize.response-type', redirectUri, state, `response_type is "${responseType}".`);
  exchange.passed('gateway.authorize.response-type');
  return state;
}
