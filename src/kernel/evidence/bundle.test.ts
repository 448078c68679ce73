/** Nobody changes, drops, adds or moves a byte of evidence unnoticed. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { createAuthority, generateKey, type Holder, issueForHeldKey } from '../tls/certificates.ts';
import { trustedBy, verifyBundle, writeBundle } from './bundle.ts';
import { Chain, FORMAT, hashOfLine } from './chain.ts';
import type { RecordedExchange } from './recorded-exchange.ts';
import { type SealKey, seal, signerName } from './seal.ts';

const NOW = Date.parse('2026-11-25T09:00:00Z');

const root = await createAuthority({ commonName: 'Root', years: 10, keyBits: 2048, now: NOW });
const sub = await createAuthority({ commonName: 'Sub', years: 10, keyBits: 2048, now: NOW, issuer: root });
const keys = await signer();
const trusted = trustedBy(keys.certificatesPem.at(-1) ?? '');

/** A key below the one sub CA of the environment, as the environment has it for its evidence; or as others have theirs. */
async function signer(commonName = signerName('INT', '2026-11-25'), holder: Holder = 'evidence'): Promise<SealKey> {
  const key = await generateKey(2048);
  const own = await issueForHeldKey({
    commonName,
    dnsNames: [],
    publicKeyDer: key.publicKeyDer,
    issuer: sub,
    now: NOW,
    notAfter: NOW + 86_400_000,
    holder,
  });
  return { privateKeyPem: key.privateKeyPem, certificatesPem: [own.certificatePem, sub.certificatePem, root.certificatePem] };
}

function exchange(number: number): RecordedExchange {
  return {
    number,
    at: '2026-11-25T09:00:00.000Z',
    businessAt: '2026-11-25T09:00:00.000Z',
    milliseconds: 3,
    appId: 'app-1',
    service: 'ers',
    operation: 'A005',
    listener: 'https',
    method: 'GET',
    url: '/referrals/FHIR/STU3/ReferralRequest/000000070000',
    status: 200,
    verdict: 'ok',
    correlationId: `c-${number}`,
    checks: [{ check: 'gateway.token', passed: true }],
    request: { headers: {} },
    response: { headers: {}, body: 'Grüße', bytes: 7 },
  };
}

/** A bundle with so many exchanges, as an environment and the portal write it. */
function lines(count: number): { chain: Chain; recordingHead: string } {
  const chain = new Chain().add('recording', { format: FORMAT, id: 'run-1' });
  for (let number = 1; number <= count; number += 1) chain.add('exchange', exchange(number));
  chain.add('closing', { exchanges: count });
  const recordingHead = chain.head;
  chain.add('run', { product: 'Care Vista Link', version: '2.0' }).add('verdict', { case: 'A005.served', state: 'met' });
  return { chain, recordingHead };
}

async function bundle(count = 3, changes: Partial<Parameters<typeof seal>[0]> = {}, key = keys): Promise<Buffer> {
  const { chain, recordingHead } = lines(count);
  const facts = {
    format: FORMAT as typeof FORMAT,
    environment: 'INT',
    recording: 'run-1',
    exchanges: count,
    recordingHead,
    head: chain.head,
    lines: chain.lines.length,
    sealedAt: '2026-11-25T10:00:00.000Z',
    ...changes,
  };
  return writeBundle(chain.lines, await seal(facts, key));
}

const sound = async (bytes: Uint8Array): Promise<boolean> => (await verifyBundle(bytes, trusted)).sound;
const why = async (bytes: Uint8Array): Promise<string> => (await verifyBundle(bytes, trusted)).problems.map((each) => each.why).join(' ');

describe('a bundle as it was written', () => {
  test('is sound, and says what it holds', async () => {
    const verdict = await verifyBundle(await bundle(), trusted);
    assert.deepEqual(verdict.problems, []);
    assert.equal(verdict.sound, true);
    assert.equal(verdict.exchanges, 3);
    assert.equal(verdict.run?.['product'], 'Care Vista Link');
    assert.deepEqual(
      verdict.verdicts.map((each) => each['case']),
      ['A005.served'],
    );
    assert.deepEqual([verdict.seal?.facts.environment, verdict.seal?.root.name], ['INT', 'Root']);
  });

  test('may be without exchanges', async () => assert.equal(await sound(await bundle(0)), true));
});

describe('a bundle that was tampered with', () => {
  test('any changed, removed or added byte is found', async () => {
    const good = await bundle(2);
    await fc.assert(
      fc.asyncProperty(
        fc.nat(good.length - 1),
        fc.integer({ min: 1, max: 255 }),
        fc.constantFrom('change', 'remove', 'add'),
        async (at, value, how) => {
          const changed = (good[at] ?? 0) ^ value;
          const bytes = Buffer.concat([
            good.subarray(0, at),
            how === 'remove' ? Buffer.alloc(0) : Buffer.from([changed]),
            good.subarray(how === 'add' ? at : at + 1),
          ]);
          assert.equal(await sound(bytes), bytes.equals(good));
        },
      ),
      { numRuns: 400 },
    );
  });

  test('every single byte of a small one counts', async () => {
    const good = await bundle(0);
    for (let at = 0; at < good.length; at += 1) {
      const bytes = Buffer.from(good);
      bytes[at] = (bytes[at] ?? 0) ^ 1;
      assert.equal(await sound(bytes), false, `byte ${at}`);
    }
  });

  test('so is a line that was dropped, doubled or moved', async () => {
    const good = (await bundle(4)).toString('utf8').trimEnd().split('\n');
    await fc.assert(
      fc.asyncProperty(
        fc.nat(good.length - 1),
        fc.nat(good.length - 1),
        fc.constantFrom('drop', 'double', 'swap'),
        async (one, other, how) => {
          const changed = [...good];
          if (how === 'drop') changed.splice(one, 1);
          else if (how === 'double') changed.splice(other, 0, good[one] ?? '');
          else [changed[one], changed[other]] = [good[other] ?? '', good[one] ?? ''];
          assert.equal(await sound(Buffer.from(`${changed.join('\n')}\n`)), changed.join() === good.join());
        },
      ),
      { numRuns: 100 },
    );
  });

  test('a chain that was mended after a change has another head than the one that was signed', async () => {
    const { chain } = lines(2);
    const forged = new Chain();
    for (const line of chain.lines) {
      const { kind, previous: _previous, ...facts } = JSON.parse(line);
      forged.add(kind, kind === 'exchange' ? { ...facts, status: 200, url: '/elsewhere' } : facts);
    }
    const signature = (await bundle(2)).toString('utf8').trimEnd().split('\n').at(-1) ?? '';
    assert.match(await why(Buffer.from([...forged.lines, signature, ''].join('\n'))), /The signature is for other lines than these/);
  });

  test('what the environment did not record is not taken for recorded', async () => {
    assert.match(await why(await bundle(2, { recordingHead: hashOfLine('another') })), /recorded something else/);
    assert.match(await why(await bundle(2, { exchanges: 3 })), /The environment recorded 3 exchanges/);
    assert.match(await why(await bundle(2, { recording: 'another' })), /another recording/);
  });

  test('a signature below an authority that is not trusted does not count, and is named', async () => {
    const { sound: good, problems } = await verifyBundle(await bundle(), new Set());
    assert.equal(good, false);
    assert.match(problems[0]?.why ?? '', /authority that is not trusted here: Root, SHA-256 [0-9a-f]{64}/);
  });

  test('a client certificate of the same authority seals nothing, whatever it calls itself', async () => {
    for (const name of ['mhs.supplier.example', signerName('INT', '2026-11-25')])
      for (const holder of ['device', 'smartcard', 'smartcard-signing'] as const)
        assert.match(await why(await bundle(1, {}, await signer(name, holder))), /is not one that seals evidence/, `${name} ${holder}`);
  });

  test('an environment speaks for itself only, though its root stands above others too', async () => {
    assert.match(await why(await bundle(1, { environment: 'DEP' })), /LocalSpine evidence INT 2026-11-25 is not one of DEP/);
    assert.match(await why(await bundle(1, {}, await signer(signerName('INT 2', '2026-11-25')))), /is not one of INT/);
    assert.equal(await sound(await bundle(1, { environment: 'DEP' }, await signer(signerName('DEP', '2026-11-25')))), true);
  });

  test('certificates that had expired when it was sealed do not sign', async () => {
    assert.match(await why(await bundle(1, { sealedAt: '2027-11-25T10:00:00.000Z' })), /was not valid when it was sealed/);
  });

  test('an empty file, and one of something else, are no evidence', async () => {
    for (const text of ['', '\n', '{}\n', 'not json\nat all\n']) assert.equal(await sound(Buffer.from(text)), false);
  });
});
