/** A host name is used by those who speak for its organisation: choosing a maker's product gives nobody the maker's names (PTL-011). */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { LocalSpine, type Reply } from '../helpers/localspine.ts';

const ADMINISTRATOR = '904000000001';
const APPROVER = '904000000003';
const DNS_APPROVER = '904000000004';
const CUSTOMER = '555043304334';
const READ_METADATA = 'urn:nhs:names:services:gpconnect:fhir:rest:read:metadata-1';

const spine = new LocalSpine({ LOCALSPINE_ENVIRONMENTS: 'INT', LOCALSPINE_REGISTRATION_APPROVAL: 'person' });
before(async () => {
  await spine.start();
});
after(async () => {
  await spine.remove();
});

const post = (path: string, body: unknown): Promise<Reply> => spine.admin('INT', `/endpoint-registration${path}`, { method: 'POST', body });
const get = (path: string): Promise<Reply> => spine.admin('INT', `/endpoint-registration${path}`);

async function product(version: string): Promise<string> {
  const kind = { kind: 'CMA', messageSet: [READ_METADATA], additionalInteractions: [] };
  const reply = await post('/products', { manufacturerOdsCode: 'ZS001', name: 'Acme Record', version, ...kind });
  assert.equal(reply.status, 201, reply.text);
  return reply.json.productKey;
}

describe('the host name of a maker', () => {
  const fqdn = 'hub.zs001.thirdparty.nhs.uk';

  test('is not had by choosing the maker’s product: neither with a registration, nor with a new address, nor when it is approved', async () => {
    const named = await post('/requests', { wish: { kind: 'register-name', odsCode: 'ZS001', fqdn } });
    assert.equal(named.json.state, 'live', named.text);
    const productKey = await product('1.0');
    const wish = { kind: 'register', odsCode: 'RBA', productKey, fqdn, endpoint: 'https://localhost:9443/' };
    const refused = await post('/requests', { as: CUSTOMER, wish });
    assert.deepEqual([refused.status, refused.json.error], [422, 'registration_refused'], refused.text);
    assert.match(refused.json.message, /registered to ZS001/);

    const own = await post('/requests', { as: CUSTOMER, wish: { ...wish, fqdn: 'later.zs001.thirdparty.nhs.uk' } });
    assert.equal(own.json.state, 'submitted', own.text);
    const path = `/requests/${own.json.requestId}`;
    const again = { as: CUSTOMER, wish };
    const resent = await spine.admin('INT', `/endpoint-registration${path}`, { method: 'PUT', body: again });
    assert.equal(resent.status, 422, resent.text);
    await post('/requests', { wish: { kind: 'register-name', odsCode: 'ZS001', fqdn: 'later.zs001.thirdparty.nhs.uk' } });
    assert.equal((await post(`${path}/decision`, { as: DNS_APPROVER, event: 'approve-dns' })).status, 200);
    const late = await post(`${path}/decision`, { as: APPROVER, event: 'approve' });
    assert.deepEqual([late.status, late.json.error], [422, 'registration_refused'], 'the name became somebody’s meanwhile');

    const { outcome } = (await post('/requests', { wish: { ...wish, fqdn: 'hub.rba.thirdparty.nhs.uk' } })).json;
    const { version } = (await get(`/registrations/${outcome.partyKey}/${productKey}`)).json;
    const change = { kind: 'change-address', partyKey: outcome.partyKey, productKey, version, fqdn };
    assert.equal((await post('/requests', { as: CUSTOMER, wish: change })).status, 422);
  });

  test('serves a customer when the maker says so, and stays the maker’s', async () => {
    const productKey = await product('2.0');
    const wish = { kind: 'register', odsCode: 'C81007', productKey, fqdn };
    const made = await post('/requests', { as: ADMINISTRATOR, route: 'direct', wish });
    assert.equal(made.json.state, 'live', made.text);
    const certificate = (ods: string): ReturnType<LocalSpine['cli']> =>
      spine.cli('certificate', 'request', fqdn, '--ods', ods, '--environment', 'int');
    const refused = certificate('C81007');
    assert.notEqual(refused.status, 0, 'the customer does not come to own it');
    assert.match(refused.stderr, /another/);
    const { names } = (await get('/names')).json;
    assert.equal(names.find((each: { fqdn: string }) => each.fqdn === fqdn).odsCode, 'ZS001');
  });
});
