/** What the secure doors offer, seen by `openssl s_client`: versions, suites, and nothing that is known to be weak. */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { LocalSpine } from '../helpers/localspine.ts';

const localspine = new LocalSpine({ LOCALSPINE_ENVIRONMENTS: 'INT,DEP' });
let certificate: { key: string; chain: string };
let ca: string;
const doors: { name: string; port: number }[] = [];

before(async () => {
  await localspine.start();
  const { json } = await localspine.admin('INT', '/manifest');
  doors.push(...json.listeners.filter(({ name }: { name: string }) => name !== 'http'));
  const made = localspine.cli('certificate', 'request', 'scan.acme.thirdparty.nhs.uk', '--register', '--days', '1', '--json');
  assert.equal(made.status, 0, made.stderr);
  const { privateKeyPath, chainPath } = JSON.parse(made.stdout);
  certificate = { key: privateKeyPath, chain: chainPath };
  ca = join(localspine.home, 'trust.pem');
  writeFileSync(ca, (await localspine.admin('INT', '/certificates/trust.pem')).text);
});
after(() => localspine.remove());

function missing(): string | false {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' });
    return false;
  } catch {
    return 'openssl is not installed';
  }
}

interface Agreed {
  readonly protocol: string;
  readonly cipher: string;
}

/** What a handshake with these options agrees on; undefined when there is none. */
function agree(port: number, ...options: readonly string[]): Promise<Agreed | undefined> {
  const own = ['-cert', certificate.key.replace('private-key', 'certificate'), '-key', certificate.key, '-cert_chain', certificate.chain];
  const child = spawn('openssl', ['s_client', '-connect', `localhost:${port}`, '-CAfile', ca, '-verify_return_error', ...own, ...options], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let text = '';
  child.stdout.on('data', (chunk) => (text += chunk));
  return new Promise((resolve) =>
    child.once('close', () => {
      const [, protocol, cipher] = /^New, (\S+), Cipher is (\S+)$/m.exec(text) ?? [];
      resolve(protocol === undefined || cipher === undefined || cipher === '(NONE)' ? undefined : { protocol, cipher });
    }),
  );
}

/** Every suite this OpenSSL knows for TLS 1.2, the weak ones too. */
function suites(): readonly string[] {
  return execFileSync('openssl', ['ciphers', '-s', '-tls1_2', 'ALL:COMPLEMENTOFALL:@SECLEVEL=0'], { encoding: 'utf8' })
    .trim()
    .split(':')
    .filter((each) => each !== '' && !each.startsWith('TLS_'));
}

describe('cipher scan', { skip: missing() }, () => {
  test('TLS 1.3 and 1.2 are spoken, 1.1 and 1.0 are not', async () => {
    for (const { name, port } of doors) {
      assert.ok(await agree(port, '-tls1_3'), `${name} speaks TLS 1.3`);
      assert.ok(await agree(port, '-tls1_2'), `${name} speaks TLS 1.2`);
      for (const old of ['-tls1_1', '-tls1'])
        assert.equal(await agree(port, old, '-cipher', 'ALL:@SECLEVEL=0'), undefined, `${name} must refuse ${old}`);
    }
  });

  test('of all suites of TLS 1.2, only those with forward secrecy and SHA-2 are taken', async () => {
    const allowed = /^ECDHE-RSA-(AES(128|256)-GCM-SHA(256|384)|CHACHA20-POLY1305|AES128-SHA256|AES256-SHA384)$/;
    const known = suites();
    assert.ok(known.length > 20, 'the scan must have something to offer');
    for (const { name, port } of doors) {
      const taken = new Set<string>();
      for (const suite of known) {
        const agreed = await agree(port, '-tls1_2', '-cipher', `${suite}:@SECLEVEL=0`);
        if (agreed !== undefined) taken.add(agreed.cipher);
      }
      assert.deepEqual(
        [...taken].filter((each) => !allowed.test(each)),
        [],
        name,
      );
      assert.ok(taken.has('ECDHE-RSA-AES128-GCM-SHA256'), name);
    }
  });

  test('the server chooses the suite', async () => {
    const { port } = doors.find(({ name }) => name === 'mutual-tls') ?? assert.fail();
    const order = 'ECDHE-RSA-AES256-SHA384:ECDHE-RSA-AES128-GCM-SHA256';
    assert.equal((await agree(port, '-tls1_2', '-cipher', order))?.cipher, 'ECDHE-RSA-AES128-GCM-SHA256');
  });
});
