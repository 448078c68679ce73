/** Requests for certificates that wait for a person (DESIGN.md D11), over the admin API. */
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import fc from 'fast-check';
import type { LightMyRequestResponse } from 'fastify';
import { LocalRefusal } from '../../kernel/errors.ts';
import { makeSigningRequest } from './index.ts';
import { decided, type RequestEvent, type RequestState } from './request-states.ts';
import { type PkiWorld, pkiWorld, testRoot } from './test-world.ts';

const START = '2026-11-24T09:00:00Z';
const NAME = 'mhs.acme.thirdparty.nhs.uk';
const register: Record<string, readonly string[]> = { [NAME]: ['R69'] };
let world: PkiWorld;
let csr: string;

before(async () => {
  world = await pkiWorld(await testRoot(START), { start: START, register, approval: 'person' });
  csr = (await makeSigningRequest(NAME, 2048)).csr;
});

async function call(method: 'GET' | 'POST', path: string, payload?: object): Promise<LightMyRequestResponse> {
  return world.app.inject({ method, url: `/_localspine/pki${path}`, ...(payload === undefined ? {} : { payload }) });
}

describe('a request that waits for a person', () => {
  test('is answered 202, becomes a certificate when a person issues it, once', async () => {
    const sent = await call('POST', '/certificates', { csr, ods: 'R69', days: 30 });
    const { requestId, state, commonName } = sent.json();
    assert.deepEqual([sent.statusCode, state, commonName, sent.json().chain], [202, 'requested', NAME, undefined]);
    assert.equal((await call('GET', `/certificates?commonName=${NAME}`)).json().certificates.length, 0, 'nothing is issued yet');
    assert.ok(
      (await call('GET', '/requests?state=requested')).json().requests.some((each: { requestId: string }) => each.requestId === requestId),
    );
    const issued = await call('POST', `/requests/${requestId}/decision`, { event: 'issue' });
    assert.deepEqual([issued.statusCode, issued.json().state, issued.json().certificate.organisation], [200, 'issued', 'R69']);
    assert.equal(issued.json().certificate.chain.length, 3);
    const again = await call('POST', `/requests/${requestId}/decision`, { event: 'issue' });
    assert.deepEqual([again.statusCode, again.json().error], [409, 'request_decided']);
    const collected = (await call('GET', `/requests/${requestId}`)).json();
    assert.equal(collected.certificate.serial, issued.json().certificate.serial);
  });

  test('is not passed by: no key store is made meanwhile', async () => {
    const before = (await call('GET', `/certificates?commonName=${NAME}`)).json().certificates.length;
    const made = await call('POST', '/key-stores', { commonName: NAME, ods: 'R69', form: 'pkcs12' });
    assert.deepEqual([made.statusCode, made.json().error], [409, 'key_store_unattended']);
    assert.equal((await call('GET', `/certificates?commonName=${NAME}`)).json().certificates.length, before);
  });

  test('is refused with a reason, and only with one', async () => {
    const { requestId } = (await call('POST', '/certificates', { csr, ods: 'R69' })).json();
    const bare = await call('POST', `/requests/${requestId}/decision`, { event: 'refuse', reason: ' ' });
    assert.deepEqual([bare.statusCode, bare.json().error], [422, 'reason_missing']);
    const refused = (await call('POST', `/requests/${requestId}/decision`, { event: 'refuse', reason: 'Not your system.' })).json();
    assert.deepEqual([refused.state, refused.reason, refused.certificate], ['refused', 'Not your system.', undefined]);
  });

  test('does not wait when it could not be issued; and is looked at again when it is', async () => {
    assert.equal((await call('POST', '/certificates', { csr, ods: 'RCD' })).statusCode, 403);
    assert.equal((await call('POST', '/certificates', { csr: 'nonsense', ods: 'R69' })).statusCode, 400);
    const { requestId } = (await call('POST', '/certificates', { csr, ods: 'R69' })).json();
    register[NAME] = ['RCD'];
    const late = await call('POST', `/requests/${requestId}/decision`, { event: 'issue' });
    assert.deepEqual([late.statusCode, late.json().error], [403, 'fqdn_of_another']);
    assert.equal((await call('GET', `/requests/${requestId}`)).json().state, 'requested', 'the person may still refuse it');
    register[NAME] = ['R69'];
  });

  test('may be a renewal, for the same key', async () => {
    const first = (await call('POST', '/certificates', { csr, ods: 'R69' })).json();
    const { certificate } = (await call('POST', `/requests/${first.requestId}/decision`, { event: 'issue' })).json();
    const renewal = await call('POST', `/certificates/${certificate.serial}/renew`, {});
    assert.deepEqual([renewal.statusCode, renewal.json().renews], [202, certificate.serial]);
    const issued = (await call('POST', `/requests/${renewal.json().requestId}/decision`, { event: 'issue' })).json();
    assert.equal(issued.certificate.renews, certificate.serial);
  });

  test('the page shows what waits, and what is typed there comes back escaped', async () => {
    const { requestId } = (await call('POST', '/certificates', { csr, ods: 'R69' })).json();
    await call('POST', `/requests/${requestId}/decision`, { event: 'refuse', reason: '<script>alert(1)</script>' });
    await call('POST', '/certificates', { csr, ods: 'R69' });
    const page = (await call('GET', '/')).body;
    assert.match(page, /Requests that wait for a decision/);
    assert.match(page, /&lt;script&gt;/);
    assert.ok(!page.includes('<script>alert'));
  });

  test('unknown requests and strange decisions are refused', async () => {
    assert.equal((await call('GET', '/requests/none')).statusCode, 404);
    assert.equal((await call('GET', '/requests?state=lost')).statusCode, 400);
    for (const bad of [{}, { event: 'burn' }, { event: 'issue', more: 1 }])
      assert.equal((await call('POST', '/requests/none/decision', bad)).statusCode, 400);
  });
});

test('whatever is decided, the first decision is the last', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom<RequestEvent>('issue', 'refuse'), { minLength: 1, maxLength: 6 }), (events) => {
      let state: RequestState = 'requested';
      const taken: RequestEvent[] = [];
      for (const event of events)
        try {
          state = decided(state, event);
          taken.push(event);
        } catch (error) {
          assert.ok(error instanceof LocalRefusal && error.status === 409);
        }
      assert.deepEqual(taken, events.slice(0, 1));
      assert.equal(state, events[0] === 'issue' ? 'issued' : 'refused');
    }),
  );
});
