/** Certificates on smartcards: who they say it is, who signed them, what they are for and what they do not open. */
import assert from 'node:assert/strict';
import { createPublicKey, X509Certificate } from 'node:crypto';
import { before, describe, test } from 'node:test';
import { testContext } from '../../../test/helpers/context.ts';
import { ManualClock, systemTime } from '../../kernel/clock.ts';
import { createSealer } from '../../kernel/sealer.ts';
import { openMemoryStore } from '../../kernel/store/memory.ts';
import type { Store } from '../../kernel/store/store.ts';
import { generateKey, type RsaKey } from '../../kernel/tls/certificates.ts';
import { createPki, createRootAuthority, type PkiApi, rootMigrations } from './index.ts';

const clock = new ManualClock(systemTime.now());
const USER = '656005750107';

describe('a person’s certificate', () => {
  let pki: PkiApi;
  let store: Store;
  let key: RsaKey;

  before(async () => {
    const platform = await openMemoryStore({ pki: rootMigrations });
    const service = createPki(await createRootAuthority(platform, createSealer('test seal key'), clock, 'path-to-live'));
    const context = await testContext({ migrations: { pki: service.migrations }, clock });
    const { api, prepare } = await service.create(context);
    const keep = await prepare?.();
    assert.ok(keep);
    await context.store.transaction(keep);
    [pki, store, key] = [api, context.store, await generateKey(2048)];
  });

  for (const [use, keyUsage] of [
    ['authentication', '1.3.6.1.4.1.311.20.2.2'],
    ['signing', '1.3.6.1.5.5.7.3.36'],
  ] as const)
    test(`for ${use}`, async () => {
      const { certificatePem, serialNumber, notAfter } = await store.transaction((tx) =>
        pki.issuePerson(tx, { userId: USER, use, publicKeyDer: key.publicKeyDer, years: 2 }),
      );
      const certificate = new X509Certificate(certificatePem);
      assert.equal(certificate.subject, `O=nhs\nOU=people\nCN=${USER}`, 'in the order that clients read it in');
      assert.deepEqual(certificate.keyUsage, [keyUsage]);
      assert.equal(certificate.serialNumber, serialNumber);
      assert.equal(certificate.ca, false);
      assert.equal(notAfter, new Date(clock.now()).setUTCFullYear(new Date(clock.now()).getUTCFullYear() + 2) - (clock.now() % 1_000));
      const { subordinate } = await pki.authorities(store.db);
      assert.ok(certificate.verify(createPublicKey(subordinate.pem)));
      assert.deepEqual(certificate.publicKey.export({ type: 'spki', format: 'der' }), key.publicKeyDer);
      const verdict = await pki.verifyClient(certificate.raw);
      assert.equal(verdict.ok ? 'admitted' : verdict.reason.check, 'pki.no-client-authentication', 'the mutual-TLS door is for systems');
    });
});
