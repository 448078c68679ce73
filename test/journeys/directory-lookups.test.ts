/**
 * Looking things up over R4, as software that keeps a copy does: services by id and by list, their versions by HEAD, for whom an administrator
 * may act, what a UBRN stands for. A signed-in user, an application of a referrer, and who may not.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { LocalSpine, type Reply } from '../helpers/localspine.ts';
import { createReferralBody } from '../helpers/messages.ts';
import { makeKeyPair, type Role, Supplier } from '../helpers/supplier.ts';

const ADMINISTRATOR = '103264992985';
const referrer: Role = { businessFunction: 'REFERRING_CLINICIAN', odsCode: 'R69' };
const administrator: Role = { businessFunction: 'SERVICE_PROVIDER_CLINICIAN_ADMIN', odsCode: 'R69' };

const spine = new LocalSpine({ LOCALSPINE_ENVIRONMENTS: 'INT' });
const supplier = new Supplier(spine);
const keys = makeKeyPair();
/** Tokens of a clinician, an administrator, and of applications of either side. */
const tokens = { clinician: '', administrator: '', referrer: '', provider: '' };

before(async () => {
  await spine.start();
  const app = await supplier.register({ accessMode: 'user-restricted', jwks: keys.jwks });
  tokens.clinician = (await supplier.userToken(app, '021600556514')).json.access_token;
  tokens.administrator = (await supplier.userToken(app, ADMINISTRATOR)).json.access_token;
  for (const capability of ['referrer', 'provider'] as const) {
    const unattended = await supplier.register({ accessMode: 'application-restricted', capability, jwks: keys.jwks });
    tokens[capability] = (await supplier.clientCredentials(unattended, keys)).json.access_token;
  }
});
after(async () => {
  await spine.remove();
});

function assertOutcome(reply: Reply, status: number, code: string): void {
  assert.equal(reply.status, status, reply.text);
  assert.match(reply.headers['content-type'] ?? '', /^application\/fhir\+json/);
  assert.equal(reply.json.resourceType, 'OperationOutcome');
  assert.equal(reply.json.issue[0].details.coding[0].code, code);
  assert.match(reply.json.meta.lastUpdated, /Z$/);
}

describe('services', () => {
  for (const [who, role] of [
    ['clinician', referrer],
    ['referrer', undefined],
  ] as const) {
    test(`a ${who === 'referrer' ? 'referrer’s application' : who} keeps a copy until the version changes`, async () => {
      const first = await supplier.ers(tokens[who], role, '/R4/HealthcareService/11002');
      assert.equal(first.status, 200, first.text);
      assert.equal(first.headers['etag'], `W/"${first.json.meta.versionId}"`);
      assert.equal(first.headers['cache-control'], 'no-cache');
      const head = await supplier.ers(tokens[who], role, '/R4/HealthcareService/11002', { method: 'HEAD' });
      assert.deepEqual(
        [head.status, head.text, head.headers['etag'], head.headers['cache-control']],
        [200, '', first.headers['etag'], 'no-cache'],
      );
      assert.ok(head.headers['x-request-id']);
      const list = await supplier.ers(tokens[who], role, '/R4/HealthcareService?_id=11002,999999,50001');
      assert.deepEqual([list.status, list.json.total, list.headers['etag']], [200, 2, undefined]);
      assert.deepEqual(list.json.entry[0].resource, first.json);
    });
  }

  test('nobody else may', async () => {
    for (const path of ['/R4/HealthcareService/11002', '/R4/HealthcareService?_id=11002']) {
      assertOutcome(await supplier.ers(tokens.provider, undefined, path), 403, 'REC_FORBIDDEN');
      assertOutcome(
        await supplier.ers(tokens.clinician, { ...referrer, businessFunction: 'SERVICE_PROVIDER_CLINICIAN' }, path),
        403,
        'REC_FORBIDDEN',
      );
      assertOutcome(await supplier.ers('nonsense', referrer, path), 401, 'ACCESS_DENIED');
    }
    const head = await supplier.ers(tokens.provider, undefined, '/R4/HealthcareService/11002', { method: 'HEAD' });
    assert.deepEqual([head.status, head.text], [403, '']);
  });

  test('what is not there or cannot be met is said in an outcome', async () => {
    assertOutcome(await supplier.ers(tokens.clinician, referrer, '/R4/HealthcareService/999999'), 404, 'REC_NOT_FOUND');
    assertOutcome(await supplier.ers(tokens.clinician, referrer, '/R4/HealthcareService'), 400, 'REC_BAD_REQUEST');
    assertOutcome(
      await supplier.ers(tokens.clinician, referrer, '/R4/HealthcareService/11002', { headers: { accept: 'text/html' } }),
      406,
      'REC_NOT_ACCEPTABLE',
    );
  });
});

describe('on behalf of', () => {
  test('an administrator finds for whom to act, and acts', async () => {
    const reply = await supplier.ers(tokens.administrator, administrator, '/R4/Practitioner?_query=onBehalfOf');
    assert.equal(reply.status, 200, reply.text);
    const ids: string[] = reply.json.entry.map((each: { resource: { id: string } }) => each.resource.id);
    assert.deepEqual(ids, ['021600556111', '021600556514', '921600556514']);
    const acting: Role = { ...administrator, onBehalfOf: ids[1] ?? '' };
    assert.equal((await supplier.ers(tokens.administrator, acting, '/STU3/CodeSystem/PRIORITY')).status, 200);
    const other: Role = { ...administrator, onBehalfOf: '111111111111' };
    assert.equal((await supplier.ers(tokens.administrator, other, '/STU3/CodeSystem/PRIORITY')).status, 403);
  });

  test('nobody else asks, and only this is asked', async () => {
    assertOutcome(await supplier.ers(tokens.clinician, referrer, '/R4/Practitioner?_query=onBehalfOf'), 403, 'REC_FORBIDDEN');
    assertOutcome(await supplier.ers(tokens.provider, undefined, '/R4/Practitioner?_query=onBehalfOf'), 403, 'REC_FORBIDDEN');
    assertOutcome(await supplier.ers(tokens.administrator, administrator, '/R4/Practitioner'), 400, 'REC_BAD_REQUEST');
  });
});

describe('what a UBRN stands for', () => {
  test('the referral just made', async () => {
    const made = await supplier.ers(tokens.clinician, referrer, '/STU3/ReferralRequest/$ers.createReferral', {
      body: createReferralBody({ services: ['11002'] }),
    });
    assert.equal(made.status, 201, made.text);
    const reply = await supplier.ers(tokens.clinician, referrer, `/R4/ServiceRequest?identifier=${made.json.id}`);
    assert.equal(reply.status, 200, reply.text);
    const { resource } = reply.json.entry[0];
    assert.equal(resource.id, made.json.identifier[0].value);
    assert.equal(resource.meta.versionId, made.json.meta.versionId);
    const elsewhere = await supplier.ers(
      tokens.clinician,
      { ...referrer, odsCode: 'R68' },
      `/R4/ServiceRequest?identifier=${made.json.id}`,
    );
    assert.equal(elsewhere.json.total, 0);
  });

  test('a malformed one is 400 with the issue required', async () => {
    const reply = await supplier.ers(tokens.clinician, referrer, '/R4/ServiceRequest?identifier=12');
    assertOutcome(reply, 400, 'REC_BAD_REQUEST');
    assert.equal(reply.json.issue[0].code, 'required');
  });
});
