/**
 * The life of a file, over the wire: uploaded, scanned on the environment's clock, fetched through A006 and through the link of A042,
 * refused when it is a threat, too big or too late, and deleted when nobody links it.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { LocalSpine, type Reply } from '../helpers/localspine.ts';
import { createReferralBody, letterBody } from '../helpers/messages.ts';
import { type Application, location, makeKeyPair, type Role, Supplier } from '../helpers/supplier.ts';

const referrer: Role = { businessFunction: 'REFERRING_CLINICIAN', odsCode: 'R69' };
/** Has nothing to do with a referral that is shortlisted only. */
const stranger: Role = { businessFunction: 'SERVICE_PROVIDER_CLINICIAN', odsCode: 'R69' };
const SCAN_SECONDS = 300;
const DAY = 86_400;
const PDF = Buffer.from('%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n');
const EICAR = Buffer.from('X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*');

const spine = new LocalSpine({
  LOCALSPINE_ENVIRONMENTS: 'INT',
  LOCALSPINE_SCAN_SECONDS: String(SCAN_SECONDS),
  LOCALSPINE_UPLOAD_DAYS: '14',
});
const supplier = new Supplier(spine);
let app: Application;
let token: string;

before(async () => {
  await spine.start();
  app = await supplier.register({ accessMode: 'user-restricted', jwks: makeKeyPair().jwks });
  await signIn();
});
after(async () => {
  await spine.remove();
});

async function signIn(): Promise<void> {
  token = (await supplier.userToken(app, '021600556514')).json.access_token;
}

function codeOf(reply: Reply): string {
  return reply.json?.issue?.[0]?.details?.coding?.[0]?.code;
}

/** Moves the environment's clock on, and signs in again: access tokens age with it. */
async function moveClock(seconds: number): Promise<void> {
  const reply = await spine.admin('INT', '/clock', { method: 'PUT', body: { advance: `PT${seconds}S` } });
  assert.equal(reply.status, 200, reply.text);
  await signIn();
}

interface Upload {
  readonly name: string;
  readonly type: string;
  readonly content: Buffer;
}

async function refer(): Promise<{ ubrn: string; version: string }> {
  const reply = await supplier.ers(token, referrer, '/STU3/ReferralRequest/$ers.createReferral', { body: createReferralBody() });
  assert.equal(reply.status, 201, reply.text);
  return { ubrn: reply.json.id, version: reply.json.meta.versionId };
}

async function upload({ name, type, content }: Upload, ubrn?: string): Promise<string> {
  const reply = await supplier.ers(token, referrer, '/STU3/Binary', {
    method: 'POST',
    body: content,
    headers: {
      'content-type': type,
      'nhsd-ers-file-name': Buffer.from(name).toString('latin1'),
      ...(ubrn === undefined ? {} : { 'nhsd-ers-referral-id': ubrn }),
    },
  });
  assert.equal(reply.status, 201, reply.text);
  assert.equal(reply.text, '');
  return location(reply).replace('Binary/', '');
}

/** A file on a referral of its own. */
async function attached(file: Upload): Promise<{ id: string; ubrn: string }> {
  const { ubrn, version } = await refer();
  const id = await upload(file, ubrn);
  const reply = await supplier.ers(token, referrer, `/STU3/ReferralRequest/${ubrn}/$ers.maintainReferralLetter`, {
    headers: { 'if-match': `W/"${version}"` },
    body: letterBody(`Binary/${id}`, new Date().toISOString()),
  });
  assert.equal(reply.status, 200, reply.text);
  return { id, ubrn };
}

const a006 = (id: string, role = referrer): Promise<Reply> => supplier.ers(token, role, `/STU3/Binary/${id}`);
const a042 = (id: string, role = referrer): Promise<Reply> => supplier.ers(token, role, `/R4/Binary/${id}`);
const fetchLink = (link: string, headers: Record<string, string> = {}): Promise<Reply> => spine.call('INT', link, { headers });

/** Waits for the outbox: it looks for due work twice a second. */
async function scanned(id: string): Promise<Reply> {
  for (;;) {
    const reply = await a006(id);
    if (codeOf(reply) !== 'PENDING') return reply;
  }
}

describe('the scan', { concurrency: false }, () => {
  test('a file is refused while it is scanned, then handed out whole', async () => {
    const { id } = await attached({ name: 'letter.pdf', type: 'application/pdf', content: PDF });
    assert.deepEqual([(await a006(id)).status, codeOf(await a006(id))], [422, 'PENDING']);
    const pending = await a042(id);
    assert.deepEqual([pending.status, codeOf(pending)], [422, 'PENDING']);
    assert.equal(pending.json.issue[0].details.coding[0].system, 'https://fhir.nhs.uk/CodeSystem/ers-error-codes');
    assert.match(pending.json.issue[0].diagnostics, /Wait at least 5 minutes/);
    await moveClock(SCAN_SECONDS);
    const reply = await scanned(id);
    assert.equal(reply.status, 200, reply.text);
    assert.deepEqual(reply.bytes, PDF);
    assert.equal(reply.headers['content-type'], 'application/pdf');
    assert.equal(reply.headers['content-length'], String(PDF.length));
    assert.equal(reply.headers['content-disposition'], 'attachment; filename="letter.pdf"');
  });

  const verdicts: readonly (readonly [string, Upload, string])[] = [
    ['the anti-virus test file', { name: 'note.txt', type: 'text/plain', content: EICAR }, 'THREATS_FOUND'],
    [
      'the test file in the middle of another',
      { name: 'long.txt', type: 'text/plain', content: Buffer.concat([Buffer.alloc(200_000, 'x'), EICAR]) },
      'THREATS_FOUND',
    ],
    ['a name that says so', { name: 'eicar.pdf', type: 'application/pdf', content: PDF }, 'THREATS_FOUND'],
    ['content of another type', { name: 'scan.png', type: 'image/png', content: PDF }, 'VALIDATION_FAILED'],
  ];
  for (const [what, file, expected] of verdicts) {
    test(`${what}: ${expected}, in both versions and on the referral`, async () => {
      const { id, ubrn } = await attached(file);
      await moveClock(SCAN_SECONDS);
      assert.equal(codeOf(await scanned(id)), expected);
      const reply = await a042(id);
      assert.deepEqual([reply.status, codeOf(reply)], [422, expected]);
      const referral = await supplier.ers(token, referrer, `/STU3/ReferralRequest/${ubrn}`);
      assert.match(referral.text, new RegExp(`"code":"${expected}"`));
    });
  }
});

describe('the link of A042', { concurrency: false }, () => {
  let file: { id: string; ubrn: string };
  const name = 'Überweisung – Größe 9 – ελληνικά.pdf';
  const content = Buffer.concat([PDF, Buffer.alloc(70_000, 'x')]);

  before(async () => {
    file = await attached({ name, type: 'application/pdf', content });
    await moveClock(SCAN_SECONDS);
    assert.equal((await scanned(file.id)).status, 200);
  });

  test('leads to the file without any header, with the name in both encodings', async () => {
    const redirect = await a042(file.id);
    assert.equal(redirect.status, 307, redirect.text);
    assert.equal(redirect.text, '');
    assert.ok(redirect.headers['x-request-id'] && redirect.headers['x-correlation-id']);
    const link = location(redirect);
    assert.match(
      link,
      /^https:\/\/localhost:\d+\/object-store\/Int1\/[0-9a-f-]{36}\?X-Amz-Date=\d{8}T\d{6}Z&X-Amz-Expires=60&X-Amz-Signature=[0-9a-f]{64}$/,
    );
    const reply = await fetchLink(link);
    assert.equal(reply.status, 200);
    assert.deepEqual(reply.bytes, content);
    assert.equal(reply.headers['content-type'], 'application/pdf');
    const disposition = reply.headers['content-disposition'] ?? '';
    const [, encoded = ''] = /filename\*=UTF-8''([^;]+)/.exec(disposition) ?? [];
    assert.equal(decodeURIComponent(encoded), name);
    const words = [...disposition.matchAll(/=\?UTF-8\?B\?([^?]+)\?=/g)].map(([word, text = '']) => {
      assert.ok(word.length <= 75, word);
      return Buffer.from(text, 'base64').toString('utf8');
    });
    assert.equal(words.join(''), name);
  });

  test('serves ranges, and says when one lies outside', async () => {
    const link = location(await a042(file.id));
    const middle = await fetchLink(link, { range: 'bytes=10-19' });
    assert.deepEqual([middle.status, middle.headers['content-range']], [206, `bytes 10-19/${content.length}`]);
    assert.deepEqual(middle.bytes, content.subarray(10, 20));
    const rest = await fetchLink(link, { range: `bytes=${content.length - 5}-` });
    assert.deepEqual(rest.bytes, content.subarray(-5));
    const tail = await fetchLink(link, { range: 'bytes=-7', 'if-range': rest.headers['etag'] ?? '' });
    assert.deepEqual(tail.bytes, content.subarray(-7));
    assert.equal((await fetchLink(link, { range: 'bytes=0-1', 'if-range': '"another"' })).status, 200);
    const outside = await fetchLink(link, { range: `bytes=${content.length}-` });
    assert.deepEqual([outside.status, outside.headers['content-range']], [416, `bytes */${content.length}`]);
    assert.match(outside.text, /<Code>InvalidRange<\/Code>/);
  });

  test('is refused once it was changed: 403 in XML', async () => {
    const link = location(await a042(file.id));
    const last = link.at(-1) === '0' ? '1' : '0';
    for (const changed of [link.slice(0, -1) + last, link.replace('Expires=60', 'Expires=6000'), link.replace('Int1', 'Int2')]) {
      const reply = await fetchLink(changed);
      assert.equal(reply.status, 403);
      assert.equal(reply.headers['content-type'], 'application/xml');
      assert.match(reply.text, /^<\?xml version="1.0" encoding="UTF-8"\?>\n<Error><Code>SignatureDoesNotMatch<\/Code>/);
    }
    const bare = await fetchLink(link.split('?')[0] ?? '');
    assert.match(bare.text, /<Code>AccessDenied<\/Code><Message>Access Denied<\/Message>/);
  });

  test('holds for a minute of the environment’s clock', async () => {
    const link = location(await a042(file.id));
    await moveClock(61);
    const reply = await fetchLink(link);
    assert.equal(reply.status, 403);
    assert.match(reply.text, /<Code>AccessDenied<\/Code><Message>Request has expired<\/Message><X-Amz-Expires>60<\/X-Amz-Expires>/);
    assert.equal((await fetchLink(location(await a042(file.id)))).status, 200);
  });

  test('is given to nobody without a relationship', async () => {
    const loose = await upload({ name: 'loose.pdf', type: 'application/pdf', content: PDF });
    for (const reply of [await a042(file.id, stranger), await a042(loose)])
      assert.deepEqual([reply.status, codeOf(reply)], [403, 'NO_RELATIONSHIP'], reply.text);
    assert.deepEqual([(await a006(loose)).status, codeOf(await a006(loose))], [422, 'NO_RELATIONSHIP']);
  });

  test('ids: malformed 400, unknown 404, the older form is understood', async () => {
    for (const id of ['nonsense', '19eb7224-dff3-1730-a5cb-67eac811f1a5', 'att-1', '%00', 'att-1-1x']) {
      const reply = await a042(id);
      assert.deepEqual([reply.status, codeOf(reply)], [400, 'REC_BAD_REQUEST'], id);
    }
    for (const id of ['00000000-0000-4000-8000-000000000000', 'att-70000-70001']) {
      const reply = await a042(id);
      assert.deepEqual([reply.status, codeOf(reply)], [404, 'REC_NOT_FOUND'], id);
    }
  });
});

describe('size and clean-up', { concurrency: false }, () => {
  test('an upload above 5 242 880 bytes, or of none, is refused', async () => {
    for (const content of [Buffer.alloc(5_242_881, 'x'), Buffer.alloc(0)]) {
      const reply = await supplier.ers(token, referrer, '/STU3/Binary', {
        method: 'POST',
        body: content,
        headers: { 'content-type': 'text/plain', 'nhsd-ers-file-name': 'a.txt' },
      });
      assert.deepEqual([reply.status, codeOf(reply)], [422, 'FILE_SIZE_ERROR']);
    }
  });

  test('an older, bigger file: too big for A006, whole through A042', { timeout: 60_000 }, async () => {
    const { ubrn } = await refer();
    const big = Buffer.alloc(20 * 1024 * 1024, 'localspine ');
    const put = await spine.call('INT', `/_localspine/ers/files?ubrn=${ubrn}&id=att-90000-90001&description=Older`, {
      method: 'POST',
      body: big,
      headers: { 'content-type': 'text/html', 'nhsd-ers-file-name': 'older.html' },
    });
    assert.equal(put.status, 201, put.text);
    assert.deepEqual(
      [put.json.fileId, put.json.size, put.json.sha256],
      ['att-90000-90001', big.length, createHash('sha256').update(big).digest('hex')],
    );
    const referral = await supplier.ers(token, referrer, `/STU3/ReferralRequest/${ubrn}`);
    assert.equal(referral.headers['etag'], `W/"${put.json.version}"`);
    assert.match(referral.text, /Binary\/att-90000-90001/);
    assert.equal(codeOf(await a006('att-90000-90001')), 'FILE_SIZE_ERROR');
    const reply = await fetchLink(location(await a042('att-90000-90001')));
    assert.equal(reply.status, 200);
    assert.ok(reply.bytes.equals(big));
    assert.equal(reply.headers['content-type'], 'text/html');
    assert.equal(reply.headers['x-content-type-options'], 'nosniff');
  });

  test('an upload that nobody links is deleted after its days; linked ones stay', { timeout: 60_000 }, async () => {
    const kept = await attached({ name: 'kept.txt', type: 'text/plain', content: Buffer.from('kept') });
    const loose = await upload({ name: 'loose.txt', type: 'text/plain', content: Buffer.from('loose') });
    assert.equal((await a006(loose)).status, 422);
    await moveClock(15 * DAY + SCAN_SECONDS);
    while ((await a006(loose)).status !== 404);
    assert.equal((await scanned(kept.id)).status, 200);
  });
});
