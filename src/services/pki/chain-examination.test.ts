import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { before, describe, test } from 'node:test';
import { createAuthority, issueServerCertificate, type KeyedCertificate } from '../../kernel/tls/certificates.ts';
import { type ChainQuestion, examineChain, type KnownAuthority, type Source } from './chain-examination.ts';

const NOW = Date.parse('2026-11-24T09:00:00Z');
const YEAR = 366 * 86_400_000;

interface Chain {
  readonly root: KeyedCertificate;
  readonly sub: KeyedCertificate;
  readonly leaf: KeyedCertificate;
}

async function chainOf(rootName: string, subName: string, shared?: KeyedCertificate): Promise<Chain> {
  const root = shared ?? (await createAuthority({ commonName: rootName, years: 20, keyBits: 2048, now: NOW }));
  const sub = await createAuthority({ commonName: subName, issuer: root, years: 10, keyBits: 2048, now: NOW });
  const leaf = await issueServerCertificate({ commonName: 'a.b.nhs.uk', dnsNames: ['a.b.nhs.uk'], issuer: sub, years: 3, now: NOW });
  return { root, sub, leaf };
}

let g1: Chain;
let g2: Chain;
let dep: Chain;
let known: readonly KnownAuthority[];

before(async () => {
  g2 = await chainOf('PTL Root G2 (LocalSpine)', 'INT G2 (LocalSpine)');
  [g1, dep] = await Promise.all([chainOf('PTL Root (LocalSpine)', 'INT 1C (LocalSpine)'), chainOf('', 'DEP G2 (LocalSpine)', g2.root)]);
  const authority = (environment: string, generation: KnownAuthority['generation'], { root, sub }: Chain): readonly KnownAuthority[] => [
    { environment, generation, role: 'root', certificate: new X509Certificate(root.certificatePem) },
    { environment, generation, role: 'sub-ca', certificate: new X509Certificate(sub.certificatePem) },
  ];
  known = [...authority('INT', 'generation-1', g1), ...authority('INT', 'generation-2', g2), ...authority('DEP', 'generation-2', dep)];
});

function source(form: Source['form'], name: string, ...made: readonly KeyedCertificate[]): Source {
  return { name, form, certificates: made.map((each) => new X509Certificate(each.certificatePem)) };
}

/** What is wrong, as `check: detail`. */
function faults(question: Partial<ChainQuestion> & Pick<ChainQuestion, 'presented'>): readonly string[] {
  const findings = examineChain({ environment: 'INT', known, revoked: new Map(), now: NOW, ...question });
  assert.ok(findings.length > 0);
  for (const { ok, fix } of findings) assert.ok(ok || fix !== undefined, 'who is told what is wrong is told what to do');
  return findings.filter(({ ok }) => !ok).map(({ check, detail }) => `${check}: ${detail}`);
}

describe('what doctor chain says', () => {
  test('nothing against a good chain, by server or in a file', () => {
    assert.deepEqual(faults({ presented: [source('wire', 'a.b.nhs.uk:443', g2.leaf, g2.sub)], host: 'a.b.nhs.uk' }), []);
    assert.deepEqual(faults({ presented: [source('pem', 'chain.pem', g1.leaf, g1.sub)] }), []);
    assert.deepEqual(faults({ presented: [source('pem', 'leaf.pem', g2.leaf), source('der', 'sub.der', g2.sub)] }), []);
  });

  test('the sub CA is missing, or in the wrong place', () => {
    assert.match(
      String(faults({ presented: [source('wire', 'server', g2.leaf)] })),
      /the sub CA is missing: INT G2 .* the server does not send it/,
    );
    assert.match(String(faults({ presented: [source('pem', 'leaf.pem', g2.leaf)] })), /the sub CA is missing: .* in none of the files/);
    assert.match(String(faults({ presented: [source('pem', 'chain.pem', g2.sub, g2.leaf)] })), /the sub CA comes before the certificate/);
  });

  test('the other generation is installed (PTL-069)', () => {
    const question = { presented: [source('pem', 'chain.pem', g1.leaf, g1.sub)] };
    assert.deepEqual(faults({ ...question, roots: [source('pem', 'root.pem', g2.root)] }), [
      'installed root: you installed generation 2, but the certificate was issued by generation 1',
    ]);
    assert.deepEqual(
      faults({ ...question, roots: [source('pem', 'root.pem', g1.root)], intermediates: [source('pem', 's.pem', g2.sub)] }),
      ['installed sub CA: you installed generation 2, but the certificate was issued by generation 1'],
    );
    assert.deepEqual(
      faults({ ...question, roots: [source('pem', 'both.pem', g1.root, g2.root)] }),
      [],
      'both sets installed is what one should do',
    );
  });

  test('a sub CA in the root store, and a root among the intermediates (PTL-070)', () => {
    const question = { presented: [source('pem', 'chain.pem', g2.leaf, g2.sub)] };
    assert.match(String(faults({ ...question, roots: [source('pem', 'r.pem', g2.root, g2.sub)] })), /it is a sub CA in the root store/);
    assert.match(
      String(faults({ ...question, intermediates: [source('pem', 'i.pem', g2.sub, g2.root)] })),
      /it is a root in the intermediate store/,
    );
    assert.match(String(faults({ ...question, roots: [source('pem', 'r.pem', g2.root, g2.leaf)] })), /it is no authority at all/);
  });

  test('PEM text under the name .der, and the reverse (PTL-068)', () => {
    assert.match(String(faults({ presented: [source('pem', 'root.der', g2.root)] })), /PEM text under the name \.der/);
    assert.match(String(faults({ presented: [source('der', 'root.pem', g2.root)] })), /DER under the name \.pem/);
    assert.match(String(faults({ presented: [{ name: 'x.pem', form: 'unreadable', certificates: [] }] })), /there is no certificate in it/);
  });

  test('expired, not yet valid', () => {
    const presented = [source('pem', 'chain.pem', g2.leaf, g2.sub)];
    assert.match(String(faults({ presented, now: NOW + 4 * YEAR })), /validity of a\.b\.nhs\.uk: it expired on 2029-11-24T09:00:00Z/);
    assert.match(String(faults({ presented, now: NOW - YEAR })), /it is not valid before 2026-11-24T08:55:00Z/);
  });

  test('of another environment, of another installation, of a stranger, of itself', async () => {
    assert.match(String(faults({ presented: [source('pem', 'c.pem', dep.leaf, dep.sub)] })), /a certificate of DEP .*, not of INT/);
    const copy = await chainOf('', 'INT G2 (LocalSpine)', g2.root);
    assert.match(String(faults({ presented: [source('pem', 'c.pem', copy.leaf, copy.sub)] })), /was not signed by its present key/);
    const stranger = await chainOf('Other Root', 'Other Sub');
    assert.match(
      String(faults({ presented: [source('pem', 'c.pem', stranger.leaf, stranger.sub)] })),
      /issued by Other Sub, no authority of LocalSpine/,
    );
  });

  test('another name, revoked', () => {
    const presented = [source('wire', 'localhost:443', g2.leaf, g2.sub)];
    assert.match(String(faults({ presented, host: 'localhost' })), /the certificate is not for localhost; it is for DNS:a\.b\.nhs\.uk/);
    const revoked = new Map([[g2.leaf.serialNumber, 'keyCompromise, on 2026-11-24T08:00:00Z']]);
    assert.match(String(faults({ presented, revoked })), /it is revoked: keyCompromise/);
  });

  test('a weak key', async () => {
    const { generateKeyPairSync } = await import('node:crypto');
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
    const key = {
      publicKeyDer: publicKey.export({ type: 'spki', format: 'der' }),
      privateKeyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    };
    const weak = await issueServerCertificate({ commonName: 'a.b.nhs.uk', dnsNames: [], issuer: g2.sub, years: 1, now: NOW, key });
    assert.match(String(faults({ presented: [source('pem', 'c.pem', weak, g2.sub)] })), /its RSA key has 1024 bits only/);
  });

  test('what authorities are, and where they belong; a server that shows one', () => {
    const findings = examineChain({
      environment: 'INT',
      known,
      revoked: new Map(),
      now: NOW,
      presented: [source('pem', 'ca.pem', g2.root, g1.sub)],
    });
    assert.match(
      String(findings.map(({ detail }) => detail)),
      /root of INT, generation 2; belongs in "Trusted Root Certification Authorities"/,
    );
    assert.match(
      String(findings.map(({ detail }) => detail)),
      /sub CA of INT, generation 1; belongs in "Intermediate Certification Authorities"/,
    );
    assert.match(String(faults({ presented: [source('wire', 'server', g2.sub)] })), /the server shows the certificate of an authority/);
    assert.match(String(faults({ presented: [source('pem', 'sub.pem', dep.sub)] })), /sub CA of DEP/);
  });
});
