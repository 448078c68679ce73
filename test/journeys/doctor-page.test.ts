/** The doctor's page of the portal: what is pasted is examined check by check; nothing is spent, and other sites' forms are refused. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Agent, request } from 'undici';
import { LocalSpine } from '../helpers/localspine.ts';
import { type Application, type KeyPair, makeKeyPair, Supplier, signJwt } from '../helpers/supplier.ts';

describe('the doctor’s page', () => {
  const spine = new LocalSpine({ LOCALSPINE_ENVIRONMENTS: 'SANDBOX,INT' });
  const supplier = new Supplier(spine);
  let keys: KeyPair;
  let app: Application;
  let portal = '';
  let agent: Agent;
  let page = { csrf: '', cookie: '', html: '' };

  before(async () => {
    await spine.start();
    keys = makeKeyPair();
    app = await supplier.register({ accessMode: 'application-restricted', jwks: keys.jwks });
    portal = JSON.parse(readFileSync(join(spine.home, 'running.json'), 'utf8')).portal;
    // One of the tests goes by a name that is not in the certificate.
    agent = new Agent({ connect: { ca: readFileSync(join(spine.home, 'ca.pem')), checkServerIdentity: () => undefined } });
    const reply = await request(`${portal}/doctor`, { dispatcher: agent });
    const html = await reply.body.text();
    page = {
      html,
      csrf: /name="csrf" value="([^"]+)"/.exec(html)?.[1] ?? '',
      cookie: String(reply.headers['set-cookie']).split(';')[0] ?? '',
    };
  });
  after(async () => {
    await agent.close();
    await spine.remove();
  });

  async function post(fields: Record<string, string>, headers: Record<string, string> = {}): Promise<{ status: number; html: string }> {
    const reply = await request(`${portal}/doctor`, {
      dispatcher: agent,
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', cookie: page.cookie, ...headers },
      body: new URLSearchParams({ csrf: page.csrf, environment: 'INT', ...fields }).toString(),
    });
    return { status: reply.statusCode, html: await reply.body.text() };
  }

  const assertion = (claims: object): string => {
    const now = Math.floor(Date.now() / 1_000);
    const usual = { iss: app.apiKey, sub: app.apiKey, aud: supplier.tokenUrl(), jti: `doctor-${Math.random()}`, exp: now + 200 };
    return signJwt({ alg: 'RS512', typ: 'JWT', kid: keys.kid }, { ...usual, ...claims }, keys.privateKey);
  };

  test('offers the environments that issue tokens', () => {
    assert.match(page.html, /Integration \(INT\)/);
    assert.doesNotMatch(page.html, /SANDBOX/);
  });

  test('a good assertion is good, and can still be used', async () => {
    const token = assertion({});
    for (let times = 0; times < 2; times += 1) {
      const { status, html } = await post({ pasted: token });
      assert.equal(status, 200);
      assert.match(html, /INT would take this\s+client assertion/);
      assert.doesNotMatch(html, /Failed/);
    }
  });

  test('an expired one: the check that failed, what the platform answers, what to change, and what was not looked at any more', async () => {
    const { html } = await post({ pasted: assertion({ exp: Math.floor(Date.now() / 1_000) - 5 }) });
    assert.match(html, /INT refuses this\s+client assertion/);
    assert.match(html, /The platform answers 400 <code>invalid_request<\/code>/);
    assert.match(html, /\d+ further checks were not reached/);
  });

  test('an application by AppID, API key or name: each link of the chain', async () => {
    for (const pasted of [app.appId, app.apiKey]) {
      const { html } = await post({ pasted });
      assert.match(html, /INT would take this\s+application/);
      assert.match(html, /application\.asid/);
    }
    assert.equal((await spine.admin('INT', `/gateway/applications/${app.appId}/asid`, { method: 'DELETE' })).status, 200);
    const { html } = await post({ pasted: app.appId });
    assert.match(html, /It is not bound to an ASID: e-RS refuses its calls \(403\)\./);
  });

  test('what is pasted is shown as text and never as markup', async () => {
    const { html } = await post({ pasted: '</textarea><script>alert(1)</script>' });
    assert.doesNotMatch(html, /<script>/);
    assert.match(html, /INT refuses this/);
  });

  test('nothing pasted, or no environment: an error summary', async () => {
    const nothing = await post({ pasted: ' ' });
    assert.equal(nothing.status, 400);
    assert.match(nothing.html, /Error: What is wrong with my token\?[\s\S]*href="#pasted"/);
    assert.match((await post({ pasted: 'x', environment: 'SANDBOX' })).html, /Select an environment/);
  });

  test('forms of other sites are refused', async () => {
    const pasted = assertion({});
    const attempts = [
      () => post({ pasted, csrf: 'x'.repeat(32) }),
      () => post({ pasted }, { cookie: '' }),
      () => post({ pasted }, { origin: 'https://elsewhere.example' }),
      () => post({ pasted }, { 'sec-fetch-site': 'cross-site' }),
      () => post({ pasted }, { host: 'rebound.example' }),
    ];
    for (const attempt of attempts) assert.equal((await attempt()).status, 403);
  });

  test('where the admin API wants a token, the page is closed', async () => {
    const guarded = await new LocalSpine({ LOCALSPINE_ENVIRONMENTS: 'INT', LOCALSPINE_ADMIN_TOKEN: 'a-token-of-the-operator' }).start();
    try {
      const url = JSON.parse(readFileSync(join(guarded.home, 'running.json'), 'utf8')).portal;
      const own = new Agent({ connect: { ca: readFileSync(join(guarded.home, 'ca.pem')) } });
      const html = await (await request(`${url}/doctor`, { dispatcher: own })).body.text();
      assert.match(html, /This page is closed/);
      assert.doesNotMatch(html, /<form/);
      await own.close();
    } finally {
      await guarded.remove();
    }
  });
});
