/** SANDBOX over the wire: no token, plain HTTP, stateful; and nothing of that in the environments that check tokens. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { LocalSpine } from '../helpers/localspine.ts';

const REFERRAL = '/referrals/FHIR/STU3/ReferralRequest';
const spine = new LocalSpine();

describe('SANDBOX', () => {
  before(() => spine.start());
  after(() => spine.remove());

  const plain = (path: string) => `${spine.environment('SANDBOX').httpUrl}${path}`;

  test('a first call by plain HTTP needs no token, no certificate and no header', async () => {
    const reply = await spine.call('SANDBOX', plain(`${REFERRAL}/000000070000`));
    assert.equal(reply.status, 200, reply.text);
    assert.equal(reply.json.id, '000000070000');
    assert.equal(reply.headers['etag'], 'W/"5"');
  });

  test('it is stateful: what one call changes the next one sees, and reset puts the published examples back', async () => {
    const headers = { 'nhsd-ers-business-function': 'SERVICE_PROVIDER_CLINICIAN', 'if-match': 'W/"5"' };
    const accept = () => spine.call('SANDBOX', `${REFERRAL}/000000070001/$ers.acceptReferral`, { method: 'POST', headers });
    assert.equal((await accept()).status, 200);
    assert.equal((await accept()).status, 409);
    assert.equal((await spine.call('SANDBOX', `${REFERRAL}/000000070001`)).json.meta.versionId, '6');
    await spine.admin('SANDBOX', '/reset', { method: 'POST', body: {} });
    assert.equal((await spine.call('SANDBOX', `${REFERRAL}/000000070001`)).json.meta.versionId, '5');
    assert.equal((await accept()).status, 200);
  });

  test('the requests that the specification names as sandbox scenarios answer', async () => {
    await spine.admin('SANDBOX', '/reset', { method: 'POST', body: {} });
    const stu3 = '/referrals/FHIR/STU3';
    for (const ubrn of ['70000', '70001', '70002', '70004', '70005', '70011', '70012']) {
      for (const path of [`${REFERRAL}/0000000${ubrn}`, `${REFERRAL}/0000000${ubrn}/_history/5`])
        assert.equal((await spine.call('SANDBOX', path)).headers['etag'], 'W/"5"', path);
    }
    const statuses = ['booked', 'booked', 'proposed', 'proposed', 'proposed', 'proposed', 'cancelled', 'booked'];
    for (const [index, status] of statuses.entries()) {
      for (const path of [`${stu3}/Appointment/7000${index}`, `${stu3}/Appointment/7000${index}/_history/5`]) {
        const { json } = await spine.call('SANDBOX', path);
        assert.deepEqual([json.id, json.meta?.versionId, json.status], [`7000${index}`, '5', status], path);
      }
    }
    const focus = 'ReferralRequest/000000070006/_history/6';
    const actions = await spine.call('SANDBOX', `${stu3}/Task?focus=${focus}&intent=proposal&status=ready`);
    assert.deepEqual(
      actions.json.entry.map((each: { resource: { code: { coding: { code: string }[] } } }) => each.resource.code.coding[0]?.code),
      ['CANCEL_DIRECTLY_BOOKED_APPOINTMENT', 'CANCEL_REFERRAL'],
    );
  });

  test('roles are still checked, and the journal says who the caller was taken to be', async () => {
    const refused = await spine.call('SANDBOX', `${REFERRAL}/000000070001`, {
      headers: { 'nhsd-ers-business-function': 'SERVICE_PROVIDER_ADMIN', 'x-correlation-id': 'sandbox-role' },
    });
    assert.equal(refused.status, 403);
    assert.equal(refused.json.issue[0].details.coding[0].code, 'FORBIDDEN');
    const { json } = await spine.admin('SANDBOX', '/journal/sandbox-role');
    assert.match(json.checks[0].detail, /taken to be 103264992985 as SERVICE_PROVIDER_ADMIN at R69/);
  });

  test('a token, whatever it says, is not looked at', async () => {
    const reply = await spine.call('SANDBOX', `${REFERRAL}/000000070000`, { headers: { authorization: 'Bearer nonsense' } });
    assert.equal(reply.status, 200);
  });

  test('it issues no tokens and takes no applications', async () => {
    const refused = spine.cli('app', 'create', '--environment', 'sandbox', '--mode', 'user-restricted', '--json');
    assert.equal(refused.status, 1);
    assert.equal(JSON.parse(refused.stderr).error, 'open_access');
    for (const path of ['/oauth2/token', '/oauth2-mock/token'])
      assert.equal((await spine.call('SANDBOX', path, { method: 'POST' })).status, 404, path);
  });
});

describe('open access stays in SANDBOX', () => {
  const closed = new LocalSpine({ LOCALSPINE_SANDBOX_REFUSALS: 'published' });
  before(() => closed.start());
  after(() => closed.remove());

  const role = {
    'nhsd-ers-business-function': 'REFERRING_CLINICIAN',
    'nhsd-end-user-organisation-ods': 'R69',
    'localspine-user-id': '021600556514',
  };

  for (const id of ['INT', 'DEP', 'PROD'])
    test(`${id} refuses everything that SANDBOX lets in`, async () => {
      for (const headers of [{}, role, { ...role, authorization: 'Bearer nonsense' }, { ...role, authorization: 'Bearer open-access' }]) {
        const stu3 = await closed.call(id, `${REFERRAL}/000000070000`, { headers });
        assert.deepEqual([stu3.status, stu3.text], [401, ''], JSON.stringify(headers));
        assert.match(stu3.headers['www-authenticate'] ?? '', /invalid_token/);
        assert.equal((await closed.call(id, '/referrals/FHIR/R4/PractitionerRole', { headers })).status, 401);
      }
      const plain = await closed.call(id, `${closed.environment(id).httpUrl}${REFERRAL}/000000070000`, { headers: role });
      assert.equal(plain.status, id === 'PROD' ? 404 : 401);
    });

  test('the published sandbox’s own refusal, where the setting asks for it', async () => {
    const reply = await closed.call('SANDBOX', `${REFERRAL}/000000070000`, {
      headers: { 'nhsd-ers-business-function': 'SERVICE_PROVIDER_ADMIN' },
    });
    assert.equal(reply.status, 403);
    assert.match(reply.headers['content-type'] ?? '', /^text\/plain/);
    assert.match(reply.text, /^SANDBOX_ERROR: .* Allowed values: REFERRING_CLINICIAN,REFERRING_CLINICIAN_ADMIN,/);
  });
});
