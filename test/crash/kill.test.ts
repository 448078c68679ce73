/**
 * `kill -9` in the middle of a write load: every referral whose creation was acknowledged is there after the restart, whole, and nothing
 * half-written. Twenty times over, on one data folder.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { LocalSpine } from '../helpers/localspine.ts';
import { createReferralBody } from '../helpers/messages.ts';
import { makeKeyPair, type Role, Supplier } from '../helpers/supplier.ts';

const ROUNDS = Number(process.env['CRASH_ROUNDS'] ?? '20');
const referrer: Role = { businessFunction: 'REFERRING_CLINICIAN', odsCode: 'R69' };

test(`acknowledged writes survive kill -9, ${ROUNDS} times`, { timeout: 900_000 }, async (context) => {
  const spine = await new LocalSpine({ LOCALSPINE_ENVIRONMENTS: 'INT', LOCALSPINE_PORT_BASE: '0' }).start();
  context.after(() => spine.remove());
  const supplier = new Supplier(spine);
  const keys = makeKeyPair();
  const app = await supplier.register({ accessMode: 'user-restricted', jwks: keys.jwks });
  const acknowledged = new Set<string>();
  for (let round = 1; round <= ROUNDS; round += 1) {
    const token = (await supplier.userToken(app, '021600556514')).json.access_token;
    const writers = Array.from({ length: 8 }, async () => {
      for (;;) {
        const reply = await supplier
          .ers(token, referrer, '/STU3/ReferralRequest/$ers.createReferral', { body: createReferralBody() })
          .catch(() => undefined);
        if (reply === undefined) return;
        assert.equal(reply.status, 201, reply.text);
        acknowledged.add(reply.json.id);
      }
    });
    await wait(150 + ((round * 37) % 300));
    await spine.stop('SIGKILL');
    await Promise.all(writers);
    await spine.start();
    await verify(supplier, app, acknowledged);
  }
  assert.ok(acknowledged.size >= ROUNDS * 3, `only ${acknowledged.size} writes were acknowledged`);
  console.log(`${acknowledged.size} acknowledged referrals, all there after ${ROUNDS} kills`);
});

async function verify(
  supplier: Supplier,
  app: Awaited<ReturnType<Supplier['register']>>,
  acknowledged: ReadonlySet<string>,
): Promise<void> {
  const token = (await supplier.userToken(app, '021600556514')).json.access_token;
  const highest = Math.max(...[...acknowledged].map(Number));
  for (const ubrn of acknowledged) {
    const reply = await supplier.ers(token, referrer, `/STU3/ReferralRequest/${ubrn}`);
    assert.equal(reply.status, 200, `${ubrn}: ${reply.status} ${reply.text}`);
    assert.equal(reply.json.meta.versionId, '3');
    assert.equal(reply.json.contained.length, 2);
  }
  // What was not acknowledged is there whole or not at all: no UBRN answers with anything but 200 or 404.
  for (let ubrn = highest + 1; ubrn <= highest + 10; ubrn += 1) {
    const { status } = await supplier.ers(token, referrer, `/STU3/ReferralRequest/${String(ubrn).padStart(12, '0')}`);
    assert.ok(status === 200 || status === 404, `${ubrn}: ${status}`);
  }
}
