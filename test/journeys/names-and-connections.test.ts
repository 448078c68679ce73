/** Names, connection information and exports of a running environment, as a client, a firewall administrator and `dig` see them. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect } from 'node:net';
import { after, before, describe, test } from 'node:test';
import packet from 'dns-packet';
import Schema from 'typebox/schema';
import { LocalSpine } from '../helpers/localspine.ts';

const GAS = 'gas.nis1.national.ncrs.nhs.uk';
const noDig = digMissing();

function digMissing(): string | false {
  try {
    execFileSync('dig', ['-v'], { stdio: 'ignore' });
    return false;
  } catch {
    return 'dig is not installed';
  }
}

interface Allowed {
  readonly row: string;
  readonly direction: string;
  readonly protocol: string;
  readonly localAddress: string;
  readonly localPort: number | 'any';
}

describe('names and connection information', () => {
  const spine = new LocalSpine({ LOCALSPINE_ENVIRONMENTS: 'INT,DEP' });
  let port = 0;
  before(async () => {
    await spine.start();
    port = await dnsPort('INT');
  });
  after(() => spine.remove());

  async function dnsPort(environment: string): Promise<number> {
    const { json } = await spine.admin(environment, '/manifest');
    return json.doors.find((door: { name: string }) => door.name === 'dns').port;
  }

  function dig(...args: readonly string[]): string {
    return execFileSync('dig', ['@127.0.0.1', '-p', String(port), '+norecurse', '+tries=1', ...args], { encoding: 'utf8' });
  }

  async function askOverUdp(bytes: Buffer): Promise<Buffer> {
    const socket = createSocket('udp4');
    socket.send(bytes, port, '127.0.0.1');
    const [answer] = await once(socket, 'message', { signal: AbortSignal.timeout(5_000) });
    socket.close();
    return answer;
  }

  const question = (name: string): Buffer => packet.encode({ type: 'query', id: 1, questions: [{ type: 'A', name }] });

  test('a published name resolves to this machine, over UDP and TCP', { skip: noDig }, () => {
    assert.equal(dig('+short', GAS).trim(), '127.0.0.1');
    assert.equal(dig('+short', '+tcp', GAS).trim(), '127.0.0.1');
    assert.equal(dig('+short', '-x', '127.0.0.1').trim(), 'int.api.service.nhs.uk.');
    assert.match(dig(GAS), /status: NOERROR[^;]*\n;; flags: qr aa;/);
    assert.match(dig(`no-such.${GAS}`), /status: NXDOMAIN[^;]*\n;; flags: qr aa;[\s\S]*SOA/);
    assert.match(dig('gas.vn1.national.ncrs.nhs.uk'), /status: REFUSED[^;]*\n;; flags: qr;/);
    assert.match(dig('+nocomments', 'nis1.national.ncrs.nhs.uk', 'NS'), /NS\s+ns1\.nis1\.national\.ncrs\.nhs\.uk\./);
  });

  test('a name is registered, answers at once, is cut off over UDP when it is too long for it, and is withdrawn', { skip: noDig }, () => {
    const name = 'mhs.supplier.thirdparty.nhs.uk';
    const addresses = Array.from({ length: 60 }, (_, index) => `127.0.1.${index + 1}`);
    const registered = spine.cli('dns', 'register', name, ...addresses, '--ods', 'X26', '--environment', 'int', '--json');
    assert.equal(registered.status, 0, registered.stderr);
    assert.match(dig('+ignore', name), /flags: qr aa tc;/);
    assert.equal(dig('+short', name).trim().split('\n').length, 60, 'dig asked again over TCP');
    assert.match(spine.cli('dns', 'list').stdout, /mhs\.supplier\.thirdparty\.nhs\.uk .*X26/);
    assert.equal(spine.cli('dns', 'register', 'not.example.com', '--json').status, 1);
    assert.equal(spine.cli('dns', 'withdraw', name).status, 0);
    assert.match(dig(name), /status: REFUSED/);
  });

  test('hostile bytes are answered small or not at all, and the next client is served', async () => {
    const socket = createSocket('udp4');
    const sizes: number[] = [];
    socket.on('message', (answer) => sizes.push(answer.length));
    const query = question(GAS);
    for (let at = 0; at < query.length; at += 1)
      for (const value of [0, 0x3f, 0xc0, 0xff]) {
        const damaged = Buffer.from(query);
        damaged[at] = value;
        socket.send(damaged, port, '127.0.0.1');
        socket.send(damaged.subarray(0, at), port, '127.0.0.1');
      }
    socket.send(Buffer.alloc(60_000, 0xff), port, '127.0.0.1');
    for (const bytes of [Buffer.from([0xff, 0xff, 1]), Buffer.from('GET / HTTP/1.1\r\n\r\n'), Buffer.from([0, 3, 1, 2, 3])]) {
      const connection = connect(port, '127.0.0.1');
      connection.on('error', () => undefined);
      connection.write(bytes);
      if (bytes.length > 3) await once(connection, 'close');
      else connection.destroy();
    }
    assert.equal(packet.decode(await askOverUdp(question(GAS))).answers?.length, 1);
    socket.close();
    assert.ok(
      sizes.every((size) => size <= 512),
      `answers of ${Math.max(...sizes)} bytes`,
    );
    assert.doesNotMatch(spine.output, /unhandled|TypeError|RangeError/);
  });

  test('several questions on one TCP connection are answered in order', async () => {
    const connection = connect(port, '127.0.0.1');
    const names = [GAS, `no-such.${GAS}`, 'int.api.service.nhs.uk'];
    const frames = names.map((name, id) => packet.streamEncode({ type: 'query', id, questions: [{ type: 'A', name }] }));
    for (const byte of Buffer.concat(frames)) connection.write(Buffer.from([byte]));
    let received = Buffer.alloc(0);
    const ids: (number | undefined)[] = [];
    for await (const chunk of connection) {
      received = Buffer.concat([received, chunk]);
      while (received.length >= 2 && received.length >= received.readUInt16BE(0) + 2) {
        ids.push(packet.decode(received.subarray(2)).id);
        received = received.subarray(received.readUInt16BE(0) + 2);
      }
      if (ids.length === names.length) break;
    }
    assert.deepEqual(ids, [0, 1, 2]);
  });

  test('the manifest is what its schema says', async () => {
    const schema = await spine.admin('DEP', '/manifest.schema.json');
    assert.match(schema.headers['content-type'] ?? '', /application\/schema\+json/);
    for (const id of ['INT', 'DEP']) {
      const manifest = await spine.admin(id, '/manifest');
      assert.deepEqual(Schema.Compile(schema.json).Errors(manifest.json), [true, []], id);
    }
  });

  test('rows say honestly what is here: all that is said to be up answers, what is not has no address', async () => {
    const { json } = await spine.admin('DEP', '/manifest');
    const ids = json.rows.filter((row: { state: string }) => row.state === 'up').map((row: { id: string }) => row.id);
    for (const expected of ['ers-dep1-api', 'ers-dep2-api', 'platform-token']) assert.ok(ids.includes(expected), expected);
    for (const row of json.rows) {
      assert.equal(row.local === undefined, row.state === 'not-in-this-version', row.id);
      if (row.published.certainty === 'unknown') assert.equal(row.published.dns, undefined, row.id);
    }
    const dep1 = json.rows.find((row: { id: string }) => row.id === 'ers-dep1-api');
    assert.deepEqual([dep1.partyKey, dep1.asid], ['YEO-11809150', '606179841014']);
    const reply = await spine.call('DEP', `${dep1.local.url}/STU3/CodeSystem/PRIORITY`);
    assert.equal(reply.status, 401, 'it asks for a token');
  });

  test('a fault rule degrades the rows of its service; a slot puts rows in maintenance', async () => {
    const stateOf = async (id: string): Promise<string> =>
      (await spine.admin('INT', '/manifest')).json.rows.find((row: { id: string }) => row.id === id).state;
    const fault = await spine.admin('INT', '/faults', {
      method: 'POST',
      body: { service: 'ers', operation: 'A004', effect: { kind: 'delay', milliseconds: 1 } },
    });
    assert.equal(await stateOf('ers-int1-api'), 'degraded');
    assert.equal(await stateOf('platform-token'), 'up');
    await spine.admin('INT', `/faults/${fault.json.id}`, { method: 'DELETE' });
    assert.equal(await stateOf('ers-int1-api'), 'up');
    const nextSlot = new Date(Date.now() + 86_400_000 * ((10 - new Date().getUTCDay()) % 7 || 7)).toISOString().slice(0, 10);
    await spine.admin('INT', '/clock', { method: 'PUT', body: { now: `${nextSlot}T21:30:00Z` } });
    assert.equal(await stateOf('cis2-sign-in'), 'maintenance');
    await spine.admin('INT', '/clock', { method: 'PUT', body: { release: true } });
  });

  test('what is exported is what listens', async () => {
    const exports = await spine.admin('INT', '/exports');
    assert.ok(exports.json.exports.length >= 8);
    for (const { format, path } of exports.json.exports) {
      const reply = await spine.admin('INT', path.replace('/_localspine', ''));
      assert.equal(reply.status, 200, `${format}: ${reply.text}`);
      assert.match(reply.headers['content-disposition'] ?? '', /^attachment; filename="/);
    }
    const list = (await spine.admin('INT', '/exports/json')).json.connections as readonly Allowed[];
    const incoming = list.filter((each) => each.direction === 'in');
    assert.ok(incoming.length >= 4);
    for (const { row, protocol, localAddress, localPort } of incoming) {
      assert.equal(typeof localPort, 'number', row);
      if (protocol === 'udp') assert.ok((await askOverUdp(question(GAS))).length > 0);
      else {
        const socket = connect({ host: localAddress, port: Number(localPort) });
        await once(socket, 'connect');
        socket.destroy();
      }
    }
    const csv = (await spine.admin('INT', '/exports/csv')).text.trim().split('\r\n');
    assert.equal(csv.length, list.length + 1);
    const nft = (await spine.admin('INT', '/exports/nftables')).text;
    for (const { localPort } of incoming) assert.match(nft, new RegExp(`\\b${localPort}\\b`));
    const hosts = (await spine.admin('INT', '/exports/hosts')).text;
    assert.match(hosts, /^127\.0\.0\.1\tgas\.nis1\.national\.ncrs\.nhs\.uk$/m);
    assert.equal((await spine.admin('INT', '/exports/word')).status, 404);
  });

  test('the command line shows and writes the same', () => {
    const shown = spine.cli('env', 'rows', '--environment', 'dep', '--section', 'system');
    assert.match(
      shown.stdout,
      /Smartcard authentication, server side +\S+ +https:\/\/gas\.vn1\.national\.ncrs\.nhs\.uk\/login\/authvalidate +documented/,
    );
    const rows = JSON.parse(spine.cli('env', 'rows', '--environment', 'dep', '--here', '--json').stdout);
    assert.ok(rows.rows.length >= 3);
    const variables = spine.cli('env', 'export', '--format', 'env', '--environment', 'int').stdout;
    assert.match(variables, /^ERS_BASE_URL=https:\/\/localhost:\d+\/referrals\/FHIR$/m);
    assert.match(variables, /^NODE_EXTRA_CA_CERTS=.*int\/ca\.pem$/m);
    const postman = JSON.parse(spine.cli('env', 'export', '--format', 'postman').stdout);
    assert.equal(postman._postman_variable_scope, 'environment');
    assert.match(spine.cli('env', 'show').stdout, /name server of the environment’s zones/);
    assert.equal(spine.cli('env', 'export', '--format', 'word').status, 2);
  });

  test('a client that connects by address is told so, once, by the doctor', async () => {
    const byName = await spine.call('INT', '/referrals/FHIR/STU3/CodeSystem/PRIORITY');
    assert.equal(byName.status, 401);
    const advised = async (): Promise<number> =>
      (await spine.admin('INT', '/journal?service=environment&operation=connection-advice')).json.exchanges.length;
    assert.equal(await advised(), 0);
    const address = spine.environment('INT').baseUrl.replace('localhost', '127.0.0.1');
    for (let calls = 0; calls < 3; calls += 1) await spine.call('INT', `${address}/referrals/FHIR/STU3/CodeSystem/PRIORITY`);
    assert.equal(await advised(), 1);
    assert.match(spine.cli('doctor').stdout, /how clients connect .*connects by address \(127\.0\.0\.1\)/);
  });
});

describe('addresses that rotate (PTL-024)', {
  skip: process.platform === 'linux' ? false : 'other systems have one loopback address',
}, () => {
  test('each start draws another; names follow, and a hosts file is refused', async () => {
    const spine = new LocalSpine({ LOCALSPINE_ENVIRONMENTS: 'INT', LOCALSPINE_ROTATE_ADDRESSES: 'on' });
    const drawn: string[] = [];
    for (let starts = 0; starts < 2; starts += 1) {
      await spine.start();
      const { json } = await spine.admin('INT', '/manifest');
      const [address] = json.names.addresses;
      assert.match(address, /^127\.80\.1\.\d+$/);
      assert.equal(json.names.range, '127.80.1.0/24');
      drawn.push(address);
      const socket = connect({ host: address, port: Number(new URL(json.baseUrl).port) });
      await once(socket, 'connect');
      socket.destroy();
      assert.equal((await spine.admin('INT', '/exports/hosts')).json.error, 'addresses_rotate');
      assert.match((await spine.admin('INT', '/exports/nftables')).text, /ip daddr 127\.80\.1\.0\/24 tcp dport/);
      await spine.stop();
    }
    assert.notEqual(drawn[0], drawn[1]);
    await spine.remove();
  });
});
