/** Who decides on what is asked for when getting connected: people, simulated staff who take their time, and the registration service's approvers. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { LocalSpine } from '../helpers/localspine.ts';
import { PortalUser, portalOf } from '../helpers/portal.ts';

interface Prerequisite {
  readonly kind: string;
  readonly state: string;
  readonly reason?: string;
}

describe('a service desk of people', { concurrency: false }, () => {
  const spine = new LocalSpine({ LOCALSPINE_ENVIRONMENTS: 'INT', LOCALSPINE_REVIEWERS: 'person' });
  before(() => spine.start());
  after(() => spine.remove());

  test('a request waits, is refused with a reason, is sent again, and granted', async () => {
    const base = portalOf(spine);
    const supplier = await new PortalUser(base).demonstration('Rae Release Lead');
    const desk = await new PortalUser(base).demonstration('Deniz of the service desk');
    const { planId } = (
      await supplier.api('POST', '/connecting', { environment: 'INT', product: 'P', version: '1', services: ['ers-application'] })
    ).json;
    const path = `/connecting/${planId}/test-data`;
    const send = () => supplier.api('POST', path, { patients: '1', purpose: 'x' });
    const state = (reply: { json: { prerequisites: readonly Prerequisite[] } }) =>
      reply.json.prerequisites.find((each) => each.kind === 'test-data')?.state;
    assert.equal(state(await send()), 'submitted');
    assert.equal((await supplier.api('POST', `${path}/decision`, { grant: true })).status, 403);
    assert.match((await desk.open('/connecting')).text, /Test data: P 1 in INT/);
    assert.equal((await desk.api('POST', `${path}/decision`, { grant: false })).status, 400);
    assert.equal(state(await desk.api('POST', `${path}/decision`, { grant: false, reason: 'Which tests?' })), 'refused');
    assert.equal((await desk.api('POST', `${path}/decision`, { grant: true })).status, 409);
    assert.equal(state(await send()), 'submitted');
    const page = await desk.submit(path, { decision: 'grant', reason: '' }, `${path}/decision`);
    assert.match(page.text, /What you got/);
  });
});

describe('a realistic service desk', { concurrency: false }, () => {
  const spine = new LocalSpine({ LOCALSPINE_ENVIRONMENTS: 'INT', LOCALSPINE_REVIEWERS: 'realistic' });
  before(() => spine.start());
  after(() => spine.remove());

  test('a request is decided when the environment’s clock has passed the wait', async () => {
    const supplier = await new PortalUser(portalOf(spine)).demonstration('Rae Release Lead');
    const { planId } = (
      await supplier.api('POST', '/connecting', { environment: 'INT', product: 'P', version: '1', services: ['ers-application'] })
    ).json;
    await supplier.api('POST', `/connecting/${planId}/test-data`, { patients: '1', purpose: 'x' });
    const access = async (): Promise<string> => (await supplier.api('GET', `/connecting/${planId}`)).json.access;
    assert.equal(await access(), 'prerequisites-open');
    await spine.admin('INT', '/clock', { method: 'PUT', body: { advance: 'P8D' } });
    for (let tries = 0; tries < 100 && (await access()) !== 'granted'; tries += 1) await new Promise((resolve) => setTimeout(resolve, 100));
    assert.equal(await access(), 'granted');
  });
});

describe('a registration service of people', { concurrency: false }, () => {
  const spine = new LocalSpine({ LOCALSPINE_ENVIRONMENTS: 'INT', LOCALSPINE_REGISTRATION_APPROVAL: 'person' });
  before(() => spine.start());
  after(() => spine.remove());

  test('a name waits for its approver in the registration service, and is granted when they have approved it', async () => {
    const supplier = await new PortalUser(portalOf(spine)).demonstration('Rae Release Lead');
    const { planId } = (await supplier.api('POST', '/connecting', { environment: 'INT', product: 'P', version: '1', services: ['mesh'] }))
      .json;
    const fqdn = 'patient.carevista.thirdparty.nhs.uk';
    const sent = await supplier.api('POST', `/connecting/${planId}/fqdn`, { fqdn, odsCode: 'R69', address: '127.0.0.1' });
    const name = (reply: { json: { prerequisites: readonly Prerequisite[] } }) =>
      reply.json.prerequisites.find((each) => each.kind === 'fqdn');
    assert.deepEqual([name(sent)?.state, name(sent)?.reason], ['submitted', 'The registration waits for a person who decides.']);
    assert.match((await supplier.open(`/connecting/${planId}/fqdn`)).text, /The registration waits for a person who decides/);
    const requests = async () => (await spine.admin('INT', '/endpoint-registration/requests')).json.requests;
    const [request, ...more] = await requests();
    assert.deepEqual([request.state, request.wish.fqdn, more.length], ['submitted', fqdn, 0]);
    const decision = { event: 'approve-dns', as: '904000000004' };
    const path = `/endpoint-registration/requests/${request.requestId}/decision`;
    assert.equal((await spine.admin('INT', path, { method: 'POST', body: decision })).status, 200);
    const state = async () => name(await supplier.api('GET', `/connecting/${planId}`))?.state;
    for (let tries = 0; tries < 100 && (await state()) !== 'granted'; tries += 1) await new Promise((resolve) => setTimeout(resolve, 100));
    assert.equal(await state(), 'granted');
    assert.equal((await requests()).length, 1);
  });
});
