import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { after, describe, test } from 'node:test';
import { connect as connectTls } from 'node:tls';
import { LocalRefusal } from '../kernel/errors.ts';
import type { DoorHandlers, DoorKeeper, ServiceDoor, VisitNote } from '../kernel/service-door.ts';
import { createAuthority, issueClientCertificate, issueServerCertificate } from '../kernel/tls/certificates.ts';
import { secureServerOptions } from '../kernel/tls/server.ts';
import { ServiceDoors } from './service-doors.ts';

const NOW = Date.now();
const ECHO: ServiceDoor = { name: 'echo', portOffset: 7, transports: ['tcp', 'udp'], scheme: 'echo', secure: false };

/** Answers what it hears, and notes each caller. */
const echoHandlers: DoorHandlers = {
  connection: (socket, visit) => {
    visit.note({ operation: 'echo', method: 'ECHO', url: visit.serverName ?? visit.address, status: 0, milliseconds: 0 });
    socket.pipe(socket);
  },
  datagram: (message, _visit, reply) => reply(message),
};

const open: ServiceDoors[] = [];
after(() => Promise.all(open.map((each) => each.close())));

function doorsFor(notes: VisitNote[] = []): ServiceDoors {
  const doors = new ServiceDoors({
    host: '127.0.0.1',
    publicHost: 'localhost',
    note: (_door, note) => notes.push(note),
    failed: () => undefined,
  });
  open.push(doors);
  return doors;
}

/** A port that is free now. */
async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

describe('doors of services that speak something other than HTTP', () => {
  test('TCP and UDP share a port; the protocol is loaded by the first caller, once', async () => {
    let loads = 0;
    const keeper: DoorKeeper = {
      load: async () => {
        loads += 1;
        return echoHandlers;
      },
    };
    const doors = doorsFor();
    const port = await freePort();
    await doors.open({ service: 'echoes', door: ECHO, keeper, port });
    assert.deepEqual(doors.list, [{ service: 'echoes', name: 'echo', port, transports: ['tcp', 'udp'], url: `echo://localhost:${port}` }]);
    assert.equal(loads, 0);
    const socket = connect(port, '127.0.0.1');
    socket.write('over TCP');
    assert.equal(String((await once(socket, 'data'))[0]), 'over TCP');
    const datagrams = createSocket('udp4');
    datagrams.send('over UDP', port, '127.0.0.1');
    assert.equal(String((await once(datagrams, 'message'))[0]), 'over UDP');
    datagrams.close();
    socket.destroy();
    assert.equal(loads, 1);
  });

  test('closing ends the connections that are there', async () => {
    const doors = doorsFor();
    const port = await freePort();
    await doors.open({ service: 'echoes', door: { ...ECHO, transports: ['tcp'] }, keeper: { load: async () => echoHandlers }, port });
    const socket = connect(port, '127.0.0.1');
    socket.write('x');
    await once(socket, 'data');
    const ended = once(socket, 'close');
    await doors.close();
    await ended;
  });

  test('a port in use is told in one sentence', async () => {
    const blocker = createServer().listen(0, '127.0.0.1');
    await once(blocker, 'listening');
    const address = blocker.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    await assert.rejects(
      doorsFor().open({ service: 'echoes', door: ECHO, keeper: { load: async () => echoHandlers }, port }),
      (error) => error instanceof LocalRefusal && error.code === 'port_in_use',
    );
    blocker.close();
  });

  test('a secure door that asks for a certificate takes callers without one and good ones, and ends those whose is not good', async () => {
    const authority = await createAuthority({ commonName: 'Test CA', years: 1, keyBits: 2048, now: NOW });
    const foreign = await createAuthority({ commonName: 'Other CA', years: 1, keyBits: 2048, now: NOW });
    const issue = { dnsNames: ['localhost'], years: 1, now: NOW };
    const server = await issueServerCertificate({ ...issue, commonName: 'localhost', issuer: authority });
    const good = await issueClientCertificate({ ...issue, commonName: 'good.nhs.uk', issuer: authority });
    const judgedBad = await issueClientCertificate({ ...issue, commonName: 'judged-bad.nhs.uk', issuer: authority });
    const untrusted = await issueClientCertificate({ ...issue, commonName: 'untrusted.nhs.uk', issuer: foreign });
    const notes: VisitNote[] = [];
    const doors = doorsFor(notes);
    const port = await freePort();
    await doors.open({
      service: 'echoes',
      door: { ...ECHO, transports: ['tcp'], secure: true },
      keeper: { clientCertificate: 'asked', load: async () => echoHandlers },
      port,
      tls: secureServerOptions({
        key: server.privateKeyPem,
        cert: server.certificatePem,
        ca: authority.certificatePem,
        requireClient: false,
        askClient: true,
      }),
      admit: async (der) =>
        Buffer.from(der).includes('judged-bad') ? { ok: false, reason: { check: 'test', why: 'It is judged bad.' } } : { ok: true },
    });
    const says = async (client?: { readonly certificatePem: string; readonly privateKeyPem: string }): Promise<string> => {
      const identity = client === undefined ? {} : { cert: client.certificatePem, key: client.privateKeyPem };
      const socket = connectTls({ host: '127.0.0.1', port, servername: 'localhost', ca: authority.certificatePem, ...identity });
      socket.on('error', () => undefined);
      socket.write('hello');
      const answer = await Promise.race([once(socket, 'data').then(([data]) => String(data)), once(socket, 'close').then(() => 'closed')]);
      socket.destroy();
      return answer;
    };
    assert.equal(await says(), 'hello');
    assert.equal(await says(good), 'hello');
    assert.equal(await says(judgedBad), 'closed');
    assert.equal(await says(untrusted), 'closed');
    assert.deepEqual(
      notes.map((note) => note.refusal?.check ?? note.url),
      ['localhost', 'localhost', 'test', 'mutual-tls.untrusted'],
    );
  });
});
