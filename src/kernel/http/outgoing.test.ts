/** Where a supplier's address may lead us. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { mayCall, Outgoing, OutgoingRefusal } from './outgoing.ts';

const ADDRESSES: readonly (readonly [address: string, whenPrivateAllowed: boolean, whenNot: boolean])[] = [
  ['93.184.216.34', true, true],
  ['127.0.0.1', true, false],
  ['10.1.2.3', true, false],
  ['172.20.0.1', true, false],
  ['192.168.1.1', true, false],
  ['::1', true, false],
  ['fd00::1', true, false],
  ['::ffff:127.0.0.1', true, false],
  ['2a00:1450:4009::1', true, true],
  ['169.254.169.254', false, false],
  ['::ffff:169.254.169.254', false, false],
  ['fe80::1', false, false],
  ['0.0.0.0', false, false],
  ['::', false, false],
  ['224.0.0.1', false, false],
  ['not an address', false, false],
];

for (const [address, allowed, strict] of ADDRESSES)
  test(`${address}: ${allowed ? 'yes' : 'never'}${allowed && !strict ? ', where private addresses are allowed' : ''}`, () => {
    assert.equal(mayCall(address, true), allowed);
    assert.equal(mayCall(address, false), strict);
  });

test('a name that leads to a forbidden address is judged by the address', async () => {
  const server = createServer((_request, response) => response.end('{}'));
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', () => ready()));
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  try {
    const url = `http://localhost:${address.port}/keys`;
    assert.equal(await new Outgoing(true, async () => []).read(url), '{}');
    await assert.rejects(new Outgoing(false, async () => []).read(url), /not allowed/);
    for (const bad of ['ftp://localhost/', 'file:///etc/passwd', 'no address'])
      await assert.rejects(new Outgoing(true, async () => []).read(bad), OutgoingRefusal);
  } finally {
    server.close();
  }
});
