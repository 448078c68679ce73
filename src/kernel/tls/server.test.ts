import assert from 'node:assert/strict';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { type ConnectionOptions, connect, createServer, type Server, type TLSSocket, type TlsOptions } from 'node:tls';
import { systemTime } from '../clock.ts';
import { createAuthority, issueClientCertificate, issueServerCertificate, type KeyedCertificate } from './certificates.ts';
import { secureServerOptions } from './server.ts';

/** Connects, waits for the server's greeting, and gives what was agreed. Rejects when either side refuses. */
function greet(server: Server, options: ConnectionOptions): Promise<{ protocol: string | null; cipher: string }> {
  return new Promise((resolve, reject) => {
    const { port } = server.address() as AddressInfo;
    const socket: TLSSocket = connect({ host: '127.0.0.1', port, servername: 'localhost', ...options });
    socket.once('data', () => {
      resolve({ protocol: socket.getProtocol(), cipher: socket.getCipher().name });
      socket.destroy();
    });
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('closed before the greeting')));
  });
}

async function listen(options: TlsOptions): Promise<Server> {
  const server = createServer(options, (socket) => {
    socket.on('error', () => undefined);
    socket.write('welcome');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

describe('TLS listeners', () => {
  // The handshake itself looks at the machine's watch, so these certificates are made for today.
  const now = systemTime.now();
  let root: KeyedCertificate;
  let subordinate: KeyedCertificate;
  let client: KeyedCertificate;
  let open: Server;
  let mutual: Server;

  before(async () => {
    root = await createAuthority({ commonName: 'Root (LocalSpine)', years: 2, keyBits: 2048, now });
    subordinate = await createAuthority({ commonName: 'Sub (LocalSpine)', issuer: root, years: 2, keyBits: 2048, now });
    const server = await issueServerCertificate({ commonName: 'localhost', dnsNames: ['localhost'], issuer: subordinate, years: 1, now });
    client = await issueClientCertificate({ commonName: 'gp.test.nhs.uk', dnsNames: [], issuer: subordinate, years: 1, now });
    const shown = { key: server.privateKeyPem, cert: server.certificatePem + subordinate.certificatePem };
    open = await listen(secureServerOptions({ ...shown, requireClient: false }));
    mutual = await listen(secureServerOptions({ ...shown, ca: subordinate.certificatePem + root.certificatePem, requireClient: true }));
  });
  after(() => {
    open.close();
    mutual.close();
  });

  test('a client that trusts the root alone connects: the sub CA is sent along', async () => {
    assert.deepEqual(await greet(open, { ca: root.certificatePem }), { protocol: 'TLSv1.3', cipher: 'TLS_AES_128_GCM_SHA256' });
  });

  test('TLS 1.2 is served, by the order of the server', async () => {
    const weakFirst = 'ECDHE-RSA-AES256-SHA384:ECDHE-RSA-AES128-GCM-SHA256';
    assert.deepEqual(await greet(open, { ca: root.certificatePem, maxVersion: 'TLSv1.2', ciphers: weakFirst }), {
      protocol: 'TLSv1.2',
      cipher: 'ECDHE-RSA-AES128-GCM-SHA256',
    });
  });

  test('TLS 1.1 is refused', async () => {
    // At security level 0 the client itself would do it, so the refusal is the server's.
    const old: ConnectionOptions = { ca: root.certificatePem, minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'ALL:@SECLEVEL=0' };
    await assert.rejects(greet(open, old), { code: 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION' });
  });

  for (const suite of ['ECDHE-RSA-AES128-SHA', 'AES128-SHA', 'AES128-GCM-SHA256']) {
    test(`the suite ${suite} is refused`, async () => {
      const only: ConnectionOptions = { ca: root.certificatePem, maxVersion: 'TLSv1.2', ciphers: `${suite}:@SECLEVEL=0` };
      await assert.rejects(greet(open, only), { code: /HANDSHAKE_FAILURE/ });
    });
  }

  test('mutual TLS lets a client of the chain in, under both versions', async () => {
    const shown = { ca: root.certificatePem, key: client.privateKeyPem, cert: client.certificatePem };
    assert.equal((await greet(mutual, shown)).protocol, 'TLSv1.3');
    assert.equal((await greet(mutual, { ...shown, maxVersion: 'TLSv1.2' })).protocol, 'TLSv1.2');
  });

  test('mutual TLS refuses a client without a certificate', async () => {
    await assert.rejects(greet(mutual, { ca: root.certificatePem }));
  });

  test('mutual TLS refuses a certificate of another chain, though every name is the same', async () => {
    const foreignRoot = await createAuthority({ commonName: 'Root (LocalSpine)', years: 2, keyBits: 2048, now });
    const foreignSub = await createAuthority({ commonName: 'Sub (LocalSpine)', issuer: foreignRoot, years: 2, keyBits: 2048, now });
    const foreign = await issueClientCertificate({ commonName: 'gp.test.nhs.uk', dnsNames: [], issuer: foreignSub, years: 1, now });
    const shown = { ca: root.certificatePem, key: foreign.privateKeyPem, cert: foreign.certificatePem + foreignSub.certificatePem };
    await assert.rejects(greet(mutual, shown));
  });

  test('mutual TLS without saying whom to trust is a mistake in the program', () => {
    assert.throws(() => secureServerOptions({ key: 'k', cert: 'c', requireClient: true }), TypeError);
  });
});
