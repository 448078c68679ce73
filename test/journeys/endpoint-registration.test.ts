/**
 * A supplier's system gets its party key, ASID and CPA ids: by its own endpoint administrator, by request, and by what an operator does. What is
 * registered shows in the FHIR API of the directory with the next call, and is what an application can be bound to.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { BrowserSession } from '../helpers/browser-session.ts';
import { LocalSpine, type Reply } from '../helpers/localspine.ts';
import { makeKeyPair, Supplier } from '../helpers/supplier.ts';

const ADMINISTRATOR = '904000000001';
const APPLICANT = '904000000002';
const APPROVER = '904000000003';
const DNS_APPROVER = '904000000004';
const STRANGER = '555073103100';
const READ_METADATA = 'urn:nhs:names:services:gpconnect:fhir:rest:read:metadata-1';
const GET_RECORD = 'urn:nhs:names:services:gpconnect:fhir:operation:gpc.getcarerecord';
const PDS = 'urn:nhs:names:services:pdsquery:QUPA_IN040000UK32';

const spine = new LocalSpine({ LOCALSPINE_ENVIRONMENTS: 'INT', LOCALSPINE_REGISTRATION_APPROVAL: 'person' });
const supplier = new Supplier(spine);
let apiKey = '';

before(async () => {
  await spine.start();
  const app = await supplier.register({
    accessMode: 'application-restricted',
    productName: 'spine-directory-service-api-int',
    asid: 'none',
    jwks: makeKeyPair().jwks,
  });
  apiKey = app.apiKey;
});
after(async () => {
  await spine.remove();
});

const post = (path: string, body: unknown): Promise<Reply> => spine.admin('INT', `/endpoint-registration${path}`, { method: 'POST', body });
const get = (path: string): Promise<Reply> => spine.admin('INT', `/endpoint-registration${path}`);

async function find(resource: 'Device' | 'Endpoint', ods: string, interaction: string): Promise<Reply> {
  const query = `organization=https://fhir.nhs.uk/Id/ods-organization-code|${ods}&identifier=https://fhir.nhs.uk/Id/nhsServiceInteractionId|${interaction}`;
  return spine.call('INT', `/spine-directory/FHIR/R4/${resource}?${query}`, { headers: { apikey: apiKey } });
}

async function product(version: string, messageSet: readonly string[] = [READ_METADATA], name = 'Acme Record'): Promise<string> {
  const body = { manufacturerOdsCode: 'ZS001', name, version, kind: 'CMA', messageSet, additionalInteractions: [PDS] };
  const reply = await post('/products', body);
  assert.equal(reply.status, 201, reply.text);
  return reply.json.productKey;
}

describe('an endpoint administrator', () => {
  test('registers a system of their maker at once; it shows in the FHIR API, changes with it, and leaves with it', async () => {
    const productKey = await product('1.0');
    const wish = { kind: 'register', odsCode: 'B81001', productKey, fqdn: 'Record.B81001.thirdparty.nhs.uk' };
    const made = await post('/requests', { as: ADMINISTRATOR, route: 'direct', wish });
    assert.equal(made.status, 201, made.text);
    assert.equal(made.json.state, 'live');
    const { partyKey, asid, cpaIds } = made.json.outcome;
    assert.match(partyKey, /^B81001-823\d{3}$/);
    assert.match(asid, /^2000000024\d\d$/);
    assert.equal(cpaIds.length, 1);

    const device = await find('Device', 'B81001', PDS);
    assert.deepEqual([device.status, device.json.total], [200, 1], device.text);
    assert.equal(device.json.entry[0].resource.identifier[0].value, asid);
    const endpoint = await find('Endpoint', 'B81001', READ_METADATA);
    assert.equal(endpoint.json.entry[0].resource.address, 'https://record.b81001.thirdparty.nhs.uk/');

    const path = `/registrations/${partyKey}/${productKey}`;
    const { version } = (await get(path)).json;
    const change = { kind: 'change-address', partyKey, productKey, version, fqdn: 'new.b81001.thirdparty.nhs.uk' };
    assert.equal((await post('/requests', { as: ADMINISTRATOR, route: 'direct', wish: change })).json.state, 'live');
    assert.equal((await find('Endpoint', 'B81001', READ_METADATA)).json.entry[0].resource.address, 'https://new.b81001.thirdparty.nhs.uk/');
    const stale = await post('/requests', { as: ADMINISTRATOR, route: 'direct', wish: change });
    assert.deepEqual([stale.status, stale.json.error], [409, 'changed_meanwhile']);

    const newer = await product('2.0', [READ_METADATA, GET_RECORD]);
    const upgrade = { kind: 'change-version', partyKey, productKey, version: (await get(path)).json.version, newProductKey: newer };
    const upgraded = await post('/requests', { as: ADMINISTRATOR, route: 'direct', wish: upgrade });
    assert.equal(upgraded.json.outcome.cpaIds.length, 2, upgraded.text);
    assert.equal(upgraded.json.outcome.asid, asid, 'the ASID stays');
    assert.equal((await find('Endpoint', 'B81001', GET_RECORD)).json.total, 1);

    const now = (await get(`/registrations/${partyKey}/${newer}`)).json.version;
    const retire = { kind: 'retire', partyKey, productKey: newer, version: now };
    assert.equal((await post('/requests', { as: ADMINISTRATOR, route: 'direct', wish: retire })).json.state, 'live');
    assert.equal((await find('Device', 'B81001', PDS)).json.total, 0);
    const history = (await get(`/history/accredited-system/${asid}`)).json.changes;
    assert.deepEqual(
      history.map((each: { type: string }) => each.type),
      ['delete', 'modify', 'add'],
    );
    assert.ok(history.every((each: { actor: string }) => each.actor === ADMINISTRATOR));
  });

  test('is one for a maker: without the grant the direct way is closed', async () => {
    const productKey = await product('3.0');
    const wish = { kind: 'register', odsCode: 'B81001', productKey, fqdn: 'three.b81001.thirdparty.nhs.uk' };
    for (const userId of [APPLICANT, APPROVER, STRANGER]) {
      const refused = await post('/requests', { as: userId, route: 'direct', wish });
      assert.deepEqual([refused.status, refused.json.error], [403, 'duty_missing'], userId);
    }
    const grant = { userId: APPLICANT, duty: 'endpoint-administrator', odsCode: 'ZS001' };
    assert.equal((await post('/grants', grant)).status, 201);
    assert.equal((await post('/requests', { as: APPLICANT, route: 'direct', wish })).json.state, 'live');
    assert.equal((await spine.admin('INT', '/endpoint-registration/grants', { method: 'DELETE', body: grant })).status, 200);
    const again = { ...wish, odsCode: 'C81007', fqdn: 'three.c81007.thirdparty.nhs.uk' };
    assert.equal((await post('/requests', { as: APPLICANT, route: 'direct', wish: again })).status, 403, 'gone at once');
  });
});

describe('a request', () => {
  test('goes to the DNS approver, then to the approver; nobody decides on their own; the records say who did', async () => {
    const productKey = await product('4.0');
    const wish = { kind: 'register', odsCode: 'A83008', productKey, fqdn: 'four.a83008.thirdparty.nhs.uk' };
    const sent = await post('/requests', { as: APPLICANT, wish });
    assert.deepEqual([sent.status, sent.json.state], [201, 'submitted'], sent.text);
    const path = `/requests/${sent.json.requestId}/decision`;
    assert.equal((await post(path, { as: APPLICANT, event: 'approve' })).status, 403);
    assert.deepEqual((await post(path, { as: APPROVER, event: 'approve' })).json.error, 'dns_approval');
    assert.equal((await find('Device', 'A83008', PDS)).json.total, 0, 'nothing is registered yet');
    assert.equal((await post(path, { as: DNS_APPROVER, event: 'approve-dns' })).json.state, 'dns-approved');
    const live = await post(path, { as: APPROVER, event: 'approve' });
    assert.equal(live.json.state, 'live', live.text);
    const { partyKey } = live.json.outcome;
    const [handler] = (await get(`/registrations/${partyKey}/${productKey}`)).json.messageHandlingSystems;
    assert.match(handler.approval.requestor, /uid=904000000002/);
    assert.match(handler.approval.approver, /uid=904000000003/);
    assert.match(handler.approval.dnsApprover, /uid=904000000004/);
    assert.equal((await post(path, { as: APPROVER, event: 'approve' })).json.error, 'request_state', 'once only');
  });

  test('comes back with a reason, and can be sent again or withdrawn', async () => {
    const productKey = await product('5.0');
    const wish = { kind: 'register', odsCode: 'H81109', productKey, fqdn: 'five.h81109.thirdparty.nhs.uk' };
    const { requestId } = (await post('/requests', { as: APPLICANT, wish })).json;
    const path = `/requests/${requestId}`;
    assert.equal((await post(`${path}/decision`, { as: APPROVER, event: 'refuse' })).status, 422, 'a refusal has a reason');
    const back = await post(`${path}/decision`, { as: APPROVER, event: 'refuse', reason: 'Wrong practice.' });
    assert.deepEqual([back.json.state, back.json.reason], ['draft', 'Wrong practice.']);
    const again = { as: APPLICANT, wish: { ...wish, odsCode: 'A21471' } };
    const sent = await spine.admin('INT', `/endpoint-registration${path}`, { method: 'PUT', body: again });
    assert.deepEqual([sent.json.state, sent.json.odsCode, sent.json.reason], ['submitted', 'A21471', undefined], sent.text);
    assert.equal((await post(`${path}/decision`, { as: ADMINISTRATOR, event: 'withdraw' })).status, 403);
    assert.equal((await post(`${path}/decision`, { as: APPLICANT, event: 'withdraw' })).json.state, 'withdrawn');
  });

  test('is refused with every fault at once, and nothing is stored', async () => {
    const productKey = await product('6.0');
    const before = (await get('/changes?after=0')).json.last;
    const cases: readonly [object, RegExp][] = [
      [{ odsCode: 'NOPE99', productKey, fqdn: 'a.nhs.uk' }, /Invalid ODS Code: could not resolve 'NOPE99'/],
      [{ odsCode: 'A83008', productKey }, /MHS FQDN/],
      [{ odsCode: 'A83008', productKey, fqdn: 'a.example.com' }, /must end in nhs\.uk/],
      [{ odsCode: 'A83008', productKey, fqdn: 'six.nhs.uk', endpoint: 'https://six.nhs.uk:443/' }, /must not state a port/],
      [{ odsCode: 'A83008', productKey, fqdn: 'six.nhs.uk', endpoint: 'https://other.nhs.uk/' }, /host of the endpoint must be six/],
      [{ odsCode: 'A83008', productKey, fqdn: 'four.a83008.thirdparty.nhs.uk' }, /belongs to the party key A83008/],
      [{ odsCode: 'A83008', productKey: '99999999', fqdn: 'six.nhs.uk' }, /no product/],
    ];
    for (const [fields, text] of cases) {
      const refused = await post('/requests', { wish: { kind: 'register', ...fields } });
      assert.deepEqual([refused.status, refused.json.error], [422, 'registration_refused'], refused.text);
      assert.match(refused.json.message, text);
    }
    const foreign = { kind: 'register', odsCode: 'RR8', productKey, fqdn: 'six.nhs.uk' };
    assert.equal((await post('/requests', { as: STRANGER, wish: foreign })).status, 403);
    for (const bad of [{}, { wish: [] }, { wish: { kind: 'register' } }, { wish: foreign, more: 1 }, { wish: { ...foreign, asid: '1' } }])
      assert.equal((await post('/requests', bad)).status, 400, JSON.stringify(bad));
    assert.equal((await get('/changes?after=0')).json.last, before);
  });
});

test('one register: an application is bound to an ASID that is registered, and holds it back from retirement', async () => {
  const productKey = await product('7.0');
  const wish = { kind: 'register', odsCode: 'R69', productKey, fqdn: 'seven.r69.thirdparty.nhs.uk' };
  const { outcome } = (await post('/requests', { wish })).json;
  const app = await supplier.register({ accessMode: 'application-restricted', asid: 'none', jwks: makeKeyPair().jwks });
  const bind = (asid: string): Promise<Reply> =>
    spine.admin('INT', `/gateway/applications/${app.appId}/asid`, { method: 'PUT', body: { asid } });
  assert.deepEqual([(await bind('999999999999')).status, (await bind('999999999999')).json.error], [404, 'asid_unknown']);
  assert.equal((await bind(outcome.asid)).status, 200);
  const { version } = (await get(`/registrations/${outcome.partyKey}/${productKey}`)).json;
  const retire = { kind: 'retire', partyKey: outcome.partyKey, productKey, version };
  assert.equal((await post('/requests', { wish: retire })).json.error, 'asid_bound');
  await spine.admin('INT', `/gateway/applications/${app.appId}/asid`, { method: 'DELETE' });
  assert.equal((await post('/requests', { wish: retire })).status, 201);
  assert.equal((await bind(outcome.asid)).status, 404, 'never used again');
});

describe('the API platform in front of the FHIR API', () => {
  test('wants a key of an application with the product', async () => {
    const path = '/spine-directory/FHIR/R4/Device';
    for (const headers of [{}, { apikey: 'nobody' }]) {
      const refused = await spine.call('INT', path, { headers });
      assert.equal(refused.status, 401);
      assert.equal(refused.json.issue[0].details.coding[0].code, 'ACCESS_DENIED');
    }
    assert.equal((await spine.call('INT', path, { headers: { apikey: apiKey } })).status, 400);
  });

  test('sends an interaction that Spine carries on to its intermediary', async () => {
    const reliable = 'urn:nhs:names:services:gp2gp:RCMR_IN010000UK05';
    const productKey = await product('1.0', [reliable], 'Acme Transfer');
    await post('/requests', { wish: { kind: 'register', odsCode: 'RR8', productKey, fqdn: 'transfer.rr8.thirdparty.nhs.uk' } });
    const found = await find('Endpoint', 'RR8', reliable);
    assert.equal(found.status, 200, found.text);
    const { address, identifier } = found.json.entry[0].resource;
    assert.match(address, /\/reliablemessaging\/intermediary$/);
    assert.equal(identifier[0].value, 'transfer.rr8.thirdparty.nhs.uk');
  });

  test('answers what a user has set to go wrong', async () => {
    await spine.admin('INT', '/faults', {
      method: 'POST',
      body: { service: 'spine-directory', operation: 'find-devices', effect: { kind: 'status', status: 504 }, count: 1 },
    });
    const timedOut = await find('Device', 'YES', PDS);
    assert.deepEqual([timedOut.status, timedOut.json.issue?.[0].diagnostics], [504, 'LDAP request timed out'], timedOut.text);
  });
});

describe('in the browser', () => {
  test('an endpoint administrator signs in, registers a system, sees its records and retires it', async () => {
    const productKey = await product('8.0');
    const browser = new BrowserSession(spine);
    assert.equal((await browser.send('/eprwebapp')).status, 401);
    const home = await browser.signIn('/eprwebapp/sign-in?next=/eprwebapp', ADMINISTRATOR);
    assert.match(home.text, /endpoint-administrator \(ZS001\)/, home.text);
    const form = await browser.open('/eprwebapp/new');
    const wrong = await browser.submit('/eprwebapp/new', { odsCode: 'C81007', productKey, fqdn: '<script>alert(1)</script>' }, form);
    assert.equal(wrong.status, 422);
    assert.match(wrong.text, /must end in nhs\.uk/);
    assert.ok(!wrong.text.includes('<script>'), 'what was typed comes back escaped');
    const made = await browser.submit('/eprwebapp/new', { odsCode: 'c81007', productKey, fqdn: 'eight.c81007.thirdparty.nhs.uk' }, form);
    assert.match(made.text, /C81007-823\d{3}/);
    const partyKey = /C81007-823\d{3}/.exec(made.text)?.[0] ?? '';
    const system = await browser.open(`/eprwebapp/systems/${partyKey}/${productKey}`);
    assert.match(system.text, /Accredited system 2000000024/);
    const version = /name="version" value="(\d+)"/.exec(system.text)?.[1] ?? '';
    await browser.submit(`/eprwebapp/systems/${partyKey}/${productKey}/change`, { kind: 'retire', version }, system);
    assert.equal((await browser.open(`/eprwebapp/systems/${partyKey}/${productKey}`)).status, 404);
  });

  test('a form without its token, or from elsewhere, changes nothing; other people’s records are not there', async () => {
    const browser = new BrowserSession(spine);
    const home = await browser.signIn('/eprwebapp/sign-in', STRANGER);
    assert.match(home.text, /No systems of your organisations are registered/);
    const wish = { odsCode: 'D82106', productKey: '1002' };
    assert.equal((await browser.send('/eprwebapp/new', wish)).status, 403);
    const csrf = /name="csrf" value="([^"]+)"/.exec(home.text)?.[1] ?? '';
    assert.equal(
      (await browser.send('/eprwebapp/new', { ...wish, csrf }, { origin: 'https://elsewhere.example', 'sec-fetch-site': 'cross-site' }))
        .status,
      403,
    );
    assert.equal((await browser.open('/eprwebapp/systems/R69-822099/1002')).status, 404);
    assert.equal((await browser.open('/ndsadmin/organisations/R69')).status, 403);
    await browser.submit('/eprwebapp/sign-out', {}, home);
    assert.equal((await browser.send('/eprwebapp')).status, 401);
  });

  test('a request goes from person to person: sent, named, refused with a reason, sent again, approved', async () => {
    const productKey = await product('9.0');
    const [applicant, approver, names] = [new BrowserSession(spine), new BrowserSession(spine), new BrowserSession(spine)];
    await applicant.signIn('/eprwebapp/sign-in', APPLICANT);
    await approver.signIn('/eprwebapp/sign-in', APPROVER);
    await names.signIn('/eprwebapp/sign-in', DNS_APPROVER);
    const wish = { odsCode: 'M85011', productKey, fqdn: 'nine.m85011.thirdparty.nhs.uk' };
    const sent = await applicant.submit('/eprwebapp/new', wish, await applicant.open('/eprwebapp/new'));
    const path = /\/eprwebapp\/requests\/[0-9a-f-]{36}/.exec(sent.text)?.[0] ?? '';
    assert.doesNotMatch(sent.text, /value="approve"/, 'nobody decides on their own');
    assert.equal((await applicant.submit(path, { event: 'approve' }, sent)).status, 403);
    const page = await approver.open(path);
    assert.equal((await approver.submit(path, { event: 'refuse', reason: '' }, page)).status, 422);
    assert.match((await approver.submit(path, { event: 'refuse', reason: 'Wrong practice' }, page)).text, /Wrong practice/);
    const back = await applicant.open(path);
    const faulty = await applicant.submit(`${path}/again`, { ...wish, odsCode: 'NOPE9' }, back);
    assert.deepEqual([faulty.status, /could not resolve/.test(faulty.text)], [422, true]);
    await applicant.submit(`${path}/again`, { ...wish, odsCode: 'ZP9003' }, back);
    await names.submit(path, { event: 'approve-dns' }, await names.open(path));
    const live = await approver.submit(path, { event: 'approve' }, await approver.open(path));
    assert.match(live.text, /ZP9003-823\d{3}/);
  });

  test('a host name is asked for, refused, asked for again and approved by the DNS team; then it is the organisation’s (PTL-011)', async () => {
    const [applicant, names] = [new BrowserSession(spine), new BrowserSession(spine)];
    await applicant.signIn('/eprwebapp/sign-in', APPLICANT);
    await names.signIn('/eprwebapp/sign-in', DNS_APPROVER);
    const form = await applicant.open('/eprwebapp/names');
    const wrong = await applicant.submit('/eprwebapp/names', { odsCode: 'zs001', fqdn: 'https://<b>.nhs.uk:443/' }, form);
    assert.deepEqual([wrong.status, /without https/.test(wrong.text), wrong.text.includes('<b>')], [422, true, false]);
    const sent = await applicant.submit('/eprwebapp/names', { odsCode: 'zs001', fqdn: 'Page.Acme.thirdparty.nhs.uk' }, form);
    const path = /\/eprwebapp\/requests\/[0-9a-f-]{36}/.exec(sent.text)?.[0] ?? '';
    assert.doesNotMatch((await applicant.open('/eprwebapp/names')).text, /page\.acme/, 'it is nobody’s yet');
    const waiting = await names.open(path);
    assert.doesNotMatch(waiting.text, /value="approve"/, 'there is nothing but the name to approve');
    await names.submit(path, { event: 'refuse', reason: 'Ask for mhs.acme' }, waiting);
    const back = await applicant.open(path);
    await applicant.submit(`${path}/again`, { odsCode: 'ZS001', fqdn: 'mhs.acme.thirdparty.nhs.uk', addresses: '127.0.0.7' }, back);
    const live = await names.submit(path, { event: 'approve-dns' }, await names.open(path));
    assert.match(live.text, /mhs\.acme\.thirdparty\.nhs\.uk resolves to 127\.0\.0\.7/);
    assert.match((await applicant.open('/eprwebapp/names')).text, /mhs\.acme\.thirdparty\.nhs\.uk[\s\S]*ZS001[\s\S]*127\.0\.0\.7/);
    const productKey = await product('9.1');
    const theirs = { kind: 'register', odsCode: 'M85011', productKey, fqdn: 'mhs.acme.thirdparty.nhs.uk' };
    const made = await post('/requests', { wish: theirs });
    assert.deepEqual([made.status, made.json.outcome.name.registeredBy], [201, 'name-request'], made.text);
    assert.equal(
      (await post('/requests', { as: STRANGER, wish: { kind: 'register-name', odsCode: 'ZS001', fqdn: 'x.nhs.uk' } })).status,
      403,
    );
  });

  test('a callback that this browser did not begin is refused, and nobody is sent elsewhere', async () => {
    const browser = new BrowserSession(spine);
    assert.equal((await browser.send('/eprwebapp/callback?state=x&code=y')).status, 400);
    const landed = await browser.signIn('/eprwebapp/sign-in?next=https://elsewhere.example/', ADMINISTRATOR);
    assert.match(landed.text, /Systems and requests/);
  });

  test('NDS Admin changes an organisation and closes a role, with history', async () => {
    const browser = new BrowserSession(spine);
    await browser.signIn('/eprwebapp/sign-in?next=/ndsadmin', APPROVER);
    const page = await browser.open('/ndsadmin/organisations/ZP9001');
    const saved = await browser.submit(
      '/ndsadmin/organisations/ZP9001',
      { name: 'Renamed Surgery', kind: 'gp-practice', open: 'yes', referring: 'yes', address: '1 High Street\nLeeds' },
      page,
    );
    assert.match(saved.text, /Renamed Surgery/);
    const [change] = (await get('/history/organisation/ZP9001')).json.changes;
    assert.deepEqual([change.actor, change.type, change.after.name], [APPROVER, 'modify', 'Renamed Surgery']);
    const orphan = await browser.submit('/ndsadmin/organisations/ZP9001', { name: 'X', kind: 'trust-site', open: 'yes' }, page);
    assert.deepEqual([orphan.status, /A site belongs to an organisation/.test(orphan.text)], [422, true]);
    const person = await browser.open('/ndsadmin/people/904000000002');
    const roleProfileId = /name="roleProfileId" value="(\d+)"/.exec(person.text)?.[1] ?? '';
    const closed = await browser.submit('/ndsadmin/people/904000000002/roles/close', { roleProfileId }, person);
    assert.match(closed.text, /closed/);
  });

  test('NDS Admin gives a person a new role profile, which counts with the next sign-in', async () => {
    const browser = new BrowserSession(spine);
    await browser.signIn('/eprwebapp/sign-in?next=/ndsadmin', APPROVER);
    const path = '/ndsadmin/people/904000000001';
    const page = await browser.open(path);
    const wrong = await browser.submit(`${path}/roles`, { odsCode: 'nope9', jobRoleCode: '', activityCodes: 'B1101 <b>' }, page);
    assert.equal(wrong.status, 422);
    assert.match(wrong.text, /could not resolve &#39;NOPE9&#39;[\s\S]*Choose a job role[\s\S]*There is no activity &lt;b&gt;/);
    const role = { odsCode: 'r69', jobRoleCode: 'S0010:G0020:R0050', activityCodes: 'B1101, B1110' };
    const given = await browser.submit(`${path}/roles`, role, page);
    assert.match(given.text, /Consultant at [^(]+\(R69\), in force/);
    const { roleProfiles } = (await get('/people/904000000001')).json;
    const made = roleProfiles.find((each: { odsCode: string }) => each.odsCode === 'R69');
    assert.deepEqual([made.activityCodes, made.active], [['B1101', 'B1110'], true]);
    assert.equal((await get(`/history/role-profile/${made.roleProfileId}`)).json.changes[0].actor, APPROVER);
    const stranger = new BrowserSession(spine);
    const home = await stranger.signIn('/eprwebapp/sign-in', STRANGER);
    assert.equal((await stranger.submit(`${path}/roles`, role, home)).status, 403);
  });

  test('in the maintenance slot of the Care Identity Service it is closed, and says so', async () => {
    await spine.admin('INT', '/faults', {
      method: 'POST',
      body: { service: 'endpoint-registration', operation: '*', effect: { kind: 'status', status: 503 }, count: 1 },
    });
    const closed = await new BrowserSession(spine).send('/eprwebapp');
    assert.deepEqual([closed.status, /closed for maintenance/.test(closed.text)], [503, true]);
  });
});

test('the command line registers, moves and retires a system, and says so in JSON', () => {
  // biome-ignore lint/suspicious/noExplicitAny: test convenience
  const cli = (...args: readonly string[]): any => {
    const { status, stdout, stderr } = spine.cli('directory', ...args, '--environment', 'int', '--json');
    assert.equal(status, 0, stderr);
    return JSON.parse(stdout);
  };
  const version = ['--maker', 'ZS001', '--name', 'Acme Shell', '--product-version'];
  const { productKey } = cli('add-product', ...version, '1', '--kind', 'CMA', '--takes', READ_METADATA);
  const newer = cli('add-product', ...version, '2', '--kind', 'CMA', '--takes', GET_RECORD).productKey;
  const { outcome, state } = cli('register', '--ods', 'RCD', '--product', productKey, '--fqdn', 'shell.rcd.thirdparty.nhs.uk');
  assert.equal(state, 'live', 'the operator’s own act');
  cli('change-address', outcome.partyKey, productKey, '--fqdn', 'shell.rcd.thirdparty.nhs.uk', '--endpoint', 'https://localhost:9443/');
  cli('change-version', outcome.partyKey, productKey, '--to', newer);
  const listed = cli('systems', '--ods', 'RCD').registrations;
  assert.deepEqual(
    [listed.length, listed[0].product.productKey, listed[0].messageHandlingSystems[0].endpoints],
    [1, newer, ['https://localhost:9443/']],
  );
  cli('retire', outcome.partyKey, newer);
  assert.deepEqual(cli('systems', '--ods', 'RCD').registrations, []);
  assert.equal(cli('history', 'accredited-system', outcome.asid).changes.length, 3);
  cli('grant', '--user', APPLICANT, '--duty', 'approver');
  assert.ok(cli('duties').grants.some((each: { userId: string; duty: string }) => each.userId === APPLICANT && each.duty === 'approver'));
  cli('revoke', '--user', APPLICANT, '--duty', 'approver');
  assert.equal(spine.cli('directory', 'register', '--environment', 'int', '--ods', 'NOPE', '--product', newer).status, 1);
});
