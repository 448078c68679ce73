/** The admin API: clock, faults, snapshots, reset, metrics, and who is kept out. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { LocalSpine } from '../helpers/localspine.ts';
import { createReferralBody } from '../helpers/messages.ts';
import { type Application, makeKeyPair, type Role, Supplier } from '../helpers/supplier.ts';

const referrer: Role = { businessFunction: 'REFERRING_CLINICIAN', odsCode: 'R69' };
const spine = new LocalSpine({ LOCALSPINE_ENVIRONMENTS: 'INT,PROD' });
const supplier = new Supplier(spine);
let app: Application;
let token: string;

before(async () => {
  await spine.start();
  app = await supplier.register({ accessMode: 'user-restricted', jwks: makeKeyPair().jwks });
  token = (await supplier.userToken(app, '021600556514')).json.access_token;
});
after(async () => {
  await spine.remove();
});

const create = () => supplier.ers(token, referrer, '/STU3/ReferralRequest/$ers.createReferral', { body: createReferralBody() });

describe('the admin API', { concurrency: false }, () => {
  test('the clock moves forward only, and tokens age with it', async () => {
    const moved = await spine.admin('INT', '/clock', { method: 'PUT', body: { advance: '5m' } });
    assert.equal(moved.status, 200, moved.text);
    assert.ok(Math.abs(moved.json.offsetSeconds - 300) <= 2);
    assert.equal((await supplier.ers(token, referrer, '/STU3/CodeSystem/PRIORITY')).status, 200);
    const back = await spine.admin('INT', '/clock', { method: 'PUT', body: { now: '2020-01-01T00:00:00Z' } });
    assert.equal(back.status, 409);
    assert.match(back.json.fix, /release/);
    await spine.admin('INT', '/clock', { method: 'PUT', body: { advance: 'PT6M' } });
    assert.equal(
      (await supplier.ers(token, referrer, '/STU3/CodeSystem/PRIORITY')).status,
      401,
      'eleven minutes are more than a token lives',
    );
    await spine.admin('INT', '/clock', { method: 'PUT', body: { release: true } });
    assert.equal((await supplier.ers(token, referrer, '/STU3/CodeSystem/PRIORITY')).status, 200);
  });

  test('a snapshot brings a state back; reset brings the seed back and keeps applications', async () => {
    const before = (await create()).json.id;
    assert.equal((await spine.admin('INT', '/snapshots', { method: 'POST', body: { name: 'journey' } })).status, 201);
    const later = (await create()).json.id;
    assert.equal((await spine.admin('INT', '/snapshots/journey/load', { method: 'POST', body: {} })).status, 200);
    assert.equal((await supplier.ers(token, referrer, `/STU3/ReferralRequest/${before}`)).status, 200);
    assert.equal((await supplier.ers(token, referrer, `/STU3/ReferralRequest/${later}`)).status, 404);
    assert.equal((await spine.admin('INT', '/reset', { method: 'POST', body: {} })).status, 200);
    token = (await supplier.userToken(app, '021600556514')).json.access_token;
    assert.equal((await supplier.ers(token, referrer, `/STU3/ReferralRequest/${before}`)).status, 404);
    assert.equal((await supplier.ers(token, referrer, '/STU3/ReferralRequest/000000070000')).status, 200);
  });

  test('a hospital that refuses, fails or stays silent, by fault rule', async () => {
    const rule = await spine.admin('INT', '/faults', {
      method: 'POST',
      body: { service: 'ers', operation: 'A016', effect: { kind: 'partner', behaviour: 'refuse' }, count: 1 },
    });
    assert.equal(rule.status, 201, rule.text);
    assert.equal((await spine.admin('INT', '/faults')).json.faults.length, 1);
    assert.equal((await spine.admin('INT', `/faults/${rule.json.id}`, { method: 'DELETE' })).json.removed, 1);
    assert.equal(
      (await spine.admin('INT', '/faults', { method: 'POST', body: { service: 'ers', effect: { kind: 'explode' } } })).status,
      400,
    );
  });

  test('metrics in the Prometheus format', async () => {
    const { status, text } = await spine.admin('INT', '/metrics');
    assert.equal(status, 200);
    assert.match(text, /localspine_request_seconds_count\{service="ers",operation="A004",status="200"\} \d+/);
    assert.match(text, /localspine_outbox_jobs_waiting \d+/);
  });

  test('pages of other sites and other host names are kept out', async () => {
    const foreign = [{ origin: 'https://evil.example' }, { 'sec-fetch-site': 'cross-site' }, { host: 'evil.example' }];
    for (const headers of foreign) assert.equal((await spine.admin('INT', '/journal', { headers })).status, 403, JSON.stringify(headers));
    const form = await spine.call('INT', '/_localspine/reset', { method: 'POST', headers: { 'content-type': 'text/plain' }, body: '{}' });
    assert.equal(form.status, 415, 'what a plain HTML form can post is not taken');
  });

  test('PROD’s plain HTTP port serves no national path', async () => {
    const { httpUrl } = spine.environment('PROD');
    const reply = await spine.call('PROD', `${httpUrl}/oauth2/token`, { method: 'POST', body: '' });
    assert.equal(reply.status, 404);
    assert.equal((await spine.call('PROD', `${httpUrl}/_localspine/ca.pem`)).status, 200);
  });

  test('an operator’s token is demanded when one is set', async () => {
    const guarded = await new LocalSpine({ LOCALSPINE_ENVIRONMENTS: 'INT', LOCALSPINE_ADMIN_TOKEN: 'a token for operators' }).start();
    assert.equal((await guarded.admin('INT', '/journal')).status, 401);
    assert.equal((await guarded.admin('INT', '/journal', { headers: { authorization: 'Bearer a token for operators' } })).status, 200);
    assert.equal((await guarded.admin('INT', '/health')).status, 200);
    await guarded.remove();
  });
});
