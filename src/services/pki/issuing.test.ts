import assert from 'node:assert/strict';
import { webcrypto } from 'node:crypto';
import { before, describe, test } from 'node:test';
import { EVIDENCE_SEALING, generateKey, inspect, isIssuedBy, toDer, x509Library } from '../../kernel/tls/certificates.ts';
import { readList } from './certificate-store.ts';
import { nationalPaths } from './national-paths.ts';
import { makeSigningRequest } from './request-making.ts';
import { type PkiWorld, pkiWorld, testRoot } from './test-world.ts';

const START = '2026-11-24T09:00:00Z';
const HOUR = 3_600_000;
const OURS = 'ours.acme.thirdparty.nhs.uk';
const THEIRS = 'theirs.other.thirdparty.nhs.uk';
const UNKNOWN = 'unknown.acme.thirdparty.nhs.uk';

let world: PkiWorld;
const requests = new Map<string, string>();

before(async () => {
  world = await pkiWorld(await testRoot(START), { start: START, register: { [OURS]: ['R69', 'ZS001'], [THEIRS]: ['RCD'] } });
  for (const name of [OURS, THEIRS, UNKNOWN]) requests.set(name, (await makeSigningRequest(name, 2048)).csr);
});

async function call(method: 'GET' | 'POST' | 'PUT', path: string, body?: object) {
  const response = await world.app.inject({ method, url: `/_localspine/pki${path}`, ...(body === undefined ? {} : { payload: body }) });
  return { status: response.statusCode, body: response.json(), raw: response.rawPayload };
}

async function signed(order: object = {}) {
  const { status, body } = await call('POST', '/certificates', { csr: requests.get(OURS), ods: 'R69', ...order });
  assert.equal(status, 201, JSON.stringify(body));
  return body;
}

async function listOf(generation: 'generation-1' | 'generation-2') {
  const response = await world.app.inject(nationalPaths('INT').generations[generation].list);
  assert.equal(response.headers['content-type'], 'application/pkix-crl');
  const x509 = await x509Library();
  return new x509.X509Crl(Uint8Array.from(response.rawPayload));
}

describe('signing for whom a name is registered to', () => {
  test('the certificate has the national profile and says where to ask about it', async () => {
    const { chain, ...view } = await signed();
    assert.equal(view.subject, `O=nhs, OU=Devices, CN=${OURS}`);
    assert.equal(view.organisation, 'R69');
    assert.equal(view.generation, 'generation-2');
    assert.equal(view.expiresAt.slice(0, 10), '2029-11-24');
    assert.ok(isIssuedBy(chain[0], chain[1]));
    assert.ok(isIssuedBy(chain[1], chain[2]));
    const x509 = await x509Library();
    const leaf = new x509.X509Certificate(toDer(chain[0]));
    const { ocsp, caIssuers } = leaf.getExtension(x509.AuthorityInfoAccessExtension) ?? assert.fail();
    assert.equal(ocsp[0]?.value, 'http://localhost:8180/int/ocsp');
    assert.equal(caIssuers[0]?.value, 'http://localhost:8180/int/G2/auth/NHSINTAuthG2.crt');
    const issuer = await world.app.inject('/int/G2/auth/NHSINTAuthG2.crt');
    assert.deepEqual(issuer.rawPayload, toDer(chain[1]));
  });

  test('others are refused: a name of another organisation, a name that nobody has, a MESH client of another', async () => {
    const other = await call('POST', '/certificates', { csr: requests.get(THEIRS), ods: 'R69' });
    assert.deepEqual([other.status, other.body.error], [403, 'fqdn_of_another']);
    const none = await call('POST', '/certificates', { csr: requests.get(UNKNOWN), ods: 'R69' });
    assert.deepEqual([none.status, none.body.error], [403, 'fqdn_not_registered']);
    const mesh = await call('POST', '/key-stores', { commonName: 'x26ot001.rcd.api.mesh-client.nhs.uk', ods: 'R69', form: 'mesh' });
    assert.deepEqual([mesh.status, mesh.body.error], [403, 'fqdn_of_another']);
  });

  test('who does not say for whom, gets it for the organisation of the name', async () => {
    assert.equal((await signed({ ods: undefined })).organisation, 'R69');
  });

  test('what is not an order gets 400, and nothing is stored', async () => {
    const before = (await call('GET', '/certificates')).body.certificates.length;
    for (const body of [
      {},
      { csr: 5 },
      { csr: requests.get(OURS), ods: 'r69' },
      { csr: requests.get(OURS), days: 0 },
      { csr: requests.get(OURS), days: 1_097 },
      { csr: requests.get(OURS), createdAt: 'yesterday' },
      { csr: requests.get(OURS), createdAt: '2026-12-01' },
      { csr: requests.get(OURS), createdAt: '1999-01-01' },
      { csr: requests.get(OURS), surprise: true },
      { csr: 'garbage' },
    ])
      assert.equal((await call('POST', '/certificates', body)).status, 400, JSON.stringify(body).slice(0, 80));
    assert.equal((await call('GET', '/certificates')).body.certificates.length, before);
  });
});

describe('the use that seals evidence', () => {
  const usesOf = (chain: readonly string[]): readonly string[] => inspect(chain[0] ?? '').extendedKeyUsages;

  test('is in no certificate that a signing request leads to, also one that asks for it', async () => {
    const x509 = await x509Library();
    const keys = await webcrypto.subtle.generateKey(
      { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) },
      true,
      ['sign', 'verify'],
    );
    const request = await x509.Pkcs10CertificateRequestGenerator.create({
      name: `O=nhs, OU=Devices, CN=${OURS}`,
      keys,
      signingAlgorithm: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
      extensions: [
        new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: OURS }]),
        new x509.ExtendedKeyUsageExtension([EVIDENCE_SEALING]),
      ],
    });
    const { status, body } = await call('POST', '/certificates', { csr: request.toString('pem'), ods: 'R69' });
    assert.equal(status, 201, JSON.stringify(body));
    assert.equal(usesOf(body.chain).includes(EVIDENCE_SEALING), false);
    assert.equal(usesOf((await signed()).chain).includes(EVIDENCE_SEALING), false);
    for (const more of [{ kind: 'evidence' }, { holder: 'evidence' }])
      assert.equal((await call('POST', '/certificates', { csr: requests.get(OURS), ods: 'R69', ...more })).status, 400);
  });

  test('is in none that a key store is made with, and in no renewal of a certificate that has it', async () => {
    const store = await call('POST', '/key-stores', { commonName: OURS, ods: 'R69', form: 'pkcs12' });
    assert.equal(store.status, 201, JSON.stringify(store.body));
    const pem = await world.app.inject(`/_localspine/pki/certificates/${store.body.certificate.serial}/certificate.pem`);
    assert.equal(inspect(pem.body).extendedKeyUsages.includes(EVIDENCE_SEALING), false);
    const { publicKeyDer } = await generateKey(2048);
    const own = await world.context.store.transaction((tx) =>
      world.pki.api.issue(tx, { commonName: 'LocalSpine evidence INT 2026-11-24', dnsNames: [], publicKeyDer, kind: 'evidence' }),
    );
    assert.deepEqual(inspect(own.certificatePem).extendedKeyUsages, [EVIDENCE_SEALING]);
    assert.equal((await world.pki.api.admitSystem(toDer(own.certificatePem))).ok, false, 'nor does it open the door of systems');
    const renewed = await call('POST', `/certificates/${own.serial}/renew`, {});
    assert.equal(renewed.status, 201, JSON.stringify(renewed.body));
    assert.equal(usesOf(renewed.body.chain).includes(EVIDENCE_SEALING), false);
  });
});

describe('two generations (PTL-069)', () => {
  test('the day of creation decides: before the cut-over generation 1, from it on generation 2', async () => {
    const old = await signed({ createdAt: '2025-03-01' });
    assert.equal(old.generation, 'generation-1');
    assert.equal(inspect(old.chain[0]).issuerCommonName, 'NHS INT Level 1C (LocalSpine)');
    assert.equal(inspect(old.chain[2]).commonName, 'NHS PTL Root Authority (LocalSpine)');
    assert.equal(inspect((await signed()).chain[0]).issuerCommonName, 'NHS INT Authentication G2 (LocalSpine)');
    for (const { chain } of [old, await signed()])
      assert.equal((await world.pki.api.admitSystem(toDer(chain[0]))).ok, true, 'both are good while a change-over lasts');
  });

  test('the cut-over can be moved, to rehearse the change-over', async () => {
    const { cutOver } = (await call('GET', '/cut-over')).body;
    await call('PUT', '/cut-over', { at: '2027-01-01' });
    assert.equal((await signed()).generation, 'generation-1');
    await call('PUT', '/cut-over', { at: cutOver });
    assert.equal((await signed()).generation, 'generation-2');
    assert.equal((await call('PUT', '/cut-over', { at: 'soon' })).status, 400);
  });
});

describe('renewal and revocation', () => {
  test('a renewal keeps names and key, or takes the key of a new request for the same name', async () => {
    const first = await signed({ days: 30 });
    const renewed = (await call('POST', `/certificates/${first.serial}/renew`, {})).body;
    assert.equal(renewed.renews, first.serial);
    assert.notEqual(renewed.serial, first.serial);
    const { csr } = await makeSigningRequest(OURS, 2048);
    assert.equal((await call('POST', `/certificates/${first.serial}/renew`, { csr })).status, 201);
    const other = await call('POST', `/certificates/${first.serial}/renew`, { csr: requests.get(THEIRS) });
    assert.deepEqual([other.status, other.body.error], [400, 'csr_other_name']);
  });

  test('the list names a revoked certificate at once, with its reason; each list has the next number', async () => {
    const { serial } = await signed();
    const before = await listOf('generation-2');
    assert.equal(before.findRevoked(serial), null);
    const revoked = await call('POST', `/certificates/${serial}/revoke`, { reason: 'keyCompromise' });
    assert.deepEqual([revoked.status, revoked.body.status, revoked.body.reason], [200, 'revoked', 'keyCompromise']);
    const entry = (await listOf('generation-2')).findRevoked(serial);
    assert.equal(entry?.reason, 1);
    assert.equal((await listOf('generation-1')).findRevoked(serial), null, 'it is not the other generation’s matter');
    assert.equal((await call('POST', `/certificates/${serial}/revoke`, {})).status, 409);
    assert.equal((await call('POST', `/certificates/${serial}/renew`, {})).status, 409);
    assert.equal((await call('POST', '/certificates/00/revoke', {})).status, 404);
    assert.equal((await call('POST', `/certificates/${serial}/revoke`, { reason: 'boredom' })).status, 400);
  });

  test('a revoked certificate is refused in mutual TLS with its reason', async () => {
    const { serial, chain } = await signed();
    await call('POST', `/certificates/${serial}/revoke`, { reason: 'cessationOfOperation' });
    const verdict = await world.pki.api.admitSystem(toDer(chain[0]));
    assert.ok(!verdict.ok);
    assert.equal(verdict.reason.check, 'pki.revoked');
    assert.match(verdict.reason.why, /cessationOfOperation/);
  });

  test('lists are made anew by the background work and when they are old', async () => {
    const fresh = await pkiWorld(await testRoot(START), { start: START });
    const numberNow = async (): Promise<number | undefined> => {
      const { rawPayload } = await fresh.app.inject(nationalPaths('INT').generations['generation-2'].list);
      const list = await readList(fresh.context.store.db, 'generation-2');
      assert.deepEqual(rawPayload, list?.der);
      return list?.number;
    };
    assert.equal(await numberNow(), 1);
    assert.equal(await numberNow(), 1, 'as long as it is young, it stays');
    fresh.context.clock.advance(25 * HOUR);
    assert.equal(await numberNow(), 2);
    await fresh.pki.jobs?.['pki.publish-lists']?.({ id: '1', kind: 'pki.publish-lists', payload: {}, attempts: 0 });
    assert.equal(await numberNow(), 3);
    assert.equal(fresh.context.jobs.at(-1)?.kind, 'pki.publish-lists', 'and the next time is planned');
  });
});

describe('whose FQDN is registered may connect (sds.md §11)', () => {
  test('a good certificate is not enough: its name must be registered', async () => {
    const issued = await world.context.store.transaction((tx) =>
      world.pki.api.issue(tx, { commonName: UNKNOWN, dnsNames: [UNKNOWN], publicKeyDer: publicKey(), kind: 'system', days: 1 }),
    );
    const der = toDer(issued.certificatePem);
    assert.equal((await world.pki.api.verifyClient(der)).ok, true);
    const verdict = await world.pki.api.admitSystem(der);
    assert.equal(verdict.ok ? 'ok' : verdict.reason.check, 'pki.fqdn-not-registered');
  });

  test('the organisation of the name comes with the verdict', async () => {
    const verdict = await world.pki.api.admitSystem(toDer((await signed()).chain[0]));
    assert.equal(verdict.ok ? verdict.organisation : 'refused', 'R69');
  });

  test('a smartcard’s certificate is for a person, and opens no door for systems', async () => {
    const card = await world.context.store.transaction((tx) =>
      world.pki.api.issue(tx, { commonName: '555050304105', dnsNames: [], publicKeyDer: publicKey(), kind: 'smartcard' }),
    );
    assert.equal(card.subject, 'O=nhs, OU=people, CN=555050304105');
    assert.deepEqual(inspect(card.certificatePem).extendedKeyUsages, ['1.3.6.1.4.1.311.20.2.2']);
    assert.equal((await world.pki.api.verifySmartcard(toDer(card.certificatePem))).ok, true);
    assert.equal((await world.pki.api.verifyClient(toDer(card.certificatePem))).ok, false);
    assert.equal((await world.pki.api.admitSystem(toDer(card.certificatePem))).ok, false);
  });

  function publicKey(): Buffer {
    const der = Buffer.from((requests.get(UNKNOWN) ?? '').replace(/-----[A-Z ]+-----/g, ''), 'base64');
    const start = der.indexOf(Buffer.from('30820122300d06092a864886f70d010101', 'hex'));
    return der.subarray(start, start + 294);
  }
});

describe('the page', () => {
  test('shows files with the store they belong in, and signs a form that it made itself', async () => {
    const page = await world.app.inject('/_localspine/pki/');
    assert.equal(page.statusCode, 200);
    assert.match(page.body, /Trusted Root Certification Authorities/);
    assert.match(page.body, /Nothing here is real patient data/);
    const token = /name="token" value="([a-z0-9]+)"/.exec(page.body)?.[1] ?? '';
    const cookie = String(page.headers['set-cookie']).split(';')[0] ?? '';
    const send = (fields: Record<string, string>, headers: Record<string, string>) =>
      world.app.inject({
        method: 'POST',
        url: '/_localspine/pki/sign',
        headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
        payload: new URLSearchParams(fields).toString(),
      });
    const csr = requests.get(OURS) ?? '';
    assert.equal((await send({ csr, ods: 'R69', token }, {})).statusCode, 403, 'without the cookie');
    assert.equal((await send({ csr, ods: 'R69', token: '00' }, { cookie })).statusCode, 403, 'with another token');
    const done = await send({ csr, ods: 'R69', token }, { cookie });
    assert.equal(done.statusCode, 200);
    assert.match(done.body, /BEGIN CERTIFICATE/);
    const refused = await send({ csr: '<script>alert(1)</script>', token }, { cookie });
    assert.equal(refused.statusCode, 400);
    assert.match(refused.body, /There is no signing request in this text/);
    assert.doesNotMatch(refused.body, /<script>/);
  });
});

describe('hostile questions to the responder', () => {
  test('are answered as malformed or unauthorised, never with a failure', async () => {
    for (const payload of [Buffer.alloc(0), Buffer.from('hello'), Buffer.alloc(3_000, 0x30), Buffer.from('3003020101', 'hex')]) {
      const response = await world.app.inject({
        method: 'POST',
        url: '/int/ocsp',
        headers: { 'content-type': 'application/ocsp-request' },
        payload,
      });
      assert.equal(response.statusCode, 200);
      assert.equal(response.rawPayload.toString('hex'), '30030a0101', 'malformedRequest');
    }
    assert.equal((await world.app.inject('/int/ocsp/%2e%2e%2f')).statusCode, 200);
    const large = {
      method: 'POST',
      url: '/int/ocsp',
      headers: { 'content-type': 'application/ocsp-request' },
      payload: Buffer.alloc(5_000),
    } as const;
    assert.notEqual((await world.app.inject(large)).statusCode, 200);
  });
});
