/** A slot coming and going (path-to-live.md §5): what callers see before it, in it and after it, where maintenance is enforced. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { doorPort, WireClient } from '../helpers/ldap.ts';
import { LocalSpine, type Reply } from '../helpers/localspine.ts';
import { type Application, type KeyPair, location, makeKeyPair, type Role, Supplier } from '../helpers/supplier.ts';

const CIS2 = '/openam/oauth2/realms/root/realms/NHSIdentity/realms/Healthcare';
const referrer: Role = { businessFunction: 'REFERRING_CLINICIAN', odsCode: 'R69' };
const SECOND = 1_000;

interface Night {
  readonly night: string;
  readonly start: string;
  readonly end: string;
}

describe('a slot coming and going, enforced', { concurrency: false }, () => {
  const spine = new LocalSpine({ LOCALSPINE_ENVIRONMENTS: 'INT', LOCALSPINE_MAINTENANCE: 'enforced' });
  const supplier = new Supplier(spine);
  const keys: KeyPair = makeKeyPair();
  let system: Application;
  let user: Application;
  let userToken: string;
  let wednesday: Night;
  let start: number;
  let end: number;
  let ldap: WireClient;

  const get = (path: string): Promise<Reply> => spine.call('INT', path);
  const setClock = async (instant: number): Promise<void> => {
    const { status, text } = await spine.admin('INT', '/clock', { method: 'PUT', body: { now: new Date(instant).toISOString() } });
    assert.equal(status, 200, text);
  };
  const systemToken = async (): Promise<string> => {
    const reply = await supplier.clientCredentials(system, keys);
    assert.equal(reply.status, 200, 'the token endpoint goes on');
    return reply.json.access_token;
  };
  const codeSystem = (token: string, version = 'STU3'): Promise<Reply> =>
    supplier.ers(token, referrer, version === 'STU3' ? '/STU3/CodeSystem/PRIORITY' : '/R4/ServiceRequest/000000070000');
  const registerProduct = async (): Promise<Reply> => {
    const { interactions } = (await spine.admin('INT', '/endpoint-registration/interactions')).json;
    const sent = { kind: 'MHS', messageSet: [interactions[0].interactionId], additionalInteractions: [] };
    const product = { manufacturerOdsCode: 'X09001', name: 'Night Messenger', version: '1', ...sent };
    return spine.admin('INT', '/endpoint-registration/products', { method: 'POST', body: product });
  };
  const toSignInPage = async (): Promise<Reply> => {
    const query = new URLSearchParams({ client_id: user.apiKey, redirect_uri: user.callbackUrl, response_type: 'code', state: 'x' });
    const redirect = await get(`/oauth2/authorize?${query}`);
    assert.equal(redirect.status, 302, redirect.text);
    return get(location(redirect));
  };

  before(async () => {
    await spine.start();
    system = await supplier.register({ accessMode: 'application-restricted', jwks: keys.jwks, odsCode: 'R69' });
    user = await supplier.register({ accessMode: 'user-restricted', jwks: keys.jwks });
    const { slots } = (await spine.admin('INT', '/maintenance')).json;
    const nights: readonly Night[] = slots.find((each: { service: string }) => each.service === 'cis').next;
    // A Wednesday to come, whenever this test is run.
    const next = nights.find((each) => Date.parse(each.start) > Date.now());
    assert.ok(next);
    wednesday = next;
    [start, end] = [Date.parse(wednesday.start), Date.parse(wednesday.end)];
  });
  after(async () => {
    await spine.remove();
  });

  test('Wednesday 19:59: everything answers', async () => {
    await setClock(start - 60 * SECOND);
    userToken = (await supplier.userToken(user, '021600556514')).json.access_token;
    assert.equal((await codeSystem(userToken)).status, 200);
    assert.equal((await toSignInPage()).status, 200);
    assert.equal((await get(`${CIS2}/.well-known/openid-configuration`)).status, 200);
    ldap = await WireClient.open(spine, await doorPort(spine, 'INT', 'ldaps'));
    assert.equal((await spine.admin('INT', '/maintenance/at?service=cis')).json.available, true);
  });

  test('Wednesday 20:00: nobody signs on, and the page says until when', async () => {
    await setClock(start);
    const page = await toSignInPage();
    assert.equal(page.status, 503);
    assert.match(page.text, /Sorry, the service is unavailable/);
    assert.match(page.text, /from <strong>6am on Thursday \d+ \w+ \d{4}<\/strong>/);
    assert.match(page.text, /Nothing here is real patient data/);
    assert.equal(page.headers['retry-after'], '120');
    const discovery = await get(`${CIS2}/.well-known/openid-configuration`);
    assert.deepEqual([discovery.status, discovery.json.error], [503, 'temporarily_unavailable']);
    for (const path of ['/login/authactivate', '/login/authvalidate', '/amserver/namingservice'])
      assert.equal((await spine.call('INT', path, { method: 'POST', body: '<x/>' })).status, 503, path);
    assert.equal((await get('/saml/RoleAssertion?token=AQIC5w')).status, 503);
  });

  test('endpoint registration and the Care ID Service are part of CIS, and closed with it (PTL-087)', async () => {
    for (const path of ['/eprwebapp', '/ndsadmin', '/care-id', '/care-id/self-service']) {
      const page = await get(path);
      assert.equal(page.status, 503, path);
      assert.match(page.text, /Sorry, the service is unavailable/, path);
    }
    const product = await registerProduct();
    assert.equal(product.status, 503, product.text);
  });

  test('LDAPS refuses connections, and ends those that were open', async () => {
    await ldap.closed;
    const port = await doorPort(spine, 'INT', 'ldaps');
    await assert.rejects(WireClient.open(spine, port));
    const { exchanges } = (await spine.admin('INT', '/journal?service=directory')).json;
    assert.equal(exchanges[0].refusal.check, 'maintenance.closed');
  });

  test('the API platform goes on: tokens already given are good, and applications get new ones', async () => {
    assert.equal((await codeSystem(userToken)).status, 200);
    await systemToken();
    assert.equal((await get('/oauth2/_ping')).status, 200);
  });

  test('the catalogue says which rows are in maintenance', async () => {
    const { rows } = (await spine.admin('INT', '/manifest')).json;
    const stateOf = (id: string): string => rows.find((each: { id: string }) => each.id === id).state;
    assert.deepEqual([stateOf('cis2-sign-in'), stateOf('ldaps-directory'), stateOf('ers-int1-api')], ['maintenance', 'maintenance', 'up']);
    const at = (await spine.admin('INT', '/maintenance/at?service=cis')).json;
    assert.deepEqual(
      [at.available, at.interval.impact, at.interval.start, at.interval.end],
      [false, 'outage', wednesday.start, wednesday.end],
    );
    assert.equal((await spine.admin('INT', '/maintenance/at?service=ers')).json.interval.impact, 'degraded', 'no new log-ons of users');
  });

  test('a slot in which nothing happens closes nothing, and no row says that it does', async () => {
    const simulate = (pattern: string): Promise<Reply> =>
      spine.admin('INT', '/maintenance/patterns', { method: 'PUT', body: { service: 'cis', pattern } });
    assert.equal((await simulate('none')).status, 200);
    assert.equal((await toSignInPage()).status, 200);
    const { rows, maintenance } = (await spine.admin('INT', '/manifest')).json;
    assert.equal(rows.find((each: { id: string }) => each.id === 'cis2-sign-in').state, 'up');
    assert.equal(maintenance.slots.find((each: { service: string }) => each.service === 'cis').inForce, false);
    const at = (await spine.admin('INT', '/maintenance/at?service=cis')).json;
    assert.deepEqual([at.available, at.interval.impact, at.until], [true, 'at-risk', undefined]);
    assert.equal((await simulate('whole')).status, 200);
    assert.equal((await toSignInPage()).status, 503);
  });

  test('after a live release e-RS has the night too: 503 of each version, with Retry-After', async () => {
    const released = new Date(start - 24 * 3_600 * SECOND).toISOString();
    const release = await spine.admin('INT', '/maintenance/releases', { method: 'POST', body: { releasedAt: released, build: '27.1' } });
    assert.deepEqual([release.status, release.json.slotNight], [201, wednesday.night]);
    const stu3 = await codeSystem(userToken);
    assert.equal(stu3.status, 503);
    assert.equal(stu3.json.issue[0].details.coding[0].code, 'SYSTEM_UNAVAILABLE');
    assert.equal(stu3.json.issue[0].code, 'transient');
    const r4 = await codeSystem(userToken, 'R4');
    assert.deepEqual([r4.status, r4.headers['retry-after']], [503, '120']);
    assert.deepEqual(r4.json.issue[0], {
      severity: 'error',
      code: 'transient',
      details: { coding: [{ system: 'https://fhir.nhs.uk/CodeSystem/http-error-codes', code: 'REC_UNAVAILABLE' }] },
    });
    assert.equal((await codeSystem('nonsense')).status, 401, 'the platform looks at the token all the same');
    const status = await spine.call('INT', '/referrals/_status', { headers: { apikey: 'localspine-status' } });
    assert.deepEqual([status.status, status.json.status], [200, 'fail']);
    assert.deepEqual(status.json.checks['healthcheckService:status'][0].responseCode, 503);
    const { exchanges } = (await spine.admin('INT', '/journal?service=ers')).json;
    assert.ok(exchanges.some((each: { refusal?: { check: string } }) => each.refusal?.check === 'maintenance.closed'));
  });

  test('near its end Retry-After is what is left', async () => {
    await setClock(end - 30 * SECOND);
    const { status, headers } = await codeSystem(await systemToken());
    assert.equal(status, 503);
    assert.ok(Number(headers['retry-after']) >= 1 && Number(headers['retry-after']) <= 30, headers['retry-after']);
  });

  test('Thursday 06:00: everything is back', async () => {
    await setClock(end);
    assert.equal((await toSignInPage()).status, 200);
    assert.notEqual((await get('/eprwebapp')).status, 503);
    assert.equal((await registerProduct()).status, 201, 'the same product');
    const token = (await supplier.userToken(user, '021600556514')).json.access_token;
    assert.equal((await codeSystem(token)).status, 200);
    const client = await WireClient.open(spine, await doorPort(spine, 'INT', 'ldaps'));
    client.socket.destroy();
    const status = await spine.call('INT', '/referrals/_status', { headers: { apikey: 'localspine-status' } });
    assert.equal(status.json.status, 'pass');
  });

  test('the clock released, the slot is where it belongs again', async () => {
    await spine.admin('INT', '/clock', { method: 'PUT', body: { release: true } });
    const now = (await spine.admin('INT', '/maintenance/at?service=cis')).json;
    // Whatever day this test is run, it is as on that day; and whoever signs on is answered accordingly.
    const { end: until } = now.interval ?? {};
    assert.ok(Math.abs(Date.parse(now.at) - Date.now()) < 600 * SECOND, 'asked about real time again');
    assert.equal(now.available, until === undefined);
    assert.equal((await toSignInPage()).status, now.available ? 200 : 503);
  });

  test('a change of the API platform closes the token servers; one that is only planned does not', async () => {
    const now = Date.now();
    const change = {
      title: 'Gateway upgrade',
      environments: ['INT'],
      services: ['api-platform'],
      start: new Date(now + 3_600 * SECOND).toISOString(),
      end: new Date(now + 7_200 * SECOND).toISOString(),
      impact: 'outage',
      kind: 'infrastructure',
      raisedBy: 'Platform team',
      contact: 'platform@example.nhs.uk',
    };
    const added = await spine.admin('INT', '/maintenance/changes', { method: 'POST', body: { change } });
    assert.equal(added.status, 201, added.text);
    const { id } = added.json;
    assert.deepEqual(
      added.json.flags.map((each: { flag: string }) => each.flag),
      ['outside-slot', 'short-notice'],
    );
    await setClock(now + 3_700 * SECOND);
    assert.equal((await supplier.clientCredentials(system, keys)).status, 200, 'nobody has approved it');
    assert.equal(
      (await spine.admin('INT', `/maintenance/changes/${id}/approve`, { method: 'POST', body: { actor: 'A. Board' } })).json.status,
      'in-progress',
    );
    assert.equal((await supplier.clientCredentials(system, keys)).status, 503);
    assert.equal((await spine.admin('INT', `/maintenance/changes/${id}/start`, { method: 'POST', body: {} })).status, 200);
    await setClock(now + 7_300 * SECOND);
    assert.equal((await spine.admin('INT', `/maintenance/changes/${id}`)).json.entry.status, 'overrun');
    assert.equal((await supplier.clientCredentials(system, keys)).status, 503, 'work goes on past its end');
    assert.equal((await spine.admin('INT', `/maintenance/changes/${id}/complete`, { method: 'POST', body: {} })).status, 200);
    assert.equal((await supplier.clientCredentials(system, keys)).status, 200);
    const { history } = (await spine.admin('INT', `/maintenance/changes/${id}`)).json;
    assert.deepEqual(
      history.map(({ revision, what, actor }: { revision: number; what: string; actor: string }) => [revision, what, actor]),
      [
        [4, 'complete', 'operator'],
        [3, 'in-progress', 'operator'],
        [2, 'approved', 'A. Board'],
        [1, 'added', 'operator'],
      ],
    );
  });
});

describe('announced, as it is by default (DESIGN.md D14)', { concurrency: false }, () => {
  const spine = new LocalSpine({ LOCALSPINE_ENVIRONMENTS: 'INT' });
  before(async () => {
    await spine.start();
  });
  after(async () => {
    await spine.remove();
  });

  test('services answer in their slot; the answer and the journal say that it is on', async () => {
    const { slots } = (await spine.admin('INT', '/maintenance')).json;
    const next: Night = slots[0].next.find((each: Night) => Date.parse(each.start) > Date.now());
    await spine.admin('INT', '/clock', { method: 'PUT', body: { now: next.start } });
    const reply = await spine.call('INT', `${CIS2}/.well-known/openid-configuration`);
    assert.equal(reply.status, 200);
    assert.equal(reply.headers['localspine-maintenance'], `Spine CIS; announced; until="${next.end}"`);
    const { exchanges } = (await spine.admin('INT', '/journal?operation=discovery')).json;
    assert.equal(exchanges[0].advice.check, 'maintenance.announced');
    await spine.admin('INT', '/clock', { method: 'PUT', body: { now: next.end } });
    assert.equal((await spine.call('INT', `${CIS2}/.well-known/openid-configuration`)).headers['localspine-maintenance'], undefined);
  });
});
