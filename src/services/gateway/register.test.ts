/** The application register, and what APIs ask the gateway. */
import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, test } from 'node:test';
import { testEnvironment } from '../../../test/helpers/context.ts';
import { LocalRefusal } from '../../kernel/errors.ts';
import { faultBody, GatewayRefusal, QuotaRefusal } from './errors.ts';
import { judgeJwks } from './jwks.ts';
import {
  APP_PRODUCT,
  assertion,
  CALLBACK,
  clientCredentials,
  get,
  makeKeyPair,
  otherKey,
  type Platform,
  redeem,
  startPlatform,
  supplierKey,
} from './platform-for-tests.test.ts';

const ADMIN = '/_localspine/gateway';

function send(platform: Platform, method: 'POST' | 'PUT' | 'DELETE' | 'GET', path: string, payload?: object) {
  return platform.app.inject({ method, url: `${ADMIN}${path}`, ...(payload === undefined ? {} : { payload }) });
}

async function bearer(platform: Platform): Promise<string> {
  return `Bearer ${(await clientCredentials(platform)).json().access_token}`;
}

describe('an application in one step', () => {
  test('application-restricted: key, secret, ASID, attributes', async () => {
    const platform = await startPlatform();
    const response = await send(platform, 'POST', '/applications', {
      accessMode: 'application-restricted',
      capability: 'referrer',
      jwks: { keys: [supplierKey.jwk] },
    });
    const body = response.json();
    assert.equal(response.statusCode, 201);
    assert.match(body.appId, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    assert.match(body.apiKey, /^[A-Za-z0-9]{32}$/);
    assert.match(body.secret, /^[A-Za-z0-9]{16}$/);
    assert.deepEqual(body.kids, ['test-1']);
    assert.equal(body.asid, '200000002400');
    assert.equal(body.tokenUrl, 'https://localhost:8143/oauth2/token');
    assert.deepEqual(body.attributes, {
      'app-restricted-ods-code': 'R69',
      'app-restricted-user-id': '021600556514',
      'app-restricted-business-function': 'REFERRER_AUTHORISED_APPLICATION',
      asid: '200000002400',
    });
    const text = assertion(platform, body.apiKey);
    assert.equal((await clientCredentials(platform, {}, { client_assertion: text })).statusCode, 200);
  });

  test('user-restricted: a callback on this machine unless one is given', async () => {
    const platform = await startPlatform();
    const body = (await send(platform, 'POST', '/applications', { accessMode: 'user-restricted', asid: 'none' })).json();
    assert.equal(body.callbackUrl, 'http://localhost:3000/callback');
    assert.equal('asid' in body, false);
    assert.deepEqual(body.subscriptions, [{ product: 'e-referrals-service-api-int-healthcare-worker', status: 'approved' }]);
  });

  test('the same AppID again changes nothing; the secret is told once', async () => {
    const platform = await startPlatform();
    const wish = { appId: '0f7b0c3e-5b5b-4c43-9a39-3f2f0f3b8d11', accessMode: 'application-restricted', asid: '200000009999' };
    const first = (await send(platform, 'POST', '/applications', wish)).json();
    const again = (await send(platform, 'POST', '/applications', wish)).json();
    assert.deepEqual([again.apiKey, again.asid, 'secret' in again], [first.apiKey, first.asid, false]);
    assert.equal((await send(platform, 'GET', `/applications/${first.appId}`)).body.includes(first.secret), false);
    assert.equal((await send(platform, 'GET', '/applications')).json().applications.length, 3);
  });

  test('in production it is the operator’s override, shown as such; else a product waits for approval', async () => {
    const platform = await startPlatform({ environment: { production: true, id: 'PROD' } });
    const override = (await send(platform, 'POST', '/applications', { accessMode: 'application-restricted' })).json();
    assert.deepEqual(override.subscriptions, [{ product: APP_PRODUCT.name, status: 'approved', override: true }]);
    const { api, world } = platform;
    const waiting = await world.store.transaction((tx) =>
      api.registerApplication(tx, { name: 'New', accessMode: 'application-restricted' }),
    );
    assert.deepEqual(waiting.subscriptions, [{ product: APP_PRODUCT.name, status: 'pending' }]);
    const approved = await world.store.transaction((tx) => api.approveProduct(tx, waiting.appId, APP_PRODUCT.name));
    assert.deepEqual(approved, [{ product: APP_PRODUCT.name, status: 'approved' }]);
  });

  test('what is wrong is said, and nothing is kept', async () => {
    const platform = await startPlatform();
    const wrongs: readonly (readonly [object, number, string])[] = [
      [{}, 400, 'bad_request'],
      [{ accessMode: 'both' }, 400, 'bad_request'],
      [{ accessMode: 'user-restricted', extra: 1 }, 400, 'bad_request'],
      [{ accessMode: 'user-restricted', callbackUrl: 'http://supplier.example/callback' }, 400, 'bad_callback_url'],
      [{ accessMode: 'user-restricted', callbackUrl: 'https://supplier.example/callback#x' }, 400, 'bad_callback_url'],
      [{ accessMode: 'user-restricted', callbackUrl: 'javascript:alert(1)' }, 400, 'bad_callback_url'],
      [{ accessMode: 'user-restricted', productName: APP_PRODUCT.name }, 400, 'product_mode'],
      [{ accessMode: 'user-restricted', productName: 'nothing' }, 400, 'product_unknown'],
      [{ accessMode: 'application-restricted', jwks: { keys: [] } }, 400, 'bad_jwks'],
      [{ accessMode: 'application-restricted', jwksUrl: 'file:///etc/passwd' }, 400, 'bad_jwks_url'],
      [{ accessMode: 'application-restricted', appId: 'x' }, 400, 'bad_app_id'],
    ];
    for (const [wish, status, error] of wrongs) {
      const response = await send(platform, 'POST', '/applications', wish);
      assert.deepEqual([response.statusCode, response.json().error], [status, error], JSON.stringify(wish));
    }
    assert.equal((await send(platform, 'GET', '/applications')).json().applications.length, 2);
  });
});

describe('the register', () => {
  test('ASID and application are bound one to one', async () => {
    const platform = await startPlatform();
    const [one, two] = [platform.attended.appId, platform.unattended.appId];
    const bind = (appId: string, asid: string) => send(platform, 'PUT', `/applications/${appId}/asid`, { asid });
    assert.equal((await bind(one, '200000002066')).json().asid, '200000002066');
    assert.equal((await bind(one, '200000002066')).statusCode, 200, 'again');
    assert.deepEqual([(await bind(two, '200000002066')).statusCode, (await bind(two, '200000002066')).json().error], [409, 'asid_taken']);
    assert.deepEqual(
      [(await bind(one, '200000002067')).statusCode, (await bind(one, '200000002067')).json().error],
      [409, 'application_has_asid'],
    );
    assert.equal((await bind(two, '12')).json().error, 'bad_asid');
    assert.equal((await send(platform, 'DELETE', `/applications/${one}/asid`)).statusCode, 200);
    assert.equal((await bind(two, '200000002066')).statusCode, 200);
    assert.equal((await bind('11111111-1111-4111-8111-111111111111', '200000002068')).statusCode, 404);
  });

  test('an ASID reaches the API behind the very next token check', async () => {
    const platform = await startPlatform();
    const token = await bearer(platform);
    const { api, world } = platform;
    assert.equal((await api.verifyAccessToken(world.store.db, token)).app.asid, undefined);
    await world.store.transaction((tx) => api.bindAsid(tx, platform.unattended.appId, '200000002066'));
    await world.store.transaction((tx) =>
      api.setAttributes(tx, platform.unattended.appId, { 'app-restricted-ods-code': 'R69', gone: null }),
    );
    const { app } = await api.verifyAccessToken(world.store.db, token);
    assert.deepEqual([app.asid, app.attributes], ['200000002066', { 'app-restricted-ods-code': 'R69', asid: '200000002066' }]);
  });

  test('attributes are set and removed; those with an operation of their own are refused', async () => {
    const platform = await startPlatform();
    const path = `/applications/${platform.unattended.appId}/attributes`;
    assert.deepEqual((await send(platform, 'PUT', path, { a: '1', b: '2' })).json().attributes, { a: '1', b: '2' });
    assert.deepEqual((await send(platform, 'PUT', path, { a: null })).json().attributes, { b: '2' });
    assert.equal((await send(platform, 'PUT', path, { asid: '200000002066' })).statusCode, 400);
    assert.equal((await send(platform, 'PUT', path, { a: 1 })).statusCode, 400);
  });

  test('keys rotate: both work until one is revoked, each with its own secret', async () => {
    const platform = await startPlatform();
    const { appId, apiKey } = platform.attended;
    const added = (await send(platform, 'POST', `/applications/${appId}/keys`, {})).json();
    const description = async (key: string, secret: string) =>
      (await redeem(platform, '', { client_id: key, client_secret: secret })).json().error_description;
    assert.equal(await description(apiKey, platform.attended.secret), 'authorization_code is missing');
    assert.equal(await description(added.apiKey, added.secret), 'authorization_code is missing');
    assert.equal(await description(added.apiKey, platform.attended.secret), 'client_id or client_secret is invalid');
    await send(platform, 'POST', `/applications/${appId}/keys/${apiKey}/revoke`);
    assert.equal(await description(apiKey, platform.attended.secret), 'client_id or client_secret is invalid');
    assert.equal(await description(added.apiKey, added.secret), 'authorization_code is missing');
  });

  test('a revoked application loses its tokens at once', async () => {
    const platform = await startPlatform();
    const token = await bearer(platform);
    assert.equal((await send(platform, 'POST', `/applications/${platform.unattended.appId}/revoke`)).json().status, 'revoked');
    await assert.rejects(platform.api.verifyAccessToken(platform.world.store.db, token), { faultString: 'Invalid Access Token' });
    assert.equal((await send(platform, 'POST', `/applications/${platform.unattended.appId}/keys`, {})).statusCode, 409);
  });
});

describe('key sets', () => {
  const good = supplierKey.jwk;
  const refusedFor = (...keys: readonly unknown[]): string => {
    const verdict = judgeJwks({ keys });
    return 'problems' in verdict ? verdict.problems.join(' ') : 'accepted';
  };

  test('RSA, with kid, alg RS512 or none, use sig or none', () => {
    const { alg, use, ...bare } = good;
    assert.equal(refusedFor(good), 'accepted');
    assert.equal(refusedFor(bare), 'accepted');
    assert.equal(refusedFor(good, { ...otherKey.jwk, kid: 'test-2' }), 'accepted');
  });

  test('everything else is refused with its reason', () => {
    const privateKey = supplierKey.privateKey.export({ format: 'jwk' });
    assert.match(refusedFor({ ...privateKey, kid: 'test-1' }), /private members \(d, p, q, dp, dq, qi\)/);
    assert.match(refusedFor({ ...good, kid: undefined }), /has no kid/);
    assert.match(refusedFor({ ...good, kid: 1 }), /has no kid/);
    assert.match(refusedFor({ kty: 'EC', kid: 'a', crv: 'P-256', x: 'x', y: 'y' }), /not an RSA key/);
    assert.match(refusedFor({ kty: 'oct', kid: 'a', k: 'c2VjcmV0' }), /private members \(k\)/);
    assert.match(refusedFor({ ...good, use: 'enc' }), /use must be "sig"/);
    assert.match(refusedFor({ ...good, alg: 'RS256' }), /alg must be "RS512"/);
    assert.match(refusedFor({ ...good, n: 'a+b=' }), /modulus/);
    assert.match(refusedFor(good, otherKey.jwk), /appears twice/);
    assert.match(refusedFor('text'), /not an object/);
    for (const document of [null, [], {}, { keys: {} }, { keys: [] }]) assert.ok('problems' in judgeJwks(document));
  });

  test('a key under 2048 bits is taken with a warning', () => {
    const verdict = judgeJwks({ keys: [makeKeyPair('short', 1_024).jwk] });
    assert.deepEqual('warnings' in verdict && verdict.warnings, ['Key "short" has 1024 bits; use at least 2048, better 4096.']);
  });

  test('a set that is registered replaces the one before at once', async () => {
    const platform = await startPlatform();
    const path = `/applications/${platform.unattended.appId}/jwks`;
    assert.deepEqual((await send(platform, 'PUT', path, { keys: [{ ...otherKey.jwk, kid: 'test-2' }] })).json(), {
      kids: ['test-2'],
      warnings: [],
    });
    assert.equal(
      (await clientCredentials(platform)).json().error_description,
      "Invalid 'kid' header in client_assertion JWT - no matching public key",
    );
    assert.equal((await clientCredentials(platform, { header: { kid: 'test-2' }, key: otherKey.privateKey })).statusCode, 200);
    assert.equal(
      (await send(platform, 'PUT', path, { jwks: { keys: [supplierKey.privateKey.export({ format: 'jwk' })] } })).json().error,
      'bad_jwks',
    );
  });
});

describe('a key set at the supplier’s URL', () => {
  async function serve(
    answer: () => { status: number; body: string; location?: string },
  ): Promise<{ server: Server; url: string; reads: () => number }> {
    let reads = 0;
    const server = createServer((_request, response) => {
      reads += 1;
      const { status, body, location } = answer();
      response.writeHead(status, location === undefined ? {} : { location }).end(body);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    return { server, url: `http://127.0.0.1:${port}/jwks.json`, reads: () => reads };
  }

  test('is read once an hour: a key swapped under the same kid fails until then, or until the cache is forgotten', async () => {
    const platform = await startPlatform();
    let key: Readonly<Record<string, unknown>> = supplierKey.jwk;
    const { server, url, reads } = await serve(() => ({ status: 200, body: JSON.stringify({ keys: [key] }) }));
    try {
      await send(platform, 'PUT', `/applications/${platform.unattended.appId}/jwks`, { jwksUrl: url });
      assert.equal((await clientCredentials(platform)).statusCode, 200);
      key = otherKey.jwk;
      assert.equal(
        (await clientCredentials(platform, { key: otherKey.privateKey })).json().error_description,
        'JWT signature verification failed',
      );
      assert.match((await clientCredentials(platform, { header: { kid: 'x' } })).json().error_description, /no matching public key/);
      platform.clock.advance(3_599_000);
      assert.equal((await clientCredentials(platform, { key: otherKey.privateKey })).statusCode, 401);
      assert.equal(reads(), 1);
      platform.clock.advance(1_000);
      assert.equal((await clientCredentials(platform, { key: otherKey.privateKey })).statusCode, 200);
      assert.equal(reads(), 2);
      assert.deepEqual((await send(platform, 'DELETE', `/applications/${platform.unattended.appId}/jwks-cache`)).json(), {
        forgotten: true,
      });
      await clientCredentials(platform);
      assert.equal(reads(), 3);
    } finally {
      server.close();
    }
  });

  test('redirects, other statuses, long and broken bodies are not read; the reason is in the journal', async () => {
    const platform = await startPlatform();
    let answer = { status: 302, body: '', location: 'https://example.org/jwks.json' };
    const { server, url } = await serve(() => answer);
    try {
      await send(platform, 'PUT', `/applications/${platform.unattended.appId}/jwks`, { jwksUrl: url });
      const bodies = [
        answer,
        { status: 404, body: '{"keys":[]}', location: '' },
        { status: 200, body: `{"keys":["${'x'.repeat(70_000)}"]}`, location: '' },
        { status: 200, body: '{', location: '' },
      ];
      const reasons = [/answered 302/, /answered 404/, /longer than 65536 bytes/, /JSON/];
      for (const [index, each] of bodies.entries()) {
        answer = each;
        const response = await clientCredentials(platform);
        assert.deepEqual([response.statusCode, response.json().error], [403, 'public_key error']);
        assert.match(platform.exchanges.at(-1)?.refusal?.why ?? '', reasons[index] ?? /never/);
      }
    } finally {
      server.close();
    }
  });
});

describe('what APIs ask', () => {
  test('missing, unknown and expired tokens: three faults', async () => {
    const platform = await startPlatform();
    const { api, world } = platform;
    const faultOf = async (authorization: string | undefined) => {
      const error = await api.verifyAccessToken(world.store.db, authorization).then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      assert.ok(error instanceof GatewayRefusal);
      assert.equal(error.status, 401);
      assert.match(error.wwwAuthenticate, /^Bearer realm="null",error="invalid_token"/);
      return faultBody(error).fault;
    };
    const missing = { faultstring: 'Invalid access token', detail: { errorcode: 'oauth.v2.InvalidAccessToken' } };
    for (const header of [undefined, '', 'Bearer', 'Bearer ', 'Basic eDp5']) assert.deepEqual(await faultOf(header), missing);
    assert.deepEqual(await faultOf('Bearer x'), {
      faultstring: 'Invalid Access Token',
      detail: { errorcode: 'keymanagement.service.invalid_access_token' },
    });
    const token = await bearer(platform);
    platform.clock.ahead += 600_000;
    assert.deepEqual(await faultOf(token), {
      faultstring: 'Access Token expired',
      detail: { errorcode: 'keymanagement.service.access_token_expired' },
    });
  });

  test('a token opens the paths of its product only', async () => {
    const platform = await startPlatform();
    const { api, world } = platform;
    const grant = await api.verifyAccessToken(world.store.db, await bearer(platform));
    for (const path of ['/referrals', '/referrals/FHIR/R4/Patient']) assert.equal(api.admit(grant, path).name, APP_PRODUCT.name);
    for (const path of ['/referrals-dep/FHIR', '/other', '/']) {
      assert.throws(() => api.admit(grant, path), {
        faultString: 'Invalid API call as no apiproduct match found',
        errorCode: 'keymanagement.service.InvalidAPICallAsNoApiProductMatchFound',
        status: 401,
      });
    }
  });

  test('an application that is not live is refused as if its product were not approved; a smoke test may read', async () => {
    const platform = await startPlatform();
    const { api, world } = platform;
    const { appId, apiKey } = platform.unattended;
    const token = await bearer(platform);
    const outcome = async (stage: 'not-live' | 'smoke-test' | 'live', kind: 'reads' | 'writes') => {
      await world.store.transaction((tx) => api.setStage(tx, appId, stage));
      const grant = await api.verifyAccessToken(world.store.db, token);
      try {
        return api.admit(grant, '/referrals', kind).name === APP_PRODUCT.name ? 'passes' : 'another product';
      } catch (error) {
        assert.ok(error instanceof GatewayRefusal);
        assert.equal(error.faultString, 'Invalid API call as no apiproduct match found');
        return error.explanation.check;
      }
    };
    assert.equal(await outcome('not-live', 'reads'), 'gateway.live');
    await assert.rejects(api.verifyApiKey(world.store.db, apiKey, '/referrals'), { errorCode: 'oauth.v2.InvalidApiKeyForGivenResource' });
    assert.equal(await outcome('smoke-test', 'reads'), 'passes');
    assert.equal(await outcome('smoke-test', 'writes'), 'gateway.live');
    assert.equal((await api.verifyApiKey(world.store.db, apiKey, '/referrals')).stage, 'smoke-test');
    assert.equal(await outcome('live', 'writes'), 'passes');
  });

  test('quota: 600 a minute; spike arrest: 720 a minute, spread over its seconds; off when the setting is off', async () => {
    const platform = await startPlatform({
      environment: { settings: { ...testEnvironment.settings, quota: true } },
    });
    const { api, world, clock } = platform;
    const app = { appId: platform.unattended.appId };
    const call = () => api.countRequest(world.store.db, app, APP_PRODUCT);
    for (let count = 0; count < 12; count += 1) await call();
    await assert.rejects(
      call,
      (error) => error instanceof QuotaRefusal && error.status === 429 && error.explanation.check === 'gateway.spike-arrest',
    );
    await api.countRequest(world.store.db, { appId: 'another' }, APP_PRODUCT);
    for (let second = 1; second < 50; second += 1) {
      clock.advance(1_000);
      for (let count = 0; count < 12; count += 1) await call();
    }
    clock.advance(1_000);
    await assert.rejects(call, (error) => error instanceof QuotaRefusal && error.explanation.check === 'gateway.quota');
    clock.advance(10_000);
    await call();
    const free = await startPlatform();
    for (let count = 0; count < 1_000; count += 1) await free.api.countRequest(free.world.store.db, app, APP_PRODUCT);
  });

  test('API keys: four faults', async () => {
    const platform = await startPlatform();
    const { api, world } = platform;
    const check = (key: string | undefined, path = '/referrals') => api.verifyApiKey(world.store.db, key, path);
    assert.equal((await check(platform.unattended.apiKey)).appId, platform.unattended.appId);
    await assert.rejects(check(undefined), { errorCode: 'steps.oauth.v2.FailedToResolveAPIKey' });
    await assert.rejects(check('x'), { errorCode: 'oauth.v2.InvalidApiKey' });
    await assert.rejects(check(platform.unattended.apiKey, '/other'), { errorCode: 'oauth.v2.InvalidApiKeyForGivenResource' });
    await world.store.transaction((tx) => api.revokeApplication(tx, platform.unattended.appId));
    await assert.rejects(check(platform.unattended.apiKey), { errorCode: 'oauth.v2.ApiKeyNotApproved' });
  });

  test('a callback registered anew is the only one that counts', async () => {
    const platform = await startPlatform();
    const moved = 'https://supplier.example/moved';
    await send(platform, 'PUT', `/applications/${platform.attended.appId}/callback`, { callbackUrl: moved });
    const authorize = (uri: string) =>
      get(
        platform,
        `/oauth2/authorize?${new URLSearchParams({ client_id: platform.attended.apiKey, redirect_uri: uri, response_type: 'code', state: 's' })}`,
      );
    assert.equal((await authorize(CALLBACK)).json().error_description, 'redirect_uri is invalid');
    assert.equal((await authorize(moved)).statusCode, 302);
    await assert.rejects(
      platform.api.application(platform.world.store.db, 'nothing'),
      (error) => error instanceof LocalRefusal && error.status === 404,
    );
  });
});
