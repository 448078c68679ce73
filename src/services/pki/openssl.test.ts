/** What OpenSSL makes of chains, lists, answers and files; skipped where it is not installed. */
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { makeSigningRequest } from './request-making.ts';
import { type PkiWorld, pkiWorld, testRoot } from './test-world.ts';

const START = '2026-11-24T09:00:00Z';
const AT = String(Date.parse(START) / 1_000);
const NAME = 'x26ot001.r69.api.mesh-client.nhs.uk';
const run = promisify(execFile);

let world: PkiWorld;
let folder: string;

before(async () => {
  world = await pkiWorld(await testRoot(START), { start: START, id: 'DEP' });
  folder = mkdtempSync(join(tmpdir(), 'localspine-tools-'));
});
after(() => rmSync(folder, { recursive: true, force: true }));

function missing(tool: string, argument: string): string | false {
  try {
    execFileSync(tool, [argument], { stdio: 'ignore' });
    return false;
  } catch {
    return `${tool} is not installed`;
  }
}

function file(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

async function get(path: string): Promise<Buffer> {
  const response = await world.app.inject(path);
  assert.equal(response.statusCode, 200, path);
  return response.rawPayload;
}

async function post(path: string, payload: object) {
  const response = await world.app.inject({ method: 'POST', url: `/_localspine/pki${path}`, payload });
  assert.ok(response.statusCode < 300, response.body);
  return response.json();
}

async function keyStoreOf(form: string): Promise<{ path: string; password: string; alias: string; fileName: string }> {
  const { content, ...facts } = await post('/key-stores', { commonName: NAME, ods: 'R69', form });
  return { ...facts, path: file(`${form}.store`, Buffer.from(content, 'base64')) };
}

describe('openssl', { skip: missing('openssl', 'version') }, () => {
  let made: { serial: string; chain: string[] };
  let paths: { leaf: string; sub: string; root: string };

  before(async () => {
    made = await post('/certificates', { csr: (await makeSigningRequest('a.b.nhs.uk', 2048)).csr });
    const [leaf = '', sub = '', root = ''] = made.chain;
    paths = { leaf: file('leaf.pem', leaf), sub: file('sub.pem', sub), root: file('root.pem', root) };
  });

  /** What `openssl verify -crl_check` says with the list as it is now; it prints faults to stderr and fails. */
  async function verify(): Promise<string> {
    const list = file('list.der', await get('/dep/G2/auth/NHSDEPAuthG2.crl'));
    await run('openssl', ['crl', '-inform', 'DER', '-in', list, '-out', join(folder, 'list.pem')]);
    const chain = ['-CAfile', paths.root, '-untrusted', paths.sub, paths.leaf];
    return run('openssl', ['verify', '-x509_strict', '-attime', AT, '-crl_check', '-CRLfile', join(folder, 'list.pem'), ...chain]).then(
      ({ stdout }) => stdout,
      (error: { stderr: string }) => error.stderr,
    );
  }

  /** What `openssl ocsp` makes of the responder's answer. */
  async function status(...hash: string[]): Promise<string> {
    const asked = join(folder, 'question.der');
    await run('openssl', ['ocsp', '-issuer', paths.sub, ...hash, '-cert', paths.leaf, '-reqout', asked]);
    const response = await world.app.inject({
      method: 'POST',
      url: '/dep/ocsp',
      headers: { 'content-type': 'application/ocsp-request' },
      payload: readFileSync(asked),
    });
    assert.equal(response.headers['content-type'], 'application/ocsp-response');
    const answer = file('answer.der', response.rawPayload);
    const files = ['-respin', answer, '-reqin', asked, '-resp_text'];
    // The answer's times are those of the test's clock, years from this machine's perhaps.
    const { stdout, stderr } = await run('openssl', [
      'ocsp',
      ...files,
      '-CAfile',
      paths.root,
      '-VAfile',
      paths.sub,
      '-validity_period',
      '2000000000',
    ]);
    return stdout + stderr;
  }

  test('accepts chain and list, asks the responder, and refuses after the revocation', async () => {
    assert.match(await verify(), /leaf\.pem: OK/);
    const good = await status();
    assert.match(good, /Response verify OK/);
    assert.match(good, /Cert Status: good/);
    await post(`/certificates/${made.serial}/revoke`, { reason: 'superseded' });
    assert.match(await verify(), /certificate revoked/);
    for (const hash of [[], ['-sha256']]) {
      const revoked = await status(...hash);
      assert.match(revoked, /Response verify OK/);
      assert.match(revoked, /Cert Status: revoked[\s\S]*Revocation Reason: superseded/);
    }
  });

  /** What `openssl verify -crl_check_all` says of a chain, with the lists of sub CA and root as they are served now; or with the sub CA's of before. */
  async function verifyAll(chain: readonly string[], fetched: 'both' | 'root' = 'both'): Promise<string> {
    const [leaf = '', sub = '', root = ''] = chain;
    const lists: string[] = [];
    for (const [name, path] of [
      ['sub-list', '/dep/G2/auth/NHSDEPAuthG2.crl'],
      ['root-list', '/dep/G2/root/NHSPTLRootG2.crl'],
    ] as const) {
      if (name === 'root-list' || fetched === 'both') {
        const der = file(`${name}.der`, await get(path));
        await run('openssl', ['crl', '-inform', 'DER', '-in', der, '-out', join(folder, `${name}.pem`)]);
      }
      lists.push('-CRLfile', join(folder, `${name}.pem`));
    }
    const files = ['-CAfile', file('a-root.pem', root), '-untrusted', file('a-sub.pem', sub), file('a-leaf.pem', leaf)];
    return run('openssl', ['verify', '-x509_strict', '-attime', AT, '-crl_check_all', ...lists, ...files]).then(
      ({ stdout }) => stdout,
      (error: { stderr: string }) => error.stderr,
    );
  }

  test('accepts the whole chain by the lists of sub CA and root; a sub CA signed anew keeps it good, one that was revoked does not', async () => {
    const csr = (await makeSigningRequest('chain.b.nhs.uk', 2048)).csr;
    const first = await post('/certificates', { csr });
    assert.match(await verifyAll(first.chain), /a-leaf\.pem: OK/);
    const { stdout: shown } = await run('openssl', ['x509', '-in', join(folder, 'a-sub.pem'), '-noout', '-text']);
    assert.match(shown, /CRL Distribution Points[\s\S]*\/dep\/G2\/root\/NHSPTLRootG2\.crl/);

    const renewed = await post('/authorities/generation-2/renew', {});
    assert.notEqual(renewed.serial, renewed.former.serial);
    const again = (await world.app.inject(`/_localspine/pki/certificates/${first.serial}`)).json();
    assert.notEqual(again.chain[1], first.chain[1], 'the same certificate, below the sub CA as it is now');
    assert.match(await verifyAll(again.chain), /a-leaf\.pem: OK/);
    assert.match(await verifyAll(first.chain), /a-leaf\.pem: OK/, 'the one of before is still good');

    const revoked = await post('/authorities/generation-2/revoke', { reason: 'keyCompromise' });
    assert.ok(revoked.revokedCertificates >= 1);
    assert.match(await verifyAll(again.chain, 'root'), /error 23 at 1 depth lookup: certificate revoked/);
    assert.match(await verifyAll(first.chain, 'root'), /error 23 at 1 depth lookup: certificate revoked/);
    const { stdout: list } = await run('openssl', ['crl', '-in', join(folder, 'root-list.pem'), '-noout', '-text']);
    assert.ok(list.includes(revoked.former.serial) && /Key Compromise/.test(list), list);
    assert.match(await verifyAll((await post('/certificates', { csr })).chain), /a-leaf\.pem: OK/, 'the new sub CA is on no list');
    assert.match(await verifyAll(again.chain), /unable to get certificate CRL/, 'nor does the new one speak for what the old one signed');
    const listed = (await world.app.inject('/_localspine/pki/authorities')).json();
    assert.deepEqual(
      listed.former.map((each: { revoked?: string }) => each.revoked),
      ['keyCompromise', 'keyCompromise'],
      'the key is worth nothing in the certificate from before its renewal either',
    );
    assert.equal((await world.app.inject({ method: 'POST', url: '/_localspine/pki/authorities/generation-3/renew' })).statusCode, 404);
  });

  test('reads the PKCS#12 files: key, certificate, sub CA, root', async () => {
    for (const form of ['pkcs12', 'mesh-pkcs12']) {
      const { path, password } = await keyStoreOf(form);
      const { stdout } = await run('openssl', ['pkcs12', '-in', path, '-passin', `pass:${password}`, '-nodes']);
      assert.equal(stdout.match(/BEGIN CERTIFICATE/g)?.length, 3);
      assert.match(stdout, /BEGIN PRIVATE KEY/);
      await assert.rejects(run('openssl', ['pkcs12', '-in', path, '-passin', 'pass:wrong', '-nodes']), /invalid password|mac verify/i);
    }
  });
});
