/**
 * *Environment access* over the wire: an application from *Add new application* to its first answered call, what stands in its way at each step as
 * the gateway says it, its credentials, and what becomes of it when its ASID goes.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { LocalSpine, type Reply } from '../helpers/localspine.ts';
import { PortalUser, portalOf, tokenIn } from '../helpers/portal.ts';
import { makeKeyPair, Supplier } from '../helpers/supplier.ts';

const ACTING_USER = '021600556514';
const NO_ASID = 'ASID is not configured in the application';

describe('applications and ASIDs of the portal', { concurrency: false }, () => {
  const spine = new LocalSpine({ LOCALSPINE_ENVIRONMENTS: 'INT,PROD' });
  const supplier = new Supplier(spine);
  const keys = makeKeyPair('link-1');
  let base = '';
  let rae: PortalUser;
  let dev: PortalUser;
  let operator: PortalUser;
  let teamId = '';

  before(async () => {
    await spine.start();
    base = portalOf(spine);
    rae = await new PortalUser(base).demonstration('Rae Release Lead');
    dev = await new PortalUser(base).demonstration('Dev Supplier');
    operator = await new PortalUser(base).demonstration('Ola Operator');
    teamId = (await rae.api('GET', '/teams')).json.teams[0].teamId;
  });
  after(() => spine.remove());

  const token = async (app: { appId: string; apiKey: string }, key = keys): Promise<Reply> =>
    supplier.clientCredentials({ secret: '', asid: '', callbackUrl: '', ...app }, key);
  /** One call of e-RS with a fresh token. */
  const call = async (app: { appId: string; apiKey: string }): Promise<Reply> => {
    const answer = await token(app);
    assert.equal(answer.status, 200, answer.text);
    return spine.call('INT', '/referrals/FHIR/STU3/CodeSystem/SPECIALTY', {
      headers: { authorization: `Bearer ${answer.json.access_token}`, accept: 'application/fhir+json' },
    });
  };

  describe('from the first page to the first call', () => {
    const app = { appId: '', apiKey: '' };

    test('environment, owner, name, in the order of the guidance; the secret is shown once', async () => {
      assert.match((await dev.open('/')).text, /Environment access/);
      assert.match((await dev.open('/environment-access')).text, /Add new application/);
      const owner = await dev.submit('/environment-access/new', { environment: 'INT' });
      assert.match(owner.text, /Select application owner/);
      const named = await dev.submit(owner.path, { environment: 'INT', owner: teamId });
      assert.match(named.text, /Name your application/);
      assert.match(named.text, /value="Care Vista"/, 'the owner’s name is proposed as supplier');
      const fields = {
        environment: 'INT',
        owner: teamId,
        accessMode: 'application-restricted',
        capability: 'provider',
        supplier: 'Care Vista',
      };
      const missing = await dev.submit(named.path, { ...fields, app: '', capability: '' });
      assert.equal(missing.status, 400);
      assert.match(missing.text, /Enter the application name/);
      assert.match(missing.text, /Select a capability/);
      const check = await dev.submit(named.path, { ...fields, app: 'Care Vista Link' });
      assert.match(check.text, /Care Vista - Care Vista Link - INT - e-Referral Service - Application-restricted/);
      assert.match(check.text, /Follows the guidance/);
      const form = hiddenFields(check.text);
      const made = await dev.post('/environment-access/new/register', form);
      assert.match(made.text, /Application registered/);
      assert.match(made.text, /View your new application/);
      assert.match(made.text, /id="secret">[A-Za-z0-9]{16}</);
      app.appId = form['appId'] ?? '';
      app.apiKey = /<code>([A-Za-z0-9]{32})<\/code>/.exec(made.text)?.[1] ?? '';
      const again = await dev.post('/environment-access/new/register', form);
      assert.match(again.text, /Shown before\. It cannot be shown again\./);
      const { applications } = (await dev.api('GET', '/applications')).json;
      assert.equal(applications.length, 1, 'sent twice, registered once');
      assert.equal(applications[0].state, 'registered');
    });

    test('without an API there is no token, and the page says what is missing', async () => {
      assert.match((await dev.open(`/applications/${app.appId}`)).text, /Add the e-Referral Service API/);
      assert.equal((await token(app)).status, 401);
    });

    test('one API, of its own access mode; a second is refused', async () => {
      const path = `/applications/${app.appId}/api`;
      const page = await dev.open(path);
      assert.match(page.text, /e-referrals-service-api-int-application-restricted/);
      assert.doesNotMatch(page.text, /healthcare-worker/, 'APIs of the other access mode are not offered');
      const other = await dev.api('PUT', `${path}`, { product: 'e-referrals-service-api-int-healthcare-worker' });
      assert.deepEqual([other.status, other.json.error], [400, 'product_mode']);
      const added = await dev.submit(path, { product: 'e-referrals-service-api-int-application-restricted' });
      assert.equal(added.path, `/applications/${app.appId}`);
      const second = await dev.api('PUT', path, { product: 'spine-directory-service-api-int' });
      assert.deepEqual([second.status, second.json.error], [409, 'one_api']);
    });

    test('public keys: every check is shown, a private key is refused and not shown again', async () => {
      const path = `/applications/${app.appId}/keys`;
      const [jwk] = keys.jwks.keys;
      const leaked = await dev.submit(path, { jwks: JSON.stringify({ keys: [{ ...jwk, d: 'cHJpdmF0ZQ' }] }), action: 'register' });
      assert.equal(leaked.status, 400);
      assert.match(leaked.text, /private key must not leave your system/);
      assert.doesNotMatch(leaked.text, /cHJpdmF0ZQ/);
      const pem = keys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
      const pasted = await dev.submit(path, { jwks: pem, action: 'register' });
      assert.match(pasted.text, /This is a private key/);
      assert.doesNotMatch(pasted.text, /BEGIN PRIVATE KEY/);
      const checked = await dev.submit(path, { jwks: JSON.stringify(keys.jwks), action: 'check' });
      assert.equal((checked.text.match(/>\s*Passed\s*</g) ?? []).length, 9);
      assert.deepEqual((await dev.api('GET', `/applications/${app.appId}`)).json.kids, [], 'only checked');
      await dev.submit(path, { jwks: JSON.stringify(keys.jwks), action: 'register' });
      assert.deepEqual((await dev.api('GET', `/applications/${app.appId}`)).json.kids, ['link-1']);
    });

    test('without an ASID a call is refused as the gateway refuses it', async () => {
      const refused = await call(app);
      assert.equal(refused.status, 403);
      assert.match(refused.text, new RegExp(NO_ASID));
      const { state, missing } = (await dev.api('GET', `/applications/${app.appId}`)).json;
      assert.equal(state, 'keyed');
      assert.match(missing[0].effect, new RegExp(NO_ASID), 'the page says the same as the gateway');
    });

    test('an ASID is allocated and bound at once in INT, with what an unattended application acts by', async () => {
      const path = `/applications/${app.appId}/asid`;
      const unknown = await dev.submit(path, { odsCode: 'ZZ999', product: 'Care Vista Link', actingUser: ACTING_USER });
      assert.match(unknown.text, /has no organisation ZZ999/);
      const nobody = await dev.submit(path, { odsCode: 'R69', product: 'Care Vista Link', actingUser: '1' });
      assert.match(nobody.text, /user id of the senior responsible person/);
      const bound = await dev.submit(path, { odsCode: 'R69', product: 'Care Vista Link', actingUser: ACTING_USER });
      assert.match(bound.text, /Bound to/);
      const view = (await dev.api('GET', `/applications/${app.appId}`)).json;
      assert.equal(view.state, 'live');
      assert.deepEqual(view.missing, []);
      assert.equal(view.attributes['app-restricted-ods-code'], 'R69');
      assert.equal(view.attributes['app-restricted-business-function'], 'PROVIDER_AUTHORISED_APPLICATION');
      const asid = (await dev.api('GET', `/asids/INT/${view.asid}`)).json;
      assert.match(asid.asid.displayName, / - Care Vista Link – Int - Application-Restricted - Provider$/);
      assert.deepEqual(asid.asid.services, ['ers']);
      const second = await dev.api('POST', `${path}-requests`, { odsCode: 'R69', product: 'Link', actingUser: ACTING_USER });
      assert.deepEqual([second.status, second.json.error], [409, 'application_has_asid']);
    });

    test('and the call is answered; usage and last errors tell the way there', async () => {
      const answered = await call(app);
      assert.equal(answered.status, 200, answered.text);
      const usage = (await dev.api('GET', `/applications/${app.appId}/usage`)).json;
      assert.ok(usage.outcomes.some((each: { status: number; verdict: string }) => each.status === 200 && each.verdict === 'ok'));
      assert.ok(usage.errors.some((each: { why?: string; fix?: string }) => /ASID/.test(each.why ?? '') && each.fix !== undefined));
      assert.match((await dev.open(`/applications/${app.appId}/usage`)).text, /Last errors/);
    });

    test('the ASID is shared by the matrix, with the reason', async () => {
      const { asid } = (await dev.api('GET', `/applications/${app.appId}`)).json;
      const path = `/asids/INT/${asid}`;
      const refused = await dev.submit(path, { service: 'pds' }, `${path}/services`);
      assert.equal(refused.status, 409);
      assert.match(refused.text, /shares no ASID with PDS, EPS and SCR/);
      const joined = await dev.submit(path, { service: 'nems' }, `${path}/services`);
      assert.equal(joined.status, 200);
      assert.deepEqual((await dev.api('GET', path)).json.asid.services, ['ers', 'nems']);
    });

    test('a retired ASID is bound to nothing, is not used again, and the gateway says so', async () => {
      const { asid } = (await dev.api('GET', `/applications/${app.appId}`)).json;
      assert.equal((await dev.api('DELETE', `/asids/INT/${asid}`, {})).status, 403);
      assert.equal((await operator.api('DELETE', `/asids/INT/${asid}`, {})).status, 200);
      const refused = await call(app);
      assert.equal(refused.status, 403);
      assert.match(refused.text, new RegExp(NO_ASID));
      const bind = await operator.api('PUT', `/applications/${app.appId}/asid`, { asid });
      assert.deepEqual([bind.status, bind.json.error], [409, 'not_in_this_state']);
      assert.match(bind.json.fix, /never used again/);
      assert.match((await dev.open('/asids')).text, /Retired, never used again/);
    });
  });

  describe('credentials', () => {
    test('a key is registered for one application only, in whatever environment', async () => {
      const { appId } = await registered(rae, 'INT');
      const used = await rae.api('PUT', `/applications/${appId}/keys`, { jwks: keys.jwks });
      assert.deepEqual([used.status, used.json.error], [409, 'key_in_use']);
      const prod = await registered(rae, 'PROD');
      assert.equal((await rae.api('PUT', `/applications/${prod.appId}/keys`, { jwks: keys.jwks })).status, 409);
    });

    test('a new API key works beside the old one, until that is revoked', async () => {
      const own = makeKeyPair('rotating');
      const app = await registered(rae, 'INT');
      await rae.api('PUT', `/applications/${app.appId}/api`, { product: 'e-referrals-service-api-int-application-restricted' });
      await rae.api('PUT', `/applications/${app.appId}/keys`, { jwks: own.jwks });
      const page = await rae.submit(`/applications/${app.appId}/secrets`, { apiKey: 'N'.repeat(32) });
      assert.match(page.text, /id="secret">[A-Za-z0-9]{16}</);
      for (const apiKey of [app.apiKey, 'N'.repeat(32)]) assert.equal((await token({ ...app, apiKey }, own)).status, 200);
      await rae.api('DELETE', `/applications/${app.appId}/secrets/${app.apiKey}`, {});
      assert.equal((await token(app, own)).status, 401);
      assert.equal((await token({ ...app, apiKey: 'N'.repeat(32) }, own)).status, 200);
      const reloaded = await rae.submit(`/applications/${app.appId}/secrets`, { apiKey: 'N'.repeat(32), revokeOthers: 'yes' });
      assert.match(reloaded.text, /Shown before/);
      assert.equal((await token({ ...app, apiKey: 'N'.repeat(32) }, own)).status, 200, 'the page sent again revokes nothing');
    });

    test('an API key of one environment is unknown in another', async () => {
      const { apiKey, appId } = await registered(rae, 'PROD');
      assert.equal((await token({ apiKey, appId })).status, 401);
    });

    test('suspended and resumed by the operator; revoked for good by its owner’s administrator', async () => {
      const own = makeKeyPair('standing');
      const app = await registered(rae, 'INT', teamId);
      await rae.api('PUT', `/applications/${app.appId}/api`, { product: 'e-referrals-service-api-int-application-restricted' });
      await rae.api('PUT', `/applications/${app.appId}/keys`, { jwks: own.jwks });
      const own403 = await rae.api('POST', `/applications/${app.appId}/suspend`, {});
      assert.deepEqual([own403.status, own403.json.error], [403, 'not_permitted']);
      await operator.api('POST', `/applications/${app.appId}/suspend`, {});
      assert.equal((await token(app, own)).status, 401);
      await operator.api('POST', `/applications/${app.appId}/resume`, {});
      assert.equal((await token(app, own)).status, 200);
      assert.equal((await dev.api('POST', `/applications/${app.appId}/revoke`, {})).status, 403, 'a member is no administrator');
      assert.equal((await rae.api('POST', `/applications/${app.appId}/revoke`, {})).status, 200);
      assert.equal((await token(app, own)).status, 401);
      const renamed = await rae.api('PUT', `/applications/${app.appId}/name`, { name: 'Back again' });
      assert.deepEqual([renamed.status, renamed.json.error], [409, 'not_in_this_state']);
    });
  });

  describe('binding', () => {
    test('one to one in both directions; the owner sees an ASID the operator has bound', async () => {
      const asid = '200000002066';
      const userRestricted = () => registered(rae, 'INT', undefined, { accessMode: 'user-restricted', capability: undefined });
      const [one, other] = [await userRestricted(), await userRestricted()];
      assert.equal((await rae.api('GET', `/asids/INT/${asid}`)).status, 404);
      assert.equal((await rae.api('PUT', `/applications/${one.appId}/asid`, { asid })).status, 403);
      assert.equal((await operator.api('PUT', `/applications/${one.appId}/asid`, { asid })).status, 200);
      const seen = (await rae.api('GET', `/asids/INT/${asid}`)).json;
      assert.deepEqual([seen.state, seen.asid.boundTo.appId], ['bound', one.appId]);
      assert.ok((await rae.api('GET', '/asids')).json.asids.some((each: { asid: { asid: string } }) => each.asid.asid === asid));
      const taken = await operator.api('PUT', `/applications/${other.appId}/asid`, { asid });
      assert.deepEqual([taken.status, taken.json.error], [409, 'asid_taken']);
      const second = await operator.api('PUT', `/applications/${one.appId}/asid`, { asid: '200000000985' });
      assert.deepEqual([second.status, second.json.error], [409, 'application_has_asid']);
      const nobody = await operator.submit(
        `/applications/${other.appId}/asid`,
        { asid: '999999999999' },
        `/applications/${other.appId}/asid/bind`,
      );
      assert.match(nobody.text, /has no accredited system 999999999999/);
      assert.equal((await operator.api('DELETE', `/applications/${one.appId}/asid`, {})).status, 200);
      assert.equal((await operator.api('PUT', `/applications/${other.appId}/asid`, { asid })).status, 200);
    });
  });

  describe('production', () => {
    test('is another environment: nothing of INT is known, the API waits for the operator, and so does the ASID', async () => {
      const own = makeKeyPair('prod-1');
      const app = await registered(rae, 'PROD', teamId);
      await rae.api('PUT', `/applications/${app.appId}/api`, { product: 'e-referrals-service-api-prod-application-restricted' });
      await rae.api('PUT', `/applications/${app.appId}/keys`, { jwks: own.jwks });
      const view = (await rae.api('GET', `/applications/${app.appId}`)).json;
      assert.deepEqual([view.state, view.api.status], ['productRequested', 'pending']);
      assert.match((await rae.open(`/applications/${app.appId}`)).text, /The operator approves the API/);
      const asked = await rae.api('POST', `/applications/${app.appId}/asid-requests`, {
        odsCode: 'R69',
        product: 'Care Vista Link',
        actingUser: ACTING_USER,
      });
      assert.deepEqual([asked.status, asked.json.state], [201, 'requested']);
      const twice = await rae.api('POST', `/applications/${app.appId}/asid-requests`, {
        odsCode: 'R69',
        product: 'x',
        actingUser: ACTING_USER,
      });
      assert.deepEqual([twice.status, twice.json.error], [409, 'asid_requested']);
      for (const path of [`/applications/${app.appId}/api/approve`, `/asid-requests/${asked.json.requestId}/allocate`])
        assert.equal((await rae.api('POST', path, {})).status, 403, path);
      assert.match((await operator.open('/asids')).text, /Requests that wait for the operator/);
      await operator.submit(`/applications/${app.appId}`, {}, `/applications/${app.appId}/api/approve`);
      const bound = await operator.submit(`/applications/${app.appId}/asid`, {}, `/asids/requests/${asked.json.requestId}/allocate`);
      assert.match(bound.text, /Bound to/);
      const ready = (await rae.api('GET', `/applications/${app.appId}`)).json;
      assert.equal(ready.state, 'ready');
      assert.match(ready.missing[0].what, /confirms that you are live/);
      for (const [stage, state] of [
        ['live', 'live'],
        ['not-live', 'ready'],
      ]) {
        const set = await spine.admin('PROD', '/management/release.setStage', { method: 'POST', body: { appId: app.appId, stage } });
        assert.equal(set.status, 200, set.text);
        assert.equal((await rae.api('GET', `/applications/${app.appId}`)).json.state, state, 'live is what PROD says');
      }
      const { displayName } = (await rae.api('GET', `/asids/PROD/${ready.asid}`)).json.asid;
      assert.match(displayName, / - Care Vista Link – Prod - Application-Restricted - Provider$/);
    });

    test('an operator’s override on the command line is shown as such', async () => {
      const made = spine.cli(
        'app',
        'create',
        '--environment',
        'prod',
        '--mode',
        'application-restricted',
        '--name',
        'Past the portal',
        '--json',
      );
      assert.equal(made.status, 0, made.stderr);
      assert.match(
        (await operator.open('/environment-access')).text,
        /Made past the portal, by an operator’s command[\s\S]*Past the portal/,
      );
      assert.doesNotMatch((await rae.open('/environment-access')).text, /Past the portal/);
      const { appId } = JSON.parse(made.stdout);
      const wish = { ...WISH, appId, environment: 'PROD' };
      const taken = await rae.api('POST', '/applications', wish);
      assert.deepEqual([taken.status, taken.json.error], [409, 'app_id_taken'], 'it is nobody’s to take over');
      assert.equal((await rae.api('POST', `/applications/${appId}/secrets`, { revokeOthers: true })).status, 404);
      assert.match(
        (await operator.open('/environment-access')).text,
        /Made past the portal, by an operator’s command[\s\S]*Past the portal/,
      );
    });
  });

  describe('least privilege, audit', () => {
    test('what is somebody else’s is not there', async () => {
      const { appId } = await registered(rae, 'INT');
      for (const path of ['', '/api', '/keys', '/secrets', '/name', '/usage', '/asid', '/revoke'])
        assert.equal((await dev.open(`/applications/${appId}${path}`)).status, 404, path);
      assert.equal((await dev.api('GET', `/applications/${appId}`)).status, 404);
      const stranger = new PortalUser(base);
      assert.equal((await stranger.api('GET', '/applications')).status, 401);
      assert.match((await stranger.open('/environment-access')).path, /^\/sign-in/);
      assert.equal((await stranger.open('/asids/calculator')).status, 200, 'the calculator is everybody’s');
      const taken = await dev.api('POST', '/applications', { ...WISH, appId, environment: 'INT' });
      assert.equal(taken.status, 403, 'an AppID of somebody else');
      assert.equal(
        (await dev.api('POST', '/applications', { ...WISH, environment: 'INT', teamId: '00000000-0000-4000-8000-000000000000' })).status,
        403,
      );
      assert.equal((await dev.api('POST', '/applications', { ...WISH, environment: 'SANDBOX' })).status, 400);
    });

    test('an end-user organisation sees the ASIDs that act for it', async () => {
      const cio = await new PortalUser(base).demonstration('Casey CIO of R69');
      const { asids } = (await cio.api('GET', '/asids')).json;
      assert.ok(asids.length > 0);
      assert.ok(asids.every((each: { asid: { odsCode: string } }) => each.asid.odsCode === 'R69'));
      assert.equal((await cio.open('/environment-access')).status, 403);
    });

    test('every change and every secret shown is in the audit trail; the secret itself is nowhere', async () => {
      const app = await registered(rae, 'INT');
      await rae.api('PUT', `/applications/${app.appId}/name`, { name: 'Acme – Link', strict: false });
      const { entries } = (await rae.api('GET', `/audit?subject=${app.appId}`)).json;
      assert.deepEqual(entries.map((each: { action: string }) => each.action).sort(), [
        'application.register',
        'application.rename',
        'application.secret',
      ]);
      for (const file of ['portal.sqlite', 'portal.sqlite-wal', 'int/environment.sqlite', 'int/environment.sqlite-wal'])
        assert.equal(contains(join(spine.home, file), app.secret), false, file);
    });

    test('strict names are refused with the fix; guidance only tells', async () => {
      const name = 'Care Vista–Link–INT–e-Referral Service - User-restricted';
      const wish = { environment: 'INT', accessMode: 'user-restricted', name, teamId } as const;
      const strict = await rae.api('POST', '/applications', { ...wish, strict: true });
      assert.deepEqual([strict.status, strict.json.error], [400, 'bad_name']);
      assert.match(strict.json.fix, /Care Vista - Link - INT - e-Referral Service - User-restricted/);
      const mild = await rae.api('POST', '/applications', wish);
      assert.deepEqual([mild.status, mild.json.verdict.outcome], [201, 'warned']);
    });
  });
});

describe('the same by the command line', { concurrency: false }, () => {
  const spine = new LocalSpine({ LOCALSPINE_ENVIRONMENTS: 'INT' });
  before(() => spine.start());
  after(() => spine.remove());

  // biome-ignore lint/suspicious/noExplicitAny: test convenience
  const json = (...args: readonly string[]): any => {
    const ran = spine.cli(...args, '--json');
    assert.equal(ran.status, 0, ran.stderr);
    return JSON.parse(ran.stdout);
  };
  const portal = (...args: readonly string[]) => json('portal', 'application', ...args, '--as', 'release@localspine.example');

  test('from a key pair to a bound ASID', () => {
    const pair = json('key', 'create', '--bits', '2048', '--out', join(spine.home, 'keys'));
    const made = portal('register', '--mode', 'application-restricted', '--capability', 'referrer', '--app', 'Link', '--supplier', 'Acme');
    assert.match(made.name, /^Acme - Link - INT - e-Referral Service - Application-restricted$/);
    assert.match(made.secret, /^[A-Za-z0-9]{16}$/);
    portal('add-api', made.appId, 'e-referrals-service-api-int-application-restricted');
    assert.ok(
      portal('check-keys', made.appId, '--jwks', pair.jwksPath).checks.every((each: { outcome: string }) => each.outcome === 'passed'),
    );
    portal('set-keys', made.appId, '--jwks', pair.jwksPath);
    const asked = portal('request-asid', made.appId, '--ods', 'R69', '--product', 'Link', '--user', '021600556514');
    assert.match(asked.asid, /^\d{12}$/);
    const shown = portal('show', made.appId);
    assert.deepEqual([shown.state, shown.asid, shown.kids], ['live', asked.asid, [pair.kid]]);
    assert.equal(portal('list', '--environment', 'int').applications.length, 1);
    assert.equal(portal('new-secret', made.appId, '--revoke-others').environment, 'INT');
    assert.equal(portal('revoke', made.appId, '--yes').state, 'revoked');
    const { entries } = json('portal', 'audit', '--subject', made.appId);
    const doers = new Set(entries.map((each: { who: string; actedBy?: string }) => `${each.who} (${each.actedBy ?? 'themselves'})`));
    assert.deepEqual([...doers].sort(), ['National service desk (simulated) (themselves)', 'release@localspine.example (operator)']);
  });

  test('the calculator, the sharing rules and names', () => {
    const needs = json('asid', 'calculate', '--euo', 'R69=user,referrer,provider,pds,scr', '--product', 'Link', '--supplier', 'Acme');
    assert.deepEqual([needs.ersAsids, needs.collectiveAsids, needs.total, needs.keyPairs], [3, 1, 4, 3]);
    assert.equal(needs.asids[0].displayName, 'R69 - Link – Prod - User-Restricted');
    assert.equal(spine.cli('asid', 'sharing', '--held', 'ers', '--wanted', 'pds').status, 1);
    assert.equal(json('asid', 'sharing', '--held', 'ers,nems', '--wanted', 'gp-connect').verdict.answer, 'yes');
    assert.equal(spine.cli('asid', 'calculate', '--euo', 'R69=everything').status, 2);
    const name = spine.cli('portal', 'application', 'name', '--environment', 'int', '--name', 'My app', '--strict');
    assert.equal(name.status, 1);
    assert.match(name.stdout, /The service name is missing|The service is called/);
  });
});

const WISH = { accessMode: 'application-restricted', capability: 'provider', app: 'Link', supplier: 'Acme' } as const;

async function registered(
  user: PortalUser,
  environment: string,
  teamId?: string,
  changes: object = {},
): Promise<{ readonly appId: string; readonly apiKey: string; readonly secret: string }> {
  const reply = await user.api('POST', '/applications', { ...WISH, ...changes, environment, ...(teamId === undefined ? {} : { teamId }) });
  assert.equal(reply.status, 201, reply.text);
  return reply.json;
}

/** The hidden fields of the first form that registers. */
function hiddenFields(html: string): Record<string, string> {
  const form = /action="\/environment-access\/new\/register"[\s\S]*?<\/form>/.exec(html)?.[0] ?? '';
  const fields = [...form.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)">/g)].map(([, name = '', value = '']) => [
    name,
    value,
  ]);
  return { ...Object.fromEntries(fields), csrf: tokenIn(html) };
}

function contains(path: string, text: string): boolean {
  try {
    return readFileSync(path).includes(text);
  } catch {
    return false;
  }
}
