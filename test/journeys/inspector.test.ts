/** The inspector of the portal: who sees which exchange, what changes an environment and who may, and that everything done is recorded. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { LocalSpine } from '../helpers/localspine.ts';
import { PortalUser, portalOf } from '../helpers/portal.ts';
import { makeKeyPair, Supplier } from '../helpers/supplier.ts';

const REFERRAL = '/STU3/ReferralRequest/000000070000';

describe('the inspector', { concurrency: false }, () => {
  const spine = new LocalSpine({ LOCALSPINE_ENVIRONMENTS: 'INT' });
  const keys = makeKeyPair();
  let base = '';
  let appId = '';
  let productName = '';
  let operator: PortalUser;
  const visitor = (): PortalUser => new PortalUser(base);

  before(async () => {
    await spine.start();
    base = portalOf(spine);
    operator = await visitor().demonstration('Ola Operator');
    const supplier = new Supplier(spine);
    const app = await supplier.register({
      name: 'Inspected',
      accessMode: 'application-restricted',
      capability: 'provider',
      odsCode: 'R69',
      jwks: keys.jwks,
    });
    appId = app.appId;
    productName = (await spine.admin('INT', `/gateway/applications/${appId}`)).json.subscriptions[0].product;
    const { json } = await supplier.clientCredentials(app, keys);
    await supplier.ers(json.access_token, undefined, REFERRAL, { headers: { 'x-correlation-id': 'inspected-1' } });
    await spine.call('INT', `/referrals/FHIR${REFERRAL}`, { headers: { authorization: 'Bearer nobody-knows-this-token' } });
    await spine.call('INT', '/nothing/here');
  });
  after(() => spine.remove());

  describe('the journal', () => {
    test('on a machine of one’s own it is there without signing in, newest first, with why and what to read about it', async () => {
      const page = await visitor().open('/inspect/INT');
      assert.equal(page.status, 200);
      const [nothing, unknown] = [page.text.indexOf('/nothing/here'), page.text.indexOf('gateway.token.known')];
      assert.ok(nothing > 0 && unknown > nothing, 'the latest comes first');
      assert.match(page.text, /href="\/help\/errors\/http\.path"/);
    });

    test('filters narrow it, and one that cannot be is said at its field', async () => {
      const found = await visitor().open('/inspect/INT?service=ers&status=4xx');
      assert.match(found.text, /gateway\.token\.known/);
      assert.doesNotMatch(found.text, /\/nothing\/here/);
      assert.match((await visitor().open('/inspect/INT?patient=999%20999%209999')).text, /No exchange fits the filters/);
      const wrong = await visitor().open('/inspect/INT?status=often');
      assert.equal(wrong.status, 400);
      assert.match(wrong.text, /<title>Error: /);
      assert.match(wrong.text, /href="#status"/);
    });

    test('one exchange has its checks, headers and bodies, and what goes with it', async () => {
      const { exchanges } = (await visitor().api('GET', '/inspect/INT/exchanges?correlation=inspected-1')).json;
      assert.equal(exchanges.length, 1);
      const page = await visitor().open(`/inspect/INT/exchanges/${exchanges[0].id}`);
      for (const text of ['gateway.token', 'ers.proxy.asid', 'Passed', 'X-Correlation-ID', 'inspected-1', appId, 'Bearer …'])
        assert.ok(page.text.includes(text), text);
      assert.equal((await visitor().open('/inspect/INT/exchanges/nobody')).status, 404);
    });

    test('what has come since is asked for by a cursor', async () => {
      const [newest] = (await visitor().api('GET', '/inspect/INT/exchanges?limit=1')).json.exchanges;
      const nothing = await visitor().open(`/inspect/INT/rows?after=${newest.id}`);
      assert.equal(nothing.text.trim(), '');
      await spine.call('INT', '/something/new');
      const fresh = await visitor().open(`/inspect/INT/rows?after=${newest.id}`);
      assert.match(fresh.text, /^\s*<tr[\s\S]*\/something\/new/);
      assert.ok((fresh.headers['localspine-last'] ?? '') > newest.id);
    });

    test('without script the page renews itself when asked to', async () => {
      assert.equal((await visitor().open('/inspect/INT')).headers['refresh'], undefined);
      assert.equal((await visitor().open('/inspect/INT?refresh=on')).headers['refresh'], '10');
    });

    test('what a client sent is shown as text and nothing else', async () => {
      await spine.call('INT', '/<script>alert(1)</script>');
      const page = await visitor().open('/inspect/INT?limit=5');
      assert.doesNotMatch(page.text, /<script>alert/);
      assert.match(page.text, /&lt;script&gt;|%3Cscript%3E/i);
    });
  });

  describe('least privilege', () => {
    test('a supplier sees exchanges of nobody known and of their own applications, not of others’', async () => {
      const supplier = await visitor().demonstration('Dev Supplier');
      const page = await supplier.open('/inspect/INT');
      assert.match(page.text, /\/nothing\/here/);
      assert.doesNotMatch(page.text, new RegExp(appId));
      const { exchanges } = (await operator.api('GET', `/inspect/INT/exchanges?app=${appId}`)).json;
      assert.ok(exchanges.length > 0, 'the operator sees it');
      assert.equal((await supplier.api('GET', `/inspect/INT/exchanges/${exchanges[0].id}`)).status, 404);
      assert.deepEqual((await supplier.api('GET', `/inspect/INT/exchanges?app=${appId}`)).json.exchanges, []);
      // A token request of an application of their own is theirs to see, and nobody else's.
      const own = await supplier.api('POST', '/applications', {
        environment: 'INT',
        accessMode: 'application-restricted',
        capability: 'provider',
        app: 'Link',
        supplier: 'Acme',
      });
      assert.equal(own.status, 201, own.text);
      await spine.admin('INT', `/gateway/applications/${own.json.appId}/jwks`, { method: 'PUT', body: { jwks: keys.jwks } });
      await supplier.api('PUT', `/applications/${own.json.appId}/api`, { product: productName });
      await new Supplier(spine).clientCredentials({ ...own.json, asid: '', callbackUrl: '' }, keys);
      const theirs = (await supplier.api('GET', `/inspect/INT/exchanges?app=${own.json.appId}`)).json.exchanges;
      assert.equal(theirs.length, 1, 'the token request of their own application');
      const stranger = await visitor().demonstration('Rae Release Lead');
      assert.deepEqual((await stranger.api('GET', `/inspect/INT/exchanges?app=${own.json.appId}`)).json.exchanges, []);
    });

    test('a reviewer and a CIO have no part in it', async () => {
      for (const name of ['Perry of e-RS Partners', 'Casey CIO of R69']) {
        const user = await visitor().demonstration(name);
        assert.equal((await user.open('/inspect/INT')).status, 403);
        assert.equal((await user.api('GET', '/inspect/INT/exchanges')).status, 403);
      }
    });

    test('only operators change anything, whichever door is tried', async () => {
      const supplier = await visitor().demonstration('Dev Supplier');
      const changes = [
        ['/clock', { how: 'advance', wanted: '1h' }, 'PUT', '/clock', { advance: '1h' }],
        ['/faults', { newId: 'not-to-be', example: 'ers-slow' }, 'POST', '/faults', { example: 'ers-slow' }],
        ['/faults/clear', {}, 'DELETE', '/faults', {}],
        ['/snapshots', { name: 'mine' }, 'POST', '/snapshots', { name: 'mine' }],
        ['/snapshots/mine/load', {}, 'POST', '/snapshots/mine/load', {}],
        ['/reset/all', {}, 'POST', '/reset', { all: true }],
        ['/import', { document: '{"patients":[]}' }, 'POST', '/import', { patients: [] }],
        ['/outbox/any/retry', {}, 'POST', '/outbox/any/retry', {}],
      ] as const;
      for (const [path, fields, method, apiPath, body] of changes) {
        const byForm = await supplier.submit('/inspect/INT/clock', fields, `/inspect/INT${path}`);
        assert.equal(byForm.status, 403, path);
        const byApi = await supplier.api(method, `/inspect/INT${apiPath}`, body);
        assert.deepEqual([byApi.status, byApi.json.error], [403, 'not_permitted'], apiPath);
        assert.equal((await visitor().api(method, `/inspect/INT${apiPath}`, body)).status, 401, apiPath);
        const withoutToken = await operator.post(`/inspect/INT${path}`, fields);
        assert.equal(withoutToken.status, 403, `${path} without the form's token`);
      }
      assert.equal((await visitor().api('GET', '/inspect/INT/clock')).json.offsetSeconds, 0);
      assert.deepEqual((await visitor().api('GET', '/inspect/INT/faults')).json.rules, []);
      assert.deepEqual((await visitor().api('GET', '/inspect/INT/snapshots')).json.snapshots, []);
    });
  });

  describe('a rehearsal', () => {
    test('the clock goes forward, not back, and is released', async () => {
      const moved = await operator.submit('/inspect/INT/clock', { how: 'advance', wanted: '2h' });
      assert.match(moved.text, /The clock was moved/);
      assert.equal((await operator.api('GET', '/inspect/INT/clock')).json.offsetSeconds, 7_200);
      const back = await operator.submit('/inspect/INT/clock', { how: 'set', wanted: '2020-01-01T00:00:00Z' });
      assert.equal(back.status, 409);
      assert.match(back.text, /only moves forward/);
      const nonsense = await operator.submit('/inspect/INT/clock', { how: 'advance', wanted: 'a while' });
      assert.equal(nonsense.status, 400);
      assert.match(nonsense.text, /value="a while"/, 'what was typed is still there');
      assert.match((await operator.submit('/inspect/INT/clock', { how: 'release' })).text, /real time again/);
      assert.equal((await operator.api('GET', '/inspect/INT/clock')).json.offsetSeconds, 0);
    });

    test('a fault of the catalogue is set, met by a client, and taken away; a form sent twice sets one', async () => {
      const form = { newId: 'from-the-page', example: 'ers-rate-limit' };
      await operator.submit('/inspect/INT/faults', form);
      const page = await operator.submit('/inspect/INT/faults', form);
      assert.match(page.text, /ers, every operation: answers 429 with Retry-After 5, 3 more/);
      assert.equal((await spine.call('INT', `/referrals/FHIR${REFERRAL}`)).status, 429);
      assert.match(
        (await operator.submit('/inspect/INT/faults', { ruleId: 'from-the-page' }, '/inspect/INT/faults/clear')).text,
        /taken away/,
      );
      const own = await operator.api('POST', '/inspect/INT/faults', {
        service: 'gateway',
        operation: 'token',
        effect: { kind: 'status', status: 503, retryAfterSeconds: 7 },
      });
      assert.equal(own.status, 201);
      const refused = await spine.call('INT', '/oauth2/token', { method: 'POST', body: '' });
      assert.deepEqual([refused.status, refused.headers['retry-after']], [503, '7']);
      assert.deepEqual((await operator.api('DELETE', `/inspect/INT/faults/${own.json.id}`, {})).json, { removed: 1 });
      const wrong = await operator.submit('/inspect/INT/faults', { newId: 'never-mind', service: 'ers', kind: 'status', number: '200' });
      assert.equal(wrong.status, 400);
    });

    test('data is kept under a name and comes back after a question; a reset asks as well', async () => {
      const referral = async (): Promise<number> =>
        (await spine.admin('INT', '/data')).json.tables.find((each: { table: string }) => each.table === 'demographics_patient').rows;
      const seeded = await referral();
      await operator.submit('/inspect/INT/data', { name: 'before' }, '/inspect/INT/snapshots');
      const patient = {
        nhsNumber: '9990000018',
        title: 'Mrs',
        givenNames: ['Grace'],
        familyName: 'Example',
        birthDate: '1960-05-04',
        gender: 'female',
        addressLines: ['2 High Street'],
        postcode: 'LS1 4AP',
        gpPractice: 'Z9901',
        sensitivity: 'U',
      };
      assert.match(
        (await operator.submit('/inspect/INT/data', { document: JSON.stringify({ patients: [patient] }) }, '/inspect/INT/import')).text,
        /The data was taken in/,
      );
      assert.equal(await referral(), seeded + 1);
      assert.equal((await operator.submit('/inspect/INT/data', { document: '{' }, '/inspect/INT/import')).status, 400);
      assert.match((await operator.open('/inspect/INT/snapshots/before/load')).text, /What was made since is lost/);
      assert.match((await operator.submit('/inspect/INT/snapshots/before/load', {})).text, /as it was when the snapshot was saved/);
      assert.equal(await referral(), seeded);
      assert.equal((await operator.submit('/inspect/INT/data', { name: 'not a name!' }, '/inspect/INT/snapshots')).status, 400);
      assert.match((await operator.submit('/inspect/INT/reset/data', {})).text, /seed data again/);
    });

    test('what waits is shown without secrets and can be done now', async () => {
      const { jobs } = (await operator.api('GET', '/inspect/INT/outbox')).json;
      const waiting = jobs.find((each: { state: string }) => each.state === 'waiting');
      assert.ok(waiting !== undefined);
      assert.match((await operator.submit('/inspect/INT/outbox', {}, `/inspect/INT/outbox/${waiting.id}/retry`)).text, /being done now/);
      assert.equal((await operator.api('POST', '/inspect/INT/outbox/nobody/retry', {})).status, 404);
    });

    test('every change is in the audit trail, with who made it; one that failed says so', async () => {
      const { entries } = (await operator.api('GET', '/audit?limit=100')).json;
      const actions = new Set(entries.map((each: { action: string }) => each.action));
      for (const action of [
        'clock.set',
        'clock.release',
        'fault.add',
        'fault.clear',
        'snapshot.save',
        'snapshot.save.failed',
        'snapshot.load',
        'environment.import',
        'environment.reset',
        'outbox.retry',
        'outbox.retry.failed',
      ])
        assert.ok(actions.has(action), action);
      for (const each of entries)
        if (/^(clock|fault|snapshot|environment|outbox)\./.test(each.action)) assert.equal(each.who, 'operator@localspine.example');
    });
  });

  test('help: every error has a page, found by a search, a code, or what a client saw', async () => {
    const anybody = visitor();
    assert.match((await anybody.open('/help/errors?q=asid')).text, /ers\.proxy\.asid/);
    assert.match((await anybody.open('/help/errors/ers.proxy.asid')).text, /Likely cause/);
    assert.match((await anybody.open('/help/errors/SLOT_NOT_AVAILABLE')).text, /ers\.slot-not-available/);
    assert.match((await anybody.open('/help/errors/no-such-code')).text, /No page holds all of these words/);
    assert.equal((await anybody.api('GET', '/errors/clock_backwards')).json.errors[0].code, 'localspine.clock_backwards');
    assert.equal((await spine.admin('INT', '/errors/gateway.token.known')).json.errors.length, 1);
    assert.equal((await spine.admin('INT', '/errors/no-such-code')).json.error, 'error_unknown');
    assert.match(spine.cli('explain', 'gateway.token.known').stdout, /Likely cause/);
  });
});

test('where other machines reach the portal, nobody sees a journal without signing in', async () => {
  const spine = await new LocalSpine({
    LOCALSPINE_ENVIRONMENTS: 'INT',
    LOCALSPINE_ADMIN_TOKEN: 'an operator’s token of some length'.replace('’', ''),
  }).start();
  try {
    const visitor = new PortalUser(portalOf(spine));
    assert.equal((await visitor.open('/inspect/INT')).path, '/sign-in?next=%2Finspect%2FINT');
    assert.equal((await visitor.api('GET', '/inspect/INT/exchanges')).status, 401);
    assert.equal((await visitor.api('GET', '/inspect/INT/outbox')).status, 401);
    assert.equal((await visitor.open('/help/errors')).status, 200, 'the knowledge base tells nothing of anybody');
  } finally {
    await spine.remove();
  }
});
