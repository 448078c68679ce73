/** One test for each attack on sign-in and tokens: what the attacker tries, and that it gets them nothing. */
import assert from 'node:assert/strict';
import { createHmac, createPublicKey, generateKeyPairSync, randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type Choices, formOf, HeadlessBrowser, titleOf } from '../helpers/browser.ts';
import { LocalSpine, type Reply } from '../helpers/localspine.ts';
import { type Application, type KeyPair, makeKeyPair, Supplier, signJwt } from '../helpers/supplier.ts';

const REALM = '/openam/oauth2/realms/root/realms/NHSIdentity/realms/Healthcare';
const CALLBACK = 'http://localhost:3999/callback';
const VICTIM = '656005750104';
const ATTACKER = '656005750107';
const ASSERTION = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('attacks on sign-in and tokens', { concurrency: false }, () => {
  const spine = new LocalSpine({ LOCALSPINE_ENVIRONMENTS: 'INT' });
  const supplier = new Supplier(spine);
  let app: Application;
  let keys: KeyPair;
  let client: { client_id: string; client_secret: string };
  let base = '';

  before(async () => {
    await spine.start();
    base = `${spine.environment('INT').baseUrl}${REALM}`;
    keys = makeKeyPair();
    app = await supplier.register({ accessMode: 'application-restricted', jwks: keys.jwks });
    client = await register({ post_logout_redirect_uris: ['http://localhost:3999/bye'] });
  });
  after(() => spine.remove());

  async function register(changes: object = {}): Promise<{ client_id: string; client_secret: string }> {
    const reply = await spine.admin('INT', '/identity/clients', {
      method: 'POST',
      body: { client_name: 'Hostile', redirect_uris: [CALLBACK], ...changes },
    });
    assert.equal(reply.status, 201, reply.text);
    return reply.json;
  }

  function authorizeUrl(changes: Choices = {}): string {
    const query = {
      client_id: client.client_id,
      redirect_uri: CALLBACK,
      response_type: 'code',
      scope: 'openid profile',
      state: 's',
      ...changes,
    };
    return `${base}/authorize?${new URLSearchParams(query)}`;
  }

  async function codeFor(browser = new HeadlessBrowser(spine), changes: Choices = {}, username = VICTIM): Promise<string> {
    return (await browser.walk(authorizeUrl(changes), CALLBACK, { username })).searchParams.get('code') ?? '';
  }

  function redeem(code: string, changes: Choices = {}): Promise<Reply> {
    return supplier.form(`${REALM}/access_token`, {
      grant_type: 'authorization_code',
      code,
      redirect_uri: CALLBACK,
      client_id: client.client_id,
      client_secret: client.client_secret,
      ...changes,
    });
  }

  const userinfo = (token: string): Promise<Reply> =>
    spine.call('INT', `${base}/userinfo`, { headers: { authorization: `Bearer ${token}` } });
  const claims = (aud: string, id = app.apiKey): object => ({
    iss: id,
    sub: id,
    aud,
    jti: randomUUID(),
    exp: Math.floor(Date.now() / 1000) + 200,
  });

  function assertionForm(assertion: string, changes: Choices = {}): Choices {
    return { grant_type: 'client_credentials', client_assertion_type: ASSERTION, client_assertion: assertion, ...changes };
  }

  /** A JWT "signed" with the public key as if it were a shared secret. */
  function confused(header: object, payload: object, pem: string): string {
    const text = `${part({ ...header, alg: 'HS512' })}.${part(payload)}`;
    return `${text}.${createHmac('sha512', pem).update(text).digest('base64url')}`;
  }

  test('algorithm none, and the public key used as a shared secret, at the platform', async () => {
    const body = claims(supplier.tokenUrl());
    const none = await supplier.form('/oauth2/token', assertionForm(`${part({ alg: 'none', typ: 'JWT', kid: keys.kid })}.${part(body)}.`));
    assert.match(none.json.error_description, /must be 'RS512'/);
    const pem = createPublicKey(keys.privateKey).export({ type: 'spki', format: 'pem' }).toString();
    const hmac = await supplier.form('/oauth2/token', assertionForm(confused({ typ: 'JWT', kid: keys.kid }, body, pem)));
    assert.match(hmac.json.error_description, /must be 'RS512'/);
  });

  test('algorithm none, another algorithm, and a foreign key, at CIS2', async () => {
    const signing = await register({ token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: keys.jwks.keys } });
    const body = claims(`${base}/access_token`, signing.client_id);
    const pem = createPublicKey(keys.privateKey).export({ type: 'spki', format: 'pem' }).toString();
    const foreign = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
    const forged = [
      `${part({ alg: 'none', kid: keys.kid })}.${part(body)}.`,
      confused({ kid: keys.kid }, body, pem),
      signJwt({ alg: 'RS512', kid: keys.kid }, body, foreign),
      signJwt({ alg: 'RS512', kid: keys.kid, jwk: createPublicKey(foreign).export({ format: 'jwk' }) }, body, foreign),
    ];
    for (const assertion of forged) {
      const reply = await supplier.form(`${REALM}/access_token`, assertionForm(assertion, { grant_type: 'authorization_code', code: 'x' }));
      assert.deepEqual([reply.status, reply.json], [401, { error: 'invalid_client', error_description: 'JWT is not valid' }]);
    }
  });

  test('an ID token with algorithm none is no subject token, and no logout hint', async () => {
    const { json } = await redeem(await codeFor());
    const [, payload] = String(json.id_token).split('.');
    const header = JSON.parse(Buffer.from(String(json.id_token).split('.')[0] ?? '', 'base64url').toString());
    const forged = `${part({ ...header, alg: 'none' })}.${payload}.`;
    const hint = await spine.call('INT', `${base}/connect/endSession?id_token_hint=${forged}`);
    assert.equal(hint.status, 400);
    const user = await supplier.register({ accessMode: 'user-restricted', jwks: keys.jwks, callbackUrl: CALLBACK });
    const exchange = await supplier.form(
      '/oauth2/token',
      assertionForm(signJwt({ alg: 'RS512', typ: 'JWT', kid: keys.kid }, claims(supplier.tokenUrl(), user.apiKey), keys.privateKey), {
        grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
        subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
        subject_token: forged,
      }),
    );
    assert.deepEqual([exchange.status, exchange.json.error], [401, 'public_key error']);
  });

  test('replay: of ten posts of one assertion at once, one gets a token', async () => {
    const assertion = signJwt({ alg: 'RS512', typ: 'JWT', kid: keys.kid }, claims(supplier.tokenUrl()), keys.privateKey);
    const replies = await Promise.all(Array.from({ length: 10 }, () => supplier.form('/oauth2/token', assertionForm(assertion))));
    assert.equal(replies.filter((each) => each.status === 200).length, 1);
  });

  test('a stolen code that is used again takes back what it gave', async () => {
    const code = await codeFor();
    const first = await redeem(code);
    assert.equal(first.status, 200);
    assert.equal((await userinfo(first.json.access_token)).status, 200);
    assert.deepEqual((await redeem(code)).json, {
      error: 'invalid_grant',
      error_description: 'The provided access grant is invalid, expired, or revoked.',
    });
    assert.equal((await userinfo(first.json.access_token)).status, 401);
  });

  test('a code is worth nothing to another client, with another redirect URI, or without its PKCE verifier', async () => {
    const other = await register({ redirect_uris: [CALLBACK, 'https://supplier.example/other'] });
    const asOther = { client_id: other.client_id, client_secret: other.client_secret };
    assert.equal((await redeem(await codeFor(), asOther)).json.error, 'invalid_grant');
    assert.equal((await redeem(await codeFor(), { redirect_uri: 'https://supplier.example/other' })).json.error, 'redirect_uri_mismatch');
    const challenge = { code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', code_challenge_method: 'S256' };
    const verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
    const pkce = async (changes: Choices) => (await redeem(await codeFor(new HeadlessBrowser(spine), challenge), changes)).status;
    assert.equal(await pkce({}), 400, 'no verifier');
    assert.equal(await pkce({ code_verifier: `${verifier}x` }), 400, 'wrong verifier');
    assert.equal(await pkce({ code_verifier: challenge.code_challenge }), 400, 'the challenge itself');
    assert.equal(await pkce({ code_verifier: verifier }), 200);
    assert.equal((await redeem(await codeFor(), { code_verifier: verifier })).status, 400, 'downgrade: challenge removed on the way');
  });

  test('open redirect: nothing but a registered address is ever redirected to', async () => {
    const tries = [
      'https://attacker.example/',
      `${CALLBACK}/../evil`,
      `${CALLBACK}?next=https://attacker.example`,
      `${CALLBACK}#x`,
      'http://localhost:3999.attacker.example/callback',
      'javascript:alert(1)',
      '//attacker.example',
    ];
    for (const redirect_uri of tries) {
      const reply = await spine.call('INT', authorizeUrl({ redirect_uri }));
      assert.equal(reply.status, 400, redirect_uri);
      assert.equal(reply.headers['location'], undefined);
    }
    const twice = await spine.call('INT', `${authorizeUrl()}&redirect_uri=https://attacker.example/`);
    assert.deepEqual([twice.status, twice.headers['location']], [400, undefined]);
    const { json } = await redeem(await codeFor());
    const bye = new URLSearchParams({ id_token_hint: json.id_token, post_logout_redirect_uri: 'https://attacker.example/' });
    const out = await spine.call('INT', `${base}/connect/endSession?${bye}`);
    assert.deepEqual([out.status, out.headers['location']], [400, undefined]);
  });

  test('cross-site request forgery: another site’s page cannot post the sign-in, nor log anybody out', async () => {
    const victim = new HeadlessBrowser(spine);
    const page = await victim.send(authorizeUrl());
    const forged = await victim.send(
      formOf(page).action,
      { username: ATTACKER, passcode: '1234' },
      { origin: 'https://attacker.example', 'sec-fetch-site': 'cross-site' },
    );
    assert.equal(forged.status, 403);
    await victim.walk(authorizeUrl(), CALLBACK, { username: VICTIM });
    const asked = await victim.send(`${base}/connect/endSession`);
    assert.equal(titleOf(asked), 'Do you want to sign out?');
    await victim.send(
      `${base}/connect/endSession`,
      { confirmation: 'guess' },
      { origin: 'https://attacker.example', 'sec-fetch-site': 'cross-site' },
    );
    assert.ok((await victim.walk(authorizeUrl({ prompt: 'none' }), CALLBACK, {})).searchParams.get('code'), 'still signed in');
    const confirmation = /name="confirmation" value="([^"]+)"/.exec(asked.text)?.[1] ?? '';
    assert.equal(titleOf(await victim.send(`${base}/connect/endSession`, { confirmation })), 'You are signed out');
    assert.equal((await victim.walk(authorizeUrl({ prompt: 'none' }), CALLBACK, {})).searchParams.get('error'), 'login_required');
  });

  test('login fixation: a sign-in begun in one browser cannot be gone on with in another', async () => {
    const page = await new HeadlessBrowser(spine).send(authorizeUrl());
    const lured = await new HeadlessBrowser(spine).send(formOf(page).action, { username: VICTIM, passcode: '1234' });
    assert.equal(lured.status, 403);
  });

  test('session fixation: a cookie planted before is not the session, and signing in again gives a new one', async () => {
    const browser = new HeadlessBrowser(spine);
    browser.cookies.set('localspine-cis2-int', 'planted-by-the-attacker');
    await browser.walk(authorizeUrl(), CALLBACK, { username: VICTIM });
    const first = browser.cookies.get('localspine-cis2-int');
    assert.notEqual(first, 'planted-by-the-attacker');
    await browser.walk(authorizeUrl({ prompt: 'login' }), CALLBACK, { username: VICTIM });
    assert.notEqual(browser.cookies.get('localspine-cis2-int'), first);
    const stale = new HeadlessBrowser(spine);
    stale.cookies.set('localspine-cis2-int', first ?? '');
    assert.equal((await stale.walk(authorizeUrl({ prompt: 'none' }), CALLBACK, {})).searchParams.get('error'), 'login_required');
  });

  test('another person in the same browser: the first one’s session and tokens end', async () => {
    const browser = new HeadlessBrowser(spine);
    const first = await redeem(await codeFor(browser));
    await browser.walk(authorizeUrl({ prompt: 'login' }), CALLBACK, { username: ATTACKER });
    assert.equal((await userinfo(first.json.access_token)).status, 401);
  });

  test('guessing a passcode: five wrong ones lock, and the right one no longer helps', async () => {
    const browser = new HeadlessBrowser(spine);
    let page = await browser.send(authorizeUrl());
    page = await browser.send(formOf(page).action, { method: 'smartcard' });
    for (const passcode of ['0000', '1111', '2222', '3333', '4444', '1234'])
      page = await browser.send(formOf(page).action, { username: '656005750105', passcode });
    assert.match(page.text, /the smartcard is locked/);
    const { json } = await spine.admin('INT', '/journal?service=identity&verdict=refused&limit=1');
    assert.equal(json.exchanges[0].refusal.check, 'identity.sign-in.person');
    assert.equal(page.headers['location'], undefined);
  });

  test('a lower method than was asked for is not taken, whatever is posted', async () => {
    const browser = new HeadlessBrowser(spine);
    const page = await browser.send(authorizeUrl({ acr_values: 'AAL3_ANY' }));
    const reply = await browser.send(formOf(page).action, { method: 'password', username: VICTIM, passcode: '1234' });
    assert.equal(reply.headers['location'], undefined);
    assert.match(reply.text, /asks for a higher level/);
  });

  test('somebody else’s role cannot be chosen', async () => {
    const browser = new HeadlessBrowser(spine);
    const pages: string[] = [];
    const page = await browser.send(authorizeUrl({ scope: 'openid selectedrole' }));
    const method = await browser.send(formOf(page).action, { method: 'smartcard' });
    const roles = await browser.send(formOf(method).action, { username: VICTIM, passcode: '1234' });
    pages.push(titleOf(roles));
    const reply = await browser.send(formOf(roles).action, { role: '555254242105' });
    assert.deepEqual(pages, ['Choose your role']);
    assert.equal(reply.headers['location'], undefined);
    assert.match(reply.text, /Choose one of your roles/);
  });

  test('a finished sign-in cannot be posted again for a second code', async () => {
    const browser = new HeadlessBrowser(spine);
    const page = await browser.send(authorizeUrl());
    const { action } = formOf(page);
    const form = { method: 'smartcard', username: VICTIM, passcode: '1234' };
    const [one, two] = await Promise.all([browser.send(action, form), browser.send(action, form)]);
    const statuses = [one?.status, two?.status, (await browser.send(action, form)).status].sort();
    assert.deepEqual(statuses, [302, 400, 400]);
  });

  test('key sets: no link-local address, no file, no redirect, no flood', async () => {
    const large = createServer((request, response) => {
      if (request.url === '/redirect') response.writeHead(302, { location: '/large' }).end();
      else response.end(JSON.stringify({ keys: [], filler: 'x'.repeat(100_000) }));
    });
    await new Promise<void>((ready) => large.listen(0, '127.0.0.1', () => ready()));
    const address = large.address();
    assert.ok(typeof address === 'object' && address !== null);
    const local = `http://127.0.0.1:${address.port}`;
    try {
      for (const [jwksUrl, why] of [
        ['http://169.254.169.254/latest/jwks', /169\.254\.169\.254 are not allowed/],
        [`${local}/large`, /longer than/],
        [`${local}/redirect`, /answered 302/],
      ] as const) {
        const fetched = await supplier.register({ accessMode: 'application-restricted', jwksUrl });
        const reply = await supplier.clientCredentials(fetched, keys);
        assert.deepEqual([reply.status, reply.json.error], [403, 'public_key error'], jwksUrl);
        const { json } = await spine.admin('INT', `/journal?app=${fetched.appId}&verdict=refused&limit=1`);
        assert.match(json.exchanges[0].refusal.why, why);
      }
    } finally {
      large.close();
      large.closeAllConnections();
    }
    const file = await spine.admin('INT', '/gateway/applications', {
      method: 'POST',
      body: { accessMode: 'application-restricted', jwksUrl: 'file:///etc/passwd' },
    });
    assert.equal(file.status, 400);
  });

  test('nothing that opens anything is readable in the store or the journal', async () => {
    const browser = new HeadlessBrowser(spine);
    const code = await codeFor(browser);
    const { json } = await redeem(code);
    const token = (await supplier.clientCredentials(app, keys)).json.access_token;
    const secrets = [code, json.access_token, token, client.client_secret, app.secret, browser.cookies.get('localspine-cis2-int') ?? ''];
    await spine.admin('INT', '/journal?limit=1');
    await spine.stop();
    const files = readdirSync(spine.home, { recursive: true, withFileTypes: true }).filter(
      (each) => each.isFile() && /sqlite/.test(each.name),
    );
    assert.ok(files.length > 1);
    for (const file of files) {
      const bytes = readFileSync(join(file.parentPath, file.name));
      for (const secret of secrets) assert.ok(secret.length > 10 && !bytes.includes(secret), `${secret} is in ${file.name}`);
    }
    await spine.start();
  });
});

test('with LOCALSPINE_FETCH_PRIVATE=off no key set is read from this machine', async () => {
  const spine = new LocalSpine({ LOCALSPINE_ENVIRONMENTS: 'INT', LOCALSPINE_FETCH_PRIVATE: 'off' });
  const supplier = new Supplier(await spine.start());
  try {
    for (const jwksUrl of ['http://127.0.0.1:9/jwks', 'http://localhost:9/jwks', 'http://[::ffff:127.0.0.1]:9/jwks']) {
      const app = await supplier.register({ accessMode: 'application-restricted', jwksUrl });
      assert.equal((await supplier.clientCredentials(app, makeKeyPair())).status, 403);
      const { json } = await spine.admin('INT', `/journal?app=${app.appId}&verdict=refused&limit=1`);
      assert.match(json.exchanges[0].refusal.why, /not allowed/, jwksUrl);
    }
  } finally {
    await spine.remove();
  }
});
