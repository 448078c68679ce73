/** The API platform as the tests of this folder call it: an application, an identity provider that signs real tokens, and a web server. */
import { createSign, generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto';
import Fastify, { type FastifyInstance, type LightMyRequestResponse } from 'fastify';
import { testContext, testEnvironment } from '../../../test/helpers/context.ts';
import { ManualClock } from '../../kernel/clock.ts';
import { LocalRefusal } from '../../kernel/errors.ts';
import { Exchange } from '../../kernel/http/exchange.ts';
import { Outgoing } from '../../kernel/http/outgoing.ts';
import { renderLocal } from '../../kernel/http/web-app.ts';
import type { EnvironmentFacts } from '../../kernel/service.ts';
import { registerAdmin } from './admin/routes.ts';
import { type GatewayApi, gatewayApi } from './api.ts';
import type { RegisteredApplication } from './management.ts';
import { gatewayTables } from './migrations/0001-gateway.ts';
import { signInOfAuthorization } from './migrations/0002-nhs-login.ts';
import { liveStageOfApplication } from './migrations/0003-live-stage.ts';
import { registrationOfApplication } from './migrations/0004-registration.ts';
import { registerTokenServers } from './oauth/routes.ts';
import type { ApiProduct } from './products.ts';
import type { GatewayWorld, SignInProvider } from './world.ts';

export const HOST = 'localhost:8143';
export const BASE = `https://${HOST}`;
export const CALLBACK = 'https://supplier.example/callback';
export const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
export const USER = '656005750107';

const E_RS = { displayName: 'e-Referral Service', quotaPerMinute: 600, spikeArrestPerMinute: 720, attributes: {} } as const;
export const USER_PRODUCT: ApiProduct = {
  ...E_RS,
  name: 'e-referrals-service-api-int-healthcare-worker',
  accessMode: 'user-restricted',
  scopes: ['urn:nhsd:apim:user-nhs-id:aal3:e-referrals-service-api', 'urn:nhsd:apim:user-nhs-id:aal2:e-referrals-service-api'],
  pathPrefixes: ['/referrals'],
  callbackRequired: true,
};
export const APP_PRODUCT: ApiProduct = {
  ...E_RS,
  name: 'e-referrals-service-api-int-application-restricted',
  accessMode: 'application-restricted',
  scopes: ['urn:nhsd:apim:app:level3:e-referrals-service-api'],
  pathPrefixes: ['/referrals'],
  callbackRequired: false,
};

/** Two watches: `advance` moves both, `ahead` only the environment's. */
export class TwoWatches extends ManualClock {
  ahead = 0;
  override now(): number {
    return super.now() + this.ahead;
  }
}

export interface KeyPair {
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly jwk: Readonly<Record<string, unknown>>;
}

export function makeKeyPair(kid: string, bits = 2048): KeyPair {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: bits });
  return { kid, privateKey, jwk: { ...publicKey.export({ format: 'jwk' }), kid, use: 'sig', alg: 'RS512' } };
}

/** Keys are slow to make: one pair each for all tests of a file. */
export const supplierKey = makeKeyPair('test-1');
export const otherKey = makeKeyPair('test-1');
const providerKey = makeKeyPair('provider-1');

export function signJwt(header: Readonly<Record<string, unknown>>, claims: Readonly<Record<string, unknown>>, key: KeyObject): string {
  const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');
  const text = `${encode(header)}.${encode(claims)}`;
  const digest = header['alg'] === 'RS256' ? 'RSA-SHA256' : 'RSA-SHA512';
  return `${text}.${createSign(digest).update(text).sign(key, 'base64url')}`;
}

export interface AssertionParts {
  readonly header?: Readonly<Record<string, unknown>>;
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly key?: KeyObject;
}

/** The simulated identity provider: codes it has given out, and tokens signed with its own key. */
export class FakeSignIn {
  readonly clock: ManualClock;
  readonly codes = new Map<string, { idToken: string; userinfo: object; redirectUri: string }>();
  readonly requests: { provider: SignInProvider; redirectUri: string; state: string; acrValues: string; scope: string; maxAge: number }[] =
    [];

  constructor(clock: ManualClock) {
    this.clock = clock;
  }

  issuer(provider: SignInProvider): string {
    return `https://${provider}.example:443/openam`;
  }

  issuers(): { provider: SignInProvider; issuer: string }[] {
    return [
      { provider: 'cis2', issuer: this.issuer('cis2') },
      { provider: 'mock', issuer: this.issuer('mock') },
    ];
  }

  platformClientId(provider: SignInProvider): string {
    return `platform-${provider}`;
  }

  async nhsLoginClient(): Promise<{ client_id: string; client_secret: string }> {
    return { client_id: 'test-client-nhs-login', client_secret: '0'.repeat(32) };
  }

  async realmClient(): Promise<{ client_id: string; client_secret: string }> {
    return { client_id: 'realm-client', client_secret: 'realm-secret' };
  }

  async jwks(): Promise<{ keys: object[] }> {
    return { keys: [providerKey.jwk] };
  }

  async authorizeUrl(_db: unknown, request: FakeSignIn['requests'][number]): Promise<string> {
    this.requests.push(request);
    return `/sign-in?state=${request.state}`;
  }

  async redeemCode(
    _db: unknown,
    { code, redirectUri }: { code: string; redirectUri: string },
  ): Promise<{ idToken: string; userinfo: object }> {
    const found = this.codes.get(code);
    if (found?.redirectUri !== redirectUri) throw new LocalRefusal(400, 'invalid_grant', 'The code is unknown.');
    this.codes.delete(code);
    return found;
  }

  /** An ID token as the provider makes it; parts can be overridden to go wrong. */
  idToken(provider: SignInProvider, parts: AssertionParts = {}): string {
    const now = Math.floor(this.clock.realNow() / 1_000);
    return signJwt(
      { typ: 'JWT', kid: providerKey.kid, alg: 'RS256', ...parts.header },
      {
        iss: this.issuer(provider),
        sub: USER,
        aud: this.platformClientId(provider),
        iat: now,
        exp: now + 3_600,
        sid: 'session-1',
        acr: 'AAL3_ANY',
        amr: ['N3_SMARTCARD'],
        authentication_assurance_level: '3',
        id_assurance_level: '3',
        selected_roleid: '555254242105',
        ...parts.claims,
      },
      parts.key ?? providerKey.privateKey,
    );
  }

  /** Signs a user in and gives the code that comes to the platform's callback. */
  signIn(path: string, provider: SignInProvider, idToken = this.idToken(provider)): string {
    const code = randomUUID();
    this.codes.set(code, { idToken, userinfo: { sub: USER, name: 'Test User' }, redirectUri: `${BASE}${path}/callback` });
    return code;
  }
}

export interface Platform {
  readonly app: FastifyInstance;
  readonly world: GatewayWorld;
  readonly api: GatewayApi;
  readonly clock: TwoWatches;
  readonly signIn: FakeSignIn;
  readonly exchanges: Exchange[];
  readonly unattended: Required<Pick<RegisteredApplication, 'appId' | 'apiKey' | 'secret'>>;
  readonly attended: Required<Pick<RegisteredApplication, 'appId' | 'apiKey' | 'secret'>>;
}

/** An environment with an application-restricted and a user-restricted application, both with the key `test-1`. */
export async function startPlatform(
  changes: { environment?: Partial<EnvironmentFacts>; products?: readonly ApiProduct[] } = {},
): Promise<Platform> {
  const clock = new TwoWatches('2026-11-24T09:00:00.000Z');
  const context = await testContext({
    migrations: {
      gateway: {
        '0001-gateway': gatewayTables,
        '0002-nhs-login': signInOfAuthorization,
        '0003-live-stage': liveStageOfApplication,
        '0004-registration': registrationOfApplication,
      },
    },
    clock,
    environment: { ...testEnvironment, ...changes.environment },
  });
  const signIn = new FakeSignIn(clock);
  const products = changes.products ?? [USER_PRODUCT, APP_PRODUCT];
  let asids = 200_000_002_400;
  const world: GatewayWorld = {
    environment: context.environment,
    store: context.store,
    clock,
    random: context.random,
    faults: context.faults,
    availability: context.availability,
    products: new Map(products.map((product) => [product.name, product])),
    signIn,
    asids: { allocateAsid: async () => String(asids++), accreditedSystem: async (_db, asid) => ({ asid }) },
    outgoing: new Outgoing(true, async () => []),
  };
  const api = gatewayApi(world);
  const register = (registration: Parameters<GatewayApi['registerApplication']>[1]) =>
    context.store.transaction((tx) =>
      api.registerApplication(tx, { approve: true, keys: { jwks: { keys: [supplierKey.jwk] } }, ...registration }),
    );
  const unattended = await register({ name: 'Unattended', accessMode: 'application-restricted', productName: APP_PRODUCT.name });
  const attended = await register({
    name: 'Attended',
    accessMode: 'user-restricted',
    callbackUrl: CALLBACK,
    productName: USER_PRODUCT.name,
  });
  const exchanges: Exchange[] = [];
  const app = await startWeb(world, exchanges);
  return { app, world, api, clock, signIn, exchanges, unattended: withSecret(unattended), attended: withSecret(attended) };
}

function withSecret(registered: RegisteredApplication): Required<Pick<RegisteredApplication, 'appId' | 'apiKey' | 'secret'>> {
  const { appId, apiKey, secret } = registered;
  if (secret === undefined) throw new Error('a new application has a secret');
  return { appId, apiKey, secret };
}

async function startWeb(world: GatewayWorld, exchanges: Exchange[]): Promise<FastifyInstance> {
  const app = Fastify();
  app.decorateRequest('exchange');
  app.addHook('onRequest', async (request) => {
    request.exchange = new Exchange({ name: 'https', port: 8143, baseUrl: BASE, ersInstance: 'Int1' }, 0);
    exchanges.push(request.exchange);
  });
  app.setErrorHandler((error: unknown, _request, reply) => {
    const status = error instanceof LocalRefusal ? error.status : 500;
    void reply.code(status).send(renderLocal(error, status));
  });
  await app.register(async (scope) => registerTokenServers(scope, world));
  await app.register(async (scope) => registerAdmin(scope, world), { prefix: '/_localspine/gateway' });
  await app.ready();
  return app;
}

export type Members = Readonly<Record<string, string | undefined>>;

/** Posts a form to the token server; members that are undefined are left out. */
export function post(
  platform: Platform,
  url: string,
  members: Members,
  headers: Readonly<Record<string, string>> = {},
): Promise<LightMyRequestResponse> {
  const form = new URLSearchParams(
    Object.entries(members).flatMap(([name, value]): [string, string][] => (value === undefined ? [] : [[name, value]])),
  );
  return platform.app.inject({
    method: 'POST',
    url,
    headers: { host: HOST, 'content-type': 'application/x-www-form-urlencoded', ...headers },
    payload: form.toString(),
  });
}

export function get(platform: Platform, url: string, headers: Readonly<Record<string, string>> = {}): Promise<LightMyRequestResponse> {
  return platform.app.inject({ method: 'GET', url, headers: { host: HOST, ...headers } });
}

/** A client assertion of an application that is right in everything, but for the parts given. */
export function assertion(platform: Platform, apiKey: string, parts: AssertionParts = {}, tokenUrl = `${BASE}/oauth2/token`): string {
  const exp = Math.floor(platform.clock.realNow() / 1_000) + 240;
  return signJwt(
    { alg: 'RS512', typ: 'JWT', kid: supplierKey.kid, ...parts.header },
    { iss: apiKey, sub: apiKey, aud: tokenUrl, jti: randomUUID(), exp, ...parts.claims },
    parts.key ?? supplierKey.privateKey,
  );
}

export function clientCredentials(platform: Platform, parts: AssertionParts = {}, members: Members = {}): Promise<LightMyRequestResponse> {
  return post(platform, '/oauth2/token', {
    grant_type: 'client_credentials',
    client_assertion_type: ASSERTION_TYPE,
    client_assertion: assertion(platform, platform.unattended.apiKey, parts),
    ...members,
  });
}

/** The address the platform sends the browser to after /authorize and /callback; or its refusal. */
export async function logOn(platform: Platform, path = '/oauth2', idToken?: string): Promise<LightMyRequestResponse> {
  const provider = path === '/oauth2-mock' ? 'mock' : 'cis2';
  const query = new URLSearchParams({
    client_id: platform.attended.apiKey,
    redirect_uri: CALLBACK,
    response_type: 'code',
    state: 'the state',
  });
  await get(platform, `${path}/authorize?${query}`);
  const state = platform.signIn.requests.at(-1)?.state ?? '';
  return get(platform, `${path}/callback?${new URLSearchParams({ state, code: platform.signIn.signIn(path, provider, idToken) })}`);
}

/** The code that came to the application's callback. */
export async function codeFromLogOn(platform: Platform, path = '/oauth2', idToken?: string): Promise<string> {
  const location = String((await logOn(platform, path, idToken)).headers['location']);
  return new URL(location).searchParams.get('code') ?? '';
}

export function redeem(platform: Platform, code: string, members: Members = {}, path = '/oauth2'): Promise<LightMyRequestResponse> {
  const { apiKey, secret } = platform.attended;
  return post(platform, `${path}/token`, {
    grant_type: 'authorization_code',
    client_id: apiKey,
    client_secret: secret,
    redirect_uri: CALLBACK,
    code,
    ...members,
  });
}

export function refresh(platform: Platform, token: string, members: Members = {}): Promise<LightMyRequestResponse> {
  const { apiKey, secret } = platform.attended;
  return post(platform, '/oauth2/token', {
    grant_type: 'refresh_token',
    client_id: apiKey,
    client_secret: secret,
    refresh_token: token,
    ...members,
  });
}
