/** Two LocalSpine processes on one PostgreSQL are two doors to the same world: keys, tokens, data, clock, faults and quotas are shared. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { formOf } from '../helpers/browser.ts';
import { LocalSpine } from '../helpers/localspine.ts';
import { createReferralBody } from '../helpers/messages.ts';
import { type Application, location, makeKeyPair, type Role, Supplier } from '../helpers/supplier.ts';

const url = process.env['TEST_POSTGRES_URL'];
/** Requests a minute: few enough to be used up within one, and above what the other tests here need. */
const QUOTA = 40;
/** 720 a minute, evened out: this many in any second. */
const SPIKE = 12;
const referrer: Role = { businessFunction: 'REFERRING_CLINICIAN', odsCode: 'R69' };

describe('two processes on one PostgreSQL', {
  skip: url === undefined ? 'TEST_POSTGRES_URL names no server' : false,
  concurrency: false,
}, () => {
  const shared = {
    LOCALSPINE_DATABASE_URL: url ?? '',
    LOCALSPINE_ENVIRONMENTS: 'INT',
    LOCALSPINE_SEAL_KEY: 'a seal key both processes know',
    LOCALSPINE_QUOTA: 'on',
    LOCALSPINE_QUOTA_PER_MINUTE: String(QUOTA),
    LOCALSPINE_SPIKE_ARREST_PER_MINUTE: '720',
  };
  const left = new LocalSpine(shared);
  const right = new LocalSpine(shared);
  const [here, there] = [new Supplier(left), new Supplier(right)];
  const keys = makeKeyPair();
  let app: Application;
  let token: string;

  before(async () => {
    // Both at once: the first boot itself must be safe to race.
    await Promise.all([left.start(), right.start()]);
    app = await here.register({ accessMode: 'user-restricted', jwks: keys.jwks, callbackUrl: 'https://example.org/callback' });
    token = (await here.userToken(app, '021600556514')).json.access_token;
  });
  after(async () => {
    await Promise.all([left.remove(), right.remove()]);
  });

  test('one certificate authority', async () => {
    const [one, other] = await Promise.all([left.admin('INT', '/ca.pem'), right.admin('INT', '/ca.pem')]);
    assert.equal(one.text, other.text);
  });

  test('a token of one door opens the other, and so does an application', async () => {
    const reply = await there.ers(token, undefined, '/R4/PractitionerRole');
    assert.equal(reply.status, 200, reply.text);
    assert.equal((await there.userToken(app, '021600556514')).status, 200);
  });

  test('a sign-on begun here is finished there; a session ended there ends its tokens here', async () => {
    const callback = 'http://localhost:3999/callback';
    const realm = '/openam/oauth2/realms/root/realms/NHSIdentity/realms/Healthcare';
    const body = { client_name: 'Two doors', redirect_uris: [callback] };
    const { client_id, client_secret } = (await left.admin('INT', '/identity/clients', { method: 'POST', body })).json;
    const query = new URLSearchParams({ client_id, redirect_uri: callback, response_type: 'code', scope: 'openid' });
    const begun = await left.call('INT', `${realm}/authorize?${query}`);
    const { pathname, search } = new URL(formOf(begun).action);
    const form = { method: 'smartcard', username: '656005750107', passcode: '1234' };
    const code = new URL(location(await there.form(`${pathname}${search}`, form))).searchParams.get('code') ?? '';
    const redeem = { grant_type: 'authorization_code', code, redirect_uri: callback, client_id, client_secret };
    const replies = await Promise.all([here, there, here, there].map((door) => door.form(`${realm}/access_token`, redeem)));
    assert.equal(replies.filter((each) => each.status === 200).length, 1, 'of four at both doors one gets tokens');
    const [session] = (await right.admin('INT', '/identity/sessions')).json.sessions.filter(
      (each: { userId: string }) => each.userId === form.username,
    );
    assert.equal((await right.admin('INT', `/identity/sessions/${session.sid}`, { method: 'DELETE' })).status, 200);
    assert.deepEqual(
      (await left.admin('INT', '/identity/sessions')).json.sessions.filter((each: { sid: string }) => each.sid === session.sid),
      [],
    );
  });

  test('a referral made here is read there', async () => {
    const made = await here.ers(token, referrer, '/STU3/ReferralRequest/$ers.createReferral', { body: createReferralBody() });
    assert.equal(made.status, 201, made.text);
    const read = await there.ers(token, referrer, `/STU3/ReferralRequest/${made.json.id}`);
    assert.equal(read.status, 200, read.text);
  });

  test('the clock moved here stands there', async () => {
    await left.admin('INT', '/clock', { method: 'PUT', body: { advance: 'PT5M' } });
    const clock = (await right.admin('INT', '/clock')).json;
    assert.ok(Math.abs(clock.offsetSeconds - 300) <= 2, JSON.stringify(clock));
    await right.admin('INT', '/clock', { method: 'PUT', body: { release: true } });
    assert.equal((await left.admin('INT', '/clock')).json.offsetSeconds, 0);
  });

  test('a fault set here strikes there, as often as was said', async () => {
    await left.admin('INT', '/faults', {
      method: 'POST',
      body: { service: 'ers', operation: 'A004', effect: { kind: 'status', status: 503 }, count: 1 },
    });
    const first = await there.ers(token, referrer, '/STU3/CodeSystem/PRIORITY');
    assert.equal(first.status, 503);
    assert.equal(first.json.issue[0].details.coding[0].code, 'SYSTEM_UNAVAILABLE');
    assert.equal((await here.ers(token, referrer, '/STU3/CodeSystem/PRIORITY')).status, 200);
  });

  /** A new application with a token: nothing is counted against it yet. */
  async function freshToken(): Promise<string> {
    const fresh = await here.register({ accessMode: 'user-restricted', jwks: keys.jwks, callbackUrl: 'https://example.org/callback' });
    return (await here.userToken(fresh, '021600556514')).json.access_token;
  }

  /** Requests through both doors in turn, all at once; their statuses. */
  async function burst(fresh: string, count: number): Promise<readonly number[]> {
    const replies = await Promise.all(
      Array.from({ length: count }, (_, n) => (n % 2 === 0 ? here : there).ers(fresh, referrer, '/STU3/CodeSystem/PRIORITY')),
    );
    for (const reply of replies) if (reply.status === 429) assert.equal(reply.text, '', 'STU3 refuses without a body');
    return replies.map((reply) => reply.status);
  }

  /** Waits, asking a door for its time, until a new window of so many milliseconds begins. */
  async function windowBegins(length: number): Promise<number> {
    const current = (): number => Math.floor(Date.now() / length);
    for (const before = current(); current() === before; ) await left.admin('INT', '/health');
    return current();
  }

  test('one spike arrest for both doors: twelve in a second pass, wherever they knock', async () => {
    // A burst that a slow machine stretches over two seconds proves nothing: it is made again.
    for (let tries = 0; tries < 30; tries += 1) {
      const fresh = await freshToken();
      const second = await windowBegins(1_000);
      const statuses = await burst(fresh, 2 * SPIKE);
      if (Math.floor(Date.now() / 1_000) !== second) continue;
      assert.equal(statuses.filter((status) => status === 200).length, SPIKE);
      assert.equal(statuses.filter((status) => status === 429).length, SPIKE);
      return;
    }
    assert.fail('24 requests never fitted into one second');
  });

  test(`one quota for both doors: ${QUOTA} in a minute pass, wherever they knock`, async () => {
    for (let tries = 0; tries < 3; tries += 1) {
      const fresh = await freshToken();
      const minute = Math.floor(Date.now() / 60_000);
      let passed = 0;
      for (let second = 0; second < 6; second += 1) {
        await windowBegins(1_000);
        passed += (await burst(fresh, SPIKE)).filter((status) => status === 200).length;
      }
      if (Math.floor(Date.now() / 60_000) !== minute) continue;
      assert.equal(passed, QUOTA);
      return;
    }
    assert.fail('six seconds never lay within one minute');
  });
});
