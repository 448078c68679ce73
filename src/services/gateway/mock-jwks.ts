/** `/mock-jwks/…` (identity.md C.10): helpers for suppliers' tests, in environments with the simulated log-on. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { messageOf } from '../../kernel/errors.ts';
import { keyFault, standingOf } from './application.ts';
import { faultBody, GatewayRefusal } from './errors.ts';
import { isObject } from './jwt.ts';
import { findClient } from './store/applications.ts';
import type { GatewayWorld } from './world.ts';

const LONGEST = 32_768;
/** Where an application without a callback URL of its own is taken to listen. */
const LOCAL_CALLBACK = 'http://localhost:3000/callback';

/** Registers both; nothing in an environment without the simulated log-on. */
export function registerMockJwks(app: FastifyInstance, world: GatewayWorld): void {
  if (!world.environment.tokenServers.some((each) => each.signIn === 'mock')) return;
  app.addHook('onRequest', async (request) => {
    request.exchange.service = 'gateway';
  });
  app.setErrorHandler((error: unknown, request, reply) => {
    if (!(error instanceof GatewayRefusal)) throw error instanceof Error ? error : new Error(messageOf(error));
    request.exchange.refused(error.explanation);
    void reply.code(error.status).send(faultBody(error));
  });
  app.get('/mock-jwks/keycloak-client-credentials', async (request, reply) => realmCredentials(world, request, reply));
  // A wildcard, because a key set is longer than a path parameter may be.
  app.get<{ readonly Params: { readonly '*': string } }>('/mock-jwks/*', async (request, reply) => {
    request.exchange.operation = 'mock-jwks';
    return reply.header('x-content-type-options', 'nosniff').send(keySetIn(request.params['*']));
  });
}

/** The credentials of a client of the simulated log-on's realm, of which each application has one for its own callback URL, and of NHS login's. */
async function realmCredentials(world: GatewayWorld, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  request.exchange.operation = 'realm-credentials';
  const { apikey } = request.headers;
  const client = typeof apikey === 'string' ? await findClient(world.store.db, apikey) : undefined;
  if (client === undefined)
    throw refuse(
      401,
      'Invalid ApiKey',
      'oauth.v2.InvalidApiKey',
      'The header apikey holds no API key of this environment.',
      'Send the API key of your application.',
    );
  const { application, key } = client;
  request.exchange.appId = application.appId;
  if (keyFault(key, application) === 'revoked')
    throw refuse(401, 'ApiKey not approved', 'oauth.v2.ApiKeyNotApproved', standingOf(application), 'Use an active key.');
  const { appId, name, callbackUrl = LOCAL_CALLBACK } = application;
  const cis2 = await world.store.transaction((tx) => world.signIn.realmClient(tx, { id: appId, name, redirectUri: callbackUrl }));
  return reply.header('cache-control', 'no-store').send({ cis2, 'nhs-login': await world.signIn.nhsLoginClient() });
}

/** The key set that is written in the address itself. Throws GatewayRefusal 400 for anything else, so that nothing else is echoed. */
function keySetIn(encoded: string): object {
  try {
    if (encoded.length > LONGEST || !/^[A-Za-z0-9_=-]+$/.test(encoded)) throw new Error('it is not base64url');
    const keySet: unknown = JSON.parse(Buffer.from(encoded, 'base64url').toString('utf8'));
    if (isObject(keySet) && Array.isArray(keySet['keys'])) return { keys: keySet['keys'] };
    throw new Error('it has no member "keys"');
  } catch (error) {
    throw refuse(
      400,
      'Invalid JWKS',
      'mock-jwks.InvalidJwks',
      `The path holds no key set: ${messageOf(error)}.`,
      'Put BASE64URL of the JWKS behind /mock-jwks/.',
    );
  }
}

function refuse(status: number, faultString: string, errorCode: string, why: string, fix: string): GatewayRefusal {
  return new GatewayRefusal(status, faultString, errorCode, { check: 'gateway.mock-jwks', why, fix });
}
