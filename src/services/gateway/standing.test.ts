/** Applications between registration and revocation: without a product yet, renamed, suspended; and what is told of keys before they are registered. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, test } from 'node:test';
import { GatewayRefusal } from './errors.ts';
import {
  APP_PRODUCT,
  CALLBACK,
  clientCredentials,
  makeKeyPair,
  type Platform,
  startPlatform,
  supplierKey,
  USER_PRODUCT,
} from './platform-for-tests.test.ts';

const SHORT = makeKeyPair('short', 1024);

async function tokenOf(platform: Platform): Promise<string> {
  return `Bearer ${(await clientCredentials(platform)).json().access_token}`;
}

describe('an application without a product yet', () => {
  test('is registered with its key, and gets no token until a product is added', async () => {
    const { api, world } = await startPlatform();
    const { store } = world;
    const registration = { name: 'Acme - Link', accessMode: 'application-restricted', withoutProduct: true } as const;
    const made = await store.transaction((tx) => api.registerApplication(tx, registration));
    assert.deepEqual(made.subscriptions, []);
    assert.match(made.secret ?? '', /^[A-Za-z0-9]{16}$/);
    const subscriptions = await store.transaction((tx) => api.subscribe(tx, made.appId, APP_PRODUCT.name));
    assert.deepEqual(subscriptions, [{ product: APP_PRODUCT.name, status: 'approved' }]);
  });

  test('a user-restricted one needs its callback URL before the product', async () => {
    const { api, world } = await startPlatform();
    const { store } = world;
    const { appId } = await store.transaction((tx) =>
      api.registerApplication(tx, { name: 'Acme - Link', accessMode: 'user-restricted', withoutProduct: true }),
    );
    await assert.rejects(
      store.transaction((tx) => api.subscribe(tx, appId, USER_PRODUCT.name)),
      { status: 400, code: 'callback_missing' },
    );
    await store.transaction((tx) => api.setCallbackUrl(tx, appId, CALLBACK));
    assert.equal((await store.transaction((tx) => api.subscribe(tx, appId, USER_PRODUCT.name))).length, 1);
  });

  test('an application has one API (PTL-105), of its own access mode (PTL-106)', async () => {
    const second = { ...APP_PRODUCT, name: 'another-api-application-restricted' };
    const platform = await startPlatform();
    const { api, world } = platform;
    const { appId } = platform.unattended;
    (world.products as Map<string, typeof second>).set(second.name, second);
    await assert.rejects(
      world.store.transaction((tx) => api.subscribe(tx, appId, second.name)),
      { status: 409, code: 'one_api' },
    );
    await assert.rejects(
      world.store.transaction((tx) => api.subscribe(tx, appId, USER_PRODUCT.name)),
      { status: 400, code: 'product_mode' },
    );
    assert.equal((await world.store.transaction((tx) => api.subscribe(tx, appId, APP_PRODUCT.name))).length, 1, 'again is no second');
  });
});

describe('an AppID', () => {
  const WISH = { name: 'Acme - Link', accessMode: 'application-restricted', withoutProduct: true } as const;
  const appId = '0f7b0c3e-5b5b-4c43-9a39-3f2f0f3b8d11';

  test('is registered again by its own registration only, whatever became of it since', async () => {
    const { api, world } = await startPlatform();
    const register = (registration: string | undefined) =>
      world.store.transaction((tx) => api.registerApplication(tx, { ...WISH, appId, ...(registration !== undefined && { registration }) }));
    const { apiKey, secret } = await register('one');
    assert.match(secret ?? '', /^[A-Za-z0-9]{16}$/);
    await world.store.transaction((tx) => api.renameApplication(tx, appId, 'Acme - Other'));
    const again = await register('one');
    assert.deepEqual([again.apiKey, again.secret], [apiKey, undefined]);
    for (const other of ['two', undefined]) await assert.rejects(register(other), { status: 409, code: 'app_id_taken' });
  });

  test('of an application that an operator registered is nobody else’s', async () => {
    const { api, world, unattended } = await startPlatform();
    await assert.rejects(
      world.store.transaction((tx) => api.registerApplication(tx, { ...WISH, appId: unattended.appId, registration: 'mine' })),
      { status: 409, code: 'app_id_taken' },
    );
  });
});

describe('an API key that its caller drew', () => {
  test('asked for again, late, revokes none of those made since', async () => {
    const { api, world, unattended } = await startPlatform();
    const [first, second] = ['a'.repeat(32), 'b'.repeat(32)];
    const add = (apiKey: string) => world.store.transaction((tx) => api.addKey(tx, unattended.appId, { apiKey, revokeOthers: true }));
    await add(first);
    await add(second);
    assert.deepEqual(await add(first), { apiKey: first });
    const { keys } = await api.application(world.store.db, unattended.appId);
    assert.deepEqual(
      keys.filter((each) => each.status === 'approved').map((each) => each.apiKey),
      [second],
    );
  });
});

describe('a suspended application', () => {
  test('is refused with key and token until it is resumed, and then goes on with both', async () => {
    const platform = await startPlatform();
    const { api, world } = platform;
    const { appId } = platform.unattended;
    const token = await tokenOf(platform);
    await world.store.transaction((tx) => api.suspendApplication(tx, appId));
    await assert.rejects(
      api.verifyAccessToken(world.store.db, token),
      (error) =>
        error instanceof GatewayRefusal && error.faultString === 'Invalid Access Token' && /is suspended/.test(error.explanation.why),
    );
    assert.equal((await clientCredentials(platform)).statusCode, 401);
    assert.match(platform.exchanges.at(-1)?.refusal?.why ?? '', /is suspended/);
    await world.store.transaction((tx) => api.resumeApplication(tx, appId));
    assert.equal((await api.verifyAccessToken(world.store.db, token)).app.appId, appId);
    assert.equal((await clientCredentials(platform)).statusCode, 200);
  });

  test('nothing brings a revoked one back', async () => {
    const { api, world, unattended } = await startPlatform();
    await world.store.transaction((tx) => api.revokeApplication(tx, unattended.appId));
    for (const change of [api.suspendApplication, api.resumeApplication])
      await assert.rejects(
        world.store.transaction((tx) => change(tx, unattended.appId)),
        { status: 409, code: 'application_revoked' },
      );
    assert.equal((await api.application(world.store.db, unattended.appId)).status, 'revoked');
  });

  test('another name leaves the AppID as it is', async () => {
    const { api, world, unattended } = await startPlatform();
    await world.store.transaction((tx) => api.renameApplication(tx, unattended.appId, '  Acme - Link  '));
    assert.equal((await api.application(world.store.db, unattended.appId)).name, 'Acme - Link');
    await assert.rejects(
      world.store.transaction((tx) => api.renameApplication(tx, unattended.appId, ' ')),
      { code: 'bad_name' },
    );
  });
});

describe('keys are examined before they are registered', () => {
  const results = async (source: { readonly jwks: unknown } | { readonly jwksUrl: string }): Promise<Readonly<Record<string, string>>> => {
    const { api } = await startPlatform();
    const { checks } = await api.examineKeys(source);
    return Object.fromEntries(checks.map((each) => [each.check, each.outcome]));
  };
  const GOOD = {
    'it is a JSON Web Key Set': 'passed',
    'nothing private is in it': 'passed',
    'every key has a kid': 'passed',
    'every key is an RSA key with modulus and exponent': 'passed',
    'use is "sig", or left out': 'passed',
    'alg is "RS512", or left out': 'passed',
    'every kid is there once': 'passed',
    'every key has 2048 bits or more': 'passed',
  };

  test('a good set passes every check', async () => {
    assert.deepEqual(await results({ jwks: { keys: [supplierKey.jwk] } }), GOOD);
  });

  test('each fault under its own check', async () => {
    const { jwk } = supplierKey;
    const faults: readonly (readonly [object, string, string])[] = [
      [{ keys: [{ ...jwk, d: 'AQAB' }] }, 'nothing private is in it', 'failed'],
      [{ keys: [{ ...jwk, kid: undefined }] }, 'every key has a kid', 'failed'],
      [{ keys: [{ kty: 'EC', kid: 'a' }] }, 'every key is an RSA key with modulus and exponent', 'failed'],
      [{ keys: [{ ...jwk, use: 'enc' }] }, 'use is "sig", or left out', 'failed'],
      [{ keys: [{ ...jwk, alg: 'RS256' }] }, 'alg is "RS512", or left out', 'failed'],
      [{ keys: [jwk, jwk] }, 'every kid is there once', 'failed'],
      [{ keys: [SHORT.jwk] }, 'every key has 2048 bits or more', 'warned'],
    ];
    for (const [jwks, check, outcome] of faults) assert.deepEqual(await results({ jwks }), { ...GOOD, [check]: outcome });
  });

  test('what is no key set leaves the rest unreached', async () => {
    const answers = await results({ jwks: 'nonsense' });
    assert.deepEqual(Object.values(answers), ['failed', ...Array(7).fill('not-reached')]);
  });

  test('an address is read first; one that cannot be read says why', async () => {
    const server = createServer((_request, response) => response.end(JSON.stringify({ keys: [supplierKey.jwk] })));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    try {
      assert.deepEqual(await results({ jwksUrl: `${origin}/jwks.json` }), { 'the address can be read and gives JSON': 'passed', ...GOOD });
      const { api } = await startPlatform();
      const root = await api.examineKeys({ jwksUrl: origin });
      assert.deepEqual([root.good, root.checks[0]?.outcome], [false, 'failed']);
    } finally {
      server.close();
    }
    const { api } = await startPlatform();
    const gone = await api.examineKeys({ jwksUrl: `${origin}/jwks.json` });
    assert.deepEqual([gone.good, gone.keys], [false, []]);
    assert.match(gone.checks[0]?.why ?? '', /ECONNREFUSED|refused|connect/i);
  });
});
