/** Hostile LDAP: whatever one connection does, it gets the right answer or a notice, and everybody else is served. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect as connectPlain, createServer, type Server, type Socket } from 'node:net';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import type { Db } from '../../src/kernel/store/store.ts';
import { ldapHandlers } from '../../src/services/directory/ldap/listener.ts';
import type { Filter } from '../../src/services/directory/ldap/message.ts';
import { CONTAINERS } from '../../src/services/directory/ldap/records.ts';
import { referenceEntries } from '../../src/services/directory/ldap/reference-entries.ts';
import { bindMessage, searchMessage } from '../../src/services/directory/ldap/test-client.ts';
import { DirectoryView, type Records } from '../../src/services/directory/ldap/view.ts';
import type { Organisation } from '../../src/services/directory/model.ts';
import { doorPort, WireClient } from '../helpers/ldap.ts';
import { LocalSpine } from '../helpers/localspine.ts';

const present: Filter = { kind: 'present', attribute: 'objectClass' };
const base = searchMessage(2, { base: 'o=nhs', scope: 0, filter: present, attributes: ['1.1'] });
const nested = (depth: number): Filter => (depth === 0 ? present : { kind: 'and', filters: [nested(depth - 1)] });

describe('over TLS', () => {
  const spine = new LocalSpine({ LOCALSPINE_ENVIRONMENTS: 'INT' });
  let port = 0;
  before(async () => {
    await spine.start();
    port = await doorPort(spine, 'INT', 'ldaps');
  });
  after(() => spine.remove());
  const isServed = async (): Promise<void> => {
    const client = await WireClient.open(spine, port);
    assert.equal((await client.result(base))?.code, 0);
    client.socket.destroy();
  };

  test('half-open handshakes and talk that is no TLS keep nobody out', async () => {
    const sockets = Array.from({ length: 100 }, (_, index) => {
      const socket = connectPlain(port, '127.0.0.1');
      socket.on('error', () => undefined);
      if (index % 2 === 0) socket.write('GET / HTTP/1.1\r\n\r\n');
      return socket;
    });
    await isServed();
    for (const socket of sockets) socket.destroy();
  });

  test('messages with octets changed end in an answer or the end of their connection', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ at: fc.nat(base.length - 1), octet: fc.nat(255) }), { minLength: 1, maxLength: 4 }),
        async (changes) => {
          const client = await WireClient.open(spine, port);
          const octets = Buffer.from(base);
          for (const { at, octet } of changes) octets[at] = octet;
          client.send(octets);
          client.socket.end();
          for (let answer = await client.next(); answer !== undefined; answer = await client.next()) assert.ok(answer.tag > 0);
          await client.closed;
        },
      ),
      { numRuns: Math.min(Number(process.env['FUZZ_RUNS'] ?? 30), 200) },
    );
    await isServed();
  });
});

/** The containers, and what is in every directory. */
const ALL = 100_000 + CONTAINERS.length + 1 + referenceEntries().length;

/** Records of a directory with very many organisations. */
function manyRecords(count: number): Records {
  const organisation = (n: number): Organisation => ({
    odsCode: `Z${n}`,
    name: `Hostile Surgery ${n} ${'x'.repeat(200)}`,
    kind: 'gp-practice',
    open: true,
    referring: true,
    providing: false,
    addressLines: ['1 High Street', 'Ashdale'],
  });
  return {
    lastChange: async () => ({ changeNumber: 0, mark: '' }),
    markOf: async () => undefined,
    changesAfter: async () => [],
    people: async () => [],
    person: async () => undefined,
    roleProfiles: async () => [],
    async *systemsAndOrganisations() {
      for (let n = 0; n < count; n += 1_000)
        yield Array.from({ length: 1_000 }, (_, index) => ({ kind: 'organisation' as const, record: organisation(n + index) }));
    },
  };
}

describe('100,000 entries behind a plain door', () => {
  let server: Server;
  let port = 0;
  const failures: string[] = [];
  const accepted = new Set<Socket>();
  before(async () => {
    // The records come from no store: the handle is never used.
    const view = new DirectoryView({} as Db, manyRecords(100_000));
    const handlers = ldapHandlers({
      view,
      options: { sizeLimit: 0, readerPassword: undefined, secure: false, defaultEquality: false },
      failed: (text) => failures.push(text),
    });
    server = createServer((socket) => {
      accepted.add(socket);
      socket.on('close', () => accepted.delete(socket));
      handlers.connection?.(socket, { address: '127.0.0.1', port: 0, note: () => undefined });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    port = typeof address === 'object' && address !== null ? address.port : 0;
    await view.current();
  });
  after(() => {
    for (const socket of accepted) socket.destroy();
    server.close();
    assert.deepEqual(failures, []);
  });
  const open = async (): Promise<WireClient> => {
    const socket = connectPlain(port, '127.0.0.1');
    await once(socket, 'connect');
    return new WireClient(socket);
  };

  test('a reader that does not read holds a little memory, and nobody up; then it gets everything', async () => {
    const slow = await open();
    slow.socket.pause();
    slow.send(searchMessage(1, { base: 'o=nhs', filter: present }));
    const other = await open();
    let waiting = 0;
    for (let asked = 0; asked < 5_000 && waiting === 0; asked += 1) {
      assert.equal((await other.result(base))?.code, 0);
      waiting = Math.max(...[...accepted].map((socket) => socket.writableLength));
    }
    assert.ok(waiting > 0 && waiting < 1_000_000, `${waiting} octets wait for the slow reader`);
    slow.socket.resume();
    let entries = 0;
    for (let answer = await slow.next(); answer !== undefined && answer.tag === 0x64; answer = await slow.next()) entries += 1;
    assert.equal(entries, ALL);
    for (const client of [slow, other]) client.socket.destroy();
  });

  test('a long search that is abandoned ends, and the next is answered', async () => {
    const client = await open();
    client.socket.pause();
    client.send(searchMessage(1, { base: 'o=nhs', filter: present }));
    client.send(Buffer.from('3006020102500101', 'hex'));
    client.send(searchMessage(3, { base: 'o=nhs', scope: 0, filter: present }));
    client.socket.resume();
    let entries = 0;
    for (let answer = await client.next(); answer !== undefined; answer = await client.next()) {
      if (answer.id === 3 && answer.tag === 0x65) break;
      if (answer.id === 1) entries += 1;
      assert.ok(!(answer.id === 1 && answer.tag === 0x65), 'an abandoned search has no result');
    }
    assert.ok(entries < ALL, `${entries} entries`);
    client.socket.destroy();
  });

  test('a time limit ends a search that takes longer', async () => {
    const client = await open();
    client.socket.pause();
    client.send(searchMessage(1, { base: 'o=nhs', filter: present, timeLimit: 1 }));
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    client.socket.resume();
    let answer = await client.next();
    while (answer?.tag === 0x64) answer = await client.next();
    assert.equal(answer?.code, 3);
    client.socket.destroy();
  });

  const MALFORMED: Readonly<Record<string, Buffer>> = {
    'a filter 1,000 deep': searchMessage(1, { base: '', filter: nested(1_000) }),
    'an indefinite length': Buffer.from('3080020101420000', 'hex'),
    'a length bomb': Buffer.from('3084ffffffff', 'hex'),
    'a message that is truncated inside': Buffer.from('30050201016305', 'hex'),
  };
  for (const [what, octets] of Object.entries(MALFORMED))
    test(`${what}: a notice of disconnection, then the end`, async () => {
      const client = await open();
      client.send(octets);
      const notice = await client.next();
      assert.deepEqual([notice?.id, notice?.tag, notice?.code], [0, 0x78, 2]);
      await client.closed;
    });

  test('an OR of 9,000 members, as many as a message holds, is answered', async () => {
    const client = await open();
    const filters = Array.from({ length: 9_000 }, (_, n): Filter => ({ kind: 'equal', attribute: 'o', value: `n${n}` }));
    assert.equal((await client.result(searchMessage(1, { base: 'o=nhs', filter: { kind: 'or', filters } })))?.code, 0);
    client.socket.destroy();
  });

  test('5,000 idle connections keep nobody out', async () => {
    const idle = await Promise.all(Array.from({ length: 5_000 }, open));
    const before = process.memoryUsage().rss;
    const client = await open();
    assert.equal((await client.result(bindMessage(1)))?.code, 0);
    assert.equal((await client.result(base))?.code, 0);
    assert.ok(process.memoryUsage().rss - before < 200_000_000);
    for (const each of [...idle, client]) each.socket.destroy();
  });
});
