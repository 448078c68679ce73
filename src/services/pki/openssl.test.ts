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
