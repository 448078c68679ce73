import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import fastify, { type FastifyInstance } from 'fastify';
import { sql } from 'kysely';
import { testContext } from '../../../test/helpers/context.ts';
import { type Clock, ManualClock } from '../../kernel/clock.ts';
import { Exchange } from '../../kernel/http/exchange.ts';
import { createSealer } from '../../kernel/sealer.ts';
import type { RunningService } from '../../kernel/service.ts';
import { openMemoryStore } from '../../kernel/store/memory.ts';
import { createAuthority, inspect, issueClientCertificate, toDer } from '../../kernel/tls/certificates.ts';
import { AuthorityMissing, KeyUnreadable, RootMismatch } from './errors.ts';
import { type ClientVerdict, createPki, createRootAuthority, type PkiApi, type RootAuthority, rootMigrations } from './index.ts';

const START = '2026-11-24T09:00:00Z';
const DAY = 86_400_000;
const run = promisify(execFile);
type Context = Awaited<ReturnType<typeof testContext>>;

/** One environment with its certificate authority, after first boot unless told otherwise. */
interface World {
  readonly context: Context;
  readonly pki: RunningService<PkiApi>;
}

async function start(root: RootAuthority, context: Context): Promise<World> {
  return { context, pki: await createPki(root).create(context) };
}

async function boot(root: RootAuthority, id: 'INT' | 'DEP' | 'PROD'): Promise<World> {
  const { migrations } = createPki(root);
  const context = await testContext({ migrations: { pki: migrations }, environment: { id }, clock: new ManualClock(START) });
  const world = await start(root, context);
  const store = await world.pki.prepare?.();
  assert.ok(store);
  await context.store.transaction(store);
  return world;
}

/** The leaf that the environment's own server shows: a certificate of that environment like any other. */
async function leafOf({ context, pki }: World): Promise<Buffer> {
  return toDer((await pki.api.serverCredentials(context.store.db)).certificateChainPem);
}

function reasonOf(verdict: ClientVerdict): string {
  return verdict.ok ? 'ok' : verdict.reason.check;
}

function opensslMissing(): string | false {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' });
    return false;
  } catch {
    return 'openssl is not installed';
  }
}

describe('the certificate authority of an environment', () => {
  let pathToLive: RootAuthority;
  let production: RootAuthority;
  let int: World;
  let dep: World;
  let prod: World;

  before(async () => {
    const platform = await openMemoryStore({ pki: rootMigrations });
    const sealer = createSealer('platform seal key');
    const clock = new ManualClock(START);
    [pathToLive, production] = await Promise.all([
      createRootAuthority(platform, sealer, clock, 'path-to-live'),
      createRootAuthority(platform, sealer, clock, 'production'),
    ]);
    [int, dep, prod] = await Promise.all([boot(pathToLive, 'INT'), boot(pathToLive, 'DEP'), boot(production, 'PROD')]);
  });

  test('INT and DEP share a root and have a sub CA each; PROD stands apart (DESIGN.md D13, PTL-072)', async () => {
    const names = async ({ context, pki }: World): Promise<string[]> => {
      const { root, subordinate } = await pki.api.authorities(context.store.db);
      return [root.commonName, subordinate.commonName];
    };
    assert.deepEqual(await names(int), ['NHS PTL Root Authority G2 (LocalSpine)', 'NHS INT Authentication G2 (LocalSpine)']);
    assert.deepEqual(await names(dep), ['NHS PTL Root Authority G2 (LocalSpine)', 'NHS DEP Authentication G2 (LocalSpine)']);
    assert.deepEqual(await names(prod), ['NHS Root Authority G2 (LocalSpine)', 'NHS Authentication G2 (LocalSpine)']);
  });

  test("openssl accepts each environment's chain for localhost and loopback, and not under the other root", {
    skip: opensslMissing(),
  }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'localspine-pki-'));
    const file = (name: string, text: string): string => {
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    };
    const at = String(Date.parse(START) / 1000);
    try {
      for (const world of [int, dep, prod]) {
        const { context, pki } = world;
        const { root, subordinate } = await pki.api.authorities(context.store.db);
        const { certificateChainPem } = await pki.api.serverCredentials(context.store.db);
        const leaf = file('leaf.pem', certificateChainPem);
        const verify = ['verify', '-x509_strict', '-attime', at, '-untrusted', file('sub.pem', subordinate.pem)];
        for (const name of [
          ['-verify_hostname', 'localhost'],
          ['-verify_ip', '127.0.0.1'],
          ['-verify_ip', '::1'],
        ]) {
          const { stdout } = await run('openssl', [...verify, ...name, '-CAfile', file('root.pem', root.pem), leaf]);
          assert.match(stdout, /: OK/);
        }
        const other = world === prod ? pathToLive : production;
        await assert.rejects(
          run('openssl', [...verify, '-CAfile', file('other.pem', other.certificatePem), leaf]),
          /unable to get local issuer certificate/,
        );
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('a client of the same environment is accepted', async () => {
    const verdict = await dep.pki.api.verifyClient(await leafOf(dep));
    assert.deepEqual(verdict, { ok: true, commonName: 'localhost', dnsNames: ['localhost'] });
  });

  test('a client of INT is refused by DEP although both share the root, and by PROD', async () => {
    const leaf = await leafOf(int);
    const verdict = await dep.pki.api.verifyClient(leaf);
    assert.ok(!verdict.ok);
    assert.equal(verdict.reason.check, 'pki.wrong-environment');
    assert.match(
      verdict.reason.why,
      /issued by NHS INT Authentication G2 \(LocalSpine\); this environment accepts only NHS DEP Level1C \(LocalSpine\) and NHS DEP Authentication G2/,
    );
    assert.equal(reasonOf(await prod.pki.api.verifyClient(leaf)), 'pki.wrong-environment');
  });

  test('a forger who copies every name is refused by the signature', async () => {
    const now = Date.parse(START);
    const issuer = await createAuthority({ commonName: 'NHS DEP Authentication G2 (LocalSpine)', years: 1, keyBits: 2048, now });
    const forged = await issueClientCertificate({ commonName: 'gp.test.nhs.uk', dnsNames: [], issuer, years: 1, now });
    assert.equal(reasonOf(await dep.pki.api.verifyClient(toDer(forged.certificatePem))), 'pki.signature');
  });

  test('a second sub CA that the shared root made under the same name is refused too', async () => {
    const now = Date.parse(START);
    const issuer = await pathToLive.issueSubordinate('NHS DEP Authentication G2 (LocalSpine)');
    const other = await issueClientCertificate({ commonName: 'gp.test.nhs.uk', dnsNames: [], issuer, years: 1, now });
    assert.equal(reasonOf(await dep.pki.api.verifyClient(toDer(other.certificatePem))), 'pki.signature');
  });

  test('authorities and garbage are no clients', async () => {
    const { root, subordinate } = await dep.pki.api.authorities(dep.context.store.db);
    assert.equal(reasonOf(await dep.pki.api.verifyClient(toDer(subordinate.pem))), 'pki.authority-presented');
    assert.equal(reasonOf(await dep.pki.api.verifyClient(toDer(root.pem))), 'pki.authority-presented');
    assert.equal(reasonOf(await dep.pki.api.verifyClient(Buffer.from('not a certificate'))), 'pki.unreadable');
  });

  test('certificates run on real time and expire', async () => {
    const world = await boot(pathToLive, 'DEP');
    const leaf = await leafOf(world);
    const jumped: Clock = { now: () => Date.parse('2036-01-01T00:00:00Z'), realNow: () => world.context.clock.realNow() };
    const rehearsal = await createPki(pathToLive).create({ ...world.context, clock: jumped });
    assert.equal(reasonOf(await rehearsal.api.verifyClient(leaf)), 'ok');
    world.context.clock.advance(3 * 365 * DAY);
    assert.equal(reasonOf(await world.pki.api.verifyClient(leaf)), 'pki.expired');
  });

  test('the server keeps its certificate over restarts and renews it when fewer than 30 days are left', async () => {
    const { context, pki } = await boot(pathToLive, 'INT');
    const first = await pki.api.serverCredentials(context.store.db);
    context.clock.advance(2 * 365 * DAY - 30 * DAY);
    assert.deepEqual(await (await start(pathToLive, context)).pki.api.serverCredentials(context.store.db), first);
    context.clock.advance(2 * DAY);
    const renewed = await pki.api.serverCredentials(context.store.db);
    assert.notEqual(renewed.certificateChainPem, first.certificateChainPem);
    assert.notEqual(renewed.privateKeyPem, first.privateKeyPem);
    assert.equal(renewed.caPem, first.caPem);
    assert.equal(reasonOf(await pki.api.verifyClient(toDer(renewed.certificateChainPem))), 'ok');
    assert.deepEqual(await pki.api.serverCredentials(context.store.db), renewed, 'renewed once');
  });

  test('a new public address gets a new certificate; going back finds the old one again', async () => {
    const { context, pki } = await boot(pathToLive, 'INT');
    const first = await pki.api.serverCredentials(context.store.db);
    const moved = { ...context, environment: { ...context.environment, baseUrl: 'https://spine.example.org:8143' } };
    const second = await (await start(pathToLive, moved)).pki.api.serverCredentials(context.store.db);
    const facts = inspect(second.certificateChainPem);
    assert.equal(facts.commonName, 'spine.example.org');
    assert.deepEqual(facts.dnsNames, ['localhost', 'spine.example.org']);
    assert.deepEqual(await pki.api.serverCredentials(context.store.db), first);
  });

  test('credentials can be renewed inside a transaction', async () => {
    const { context, pki } = await boot(pathToLive, 'INT');
    context.clock.advance(2 * 365 * DAY - DAY);
    const renewed = await context.store.transaction((tx) => pki.api.serverCredentials(tx));
    assert.deepEqual(await pki.api.serverCredentials(context.store.db), renewed);
  });

  test('of two first boots at once, the first authority stays and all belongs together', async () => {
    const { migrations } = createPki(pathToLive);
    const context = await testContext({ migrations: { pki: migrations }, clock: new ManualClock(START) });
    const { pki } = await start(pathToLive, context);
    const stores = await Promise.all([pki.prepare?.(), pki.prepare?.()]);
    for (const store of stores) {
      assert.ok(store);
      await context.store.transaction(store);
    }
    assert.equal(reasonOf(await pki.api.verifyClient(await leafOf({ context, pki }))), 'ok');
    const { rows } = await sql<{ count: number }>`select count(*) as count from pki_certificate`.execute(context.store.db);
    assert.equal(rows[0]?.count, 1);
  });

  test('no table holds a private key in the clear', async () => {
    const tables = Object.keys(createPki(pathToLive).tables);
    assert.deepEqual(tables, [
      'pki_authority',
      'pki_certificate',
      'pki_revocation_list',
      'pki_cut_over',
      'pki_request',
      'pki_former_authority',
    ]);
    for (const table of ['pki_authority', 'pki_certificate']) {
      const { rows } = await sql.raw<{ sealed_key: string }>(`select * from ${table}`).execute(int.context.store.db);
      assert.ok(rows.length > 0);
      assert.doesNotMatch(JSON.stringify(rows), /PRIVATE KEY/);
      assert.match(rows[0]?.sealed_key ?? '', /^[A-Za-z0-9+/=]{1000,}$/);
    }
  });

  test('what cannot work says why: before first boot, with another seal key, under another root', async () => {
    const { migrations } = createPki(pathToLive);
    const empty = await start(pathToLive, await testContext({ migrations: { pki: migrations } }));
    await assert.rejects(empty.pki.api.serverCredentials(empty.context.store.db), AuthorityMissing);
    await assert.rejects(empty.pki.health?.() ?? Promise.resolve(), AuthorityMissing);
    const resealed = await start(pathToLive, { ...int.context, sealer: createSealer('another key') });
    await assert.rejects(resealed.pki.api.serverCredentials(int.context.store.db), KeyUnreadable);
    const uprooted = await start(production, int.context);
    await assert.rejects(uprooted.pki.api.serverCredentials(int.context.store.db), RootMismatch);
    await assert.rejects(uprooted.pki.health?.() ?? Promise.resolve(), RootMismatch);
    await int.pki.health?.();
  });

  describe('downloads under /_localspine/certificates', () => {
    let app: FastifyInstance;
    before(async () => {
      app = fastify();
      app.decorateRequest('exchange');
      app.addHook('onRequest', async (request) => {
        request.exchange = new Exchange({ name: 'https', port: 0, baseUrl: 'https://localhost', ersInstance: 'Dep1' }, 0);
      });
      await dep.pki.routes?.(app);
    });

    test('root and sub CA are there as PEM and DER, named, and labelled with their store (PTL-068, PTL-070)', async () => {
      const { root, subordinate } = await dep.pki.api.authorities(dep.context.store.db);
      const files = [
        { path: 'root.pem', type: 'application/x-pem-file', name: 'NHS-PTL-Root-Authority-G2-LocalSpine.pem', body: Buffer.from(root.pem) },
        { path: 'root.der', type: 'application/pkix-cert', name: 'NHS-PTL-Root-Authority-G2-LocalSpine.der', body: toDer(root.pem) },
        {
          path: 'sub-ca.pem',
          type: 'application/x-pem-file',
          name: 'NHS-DEP-Authentication-G2-LocalSpine.pem',
          body: Buffer.from(subordinate.pem),
        },
        {
          path: 'sub-ca.der',
          type: 'application/pkix-cert',
          name: 'NHS-DEP-Authentication-G2-LocalSpine.der',
          body: toDer(subordinate.pem),
        },
      ];
      for (const { path, type, name, body } of files) {
        const response = await app.inject(`/_localspine/certificates/${path}`);
        assert.equal(response.statusCode, 200, path);
        assert.equal(response.headers['content-type'], type);
        assert.equal(response.headers['content-disposition'], `attachment; filename="${name}"`);
        assert.equal(
          response.headers['x-install-into'],
          path.startsWith('root') ? 'Trusted Root Certification Authorities' : 'Intermediate Certification Authorities',
        );
        assert.deepEqual(response.rawPayload, body);
      }
    });

    test('nothing else is', async () => {
      for (const path of ['server.pem', 'root.key', 'sub-ca.key', '']) {
        assert.equal((await app.inject(`/_localspine/certificates/${path}`)).statusCode, 404);
      }
    });
  });
});
