/** What the proxies of e-RS do before and without e-RS (ers.md §3.3, §18): `_ping`, `_status`, the echo target, CORS, unknown paths. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { LocalSpine } from '../helpers/localspine.ts';
import { PATIENT_CARE } from '../helpers/patient.ts';
import { makeKeyPair, Supplier } from '../helpers/supplier.ts';

const CLINICIAN = '021600556514';
const PATIENT_BASE = PATIENT_CARE.replace('/FHIR/R4', '');
const ROLE = { 'nhsd-ers-business-function': 'REFERRING_CLINICIAN', 'nhsd-end-user-organisation-ods': 'R69' };

describe('the proxies of e-RS', () => {
  const spine = new LocalSpine();
  const supplier = new Supplier(spine);
  const keys = makeKeyPair();
  before(() => spine.start());
  after(() => spine.remove());

  for (const [environment, base] of [
    ['SANDBOX', '/referrals'],
    ['INT', '/referrals'],
    ['INT', PATIENT_BASE],
    ['DEP', '/referrals-dep'],
    ['PROD', '/referrals'],
  ] as const) {
    test(`${environment} ${base} tells its build and its health`, async () => {
      const ping = await spine.call(environment, `${base}/_ping`);
      assert.equal(ping.status, 200);
      assert.deepEqual(Object.keys(ping.json), ['version', 'revision', 'releaseId', 'commitId']);
      assert.equal((await spine.call(environment, `${base}/_ping`, { method: 'HEAD' })).status, 200);

      for (const headers of [{}, { apikey: 'nonsense' }, { apikey: '' }]) {
        const refused = await spine.call(environment, `${base}/_status`, { headers });
        assert.deepEqual([refused.status, refused.text], [401, '']);
        assert.match(refused.headers['content-type'] ?? '', /^text\/plain/);
      }
      const status = await spine.call(environment, `${base}/_status`, { headers: { apikey: 'localspine-status' } });
      assert.equal(status.json.status, 'pass');
      const [check] = status.json.checks['healthcheckService:status'];
      assert.deepEqual([check.status, check.timeout, check.responseCode], ['pass', 'false', 200]);
      assert.match(check.links.self, /^https:/);
    });
  }

  test('the echo target tells what e-RS gets of a user’s request', async () => {
    const app = await supplier.register({ accessMode: 'user-restricted', jwks: keys.jwks });
    const token = (await supplier.userToken(app, CLINICIAN)).json.access_token;
    for (const path of ['/referrals', '/referrals/FHIR/STU3/ReferralRequest/000000070000', '/referrals/FHIR/R4/PractitionerRole']) {
      const reply = await spine.call('INT', path, {
        headers: {
          echo: '',
          authorization: `Bearer ${token}`,
          ...ROLE,
          'x-correlation-id': 'my-id',
          'x-request-id': 'chosen-by-the-client',
          'nhsd-ers-on-behalf-of-user-id': '555',
          'nhsd-ers-file-name': 'letter.pdf',
          'nhsd-ers-referral-id': '000000070000',
          'nhsd-ers-comm-rule-org': 'R100',
          'if-match': 'W/"5"',
          'x-ers-access-mode': 'application-restricted',
          'x-ers-user-id': 'somebody',
        },
      });
      assert.equal(reply.status, 200, reply.text);
      assert.equal(reply.headers['x-correlation-id'], 'my-id');
      assert.equal(reply.headers['x-request-id'], undefined);
      const { headers } = reply.json;
      assert.match(headers['nhsd-correlation-id'], /^my-id\.[0-9a-f-]{36}$/);
      assert.partialDeepStrictEqual(headers, {
        'x-ers-business-function': 'REFERRING_CLINICIAN',
        'x-ers-ods-code': 'R69',
        'x-ers-obo-user-id': '555',
        'x-ers-xapi-meta-file_name': 'letter.pdf',
        'x-ers-xapi-meta-intended_ubrn': '000000070000',
        'x-ers-xapi-comm-rule-org': 'R100',
        'if-match': 'W/"5"',
        xapi_asid: app.asid,
        'x-ers-network-baseurl': `${spine.environment('INT').baseUrl}/referrals`,
        'x-ers-access-mode': 'user-restricted',
        'x-ers-user-id': CLINICIAN,
        'x-ers-authentication-assurance-level': '3',
        'x-ers-id-assurance-level': '3',
      });
      assert.ok(headers['x-ers-amr'].length > 0);
      for (const name of ['authorization', 'x-request-id', 'x-correlation-id', 'nhsd-ers-business-function', 'nhsd-ers-file-name'])
        assert.equal(headers[name], undefined, name);
    }
    assert.equal((await spine.call('INT', '/referrals', { headers: { echo: '' } })).status, 401);
    const weak = { echo: '', authorization: `Bearer ${token}`, 'nhsd-ers-business-function': 'PROVIDER_AUTHORISED_APPLICATION' };
    assert.equal((await spine.call('INT', '/referrals', { headers: weak })).status, 403);
  });

  test('of an application’s request it gets what the application was registered with', async () => {
    const app = await supplier.register({ accessMode: 'application-restricted', jwks: keys.jwks, odsCode: 'R69', capability: 'provider' });
    const token = (await supplier.clientCredentials(app, keys)).json.access_token;
    const reply = await spine.call('INT', '/referrals', { headers: { echo: '', authorization: `Bearer ${token}` } });
    assert.equal(reply.status, 200, reply.text);
    assert.partialDeepStrictEqual(reply.json.headers, {
      'x-ers-access-mode': 'application-restricted',
      'x-ers-ods-code': 'R69',
      'x-ers-business-function': 'PROVIDER_AUTHORISED_APPLICATION',
      xapi_asid: app.asid,
    });
    assert.equal(reply.json.headers['x-ers-amr'], undefined);
    for (const name of ['x-ers-ods-code', 'x-ers-business-function', 'x-ers-user-id']) {
      const refused = await spine.call('INT', '/referrals', { headers: { echo: '', authorization: `Bearer ${token}`, [name]: 'R68' } });
      assert.deepEqual([refused.status, refused.text], [403, ''], name);
    }
  });

  test('a page of any site may call SANDBOX, and no other environment', async () => {
    const headers = { origin: 'https://example.com', 'access-control-request-method': 'POST' };
    const path = '/referrals/FHIR/STU3/ReferralRequest/000000070000';
    const preflight = await spine.call('SANDBOX', path, { method: 'OPTIONS', headers });
    assert.equal(preflight.status, 204);
    assert.equal(preflight.headers['access-control-allow-origin'], '*');
    for (const name of ['nhsd-ers-business-function', 'if-match', 'nhsd-ers-on-behalf-of-user-id', 'content-type'])
      assert.ok(preflight.headers['access-control-allow-headers']?.split(', ').includes(name), name);
    const reply = await spine.call('SANDBOX', path, { headers });
    assert.equal(reply.headers['access-control-allow-origin'], '*');
    assert.match(reply.headers['access-control-expose-headers'] ?? '', /ETag/);
    const refused = await spine.call('SANDBOX', `${path.slice(0, -4)}9999`, { headers });
    assert.deepEqual([refused.status, refused.headers['access-control-allow-origin']], [404, '*']);
    for (const each of ['INT', 'DEP', 'PROD']) {
      const closed = await spine.call(each, path, { method: 'OPTIONS', headers });
      assert.deepEqual([closed.status, closed.headers['access-control-allow-origin']], [401, undefined], each);
    }
  });

  test('a path that e-RS does not have is 404 to those who may call, on either version', async () => {
    for (const path of [
      '/referrals',
      '/referrals/FHIR',
      '/referrals/FHIR/STU3/Nothing',
      '/referrals/FHIR/STU3/ReferralRequest/000000070000/',
    ]) {
      const reply = await spine.call('SANDBOX', path);
      assert.deepEqual([reply.status, reply.text], [404, ''], path);
    }
    assert.equal((await spine.call('SANDBOX', '/referrals/FHIR/R4/Nothing')).json.issue[0].details.coding[0].code, 'REC_NOT_FOUND');
    assert.equal((await spine.call('INT', '/referrals/FHIR/STU3/Nothing')).status, 401);
  });

  test('Accept is read as HTTP says: wildcards, weights, parameters', async () => {
    const accepts = async (accept: string) =>
      (await spine.call('SANDBOX', '/referrals/FHIR/STU3/ReferralRequest/000000070000', { headers: { accept } })).status;
    for (const accept of [
      '*/*',
      'application/*',
      'application/fhir+json',
      'application/fhir+json;charset=utf-8',
      'APPLICATION/FHIR+JSON; fhirVersion=3.0',
      'text/html, application/fhir+json;q=0.5',
      'text/html;q=0, */*;q=0.1',
    ])
      assert.equal(await accepts(accept), 200, accept);
    for (const accept of ['text/html', 'application/pdf', 'application/fhir+xml', 'application/fhir+json;q=0', 'text/*, image/*', ';'])
      assert.equal(await accepts(accept), 406, accept);
  });
});
