/** Two doors to the certificate authorities on one PostgreSQL: what was revoked is on the list, and a request becomes one certificate. */
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { ManualClock } from '../../src/kernel/clock.ts';
import { LocalRefusal } from '../../src/kernel/errors.ts';
import { createSealer } from '../../src/kernel/sealer.ts';
import { offer } from '../../src/kernel/service.ts';
import { openPostgresStore } from '../../src/kernel/store/postgres.ts';
import type { Store } from '../../src/kernel/store/store.ts';
import { x509Library } from '../../src/kernel/tls/certificates.ts';
import { subordinateName } from '../../src/services/pki/authorities.ts';
import { renewAuthority, revokeAuthority } from '../../src/services/pki/authority-lifecycle.ts';
import { decideRequest, submitRequest, type Verdict } from '../../src/services/pki/certificate-requests.ts';
import { listCertificates, readList } from '../../src/services/pki/certificate-store.ts';
import {
  createPki,
  createRootAuthority,
  type FqdnRegister,
  fqdnRegister,
  makeSigningRequest,
  rootMigrations,
} from '../../src/services/pki/index.ts';
import { issueCertificate, type Registry, revokeCertificate } from '../../src/services/pki/issuing.ts';
import type { IssuingPlace } from '../../src/services/pki/server-credentials.ts';
import { serverNames } from '../../src/services/pki/server-names.ts';
import { formerAuthorities } from '../../src/services/pki/store.ts';
import { testContext, testEnvironment } from '../helpers/context.ts';
import { type OwnDatabase, ownDatabase } from '../helpers/postgres.ts';

const server = process.env['TEST_POSTGRES_URL'];
const ROUNDS = 6;
const NAME = 'mhs.supplier.nhs.uk';

describe('two doors to the certificate authorities', {
  skip: server === undefined ? 'TEST_POSTGRES_URL names no server' : false,
  concurrency: false,
}, () => {
  const clock = new ManualClock('2026-11-24T09:00:00Z');
  const known: FqdnRegister = { ownersOf: async () => [] };
  let database: OwnDatabase;
  let platform: Store;
  let store: Store;
  let place: IssuingPlace;
  let registry: Registry;
  let context: Awaited<ReturnType<typeof testContext>>;
  let csr: string;

  before(async () => {
    database = await ownDatabase(server ?? '', 'certificate_doors');
    platform = await openPostgresStore({ url: database.url, schema: 'platform', migrations: { pki: rootMigrations } });
    const root = await createRootAuthority(platform, createSealer('platform seal key'), clock, 'path-to-live');
    const service = createPki(root);
    store = await openPostgresStore({ url: database.url, schema: 'int', migrations: { pki: service.migrations } });
    const made = await testContext({
      migrations: { pki: service.migrations },
      clock,
      offers: [offer(fqdnRegister, known)],
      environment: { settings: { ...testEnvironment.settings, registrationApproval: 'person' } },
    });
    context = { ...made, store };
    const running = await service.create(context);
    await store.transaction((await running.prepare?.()) ?? assert.fail('nothing to prepare'));
    place = {
      root,
      sealer: context.sealer,
      clock,
      subordinateNames: {
        'generation-1': subordinateName('INT', 'generation-1'),
        'generation-2': subordinateName('INT', 'generation-2'),
      },
      names: serverNames('https://localhost:8143', [], []),
    };
    registry = { place, availability: context.availability, registers: [known], published: [] };
    ({ csr } = await makeSigningRequest(NAME, 2048));
  });
  after(async () => {
    await Promise.all([platform?.close(), store?.close()]);
    await database.drop();
  });

  const serialsOn = async (der: Buffer | undefined): Promise<readonly string[]> => {
    const { X509Crl } = await x509Library();
    return new X509Crl(der ?? assert.fail('no list')).entries.map((each) => each.serialNumber.toUpperCase());
  };
  const issued = async (): Promise<string> => {
    const publicKeyDer = new X509Certificate(place.root.certificatePem).publicKey.export({ type: 'spki', format: 'der' });
    const order = { commonName: NAME, dnsNames: [NAME], kind: 'system', publicKeyDer } as const;
    return (await store.transaction((tx) => issueCertificate(tx, registry, order))).serial;
  };

  test('two certificates revoked at once are both on the list', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const serials = [await issued(), await issued()];
      await Promise.all(serials.map((each) => store.transaction((tx) => revokeCertificate(tx, registry, each, 'keyCompromise'))));
      const list = await serialsOn((await readList(store.db, 'generation-2'))?.der);
      assert.deepEqual(
        serials.map((each) => list.includes(each)),
        [true, true],
      );
    }
  });

  test('so are two sub CAs that a root revokes at once, for two environments', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const serials = [`5${round}AA`, `5${round}BB`];
      await Promise.all(serials.map((each) => place.root.revokeSubordinate(each, 'keyCompromise')));
      const list = await serialsOn((await place.root.revocationList()).der);
      assert.deepEqual(
        serials.map((each) => list.includes(each)),
        [true, true],
      );
    }
  });

  test('a request is decided once, and becomes one certificate', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const { request } = await store.transaction((tx) => submitRequest(context, tx, registry, { kind: 'sign', csr }));
      const before = (await listCertificates(store.db, { commonName: NAME }, 500)).length;
      const verdicts: readonly Verdict[] = [{ event: 'issue' }, round % 2 === 0 ? { event: 'issue' } : { event: 'refuse', reason: 'No.' }];
      const outcomes = await Promise.allSettled(
        verdicts.map((each) => store.transaction((tx) => decideRequest(context, tx, registry, request.requestId, each))),
      );
      const won = outcomes.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
      const lost = outcomes.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []));
      assert.equal(won.length, 1);
      assert.ok(lost[0] instanceof LocalRefusal && lost[0].status === 409, String(lost[0]));
      const made = (await listCertificates(store.db, { commonName: NAME }, 500)).length - before;
      assert.equal(made, won[0]?.certificate === undefined ? 0 : 1);
    }
  });

  test('a sub CA is revoked once, and with it the certificates from before a renewal of its key', async () => {
    const renewed = await renewAuthority(store, place, 'generation-2');
    const outcomes = await Promise.allSettled([1, 2].map(() => revokeAuthority(store, place, 'generation-2', 'keyCompromise')));
    const [won] = outcomes.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
    assert.deepEqual(outcomes.map((each) => each.status).sort(), ['fulfilled', 'rejected']);
    const list = await serialsOn((await place.root.revocationList()).der);
    for (const serial of [renewed.former.serial, won?.former.serial ?? '']) assert.ok(list.includes(serial.toUpperCase()), serial);
    const former = await formerAuthorities(store.db);
    assert.deepEqual(
      former.map((each) => each.reason),
      ['keyCompromise', 'keyCompromise'],
    );
  });
});
