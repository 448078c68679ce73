/** What the token server does when all is well, and what it remembers. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, test } from 'node:test';
import { testEnvironment } from '../../../test/helpers/context.ts';
import {
  ASSERTION_TYPE,
  assertion,
  BASE,
  CALLBACK,
  clientCredentials,
  codeFromLogOn,
  get,
  HOST,
  logOn,
  post,
  redeem,
  refresh,
  startPlatform,
  USER,
} from './platform-for-tests.test.ts';
import { sweepNowAndThen } from './sweeping.ts';

describe('client_credentials', () => {
  test('a token of 28 characters for 600 seconds, numbers as text and one less', async () => {
    const platform = await startPlatform();
    const response = await clientCredentials(platform);
    const body = response.json();
    assert.equal(response.statusCode, 200);
    assert.deepEqual(Object.keys(body), ['access_token', 'expires_in', 'token_type', 'issued_at']);
    assert.match(body.access_token, /^[A-Za-z0-9]{28}$/);
    assert.deepEqual([body.expires_in, body.token_type, body.issued_at], ['599', 'Bearer', '1795510800000']);
    assert.equal(response.headers['cache-control'], 'no-store');
  });

  test('what a client sends beyond that is ignored: scope, client_id, jku, iat, nbf', async () => {
    const platform = await startPlatform();
    const future = 9_999_999_999;
    const response = await clientCredentials(
      platform,
      { header: { jku: 'https://evil.example' }, claims: { iat: future, nbf: future } },
      { scope: 'all', client_id: 'x' },
    );
    const grant = await platform.api.verifyAccessToken(platform.world.store.db, `Bearer ${response.json().access_token}`);
    assert.deepEqual(grant.scopes, ['urn:nhsd:apim:app:level3:e-referrals-service-api']);
  });

  test('two parallel posts of one assertion: exactly one token', async () => {
    const platform = await startPlatform();
    const claims = { jti: randomUUID() };
    const responses = await Promise.all([1, 2, 3, 4].map(() => clientCredentials(platform, { claims })));
    assert.deepEqual(responses.map((each) => each.statusCode).sort(), [200, 400, 400, 400]);
  });

  test('a failed attempt spends the jti, for 30 days of real time', async () => {
    const platform = await startPlatform();
    const claims = { jti: randomUUID() };
    assert.equal((await clientCredentials(platform, { claims: { ...claims, aud: 'x' } })).statusCode, 401);
    assert.match((await clientCredentials(platform, { claims })).json().error_description, /Non-unique/);
    platform.clock.ahead += 31 * 86_400_000;
    assert.match(
      (await clientCredentials(platform, { claims })).json().error_description,
      /Non-unique/,
      'the environment’s clock does not count',
    );
    platform.clock.advance(30 * 86_400_000 + 1_000);
    assert.equal((await clientCredentials(platform, { claims })).statusCode, 200);
  });

  test('an exp too far ahead does not spend the jti; each client has its own', async () => {
    const platform = await startPlatform();
    const jti = randomUUID();
    const exp = platform.clock.realNow() / 1_000 + 311;
    assert.match((await clientCredentials(platform, { claims: { jti, exp } })).json().error_description, /more than 5 minutes/);
    const other = { client_assertion: assertion(platform, platform.attended.apiKey, { claims: { jti } }) };
    assert.match((await clientCredentials(platform, {}, other)).json().error, /unauthorized_client/);
    assert.equal((await clientCredentials(platform, { claims: { jti, exp: exp - 1 } })).statusCode, 200);
  });

  test('each address and each base has its own audience', async () => {
    const platform = await startPlatform();
    const send = (host: string, path: string, aud: string) =>
      post(
        platform,
        `${path}/token`,
        {
          grant_type: 'client_credentials',
          client_assertion_type: ASSERTION_TYPE,
          client_assertion: assertion(platform, platform.unattended.apiKey, {}, aud),
        },
        { host },
      );
    assert.equal((await send('localhost:8143', '/oauth2', 'https://localhost:8143/oauth2/token')).statusCode, 200);
    assert.equal((await send('127.0.0.1:8143', '/oauth2', 'https://127.0.0.1:8143/oauth2/token')).statusCode, 200);
    assert.equal((await send('localhost:8143', '/oauth2-mock', 'https://localhost:8143/oauth2-mock/token')).statusCode, 200);
    assert.equal((await send('127.0.0.1:8143', '/oauth2', 'https://localhost:8143/oauth2/token')).statusCode, 401);
    assert.equal((await send('localhost:8143', '/oauth2', 'https://localhost:8143/oauth2/token/')).statusCode, 401);
  });

  test('assertions live by real time, tokens by the environment’s', async () => {
    const platform = await startPlatform();
    platform.clock.ahead = 7 * 86_400_000;
    const response = await clientCredentials(platform);
    assert.equal(response.statusCode, 200, 'the clock was moved a week ahead, the client’s watch was not');
    const bearer = `Bearer ${response.json().access_token}`;
    const { db } = platform.world.store;
    platform.clock.ahead += 599_999;
    assert.equal((await platform.api.verifyAccessToken(db, bearer)).kind, 'app');
    platform.clock.ahead += 1;
    await assert.rejects(platform.api.verifyAccessToken(db, bearer), { faultString: 'Access Token expired' });
    platform.clock.ahead = 0;
    await assert.rejects(
      platform.api.verifyAccessToken(db, bearer),
      { faultString: 'Access Token expired' },
      'the clock went back to real time',
    );
  });

  test('lives can be shortened in the form, never lengthened', async () => {
    const platform = await startPlatform();
    for (const [asked, expiresIn] of [
      ['5000', '4'],
      ['600000', '599'],
      ['900000', '599'],
      ['-1', '599'],
      ['x', '599'],
    ] as const) {
      assert.equal((await clientCredentials(platform, {}, { _access_token_expiry_ms: asked })).json().expires_in, expiresIn, asked);
    }
  });

  test('the journal learns who called and every check, in order', async () => {
    const platform = await startPlatform();
    await clientCredentials(platform, { claims: { aud: 'x' } });
    const exchange = platform.exchanges.at(-1);
    assert.equal(exchange?.service, 'gateway');
    assert.equal(exchange?.operation, 'token');
    assert.equal(exchange?.appId, platform.unattended.appId);
    assert.equal(exchange?.refusal?.check, 'gateway.client-assertion.aud');
    assert.equal(exchange?.refusal?.why, `aud is "x"; the endpoint called is "${BASE}/oauth2/token".`);
    assert.ok(exchange?.refusal?.fix);
    const names = exchange?.checks.map((each) => each.check.replace('gateway.client-assertion.', '')) ?? [];
    assert.deepEqual(names.slice(0, 2), ['gateway.content-type', 'gateway.grant-type']);
    assert.deepEqual(names.slice(-3), ['jwks', 'kid', 'aud']);
    assert.deepEqual(exchange?.checks.map((each) => each.passed).indexOf(false), names.length - 1);
  });
});

describe('combined log-on', () => {
  test('the browser goes to the identity provider and comes back to the callback with a code of 8 characters', async () => {
    const platform = await startPlatform();
    const query = new URLSearchParams({
      client_id: platform.attended.apiKey,
      redirect_uri: CALLBACK,
      response_type: 'code',
      state: 'a state/&?',
      scope: 'nhs-cis2',
    });
    const away = await get(platform, `/oauth2/authorize?${query}`);
    const [request] = platform.signIn.requests;
    assert.equal(away.statusCode, 302);
    assert.equal(away.headers['location'], `${BASE}/sign-in?state=${request?.state}`);
    assert.deepEqual(request, {
      provider: 'cis2',
      redirectUri: `${BASE}/oauth2/callback`,
      state: request?.state,
      acrValues: 'AAL3_ANY',
      scope: 'openid nationalrbacaccess',
      maxAge: 300,
    });
    assert.equal(request?.state.length, 36);
    const back = await get(
      platform,
      `/oauth2/callback?${new URLSearchParams({ state: request?.state ?? '', code: platform.signIn.signIn('/oauth2', 'cis2') })}`,
    );
    const location = new URL(String(back.headers['location']));
    assert.equal(back.statusCode, 302);
    assert.equal(location.origin + location.pathname, CALLBACK);
    assert.match(location.searchParams.get('code') ?? '', /^[A-Za-z0-9]{8}$/);
    assert.equal(location.searchParams.get('state'), 'a state/&?');
    assert.equal(platform.exchanges.at(-1)?.userId, USER);
  });

  test('what the provider refuses, the application learns at its callback', async () => {
    const platform = await startPlatform();
    await logOn(platform);
    await get(
      platform,
      `/oauth2/authorize?${new URLSearchParams({ client_id: platform.attended.apiKey, redirect_uri: CALLBACK, response_type: 'code', state: 's' })}`,
    );
    const state = platform.signIn.requests.at(-1)?.state ?? '';
    const response = await get(platform, `/oauth2/callback?state=${state}&error=access_denied&error_description=The+user+cancelled`);
    assert.equal(response.headers['location'], `${CALLBACK}?error=access_denied&error_description=The+user+cancelled&state=s`);
  });

  test('the code becomes an access token and a refresh token; the token knows the user', async () => {
    const platform = await startPlatform();
    const body = (await redeem(platform, await codeFromLogOn(platform))).json();
    assert.deepEqual(Object.keys(body), [
      'access_token',
      'expires_in',
      'refresh_token',
      'refresh_token_expires_in',
      'refresh_count',
      'token_type',
    ]);
    assert.match(body.refresh_token, /^[A-Za-z0-9]{32}$/);
    assert.deepEqual(
      [body.expires_in, body.refresh_token_expires_in, body.refresh_count, body.token_type],
      ['599', '43199', '0', 'Bearer'],
    );
    const grant = await platform.api.verifyAccessToken(platform.world.store.db, `Bearer ${body.access_token}`);
    const { app, chainId, issuedAt, expiresAt, ...facts } = grant;
    assert.deepEqual(facts, {
      kind: 'user',
      grantType: 'authorization_code',
      provider: 'nhs-cis2',
      scopes: ['urn:nhsd:apim:user-nhs-id:aal3:e-referrals-service-api'],
      products: ['e-referrals-service-api-int-healthcare-worker'],
      authLevel: 'aal3',
      userId: USER,
      authenticationAssuranceLevel: 3,
      identityAssuranceLevel: 3,
      acr: 'AAL3_ANY',
      amr: ['N3_SMARTCARD'],
      selectedRoleId: '555254242105',
    });
    assert.deepEqual([app.appId, app.name, app.environment], [platform.attended.appId, 'Attended', 'INT']);
    assert.equal(expiresAt - issuedAt, 600_000);
    assert.ok(chainId);
  });

  test('a log-on of level 2 gets the scope of level 2, whether the level is text or a number', async () => {
    const platform = await startPlatform();
    for (const level of ['2', 2]) {
      const idToken = platform.signIn.idToken('mock', { claims: { authentication_assurance_level: level } });
      const body = (await redeem(platform, await codeFromLogOn(platform, '/oauth2-mock', idToken), {}, '/oauth2-mock')).json();
      const grant = await platform.api.verifyAccessToken(platform.world.store.db, `Bearer ${body.access_token}`);
      assert.deepEqual(
        [grant.scopes, grant.authLevel, grant.provider],
        [['urn:nhsd:apim:user-nhs-id:aal2:e-referrals-service-api'], 'aal2', 'apim-mock-nhs-cis2'],
      );
    }
  });

  test('a code works once, even when sent twice at the same time', async () => {
    const platform = await startPlatform();
    const code = await codeFromLogOn(platform);
    const responses = await Promise.all([redeem(platform, code), redeem(platform, code)]);
    assert.deepEqual(responses.map((each) => each.statusCode).sort(), [200, 400]);
  });

  test('a code of another application is not taken, and not spent', async () => {
    const platform = await startPlatform();
    const { api, world } = platform;
    const other = await world.store.transaction((tx) =>
      api.registerApplication(tx, { name: 'Other', accessMode: 'user-restricted', callbackUrl: CALLBACK }),
    );
    const code = await codeFromLogOn(platform);
    assert.equal(
      (await redeem(platform, code, { client_id: other.apiKey, client_secret: other.secret ?? '' })).json().error,
      'invalid_grant',
    );
    assert.equal((await redeem(platform, code)).statusCode, 200);
  });

  test('userinfo gives what CIS2 said at log-on', async () => {
    const platform = await startPlatform();
    const { access_token } = (await redeem(platform, await codeFromLogOn(platform))).json();
    const response = await get(platform, '/oauth2/userinfo', { authorization: `Bearer ${access_token}` });
    assert.deepEqual([response.statusCode, response.json()], [200, { sub: USER, name: 'Test User' }]);
    const bad = await get(platform, '/oauth2/userinfo');
    assert.deepEqual(bad.json(), { fault: { faultstring: 'Invalid access token', detail: { errorcode: 'oauth.v2.InvalidAccessToken' } } });
  });
});

describe('refresh', () => {
  test('tokens rotate, the count goes up, and the life shrinks to 12 hours after the first log-on', async () => {
    const platform = await startPlatform();
    const first = (await redeem(platform, await codeFromLogOn(platform))).json();
    platform.clock.ahead += 121_000;
    const second = (await refresh(platform, first.refresh_token)).json();
    assert.deepEqual([second.refresh_count, second.refresh_token_expires_in, second.expires_in], ['1', '43078', '599']);
    assert.notEqual(second.refresh_token, first.refresh_token);
    platform.clock.ahead += 43_000_000;
    const third = (await refresh(platform, second.refresh_token)).json();
    assert.deepEqual([third.refresh_count, third.refresh_token_expires_in], ['2', '78']);
  });

  test('the access token it came with lives on until it expires', async () => {
    const platform = await startPlatform();
    const first = (await redeem(platform, await codeFromLogOn(platform))).json();
    await refresh(platform, first.refresh_token);
    assert.equal((await get(platform, '/oauth2/userinfo', { authorization: `Bearer ${first.access_token}` })).statusCode, 200);
  });

  test('of two refreshes at the same time, one wins', async () => {
    const platform = await startPlatform();
    const first = (await redeem(platform, await codeFromLogOn(platform))).json();
    const responses = await Promise.all([refresh(platform, first.refresh_token), refresh(platform, first.refresh_token)]);
    assert.deepEqual(responses.map((each) => each.statusCode).sort(), [200, 401]);
  });

  test('refresh lives can be shortened for tests', async () => {
    const platform = await startPlatform();
    const first = (await redeem(platform, await codeFromLogOn(platform), { _refresh_token_expiry_ms: '3000' })).json();
    assert.equal(first.refresh_token_expires_in, '2');
    platform.clock.ahead += 3_000;
    assert.match((await refresh(platform, first.refresh_token)).json().error_description, /period has expired/);
    const other = (await redeem(platform, await codeFromLogOn(platform), { _refresh_tokens_validity_ms: '5000' })).json();
    assert.equal(other.refresh_token_expires_in, '4');
    platform.clock.ahead += 2_000;
    assert.equal((await refresh(platform, other.refresh_token)).json().refresh_token_expires_in, '2');
  });
});

describe('token exchange', () => {
  test('an ID token of the supplier’s own client becomes a token; it may be exchanged again', async () => {
    const platform = await startPlatform();
    const idToken = platform.signIn.idToken('cis2', { claims: { aud: 'a client of the supplier' } });
    for (const _ of [1, 2]) {
      const response = await post(platform, '/oauth2/token', {
        grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
        subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
        subject_token: idToken,
        client_assertion_type: ASSERTION_TYPE,
        client_assertion: assertion(platform, platform.attended.apiKey),
      });
      const body = response.json();
      assert.equal(response.statusCode, 200);
      assert.equal(body.issued_token_type, 'urn:ietf:params:oauth:token-type:access_token');
      const refreshed = (await refresh(platform, body.refresh_token)).json();
      assert.equal(refreshed.refresh_count, '1');
      assert.equal('issued_token_type' in refreshed, false);
      const info = await get(platform, '/oauth2/userinfo', { authorization: `Bearer ${body.access_token}` });
      assert.equal(info.statusCode, 400);
    }
  });
});

describe('around the flows', () => {
  test('300 requests a minute per application, when the setting is on', async () => {
    const platform = await startPlatform({
      environment: { settings: { ...testEnvironment.settings, quota: true } },
    });
    const { apiKey } = platform.attended;
    const refused = () =>
      post(platform, '/oauth2/token', { grant_type: 'refresh_token', client_id: apiKey, client_secret: platform.attended.secret });
    for (let count = 0; count < 300; count += 1) assert.equal((await refused()).statusCode, 400);
    assert.equal((await refused()).statusCode, 429);
    platform.clock.advance(60_000);
    assert.equal((await refused()).statusCode, 400);
  });

  test('pages of other origins may call /token', async () => {
    const platform = await startPlatform();
    const preflight = await platform.app.inject({
      method: 'OPTIONS',
      url: '/oauth2/token',
      headers: { host: HOST, origin: 'https://app.example' },
    });
    assert.equal(preflight.statusCode, 200);
    for (const response of [preflight, await post(platform, '/oauth2/token', {}, { origin: 'https://app.example' })]) {
      assert.equal(response.headers['access-control-allow-origin'], 'https://app.example');
      assert.equal(response.headers['access-control-allow-methods'], 'GET, PUT, POST, DELETE');
      assert.equal(response.headers['access-control-allow-headers'], 'origin, x-requested-with, accept, content-type, authorization');
      assert.equal(response.headers['access-control-max-age'], '600');
    }
  });

  test('old tokens are forgotten now and then; spent jtis are not', async () => {
    const platform = await startPlatform();
    const claims = { jti: randomUUID() };
    const bearer = `Bearer ${(await clientCredentials(platform, { claims })).json().access_token}`;
    platform.clock.ahead += 2 * 86_400_000;
    const sweepIfDue = sweepNowAndThen(platform.world);
    const fault = () => platform.api.verifyAccessToken(platform.world.store.db, bearer);
    await sweepIfDue();
    await assert.rejects(fault, { faultString: 'Access Token expired' });
    for (let count = 1; count < 500; count += 1) await sweepIfDue();
    await assert.rejects(fault, { faultString: 'Invalid Access Token' });
    assert.match((await clientCredentials(platform, { claims })).json().error_description, /Non-unique/);
  });

  test('_ping is open, _status wants its key', async () => {
    const platform = await startPlatform();
    assert.deepEqual(Object.keys((await get(platform, '/oauth2-mock/_ping')).json()), ['version', 'revision', 'releaseId', 'commitId']);
    const status = (await get(platform, '/oauth2/_status', { apikey: 'localspine-status' })).json();
    assert.equal(status.status, 'pass');
    assert.equal(status.checks['healthcheckService:status'][0].status, 'pass');
  });

  test('a fault rule answers instead, in the form of the token server', async () => {
    const platform = await startPlatform();
    Object.assign(platform.world.faults, { take: async () => ({ kind: 'status', status: 503, retryAfterSeconds: 7 }) });
    const response = await clientCredentials(platform);
    assert.deepEqual([response.statusCode, response.headers['retry-after']], [503, '7']);
    assert.deepEqual(Object.keys(response.json()), ['error', 'error_description', 'message_id']);
    assert.equal(platform.exchanges.at(-1)?.refusal?.check, 'fault');
  });

  test('anything unforeseen is unknown_error, with the message id in the text', async () => {
    const platform = await startPlatform();
    Object.assign(platform.signIn, {
      authorizeUrl: async () => {
        throw new Error('broken');
      },
    });
    const query = new URLSearchParams({ client_id: platform.attended.apiKey, redirect_uri: CALLBACK, response_type: 'code', state: 's' });
    const response = await get(platform, `/oauth2/authorize?${query}`);
    const body = response.json();
    assert.deepEqual([response.statusCode, body.error], [500, 'unknown_error']);
    assert.ok(body.error_description.includes(body.message_id));
    assert.ok(!response.body.includes('broken'));
  });
});
