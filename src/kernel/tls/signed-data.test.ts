/** CMS messages: ours are read by OpenSSL, OpenSSL's are read by us, and nothing that was changed is. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { SignedDataError, type SigningCard, signData, verifySignedData } from './signed-data.ts';

describe('signed data', () => {
  const folder = mkdtempSync(join(tmpdir(), 'localspine-cms-'));
  const file = (name: string): string => join(folder, name);
  const challenge = Buffer.from('0123456789abcdef0123456789abcdef0123456789abcdef');
  let card: SigningCard;

  const openssl = (...args: string[]): string => execFileSync('openssl', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  const cmsSign = (...extra: string[]): Buffer => {
    openssl(
      'cms',
      '-sign',
      '-in',
      file('challenge'),
      '-binary',
      '-nodetach',
      '-signer',
      file('card.pem'),
      '-inkey',
      file('card.key'),
      '-outform',
      'DER',
      '-out',
      file('out.der'),
      ...extra,
    );
    return readFileSync(file('out.der'));
  };

  before(() => {
    writeFileSync(file('challenge'), challenge);
    openssl(
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-keyout',
      file('card.key'),
      '-out',
      file('card.pem'),
      '-subj',
      '/O=nhs/OU=people/CN=656005750107',
      '-days',
      '2',
    );
    openssl(
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-keyout',
      file('other.key'),
      '-out',
      file('other.pem'),
      '-subj',
      '/CN=other',
      '-days',
      '2',
    );
    card = { certificatePem: readFileSync(file('card.pem'), 'utf8'), privateKeyPem: readFileSync(file('card.key'), 'utf8') };
  });
  after(() => rmSync(folder, { recursive: true }));

  for (const options of [[], ['-noattr'], ['-md', 'sha1'], ['-md', 'sha1', '-noattr'], ['-md', 'sha512'], ['-keyid']])
    test(`OpenSSL’s message with ${options.join(' ') || 'its defaults'} is read`, async () => {
      const verified = await verifySignedData(cmsSign(...options));
      assert.deepEqual(verified.content, challenge);
    });

  for (const digest of ['sha1', 'sha256'] as const)
    test(`ours, by ${digest}, is read by OpenSSL and by us`, async () => {
      const der = await signData(challenge, card, digest);
      writeFileSync(file('ours.der'), der);
      openssl(
        'cms',
        '-verify',
        '-in',
        file('ours.der'),
        '-inform',
        'DER',
        '-binary',
        '-CAfile',
        file('card.pem'),
        '-purpose',
        'any',
        '-out',
        file('content'),
      );
      assert.deepEqual(readFileSync(file('content')), challenge);
      assert.equal((await verifySignedData(der)).digest, digest);
    });

  test('content outside, two signers, extra certificates, PSS and elliptic curves are refused', async () => {
    openssl(
      'cms',
      '-sign',
      '-in',
      file('challenge'),
      '-binary',
      '-signer',
      file('card.pem'),
      '-inkey',
      file('card.key'),
      '-outform',
      'DER',
      '-out',
      file('detached.der'),
    );
    await assert.rejects(verifySignedData(readFileSync(file('detached.der'))), /content is not inside/);
    await assert.rejects(verifySignedData(cmsSign('-signer', file('other.pem'), '-inkey', file('other.key'))), /exactly one signer/);
    await assert.rejects(verifySignedData(cmsSign('-nocerts')), /exactly one certificate/);
    await assert.rejects(verifySignedData(cmsSign('-keyopt', 'rsa_padding_mode:pss')), /not one that cards use/);
    openssl(
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-keyout',
      file('ec.key'),
      '-out',
      file('ec.pem'),
      '-subj',
      '/CN=x',
      '-days',
      '2',
    );
    openssl(
      'cms',
      '-sign',
      '-in',
      file('challenge'),
      '-binary',
      '-nodetach',
      '-signer',
      file('ec.pem'),
      '-inkey',
      file('ec.key'),
      '-outform',
      'DER',
      '-out',
      file('ec.der'),
    );
    await assert.rejects(verifySignedData(readFileSync(file('ec.der'))), SignedDataError);
  });

  test('another digest than the one signed with is refused', async () => {
    const der = await signData(challenge, card, 'sha256');
    const sha256 = Buffer.from('608648016503040201', 'hex');
    const sha512 = Buffer.from('608648016503040203', 'hex');
    const changed = Buffer.from(der.toString('hex').replaceAll(sha256.toString('hex'), sha512.toString('hex')), 'hex');
    await assert.rejects(verifySignedData(changed), /does not fit/);
  });

  test('a message with any byte of content or signature changed is refused; no bytes make it fail otherwise', async () => {
    const whole = await signData(challenge, card);
    const start = whole.indexOf(challenge);
    const good = (await verifySignedData(whole)).certificateDer;
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), async (at, change) => {
        const changed = Buffer.from(whole);
        changed[at] = (changed[at] ?? 0) ^ change;
        const verified = await verifySignedData(changed).catch((error: unknown) => {
          assert.ok(error instanceof SignedDataError, String(error));
        });
        // What still reads is a change to what is not signed: it must not have touched content, signature or the key.
        if (verified !== undefined) {
          assert.deepEqual(verified.content, challenge);
          assert.ok(at < start || at >= start + challenge.length);
          assert.ok(at < whole.length - 256);
        }
      }),
      { numRuns: 300 },
    );
    assert.ok(good.length > 500);
  });
});
