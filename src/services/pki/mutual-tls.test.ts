import assert from 'node:assert/strict';
import type { AddressInfo } from 'node:net';
import { before, test } from 'node:test';
import { connect, createServer, type Server } from 'node:tls';
import { testContext } from '../../../test/helpers/context.ts';
import { ManualClock, systemTime } from '../../kernel/clock.ts';
import { createSealer } from '../../kernel/sealer.ts';
import { openMemoryStore } from '../../kernel/store/memory.ts';
import { secureServerOptions } from '../../kernel/tls/server.ts';
import {
  type ClientVerdict,
  createPki,
  createRootAuthority,
  type PkiApi,
  type RootAuthority,
  rootMigrations,
  type ServerCredentials,
} from './index.ts';

// TLS itself looks at the machine's watch, so these certificates are made for today.
const clock = new ManualClock(systemTime.now());
let dep: Environment;
let int: Environment;
let prod: Environment;

interface Environment {
  readonly api: PkiApi;
  readonly credentials: ServerCredentials;
}

async function boot(root: RootAuthority, id: string): Promise<Environment> {
  const service = createPki(root);
  const context = await testContext({ migrations: { pki: service.migrations }, environment: { id }, clock });
  const { api, prepare } = await service.create(context);
  const store = await prepare?.();
  assert.ok(store);
  await context.store.transaction(store);
  return { api, credentials: await api.serverCredentials(context.store.db) };
}

before(async () => {
  const platform = await openMemoryStore({ pki: rootMigrations });
  const sealer = createSealer('test seal key');
  const pathToLive = await createRootAuthority(platform, sealer, clock, 'path-to-live');
  const production = await createRootAuthority(platform, sealer, clock, 'production');
  [int, dep, prod] = await Promise.all([boot(pathToLive, 'INT'), boot(pathToLive, 'DEP'), boot(production, 'PROD')]);
});

/** Calls DEP's mutual-TLS listener with an environment's certificate: what the listener makes of it, or the failed handshake. */
async function callDep(client: ServerCredentials, trusted: string): Promise<ClientVerdict> {
  const { privateKeyPem: key, certificateChainPem: cert, caPem: ca } = dep.credentials;
  const server: Server = createServer(secureServerOptions({ key, cert, ca, requireClient: true }));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const verdict = new Promise<ClientVerdict>((resolve, reject) => {
    server.once('secureConnection', (socket) => {
      socket.on('error', () => undefined);
      dep.api.verifyClient(socket.getPeerCertificate().raw).then(resolve, reject);
    });
    server.once('tlsClientError', reject);
  });
  const socket = connect({ host: '127.0.0.1', port, ca: trusted, key: client.privateKeyPem, cert: client.certificateChainPem });
  socket.on('error', () => undefined);
  try {
    return await verdict;
  } finally {
    socket.destroy();
    server.close();
  }
}

test('a client of DEP passes the handshake and the check', async () => {
  assert.equal((await callDep(dep.credentials, dep.credentials.caPem)).ok, true);
});

test('a client of INT gets through the handshake of DEP by the shared root, and is stopped by the check (DESIGN.md D13)', async () => {
  const verdict = await callDep(int.credentials, dep.credentials.caPem);
  assert.equal(verdict.ok ? 'ok' : verdict.reason.check, 'pki.wrong-environment');
});

test('a client of PROD does not get through the handshake of DEP', async () => {
  // Node's server hangs up on a certificate it does not trust; there never is a connection to check.
  await assert.rejects(callDep(prod.credentials, dep.credentials.caPem), { code: 'ECONNRESET' });
});
