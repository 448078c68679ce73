import assert from 'node:assert/strict';
import { createPublicKey, verify } from 'node:crypto';
import { describe, test } from 'node:test';
import { testContext } from '../../../../test/helpers/context.ts';
import { nhsLoginTables } from '../migrations/0003-nhs-login.ts';
import { NhsLoginRefusal } from './errors.ts';
import { isLoopbackCallback } from './model.ts';
import { NhsLogin, SUPPLIER_CLIENT } from './nhs-login.ts';

const PLATFORM = 'platform';
const CALLBACK = 'http://localhost:3000/callback';

async function nhsLogin() {
  const context = await testContext({ migrations: { identity: { '0003-nhs-login': nhsLoginTables } } });
  const login = new NhsLogin(context, PLATFORM);
  /** Begins a sign-in and posts a form. */
  const signIn = async (form: Readonly<Record<string, string>>, redirectUri = CALLBACK) => {
    const step = await login.begin({
      client_id: SUPPLIER_CLIENT,
      redirect_uri: redirectUri,
      response_type: 'code',
      scope: 'openid',
      state: 's',
    });
    assert.ok(step.ask === 'person');
    return { interaction: step.interaction, step: await login.advance(step.interaction, form) };
  };
  const codeFor = async (form: Readonly<Record<string, string>>): Promise<string> => {
    const { step } = await signIn(form);
    assert.ok(step.ask === 'nothing', JSON.stringify(step));
    return new URL(step.redirect).searchParams.get('code') ?? '';
  };
  return { context, login, signIn, codeFor };
}

const partOf = (token: string, part: 0 | 1) => JSON.parse(Buffer.from(token.split('.')[part] ?? '', 'base64url').toString('utf8'));
const isRefused = (error: string) => (thrown: unknown) => thrown instanceof NhsLoginRefusal && thrown.error === error;

describe('an ID token of NHS login', () => {
  test('says who the patient is, how surely, and is signed RS512 with the published key', async () => {
    const { login, codeFor } = await nhsLogin();
    const token = await login.redeem(SUPPLIER_CLIENT, await codeFor({ username: '991 200 3071', credential: 'Cm' }), CALLBACK);
    const [header, claims] = [partOf(token, 0), partOf(token, 1)];
    assert.deepEqual([claims.nhs_number, claims.identity_proofing_level, claims.vot], ['9912003071', 'P9', 'P9.Cm']);
    assert.deepEqual([claims.iss, claims.aud], ['https://localhost:8143/realms/NHS-Login-mock-int', SUPPLIER_CLIENT]);
    assert.equal(claims.exp - claims.iat, 3_600);
    assert.doesNotMatch(claims.sub, /9912003071/);
    const [key] = (await login.jwks()).keys as { kid: string }[];
    assert.deepEqual([header.alg, header.typ, header.kid], ['RS512', 'JWT', key?.kid]);
    const signed = token.slice(0, token.lastIndexOf('.'));
    const signature = Buffer.from(token.slice(token.lastIndexOf('.') + 1), 'base64url');
    assert.ok(verify('sha512', Buffer.from(signed), createPublicKey({ key: { ...key }, format: 'jwk' }), signature));
  });

  test('of level P0 says no more than that somebody has an account', async () => {
    const { login, codeFor } = await nhsLogin();
    for (const form of [{ username: '9912003073' }, { username: '9912003071', proofing: 'P0' }]) {
      const claims = partOf(await login.redeem(SUPPLIER_CLIENT, await codeFor(form), CALLBACK), 1);
      assert.equal(claims.identity_proofing_level, 'P0');
      assert.deepEqual([claims.nhs_number, claims.birthdate, claims.family_name], [undefined, undefined, undefined]);
    }
  });
});

describe('a code of NHS login', () => {
  test('works once, for its client and redirect URI, for two minutes', async () => {
    const { context, login, codeFor } = await nhsLogin();
    const spent = await codeFor({ username: '9912003071' });
    await login.redeem(SUPPLIER_CLIENT, spent, CALLBACK);
    await assert.rejects(login.redeem(SUPPLIER_CLIENT, spent, CALLBACK), isRefused('invalid_grant'));
    await assert.rejects(login.redeem(PLATFORM, await codeFor({ username: '9912003071' }), CALLBACK), isRefused('invalid_grant'));
    await assert.rejects(
      login.redeem(SUPPLIER_CLIENT, await codeFor({ username: '9912003071' }), `${CALLBACK}/2`),
      isRefused('invalid_grant'),
    );
    const old = await codeFor({ username: '9912003071' });
    context.clock.advance(120_001);
    await assert.rejects(login.redeem(SUPPLIER_CLIENT, old, CALLBACK), isRefused('invalid_grant'));
  });
});

describe('a sign-in', () => {
  test('asks again for an unknown patient, and ends when it is cancelled or done', async () => {
    const { login, signIn } = await nhsLogin();
    const unknown = await signIn({ username: '9999999999' });
    assert.ok(unknown.step.ask === 'person' && unknown.step.problem === 'No patient has that NHS number');
    const cancelled = await login.advance(unknown.interaction, { cancel: 'yes' });
    assert.ok(cancelled.ask === 'nothing');
    assert.deepEqual(Object.fromEntries(new URL(cancelled.redirect).searchParams), {
      error: 'access_denied',
      error_description: 'The user did not complete the sign-in.',
      state: 's',
    });
    await assert.rejects(login.advance(unknown.interaction, { username: '9912003071' }), isRefused('session_expired'));
  });

  test('is for known clients and callbacks only', async () => {
    const { login } = await nhsLogin();
    const query = { client_id: SUPPLIER_CLIENT, redirect_uri: CALLBACK, response_type: 'code', scope: 'openid' };
    await assert.rejects(login.begin({ ...query, client_id: 'other' }), isRefused('invalid_client'));
    await assert.rejects(login.begin({ ...query, redirect_uri: 'https://example.com/' }), isRefused('redirect_uri_mismatch'));
    // The platform has its own callbacks, and loopback is not among them.
    await assert.rejects(login.begin({ ...query, client_id: PLATFORM }), isRefused('redirect_uri_mismatch'));
    assert.equal(
      (await login.begin({ ...query, client_id: PLATFORM, redirect_uri: 'https://localhost:8143/oauth2/callback' })).ask,
      'person',
    );
    const scopeless = await login.begin({ ...query, scope: 'profile' });
    assert.ok(scopeless.ask === 'nothing' && scopeless.redirect.includes('error=invalid_scope'));
  });
});

test('the suppliers’ secret opens one environment', async () => {
  const [one, other] = await Promise.all([nhsLogin(), nhsLogin()]);
  const secret = await one.login.supplierSecret();
  assert.match(secret, /^[0-9a-f]{32}$/);
  assert.equal(await one.login.isSupplier(SUPPLIER_CLIENT, secret), true);
  assert.equal(await one.login.isSupplier(SUPPLIER_CLIENT, `${secret}0`), false);
  assert.equal(await one.login.isSupplier(PLATFORM, secret), false);
  assert.equal(await other.login.isSupplier(SUPPLIER_CLIENT, secret), false);
});

test('only an address on this machine may be sent a code', () => {
  for (const good of ['http://localhost/x', 'https://127.0.0.1:8443/', 'http://[::1]:3000/cb?x=1'])
    assert.ok(isLoopbackCallback(good), good);
  for (const bad of [
    'https://example.com/',
    'http://localhost.example.com/',
    'http://localhost@example.com/',
    'http://user@localhost/',
    'javascript:alert(1)',
    'http://localhost/#x',
    '//localhost/x',
    '',
  ])
    assert.equal(isLoopbackCallback(bad), false, bad);
});
