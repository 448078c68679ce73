import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { ENVIRONMENTS } from './definitions.ts';
import { boundPort } from './listening.ts';
import { doorPorts, portalPort } from './ports.ts';

const DNS = { name: 'dns', portOffset: 53, transports: ['tcp', 'udp'], scheme: 'dns', secure: false } as const;

test('ports are base, block and door', async () => {
  assert.deepEqual(await doorPorts(8_000, ENVIRONMENTS.INT, [DNS]), {
    https: 8_143,
    mutualTls: 8_144,
    http: 8_180,
    services: { dns: 8_153 },
  });
  assert.equal((await doorPorts(8_000, ENVIRONMENTS.SANDBOX, [])).https, 8_083, 'the portal has 8043');
  assert.equal((await doorPorts(8_000, ENVIRONMENTS.DEP, [])).secondErs, 8_283);
  assert.equal(await portalPort(8_000), 8_043);
});

test('with base 0 every door of every environment gets a free port of its own, which no outgoing connection is given', async () => {
  const all = await Promise.all(Object.values(ENVIRONMENTS).map((each) => doorPorts(0, each, [DNS])));
  const ports = [...all.flatMap(({ services, ...doors }) => [...Object.values(services), ...Object.values(doors)]), await portalPort(0)];
  assert.equal(new Set(ports).size, ports.length);
  assert.ok(ports.every((port) => port >= 11_000 && port < 31_000));
});

test('a port that was chosen is nobody else’s until its door opens, and then the door’s', async () => {
  const port = await portalPort(0);
  const [stranger, door] = [createServer(), createServer()];
  const outcome = await new Promise<string>((resolve) => {
    stranger.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''));
    stranger.listen(port, '127.0.0.1', () => stranger.close(() => resolve('opened')));
  });
  assert.equal(outcome, 'EADDRINUSE');
  assert.equal(await boundPort(door, port, '127.0.0.1'), port);
  await new Promise((resolve) => door.close(resolve));
});
