import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ClientCertificate, type ClientCheck, judgeClient, SMARTCARD } from './client-certificate.ts';

const NOW = Date.parse('2026-11-24T09:00:00Z');
const DAY = 86_400_000;
const good: ClientCertificate = {
  commonName: 'gp.test.nhs.uk',
  issuerCommonName: 'NHS DEP Level1C (LocalSpine)',
  isAuthority: false,
  dnsNames: ['gp.test.nhs.uk'],
  extendedKeyUsages: ['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2'],
  notBefore: NOW - DAY,
  notAfter: NOW + DAY,
};

function judge(change: Partial<ClientCertificate>, check: Partial<ClientCheck> = {}): string {
  const certificate = { ...good, ...change };
  const verdict = judgeClient({
    certificate,
    signedBySubordinate: true,
    subordinateName: 'NHS DEP Level1C (LocalSpine)',
    now: NOW,
    ...check,
  });
  return verdict.ok ? 'ok' : verdict.reason.check;
}

test('a valid end entity of this environment is accepted, with the names it is bound to', () => {
  const verdict = judgeClient({ certificate: good, signedBySubordinate: true, subordinateName: good.issuerCommonName, now: NOW });
  assert.deepEqual(verdict, { ok: true, commonName: 'gp.test.nhs.uk', dnsNames: ['gp.test.nhs.uk'] });
});

test('each fault has a reason of its own', () => {
  assert.equal(judge({ issuerCommonName: 'NHS INT Level 1C (LocalSpine)' }), 'pki.wrong-environment');
  assert.equal(judge({ issuerCommonName: 'Acme Hosting CA' }), 'pki.unknown-issuer');
  assert.equal(judge({}, { signedBySubordinate: false }), 'pki.signature');
  assert.equal(judge({ isAuthority: true }), 'pki.authority-presented');
  assert.equal(judge({ extendedKeyUsages: ['1.3.6.1.5.5.7.3.1'] }), 'pki.no-client-authentication');
  assert.equal(judge({ notBefore: NOW + 1 }), 'pki.not-yet-valid');
  assert.equal(judge({ notAfter: NOW - 1 }), 'pki.expired');
});

test('a certificate that does not restrict its use may be a client; both ends of its life count', () => {
  assert.equal(judge({ extendedKeyUsages: [], notBefore: NOW, notAfter: NOW }), 'ok');
});

test('a signature by the right key under another name does not help', () => {
  assert.equal(judge({ issuerCommonName: 'NHS PTL Root Authority (LocalSpine)' }), 'pki.wrong-environment');
});

test('only a card’s own certificate signs a person on: a system’s, a signing one or one for anything will not do', () => {
  const logOn = '1.3.6.1.4.1.311.20.2.2';
  assert.equal(judge({ extendedKeyUsages: [logOn] }, { purpose: SMARTCARD }), 'ok');
  for (const extendedKeyUsages of [good.extendedKeyUsages, ['1.3.6.1.5.5.7.3.36'], []])
    assert.equal(judge({ extendedKeyUsages }, { purpose: SMARTCARD }), 'pki.no-smartcard-logon');
  assert.equal(judge({ extendedKeyUsages: [logOn] }), 'pki.no-client-authentication', 'and a card is no system');
});
