import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { sql } from 'kysely';
import { ManualClock } from '../../kernel/clock.ts';
import { createSealer } from '../../kernel/sealer.ts';
import { openMemoryStore } from '../../kernel/store/memory.ts';
import type { Store } from '../../kernel/store/store.ts';
import { inspect, isIssuedBy } from '../../kernel/tls/certificates.ts';
import { KeyUnreadable } from './errors.ts';
import { createRootAuthority, portalCredentials, rootMigrations } from './root-authorities.ts';
import { serverNames } from './server-names.ts';

const clock = new ManualClock('2026-11-24T09:00:00Z');
const sealer = createSealer('test seal key');

describe('root authorities', () => {
  let store: Store;
  beforeEach(async () => {
    store = await openMemoryStore({ pki: rootMigrations });
  });

  test('the roots carry the national names with a local mark (PTL-071)', async () => {
    assert.equal((await createRootAuthority(store, sealer, clock, 'path-to-live')).name, 'NHS PTL Root Authority G2 (LocalSpine)');
    assert.equal((await createRootAuthority(store, sealer, clock, 'production')).name, 'NHS Root Authority G2 (LocalSpine)');
  });

  test('a root is made once and loaded ever after', async () => {
    const first = await createRootAuthority(store, sealer, clock, 'path-to-live');
    const again = await createRootAuthority(store, sealer, clock, 'path-to-live');
    assert.equal(again.certificatePem, first.certificatePem);
  });

  test('processes that start at once all use the same root, key and all', async () => {
    const started = await Promise.all(Array.from({ length: 5 }, () => createRootAuthority(store, sealer, clock, 'path-to-live')));
    assert.equal(new Set(started.map((each) => each.certificatePem)).size, 1);
    for (const each of started) {
      const subordinate = await each.issueSubordinate('NHS INT Level 1C (LocalSpine)');
      assert.ok(isIssuedBy(subordinate.certificatePem, started[0]?.certificatePem ?? ''));
    }
  });

  test('with another seal key the root says so in one sentence instead of signing', async () => {
    await createRootAuthority(store, sealer, clock, 'path-to-live');
    const root = await createRootAuthority(store, createSealer('another key'), clock, 'path-to-live');
    await assert.rejects(root.issueSubordinate('NHS INT Level 1C (LocalSpine)'), KeyUnreadable);
  });

  test('the portal has a sub CA of its own under the path-to-live root', async () => {
    const root = await createRootAuthority(store, sealer, clock, 'path-to-live');
    const names = serverNames('https://localhost:8043', [], []);
    const portal = await portalCredentials(store, sealer, clock, root, names);
    const facts = inspect(portal.certificateChainPem);
    assert.equal(facts.issuerCommonName, 'NHS PTL Portal Authentication G2 (LocalSpine)');
    assert.deepEqual(facts.dnsNames, ['localhost']);
    assert.deepEqual(await portalCredentials(store, sealer, clock, root, names), portal, 'the same after a restart');
  });

  test('portals that start at once end up under one sub CA', async () => {
    const root = await createRootAuthority(store, sealer, clock, 'path-to-live');
    const names = serverNames('https://localhost:8043', [], []);
    const started = await Promise.all([1, 2, 3].map(() => portalCredentials(store, sealer, clock, root, names)));
    assert.equal(new Set(started.map((each) => each.certificateChainPem)).size, 1);
  });

  test('private keys rest sealed', async () => {
    const root = await createRootAuthority(store, sealer, clock, 'path-to-live');
    await portalCredentials(store, sealer, clock, root, serverNames('https://localhost:8043', [], []));
    for (const [table, count] of Object.entries({ pki_root: 2, pki_authority: 1, pki_certificate: 1 })) {
      const { rows } = await sql.raw<{ sealed_key: string }>(`select * from ${table}`).execute(store.db);
      assert.equal(rows.length, count, table);
      assert.doesNotMatch(JSON.stringify(rows), /PRIVATE KEY/);
      assert.doesNotMatch(Buffer.from(rows.map((each) => each.sealed_key).join(''), 'base64').toString('latin1'), /PRIVATE KEY/);
    }
  });
});
