/** Quota and spike arrest, over the wire: what passes, and how STU3 and R4 say that it was too much (path-to-live.md §2.6, ers.md §3.4). */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { LocalSpine, type Reply } from '../helpers/localspine.ts';
import { makeKeyPair, type Role, Supplier } from '../helpers/supplier.ts';

const USER = '021600556514';
const QUOTA = 3;
const referrer: Role = { businessFunction: 'REFERRING_CLINICIAN', odsCode: 'R69' };

async function application(supplier: Supplier): Promise<string> {
  const app = await supplier.register({
    accessMode: 'user-restricted',
    jwks: makeKeyPair().jwks,
    callbackUrl: 'https://example.org/callback',
  });
  return (await supplier.userToken(app, USER)).json.access_token;
}

/** Replies to requests made one after the other within one minute: when its end falls among them, new ones are made. */
async function withinOneMinute(supplier: Supplier, requests: (token: string) => Promise<readonly Reply[]>): Promise<readonly Reply[]> {
  const minute = (): number => Math.floor(Date.now() / 60_000);
  for (;;) {
    const token = await application(supplier);
    const before = minute();
    const replies = await requests(token);
    if (minute() === before) return replies;
  }
}

describe('a quota of three a minute', () => {
  const spine = new LocalSpine({
    LOCALSPINE_ENVIRONMENTS: 'INT',
    LOCALSPINE_QUOTA: 'on',
    LOCALSPINE_QUOTA_PER_MINUTE: `INT:${QUOTA},PROD:600`,
    LOCALSPINE_SPIKE_ARREST_PER_MINUTE: '60000',
  });
  const supplier = new Supplier(spine);
  before(() => spine.start());
  after(() => spine.remove());

  test('the fourth request is refused: STU3 with an empty body, R4 with an OperationOutcome', async () => {
    const replies = await withinOneMinute(supplier, async (token) => {
      const made: Reply[] = [];
      for (let n = 0; n < QUOTA + 1; n += 1) made.push(await supplier.ers(token, referrer, '/STU3/CodeSystem/PRIORITY'));
      made.push(await supplier.ers(token, undefined, '/R4/PractitionerRole', { headers: { 'x-correlation-id': 'too-much' } }));
      return made;
    });
    assert.deepEqual(
      replies.map((reply) => reply.status),
      [200, 200, 200, 429, 429],
    );
    const [stu3, r4] = replies.slice(-2);
    assert.equal(stu3?.text, '');
    assert.equal(r4?.json.resourceType, 'OperationOutcome');
    const [issue] = r4?.json.issue ?? [];
    assert.deepEqual(
      [issue.severity, issue.code, issue.details.coding],
      ['error', 'throttled', [{ system: 'https://fhir.nhs.uk/CodeSystem/NHSD-API-ErrorOrWarningCode', code: 'TOO_MANY_REQUESTS' }]],
    );
    assert.match(r4?.headers['content-type'] ?? '', /^application\/fhir\+json/);
    assert.equal(r4?.headers['x-correlation-id'], 'too-much');
    assert.equal(r4?.headers['x-request-id'], undefined, 'e-RS itself never saw it');
  });

  test('another application has a quota of its own, and the journal says what ran out', async () => {
    const replies = await withinOneMinute(supplier, async (token) => {
      const made: Reply[] = [];
      for (let n = 0; n < QUOTA + 1; n += 1) made.push(await supplier.ers(token, referrer, '/STU3/CodeSystem/PRIORITY'));
      return made;
    });
    assert.deepEqual(
      replies.map((reply) => reply.status),
      [200, 200, 200, 429],
    );
    const { json } = await spine.admin('INT', '/journal?service=ers&verdict=refused&limit=1');
    assert.match(JSON.stringify(json), /gateway\.quota/);
  });
});

describe('a spike arrest of one a minute', () => {
  const spine = new LocalSpine({ LOCALSPINE_ENVIRONMENTS: 'INT', LOCALSPINE_QUOTA: 'on', LOCALSPINE_SPIKE_ARREST_PER_MINUTE: '1' });
  const supplier = new Supplier(spine);
  before(() => spine.start());
  after(() => spine.remove());

  test('the second request is refused although the quota is not used up', async () => {
    const replies = await withinOneMinute(supplier, async (token) => [
      await supplier.ers(token, referrer, '/STU3/CodeSystem/PRIORITY'),
      await supplier.ers(token, referrer, '/STU3/CodeSystem/PRIORITY'),
    ]);
    assert.deepEqual(
      replies.map((reply) => [reply.status, reply.text === '']),
      [
        [200, false],
        [429, true],
      ],
    );
    const { json } = await spine.admin('INT', '/journal?service=ers&verdict=refused&limit=1');
    assert.match(JSON.stringify(json), /gateway\.spike-arrest/);
  });
});

test('limits that are not numbers, or for environments that do not exist, are refused at the start', async () => {
  const spine = new LocalSpine({ LOCALSPINE_QUOTA_PER_MINUTE: 'INT:many,TEST:5', LOCALSPINE_SPIKE_ARREST_PER_MINUTE: '0' });
  await assert.rejects(spine.start(), (error: Error) => {
    assert.match(error.message, /LOCALSPINE_QUOTA_PER_MINUTE must be whole numbers from 1 to 9999999, not "many"/);
    assert.match(error.message, /LOCALSPINE_QUOTA_PER_MINUTE names "TEST"; there are SANDBOX, INT/);
    assert.match(error.message, /LOCALSPINE_SPIKE_ARREST_PER_MINUTE must be/);
    return true;
  });
  await spine.remove();
});
