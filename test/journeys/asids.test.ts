/** ASIDs in one register: allocated once for a request, named, shared by the rules, bound, retired and never used again (path-to-live.md §3.2, §3.6). */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { LocalSpine, type Reply } from '../helpers/localspine.ts';
import { makeKeyPair, Supplier } from '../helpers/supplier.ts';

const ERS = 'urn:nhs:names:services:ers:READ_PRACTITIONER_ROLE_R4_V001';
const CPIS = 'urn:nhs:names:services:cpisquery:QUPC_IN000006GB01';
const spine = new LocalSpine({ LOCALSPINE_ENVIRONMENTS: 'INT' });
const supplier = new Supplier(spine);
before(async () => {
  await spine.start();
});
after(() => spine.remove());

const call = (method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown): Promise<Reply> =>
  spine.admin('INT', `/directory${path}`, { method, ...(body === undefined ? {} : { body }) });
const REQUEST = {
  odsCode: 'R69',
  productName: 'Care Vista Link',
  manufacturerOdsCode: 'ZS001',
  accessMode: 'application-restricted',
  capability: 'provider',
  services: ['ers'],
};

async function allocated(requestId: string, changes: object = {}): Promise<Reply> {
  return call('POST', '/asids', { requestId, ...REQUEST, ...changes });
}

describe('an ASID', () => {
  test('is allocated once for a request, with the national display name, and the interactions of its services', async () => {
    const first = await allocated('one');
    assert.equal(first.status, 201, first.text);
    assert.match(first.json.asid, /^2000000024\d\d$/);
    assert.match(first.json.displayName, / - Care Vista Link – Int - Application-Restricted - Provider$/);
    assert.deepEqual([first.json.state, first.json.services, first.json.interactions.includes(ERS)], ['allocated', ['ers'], true]);
    const again = await allocated('one');
    assert.deepEqual([again.status, again.json.asid], [200, first.json.asid], 'asked twice, given once');
    const other = await allocated('one', { odsCode: 'RCD' });
    assert.deepEqual([other.status, other.json.error], [409, 'request_id_used']);
    const listed = (await call('GET', '/asids?ods=R69')).json.asids;
    assert.equal(listed.filter((each: { requestId?: string }) => each.requestId === 'one').length, 1);
  });

  test('is joined by a service of Spine, whose interactions it has then; not by one that must be apart, nor by one nobody knows', async () => {
    const { asid } = (await allocated('two')).json;
    const joined = await call('POST', `/asids/${asid}/services`, { service: 'cp-is' });
    assert.deepEqual([joined.status, joined.json.services, joined.json.interactions.includes(CPIS)], [200, ['ers', 'cp-is'], true]);
    const refused = await call('POST', `/asids/${asid}/services`, { service: 'pds' });
    assert.deepEqual([refused.status, refused.json.error], [409, 'asid_sharing_refused']);
    assert.match(refused.json.message, /separate one/);
    const unknown = await call('POST', `/asids/${asid}/services`, { service: 'gp2gp' });
    assert.deepEqual([unknown.status, unknown.json.error], [409, 'asid_sharing_unknown']);
    const before = (await spine.admin('INT', '/endpoint-registration/changes')).json.last;
    assert.equal((await call('POST', `/asids/${asid}/services`, { service: 'cp-is' })).status, 200, 'nothing left to do');
    assert.equal((await spine.admin('INT', '/endpoint-registration/changes')).json.last, before);
    const collective = (await allocated('collective', { services: ['pds', 'scr'], accessMode: undefined, capability: undefined })).json;
    const warned = await call('POST', `/asids/${collective.asid}/services`, { service: 'gp-connect' });
    assert.match(warned.json.warnings[0], /Nothing published says/);
    assert.equal((await allocated('mixed', { services: ['ers', 'pds'] })).json.error, 'asid_sharing_refused');
  });

  test('is bound to an application, which holds it back; retired it is never used again, and the call says that none is configured', async () => {
    const { asid } = (await allocated('three')).json;
    const keys = makeKeyPair();
    const app = await supplier.register({ accessMode: 'application-restricted', capability: 'provider', asid, jwks: keys.jwks });
    assert.deepEqual((await call('GET', `/asids/${asid}`)).json.boundTo?.appId, app.appId);
    assert.equal((await call('DELETE', `/asids/${asid}`)).json.error, 'asid_bound');
    await spine.admin('INT', `/gateway/applications/${app.appId}/asid`, { method: 'DELETE' });
    const retired = await call('DELETE', `/asids/${asid}`);
    assert.deepEqual([retired.status, retired.json.state], [200, 'retired'], retired.text);
    assert.equal((await call('DELETE', `/asids/${asid}`)).status, 200, 'retired once is retired');
    assert.equal((await call('GET', `/asids/${asid}`)).json.state, 'retired');
    assert.ok((await call('GET', '/asids?state=retired')).json.asids.some((each: { asid: string }) => each.asid === asid));
    assert.deepEqual((await allocated('three')).json.state, 'retired', 'the request got its ASID; there is no second one');
    assert.equal((await call('POST', `/asids/${asid}/services`, { service: 'nems' })).json.error, 'asid_retired');
    const bind = await spine.admin('INT', `/gateway/applications/${app.appId}/asid`, { method: 'PUT', body: { asid } });
    assert.equal(bind.json.error, 'asid_unknown');
    const { access_token } = (await supplier.clientCredentials(app, keys)).json;
    const answer = await supplier.ers(access_token, undefined, '/FHIR/STU3/v1/ReferralRequest/000000070000');
    assert.equal(answer.status, 403, answer.text);
    assert.match(answer.text, /ASID is not configured in the application/);
  });

  test('what does not exist or is not as expected is refused, and nothing is stored', async () => {
    const before = (await spine.admin('INT', '/endpoint-registration/changes')).json.last;
    for (const [changes, code] of [
      [{ odsCode: 'NOPE9' }, 422],
      [{ productKey: '999999' }, 422],
      [{ productName: undefined }, 422],
      [{ services: [] }, 400],
      [{ services: ['gp2gp'] }, 409],
      [{ surprise: 1 }, 400],
      [{ odsCode: 'r69' }, 400],
    ] as const)
      assert.equal((await allocated('bad', changes)).status, code, JSON.stringify(changes));
    assert.equal((await call('GET', '/asids/999999999999')).status, 404);
    assert.equal((await call('PUT', '/asids/999999999999/display-name', { displayName: 'X' })).status, 404);
    assert.equal((await spine.admin('INT', '/endpoint-registration/changes')).json.last, before);
  });
});

test('the rules are readable, and the command line does it all', async () => {
  const { services } = (await call('GET', '/services')).json;
  assert.equal(services.find(({ id }: { id: string }) => id === 'ers').mayBeJoinedBy.pds.answer, 'no');
  // biome-ignore lint/suspicious/noExplicitAny: test convenience
  const cli = (...args: readonly string[]): any => {
    const { status, stdout, stderr } = spine.cli('asid', ...args, '--environment', 'int', '--json');
    assert.equal(status, 0, stderr);
    return JSON.parse(stdout);
  };
  const made = cli('allocate', 'shell-1', '--ods', 'RCD', '--services', 'nems,cp-is', '--product-name', 'Shell');
  assert.equal(cli('rename', made.asid, 'Shell at RCD').displayName, 'Shell at RCD');
  assert.deepEqual(cli('join', made.asid, 'gp-connect').services, ['nems', 'cp-is', 'gp-connect']);
  assert.equal(spine.cli('asid', 'join', made.asid, 'eps', '--environment', 'int').status, 0, 'allowed, with a note');
  assert.equal(spine.cli('asid', 'join', made.asid, 'ers', '--environment', 'int').status, 1, 'e-RS and EPS are apart');
  assert.equal(cli('retire', made.asid, '--yes').state, 'retired');
  assert.equal(cli('show', made.asid).state, 'retired');
  assert.ok(cli('list', '--state', 'retired').asids.some((each: { asid: string }) => each.asid === made.asid));
});
