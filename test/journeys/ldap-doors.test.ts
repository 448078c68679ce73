/** Who comes in at the directory's doors where client certificates are required, and which doors there are (sds.md §1, §6.1; D13). */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { after, before, describe, test } from 'node:test';
import { connect as connectSecurely } from 'node:tls';
import { Client } from 'ldapts';
import { bindMessage, searchMessage } from '../../src/services/directory/ldap/test-client.ts';
import { doorPort, WireClient } from '../helpers/ldap.ts';
import { LocalSpine } from '../helpers/localspine.ts';

interface Held {
  readonly serial: string;
  readonly key: string;
  readonly cert: string;
}

/** Asks for a certificate as a supplier does on the command line. */
function requested(spine: LocalSpine, environment: string): Held {
  const { status, stdout, stderr } = spine.cli(
    ...['certificate', 'request', 'ldap.acme.thirdparty.nhs.uk', '--ods', 'R69', '--register', '--environment', environment, '--json'],
  );
  assert.equal(status, 0, stderr);
  const { serial, privateKeyPath, chainPath } = JSON.parse(stdout);
  return { serial, key: readFileSync(privateKeyPath, 'utf8'), cert: readFileSync(chainPath, 'utf8') };
}

/** Looks Spine's party key up; `refused` when the connection ends without an answer. */
async function lookUp(spine: LocalSpine, environment: string, held?: Held): Promise<string> {
  const port = await doorPort(spine, environment, 'ldaps');
  try {
    const client = await WireClient.open(spine, port, held === undefined ? {} : { key: held.key, cert: held.cert }, environment);
    if ((await client.result(bindMessage(1)))?.code !== 0) return 'refused';
    const answers = await client.ask(
      searchMessage(2, {
        base: 'ou=services,o=nhs',
        filter: { kind: 'equal', attribute: 'uniqueIdentifier', value: '928942012545' },
        attributes: ['nhsMHSPartyKey'],
      }),
    );
    client.socket.destroy();
    return answers[0]?.attributes?.['nhsMHSPartyKey']?.[0] ?? 'nothing';
  } catch {
    return 'refused';
  }
}

describe('where client certificates are required', () => {
  const spine = new LocalSpine({ LOCALSPINE_ENVIRONMENTS: 'INT,DEP', LOCALSPINE_LDAP_CLIENT_CERTIFICATE: 'required' });
  before(() => spine.start());
  after(() => spine.remove());
  const reason = async (environment: string): Promise<string> => {
    const { json } = await spine.admin(environment, '/journal?operation=mutual-tls&limit=1');
    return json.exchanges[0]?.refusal?.check;
  };

  test('a certificate of the environment comes in, until it is revoked', async () => {
    const held = requested(spine, 'int');
    assert.equal(await lookUp(spine, 'INT', held), 'YES-0000806');
    const revoked = spine.cli('certificate', 'revoke', held.serial, '--environment', 'int', '--reason', 'keyCompromise', '--yes');
    assert.equal(revoked.status, 0, revoked.stderr);
    assert.equal(await lookUp(spine, 'INT', held), 'refused');
    assert.equal(await reason('INT'), 'pki.revoked');
  });

  test('without one the handshake fails: there is no LDAP answer', async () => {
    assert.equal(await lookUp(spine, 'INT'), 'refused');
    assert.equal(await reason('INT'), 'mutual-tls.no-certificate');
  });

  test('one of another environment is refused, although both chain to one root', async () => {
    const held = requested(spine, 'int');
    assert.equal(await lookUp(spine, 'DEP', held), 'refused');
    assert.match(await reason('DEP'), /^pki\.|^mutual-tls\.untrusted$/);
    assert.equal(await lookUp(spine, 'DEP', requested(spine, 'dep')), 'YES-0000806');
  });

  test('no plain door is open that nobody asked for', async () => {
    const { json } = await spine.admin('INT', '/manifest');
    assert.deepEqual(
      json.doors.map((each: { name: string }) => each.name).filter((name: string) => name.startsWith('ldap')),
      ['ldaps'],
    );
  });
});

describe('where a plain door is asked for', () => {
  const spine = new LocalSpine({
    LOCALSPINE_ENVIRONMENTS: 'INT',
    LOCALSPINE_LDAP_PLAIN: 'on',
    LOCALSPINE_HOST: '0.0.0.0',
    LOCALSPINE_ADMIN_TOKEN: 'x'.repeat(40),
  });
  before(() => spine.start());
  after(() => spine.remove());
  const portOf = async (name: string): Promise<number> => {
    const { doors } = JSON.parse((await spine.admin('INT', '/manifest', { headers: { authorization: `Bearer ${'x'.repeat(40)}` } })).text);
    return doors.find((each: { name: string }) => each.name === name).port;
  };

  test('it answers in plain on loopback, and in TLS from StartTLS on', async () => {
    const port = await portOf('ldap');
    for (const secured of [false, true]) {
      const client = new Client({ url: `ldap://127.0.0.1:${port}` });
      if (secured) await client.startTLS({ ca: readFileSync(spine.environment('INT').caPath) });
      await client.bind('', '');
      const { searchEntries } = await client.search('ou=services,o=nhs', { filter: '(uniqueIdentifier=606179841014)' });
      assert.equal(searchEntries[0]?.['nhsMHSPartyKey'], 'YEO-11809150');
      await client.unbind();
    }
  });

  const beyond = Object.values(networkInterfaces())
    .flatMap((each) => each ?? [])
    .find((each) => !each.internal && each.family === 'IPv4')?.address;
  test('but nowhere else, though the other doors are open there', {
    skip: beyond === undefined ? 'this machine is on no network' : false,
  }, async () => {
    const reached = (port: number): Promise<boolean> =>
      new Promise((resolve) => {
        const socket = connect(port, beyond ?? '', () => resolve(true));
        socket.once('error', () => resolve(false));
        socket.once('connect', () => socket.destroy());
      });
    assert.equal(await reached(await portOf('ldap')), false);
    assert.equal(await reached(await portOf('ldaps')), true);
  });

  test('TLS is not spoken there from the first octet', async () => {
    const socket = connectSecurely({ port: await portOf('ldap'), host: '127.0.0.1', rejectUnauthorized: false });
    const failed = await new Promise<boolean>((resolve) => {
      socket.once('secureConnect', () => resolve(false));
      socket.once('error', () => resolve(true));
      socket.once('close', () => resolve(true));
    });
    socket.destroy();
    assert.equal(failed, true);
  });
});
