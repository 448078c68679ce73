/** The endpoints that software calls (identity.md B.1, B.4, B.5): discovery, keys, tokens, userinfo, revocation, introspection. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { SCOPES } from '../clients/model.ts';
import { findClient } from '../clients/store.ts';
import { EndpointRefusal, tokenRefused } from '../errors.ts';
import { fingerprint } from '../fingerprint.ts';
import { publicKeys } from '../keys.ts';
import { ACR_VALUES } from '../methods.ts';
import type { IdentityWorld } from '../provider.ts';
import { discovery, type Realm } from '../realms.ts';
import { deleteTokens, findToken, type StoredToken } from '../store.ts';
import { authenticateClient, type EndpointRequest } from './client-authentication.ts';
import { answerTokenRequest, detailsOf } from './token.ts';

export function registerEndpoints(app: FastifyInstance, world: IdentityWorld, realm: Realm): void {
  app.get(`${realm.path}/.well-known/openid-configuration`, async (request) => {
    request.exchange.operation = 'discovery';
    return discovery(world.environment, realm, SCOPES, Object.keys(ACR_VALUES));
  });
  app.get(realm.keys, async (request) => {
    request.exchange.operation = 'jwks';
    return publicKeys(world.store.db, realm.provider);
  });
  app.post(realm.token, async (request, reply) => {
    request.exchange.operation = 'access-token';
    const answer = await answerTokenRequest(world, realm.provider, endpointRequest(world, realm, request));
    return secret(reply).send(answer);
  });
  app.route({ method: ['GET', 'POST'], url: realm.userinfo, handler: (request, reply) => answerUserinfo(world, realm, request, reply) });
  app.post(realm.revoke, async (request, reply) => {
    request.exchange.operation = 'revoke';
    const found = await clientsToken(world, realm, request);
    if (found !== undefined) await deleteTokens(world.store.db, { hash: found.hash });
    return secret(reply).send({});
  });
  app.post(realm.introspect, async (request, reply) => {
    request.exchange.operation = 'introspect';
    const found = await clientsToken(world, realm, request);
    return secret(reply).send(found === undefined ? { active: false } : introspection(world, realm, found));
  });
}

function endpointRequest(world: IdentityWorld, realm: Realm, request: FastifyRequest): EndpointRequest {
  const mediaType = (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase();
  if (mediaType !== 'application/x-www-form-urlencoded')
    throw new EndpointRefusal(400, 'invalid_request', 'Invalid Content Type', {
      check: 'identity.content-type',
      why: `Content-Type is "${request.headers['content-type'] ?? ''}".`,
      fix: 'Send Content-Type: application/x-www-form-urlencoded.',
    });
  const origins = [...world.environment.origins, world.environment.baseUrl];
  return {
    form: request.body instanceof URLSearchParams ? request.body : new URLSearchParams(),
    authorization: request.headers.authorization,
    audiences: origins.map((origin) => `${origin}${realm.token}`),
  };
}

/** `GET /userinfo`: JSON, or a signed JWT for a client that registered so (identity.md B.5). */
async function answerUserinfo(world: IdentityWorld, realm: Realm, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  request.exchange.operation = 'userinfo';
  const { store, clock, signer } = world;
  const token = /^bearer (\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
  if (token === undefined) throw tokenRefused('The Authorization header is not "Bearer" followed by a token.');
  const found = await findToken(store.db, fingerprint(token), clock.now());
  if (found?.kind !== 'access' || found.logOn.provider !== realm.provider)
    throw tokenRefused('This provider never issued the token, or it has expired or its session has ended.');
  request.exchange.userId = found.logOn.userId;
  const details = await detailsOf(world, store.db, found.logOn);
  if (details === undefined) throw tokenRefused('The person is no longer in the directory.');
  const client = await findClient(store.db, found.logOn.clientId);
  if (client?.metadata.userinfo_signed_response_alg === undefined) return secret(reply).send(details);
  const claims = { ...details, iss: realm.issuer, aud: client.clientId };
  return secret(reply)
    .type('application/jwt')
    .send(await signer.sign(store.db, realm.provider, claims));
}

/** The token of the form, when it belongs to the client that asks: of others' tokens nothing is told. */
async function clientsToken(world: IdentityWorld, realm: Realm, request: FastifyRequest): Promise<StoredToken | undefined> {
  const endpoint = endpointRequest(world, realm, request);
  const client = await authenticateClient(world, endpoint);
  const found = await findToken(world.store.db, fingerprint(endpoint.form.get('token') ?? ''), world.clock.now());
  return found?.logOn.clientId === client.clientId && found.logOn.provider === realm.provider ? found : undefined;
}

function introspection(world: IdentityWorld, realm: Realm, { kind, logOn, expiresAt }: StoredToken): object {
  return {
    active: true,
    scope: logOn.scope,
    client_id: logOn.clientId,
    user_id: logOn.userId,
    token_type: kind === 'access' ? 'Bearer' : 'refresh_token',
    exp: Math.floor((expiresAt - world.clock.now() + world.clock.realNow()) / 1_000),
    sub: logOn.userId,
    iss: realm.issuer,
    acr: logOn.acrValues,
    auth_time: logOn.authTime,
  };
}

function secret(reply: FastifyReply): FastifyReply {
  return reply.header('cache-control', 'no-store').header('pragma', 'no-cache');
}
