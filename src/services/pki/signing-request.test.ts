import assert from 'node:assert/strict';
import { webcrypto } from 'node:crypto';
import { before, describe, test } from 'node:test';
import fc from 'fast-check';
import { x509Library } from '../../kernel/tls/certificates.ts';
import { SigningRequestRefusal } from './errors.ts';
import { makeSigningRequest } from './request-making.ts';
import { checkFqdn, checkSigningRequest, readSigningRequest, type SigningRequest } from './signing-request.ts';

const RUNS = Number(process.env['FUZZ_RUNS'] ?? 300);
const good: SigningRequest = {
  commonNames: ['MySystem.acme.thirdparty.nhs.uk'],
  dnsNames: ['mysystem.acme.thirdparty.nhs.uk', 'alias.acme.thirdparty.nhs.uk'],
  otherNames: [],
  emails: [],
  key: { type: 'rsa', bits: 2048 },
  hash: 'SHA-256',
  publicKeyDer: Buffer.alloc(0),
};

function codeOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    assert.ok(error instanceof SigningRequestRefusal, String(error));
    assert.equal(error.status, 400);
    return error.code;
  }
  return 'signed';
}

async function refusalOf(text: string): Promise<string> {
  try {
    await readSigningRequest(text);
  } catch (error) {
    assert.ok(error instanceof SigningRequestRefusal, String(error));
    return error.code;
  }
  return 'read';
}

describe('the national rules for signing requests (sds.md §11)', () => {
  test('names are taken in lower case, the common name among the DNS names', () => {
    assert.deepEqual(checkSigningRequest(good), {
      commonName: 'mysystem.acme.thirdparty.nhs.uk',
      dnsNames: ['alias.acme.thirdparty.nhs.uk', 'mysystem.acme.thirdparty.nhs.uk'],
    });
  });

  test('each rule refuses with a code of its own', () => {
    const cases: readonly [string, Partial<SigningRequest>][] = [
      ['csr_no_common_name', { commonNames: [] }],
      ['csr_no_common_name', { commonNames: [''] }],
      ['csr_common_names', { commonNames: ['a.b.nhs.uk', 'c.d.nhs.uk'] }],
      ['csr_email', { emails: ['someone@nhs.net'] }],
      ['csr_alternative_names', { otherNames: ['ip:10.0.0.1'] }],
      ['csr_key', { key: { type: 'rsa', bits: 1024 } }],
      ['csr_key', { key: { type: 'rsa', bits: 8192 } }],
      ['csr_key', { key: { type: 'ec', bits: 0 } }],
      ['csr_hash', { hash: 'SHA-1' }],
      ['csr_fqdn', { commonNames: ['My System'] }],
      ['csr_fqdn', { dnsNames: ['*.acme.thirdparty.nhs.uk'] }],
      ['signed', {}],
      ['signed', { key: { type: 'rsa', bits: 4096 } }],
    ];
    for (const [code, change] of cases)
      assert.equal(
        codeOf(() => checkSigningRequest({ ...good, ...change })),
        code,
        JSON.stringify(change),
      );
  });

  test('an FQDN is under nhs.uk, without wildcard, port, scheme or more than 64 characters', () => {
    for (const name of [
      'nhs.uk',
      'acme.com',
      'nhs.uk.evil.com',
      '-a.nhs.uk',
      'a..nhs.uk',
      'a.nhs.uk:443',
      'https://a.nhs.uk',
      'a.nhs.uk.',
      'a b.nhs.uk',
      '',
    ])
      assert.equal(
        codeOf(() => checkFqdn(name)),
        'csr_fqdn',
        name,
      );
    assert.equal(
      codeOf(() => checkFqdn(`${'a'.repeat(60)}.nhs.uk`)),
      'csr_name_too_long',
    );
    assert.equal(checkFqdn('A.NHS.uk'), 'a.nhs.uk');
  });

  test('control characters of a name do not reach the terminal', () => {
    assert.throws(
      () => checkFqdn('\u001b[31mred'),
      (error: Error) => !error.message.includes('\u001b'),
    );
  });
});

describe('reading signing requests', () => {
  let csr: string;
  let privateKeyPem: string;
  before(async () => {
    ({ csr, privateKeyPem } = await makeSigningRequest('mysystem.acme.thirdparty.nhs.uk', 2048));
  });

  test('what the command line makes is what the authority signs', async () => {
    const request = await readSigningRequest(csr);
    assert.deepEqual(request.key, { type: 'rsa', bits: 2048 });
    assert.equal(request.hash, 'SHA-256');
    assert.equal(checkSigningRequest(request).commonName, 'mysystem.acme.thirdparty.nhs.uk');
    assert.equal(await refusalOf(csr.replaceAll('CERTIFICATE REQUEST', 'NEW CERTIFICATE REQUEST')), 'read');
  });

  test('a private key sent along is refused without repeating it', async () => {
    await assert.rejects(readSigningRequest(`${privateKeyPem}${csr}`), (error: Error) => {
      assert.ok(error instanceof SigningRequestRefusal);
      assert.equal(error.code, 'csr_with_private_key');
      return !error.message.includes(privateKeyPem.slice(40, 80));
    });
  });

  test('a request that was changed after signing is refused', async () => {
    const der = Buffer.from(csr.replace(/-----[A-Z ]+-----/g, ''), 'base64');
    const at = der.indexOf('mysystem');
    der.write('yoursyst', at);
    assert.equal(await refusalOf(pem(der)), 'csr_signature');
  });

  test('e-mail addresses and other names are seen, wherever they are', async () => {
    const x509 = await x509Library();
    const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) };
    const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
    const made = await x509.Pkcs10CertificateRequestGenerator.create({
      name: 'CN=a.b.nhs.uk, E=someone@nhs.net',
      keys,
      signingAlgorithm: algorithm,
      extensions: [
        new x509.SubjectAlternativeNameExtension([
          { type: 'email', value: 'other@nhs.net' },
          { type: 'ip', value: '10.0.0.1' },
        ]),
      ],
    });
    const request = await readSigningRequest(made.toString('pem'));
    assert.deepEqual(request.emails, ['someone@nhs.net', 'other@nhs.net']);
    assert.deepEqual(request.otherNames, ['ip:10.0.0.1']);
  });

  test('whatever else is sent gets a refusal, never a failure', async () => {
    const der = Buffer.from(csr.replace(/-----[A-Z ]+-----/g, ''), 'base64');
    assert.equal(await refusalOf(''), 'csr_missing');
    assert.equal(await refusalOf('x'.repeat(20_000)), 'csr_too_long');
    assert.equal(await refusalOf(pem(Buffer.alloc(8_000, 0x30))), 'csr_unreadable');
    assert.equal(await refusalOf(pem(Buffer.from('3080'.repeat(3_000), 'hex'))), 'csr_unreadable');
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 600 }), async (bytes) => {
        assert.match(await refusalOf(pem(Buffer.from(bytes))), /^csr_(unreadable|missing|signature)$/);
      }),
      { numRuns: RUNS, seed: 20_261_125 },
    );
    await fc.assert(
      fc.asyncProperty(fc.nat(der.length - 1), fc.nat(255), async (at, value) => {
        const changed = Buffer.from(der);
        changed[at] = value;
        const outcome = await refusalOf(pem(changed));
        // One byte changed: the signature does not hold, unless it is the same byte, or one that means nothing.
        if (outcome === 'read') checkAgain(await readSigningRequest(pem(changed)));
        else assert.match(outcome, /^csr_(unreadable|signature)$/);
      }),
      { numRuns: RUNS, seed: 20_261_125 },
    );
  });

  /** What still reads must be what was signed. */
  function checkAgain(request: SigningRequest): void {
    assert.deepEqual(request.commonNames, ['mysystem.acme.thirdparty.nhs.uk']);
  }
});

function pem(der: Buffer): string {
  return `-----BEGIN CERTIFICATE REQUEST-----\n${der.toString('base64')}\n-----END CERTIFICATE REQUEST-----\n`;
}
