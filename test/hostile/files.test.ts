/**
 * Hostile input to files and printed documents, over the wire: strange names, types, ids, ranges and links, and an upload without end.
 * The answer is a documented 4xx, nothing is stored, and the process goes on.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { connect } from 'node:tls';
import fc from 'fast-check';
import { LocalSpine, type Reply } from '../helpers/localspine.ts';
import { type Application, location, makeKeyPair, type Role, Supplier } from '../helpers/supplier.ts';

const RUNS = Number(process.env['FUZZ_RUNS'] ?? '100');
const referrer: Role = { businessFunction: 'REFERRING_CLINICIAN', odsCode: 'R69' };
const DOCUMENTED = new Set([200, 201, 307, 400, 403, 404, 406, 415, 422]);
/** The file of a published example. */
const LETTER = '719f6045-e791-4029-8e0f-1201c02b0a55';

const spine = new LocalSpine({ LOCALSPINE_ENVIRONMENTS: 'INT', LOCALSPINE_JOURNAL_KEEP: '500' });
const supplier = new Supplier(spine);
let app: Application;
let token: string;

before(async () => {
  await spine.start();
  app = await supplier.register({ accessMode: 'user-restricted', jwks: makeKeyPair().jwks });
  token = (await supplier.userToken(app, '021600556514')).json.access_token;
});
after(async () => {
  await spine.remove();
});

function judge(reply: Reply, input: string): void {
  assert.ok(DOCUMENTED.has(reply.status), `${reply.status} to ${input.slice(0, 300)}: ${reply.text.slice(0, 200)}`);
  if (reply.status === 422) assert.equal(reply.json?.resourceType, 'OperationOutcome', reply.text.slice(0, 200));
}

const piece = fc
  .oneof(
    fc.string({ maxLength: 60 }),
    fc.string({ unit: 'binary', maxLength: 30 }),
    fc.integer().map(String),
    fc.constantFrom(
      '../../etc/passwd',
      '%00',
      '__proto__',
      'att-1-1',
      'att-99999999999999999999-1',
      LETTER.toUpperCase(),
      '000000070000',
      "' or 1=1 --",
    ),
  )
  .map((text) => text.toWellFormed());
const samples = (): string[] => fc.sample(piece, { numRuns: RUNS, seed: 20_261_125 });

/** Files and bytes in the blob store of the environment. */
function stored(folder = join(spine.home, 'blobs')): { files: number; bytes: number } {
  let [files, bytes] = [0, 0];
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    const inside = entry.isDirectory() ? stored(path) : { files: 1, bytes: statSync(path).size };
    files += inside.files;
    bytes += inside.bytes;
  }
  return { files, bytes };
}

describe('generated input', { concurrency: false }, () => {
  test(`ids of A006, A007, A019, A042, A043: ${RUNS} each`, { timeout: 300_000 }, async () => {
    for (const text of samples()) {
      const id = encodeURIComponent(text);
      for (const [method, path] of [
        ['GET', `/STU3/Binary/${id}`],
        ['GET', `/R4/Binary/${id}`],
        ['POST', `/STU3/ReferralRequest/${id}/$ers.generateCRI`],
        ['POST', `/STU3/ReferralRequest/${id}/$ers.generatePatientLetter`],
        ['POST', `/STU3/CommunicationRequest/${id}/$ers.generateCRI`],
      ] as const) {
        judge(await supplier.ers(token, referrer, path, { method, headers: { accept: '*/*' } }), path);
      }
    }
  });

  test(`names, types and referral ids of A020: ${RUNS}, none of them stored`, { timeout: 300_000 }, async () => {
    const header = (text: string): string =>
      Buffer.from(text.replaceAll(/\p{Cc}/gu, ''))
        .toString('latin1')
        .replaceAll(/\p{Cc}/gu, '');
    const before = stored();
    for (const text of samples()) {
      const reply = await supplier.ers(token, referrer, '/STU3/Binary', {
        method: 'POST',
        body: 'x',
        headers: {
          'content-type': text.length % 2 === 0 ? 'application/pdf' : header(`text/${text}`),
          'nhsd-ers-file-name': header(text),
          'nhsd-ers-referral-id': header(text),
        },
      });
      judge(reply, text);
      assert.notEqual(reply.status, 201, text);
    }
    assert.deepEqual(stored(), before);
  });

  test(`links and ranges of the object store: ${RUNS}`, { timeout: 300_000 }, async () => {
    const link = location(await supplier.ers(token, referrer, `/R4/Binary/${LETTER}`));
    const [address = '', query = ''] = link.split('?');
    for (const text of samples()) {
      const encoded = encodeURIComponent(text);
      for (const changed of [
        `${address}/../${encoded}?${query}`,
        `${address}?${query}&X-Amz-Expires=${encoded}`,
        `${address}?X-Amz-Date=${encoded}&X-Amz-Expires=60&X-Amz-Signature=${encoded}`,
      ]) {
        const reply = await spine.call('INT', changed);
        assert.ok([200, 403, 404].includes(reply.status), `${reply.status} to ${changed}`);
      }
      const reply = await spine.call('INT', link, { headers: { range: `bytes=${text.replaceAll(/[^\x21-\x7e]/g, '')}` } });
      assert.ok([200, 206, 416].includes(reply.status), `${reply.status} to the range ${text}`);
    }
  });

  test(`files put in by an operator: ${RUNS} bad requests, none of them stored`, { timeout: 300_000 }, async () => {
    const before = stored();
    for (const text of samples()) {
      const reply = await spine.call(
        'INT',
        `/_localspine/ers/files?ubrn=000000070000&${encodeURIComponent(text)}=1&id=${encodeURIComponent(text)}`,
        {
          method: 'POST',
          body: 'x',
          headers: { 'content-type': 'text/plain', 'nhsd-ers-file-name': 'a.txt' },
        },
      );
      assert.ok(reply.status >= 400 && reply.status < 500, `${reply.status} ${reply.text}`);
    }
    const foreign = await spine.call('INT', '/_localspine/ers/files?ubrn=000000070000', {
      method: 'POST',
      body: 'x',
      headers: { 'content-type': 'text/plain', 'nhsd-ers-file-name': 'a.txt', origin: 'https://evil.example' },
    });
    assert.equal(foreign.status, 403);
    assert.deepEqual(stored(), before);
  });
});

describe('uploads that are too big', { concurrency: false }, () => {
  /** Sends pieces until an answer comes; gives the answer's first line and how many bytes had been sent. */
  async function sendUntilAnswered(headers: readonly string[], most: number): Promise<{ answer: string; sent: number }> {
    const { baseUrl, caPath } = spine.environment('INT');
    const { hostname, port } = new URL(baseUrl);
    const piece = Buffer.alloc(64 * 1024, 'x');
    return new Promise((resolve, reject) => {
      let sent = 0;
      const socket = connect({ host: hostname, port: Number(port), ca: readFileSync(caPath) }, () => {
        socket.write(
          [
            'POST /referrals/FHIR/STU3/Binary HTTP/1.1',
            `Host: ${hostname}:${port}`,
            `Authorization: Bearer ${token}`,
            'NHSD-eRS-Business-Function: REFERRING_CLINICIAN',
            'NHSD-End-User-Organisation-ODS: R69',
            'NHSD-eRS-File-Name: endless.txt',
            'Content-Type: text/plain',
            ...headers,
            '\r\n',
          ].join('\r\n'),
        );
        const more = (): void => {
          if (socket.destroyed || sent >= most) return;
          sent += piece.length;
          socket.write(Buffer.concat([Buffer.from(`${piece.length.toString(16)}\r\n`), piece, Buffer.from('\r\n')]), () =>
            setImmediate(more),
          );
        };
        if (headers.some((each) => each.startsWith('Transfer-Encoding'))) more();
      });
      socket.once('data', (chunk) => {
        socket.destroy();
        resolve({ answer: chunk.toString().split('\r\n')[0] ?? '', sent });
      });
      socket.once('error', reject);
    });
  }

  test('one without end is refused while it is being sent; nothing of it is kept', { timeout: 60_000 }, async () => {
    const before = stored();
    const { answer, sent } = await sendUntilAnswered(['Transfer-Encoding: chunked'], 500 * 1024 * 1024);
    assert.match(answer, /^HTTP\/1\.1 422 /);
    assert.ok(sent < 100 * 1024 * 1024, `${sent} bytes were sent before the answer came`);
    assert.deepEqual(stored(), before);
  });

  test('one that announces its length is refused before a byte of it is sent', { timeout: 60_000 }, async () => {
    const { answer, sent } = await sendUntilAnswered(['Content-Length: 5242881'], 0);
    assert.match(answer, /^HTTP\/1\.1 422 /);
    assert.equal(sent, 0);
  });

  test('after all this the process is well', async () => {
    assert.equal((await spine.call('INT', '/_localspine/health')).status, 200);
    assert.doesNotMatch(spine.output, /unexpected failure|unhandled/i);
  });
});
