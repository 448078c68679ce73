import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { LocalRefusal } from '../errors.ts';
import {
  createAuthority,
  inspect,
  isIssuedBy,
  issueClientCertificate,
  issueServerCertificate,
  type KeyedCertificate,
  toDer,
  toPem,
} from './certificates.ts';

const NOW = Date.parse('2026-11-24T09:00:00Z');
const run = promisify(execFile);
const noOpenssl = opensslMissing();

function opensslMissing(): string | false {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' });
    return false;
  } catch {
    return 'openssl is not installed';
  }
}

describe('certificates', () => {
  const folder = mkdtempSync(join(tmpdir(), 'localspine-tls-'));
  const file = (name: string): string => join(folder, name);
  let root: KeyedCertificate;
  let subordinate: KeyedCertificate;
  let server: KeyedCertificate;

  before(async () => {
    root = await createAuthority({ commonName: 'NHS PTL Root Authority (LocalSpine)', years: 20, keyBits: 2048, now: NOW });
    subordinate = await createAuthority({ commonName: 'NHS INT Level 1C (LocalSpine)', issuer: root, years: 10, keyBits: 2048, now: NOW });
    server = await issueServerCertificate({
      commonName: 'msg.int.spine2.ncrs.nhs.uk',
      dnsNames: ['msg.int.spine2.ncrs.nhs.uk', 'localhost'],
      ipAddresses: ['127.0.0.1', '::1'],
      issuer: subordinate,
      years: 3,
      now: NOW,
      pointers: {
        crlUrl: 'http://localhost:8180/int/1c/crl.crl',
        ocspUrl: 'http://localhost:8180/int/ocsp',
        issuerUrl: 'http://localhost:8180/int/1c/ca.crt',
      },
    });
    writeFileSync(file('root.pem'), root.certificatePem);
    writeFileSync(file('sub.pem'), subordinate.certificatePem);
    writeFileSync(file('server.pem'), server.certificatePem);
  });
  after(() => rmSync(folder, { recursive: true }));

  test('openssl verifies the chain strictly, for a server and for a client', { skip: noOpenssl }, async () => {
    for (const purpose of ['sslserver', 'sslclient']) {
      const { stdout } = await run('openssl', [
        ...['verify', '-x509_strict', '-purpose', purpose, '-attime', String(NOW / 1000)],
        ...['-verify_hostname', 'localhost', '-CAfile', file('root.pem'), '-untrusted', file('sub.pem'), file('server.pem')],
      ]);
      assert.equal(stdout.trim(), `${file('server.pem')}: OK`);
    }
  });

  test('openssl does not accept the chain without the sub CA, nor once the certificate has expired', { skip: noOpenssl }, async () => {
    const afterThreeYears = String(Date.parse('2029-11-24T09:00:01Z') / 1000);
    await assert.rejects(
      run('openssl', ['verify', '-attime', String(NOW / 1000), '-CAfile', file('root.pem'), file('server.pem')]),
      /unable to get local issuer certificate/,
    );
    await assert.rejects(
      run('openssl', [
        ...['verify', '-attime', afterThreeYears, '-CAfile', file('root.pem')],
        ...['-untrusted', file('sub.pem'), file('server.pem')],
      ]),
      /certificate has expired/,
    );
  });

  test('an end entity has the extensions of the national ones', { skip: noOpenssl }, async () => {
    const { stdout } = await run('openssl', [
      'x509',
      '-in',
      file('server.pem'),
      '-noout',
      '-text',
      '-nameopt',
      'RFC2253,-dn_rev,-sep_comma_plus,sep_comma_plus_space',
    ]);
    for (const expected of [
      'Signature Algorithm: sha256WithRSAEncryption',
      'Public-Key: (2048 bit)',
      /Key Usage: critical\s+Digital Signature, Key Encipherment\n/,
      /Extended Key Usage: \s*TLS Web Server Authentication, TLS Web Client Authentication\n/,
      /Certificate Policies: \s*Policy: 1\.2\.826\.0\.1275\.101\.0\.3\.1\.1\n/,
      /Basic Constraints: critical\s+CA:FALSE\n/,
      /Subject Alternative Name: \s*DNS:msg\.int\.spine2\.ncrs\.nhs\.uk, DNS:localhost, IP Address:127\.0\.0\.1, IP Address:0:0:0:0:0:0:0:1\n/,
      'URI:http://localhost:8180/int/1c/crl.crl',
      'X509v3 Subject Key Identifier',
      'X509v3 Authority Key Identifier',
    ]) {
      if (typeof expected === 'string') assert.ok(stdout.includes(expected), expected);
      else assert.match(stdout, expected);
    }
  });

  test('authorities may sign and nothing else; a sub CA signs end entities only', { skip: noOpenssl }, async () => {
    const text = async (name: string): Promise<string> => (await run('openssl', ['x509', '-in', file(name), '-noout', '-text'])).stdout;
    const ofRoot = await text('root.pem');
    const ofSubordinate = await text('sub.pem');
    assert.match(ofRoot, /Basic Constraints: critical\s+CA:TRUE, pathlen:1\n/);
    assert.match(ofSubordinate, /Basic Constraints: critical\s+CA:TRUE, pathlen:0\n/);
    for (const each of [ofRoot, ofSubordinate]) {
      assert.match(each, /Key Usage: critical\s+Certificate Sign, CRL Sign\n/);
      assert.doesNotMatch(each, /Certificate Policies|Extended Key Usage/);
    }
  });

  test('DER is what openssl makes of the PEM, and turns back into it', { skip: noOpenssl }, async () => {
    await run('openssl', ['x509', '-in', file('sub.pem'), '-outform', 'DER', '-out', file('sub.der')]);
    const der = toDer(subordinate.certificatePem);
    assert.deepEqual(der, readFileSync(file('sub.der')));
    assert.equal(toPem(der), subordinate.certificatePem);
  });

  test('subjects are O, OU, CN in that order', () => {
    assert.equal(inspect(root.certificatePem).subject, 'O=nhs, OU=CA, CN=NHS PTL Root Authority (LocalSpine)');
    assert.equal(inspect(server.certificatePem).subject, 'O=nhs, OU=Devices, CN=msg.int.spine2.ncrs.nhs.uk');
  });

  test('inspect reads PEM and DER alike, whatever the file was called (PTL-068)', () => {
    const facts = inspect(server.certificatePem);
    assert.deepEqual(inspect(toDer(server.certificatePem)), facts);
    assert.deepEqual(inspect(Buffer.from(server.certificatePem)), facts);
    assert.equal(facts.issuerCommonName, 'NHS INT Level 1C (LocalSpine)');
    assert.equal(facts.isAuthority, false);
    assert.deepEqual(facts.dnsNames, ['msg.int.spine2.ncrs.nhs.uk', 'localhost']);
    assert.deepEqual(facts.ipAddresses, ['127.0.0.1', '::1']);
    assert.deepEqual(facts.extendedKeyUsages, ['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2']);
    assert.equal(facts.notAfter, Date.parse('2029-11-24T09:00:00Z'));
    assert.equal(facts.serialNumber, server.serialNumber);
  });

  test('what is not a certificate is refused with a sentence', () => {
    for (const garbage of ['', 'hello', Buffer.alloc(0), Buffer.from([0x30, 0x82, 0xff, 0xff])]) {
      assert.throws(
        () => inspect(garbage),
        (error) => error instanceof LocalRefusal && error.code === 'certificate_unreadable',
      );
      assert.equal(isIssuedBy(garbage, root.certificatePem), false);
    }
  });

  test('the private key belongs to the certificate', () => {
    assert.ok(new X509Certificate(server.certificatePem).checkPrivateKey(createPrivateKey(server.privateKeyPem)));
  });

  test('a client certificate has the same profile, so it is told from a server by its names only', async () => {
    const client = await issueClientCertificate({
      commonName: 'gp.test.nhs.uk',
      dnsNames: ['gp.test.nhs.uk'],
      issuer: subordinate,
      years: 3,
      now: NOW,
    });
    const facts = inspect(client.certificatePem);
    assert.deepEqual(facts.extendedKeyUsages, inspect(server.certificatePem).extendedKeyUsages);
    assert.deepEqual(facts.ipAddresses, []);
    assert.ok(isIssuedBy(client.certificatePem, subordinate.certificatePem));
  });

  test('issued-by looks at the signature, not only at the name', async () => {
    const namesake = await createAuthority({
      commonName: 'NHS INT Level 1C (LocalSpine)',
      issuer: root,
      years: 10,
      keyBits: 2048,
      now: NOW,
    });
    assert.ok(isIssuedBy(server.certificatePem, subordinate.certificatePem));
    assert.equal(isIssuedBy(server.certificatePem, namesake.certificatePem), false);
    assert.equal(isIssuedBy(server.certificatePem, root.certificatePem), false);
  });

  test('nothing outlives its issuer', async () => {
    const late = await createAuthority({ commonName: 'Late', issuer: root, years: 30, keyBits: 2048, now: NOW });
    assert.equal(late.notAfter, root.notAfter);
  });

  test('serial numbers are positive, of one length, and differ', () => {
    const serials = [root, subordinate, server].map((each) => each.serialNumber);
    for (const serial of serials) assert.match(serial, /^[4-7][0-9A-F]{31}$/);
    assert.equal(new Set(serials).size, 3);
  });

  test('a common name longer than X.520 allows is not signed', async () => {
    const commonName = `${'a'.repeat(60)}.nhs.uk`;
    await assert.rejects(
      issueServerCertificate({ commonName, dnsNames: [commonName], issuer: subordinate, years: 1, now: NOW }),
      RangeError,
    );
  });
});
