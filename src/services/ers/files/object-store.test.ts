import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import fc from 'fast-check';
import { createSealer } from '../../../kernel/sealer.ts';
import { THREAT_MARK } from './file-types.ts';
import { checkLink, LINK_SECONDS, ObjectStoreRefusal, refusalXml, requestedRange, signedLink } from './object-store.ts';
import { scanContent } from './scan-file.ts';

const NOW = Date.parse('2026-11-24T09:00:00Z');
const place = { instance: 'Int1', fileId: '719f6045-e791-4029-8e0f-1201c02b0a55' };
const sealer = createSealer('a seal key of a test');

function verdict(link: string, at: number, key = sealer): string {
  const { pathname, search } = new URL(link, 'https://localhost');
  const [, , instance = '', fileId = ''] = pathname.split('/');
  try {
    checkLink(key, { instance, fileId }, new URLSearchParams(search), at);
    return 'ok';
  } catch (error) {
    assert.ok(error instanceof ObjectStoreRefusal, String(error));
    return `${error.status} ${error.code}: ${error.message.slice(0, 19)}`;
  }
}

test('a link holds for its time and not a moment longer', () => {
  const link = signedLink(sealer, place, NOW);
  assert.match(
    link,
    /^\/object-store\/Int1\/719f6045-[0-9a-f-]+\?X-Amz-Date=20261124T090000Z&X-Amz-Expires=60&X-Amz-Signature=[0-9a-f]{64}$/,
  );
  assert.equal(verdict(link, NOW), 'ok');
  assert.equal(verdict(link, NOW + LINK_SECONDS * 1000 - 1), 'ok');
  assert.equal(verdict(link, NOW + LINK_SECONDS * 1000), '403 AccessDenied: Request has expired');
});

test('a link of another environment is refused', () => {
  assert.match(verdict(signedLink(createSealer('the key of another one'), place, NOW), NOW), /^403 SignatureDoesNotMatch/);
});

test('no change to a link goes unnoticed', () => {
  const link = signedLink(sealer, place, NOW);
  const first = link.indexOf('Int1');
  fc.assert(
    fc.property(fc.integer({ min: first, max: link.length - 1 }), fc.constantFrom(...'0123456789abcdefZ'), (at, character) => {
      const changed = link.slice(0, at) + character + link.slice(at + 1);
      fc.pre(changed !== link);
      assert.notEqual(verdict(changed, NOW), 'ok');
    }),
  );
});

const ranges: readonly (readonly [string | undefined, string])[] = [
  [undefined, 'all'],
  ['bytes=0-0', '0-0'],
  ['bytes=2-', '2-9'],
  ['bytes=-3', '7-9'],
  ['bytes=-30', '0-9'],
  ['bytes=5-99', '5-9'],
  ['bytes=0-1,3-4', 'all'],
  ['bytes=4-2', 'all'],
  ['lines=1-2', 'all'],
  ['bytes=-', 'all'],
  ['bytes=10-', '416'],
  ['bytes=-0', '416'],
];
for (const [header, expected] of ranges) {
  test(`Range ${header ?? '(none)'} of ten bytes: ${expected}`, () => {
    try {
      const range = requestedRange(header, 10);
      assert.equal(range === undefined ? 'all' : `${range.start}-${range.end}`, expected);
    } catch (error) {
      assert.ok(error instanceof ObjectStoreRefusal);
      assert.equal(String(error.status), expected);
    }
  });
}

test('a range is always inside the file', () => {
  fc.assert(
    fc.property(fc.string(), fc.nat(), fc.nat(), fc.nat({ max: 1_000 }), (text, first, last, size) => {
      for (const header of [text, `bytes=${first}-${last}`, `bytes=-${last}`, `bytes=${first}-`]) {
        try {
          const range = requestedRange(header, size);
          if (range !== undefined) assert.ok(range.start >= 0 && range.start <= range.end && range.end < size);
        } catch (error) {
          assert.ok(error instanceof ObjectStoreRefusal && error.status === 416);
        }
      }
    }),
  );
});

test('a refusal in XML cannot be broken by what the client sent', () => {
  const refusal = new ObjectStoreRefusal(
    404,
    'NoSuchKey',
    'The key does not exist.',
    { check: 'x', why: 'x' },
    { Key: '</Key><x a="&">\u0000' },
  );
  assert.match(refusalXml(refusal, 'id'), /<Key>&lt;\/Key&gt;&lt;x a=&quot;&amp;&quot;&gt;\?<\/Key><RequestId>id<\/RequestId><\/Error>$/);
});

test('the mark of a threat is found wherever the pieces of a file are cut', async () => {
  const content = Buffer.concat([Buffer.alloc(700, 'x'), Buffer.from(THREAT_MARK), Buffer.alloc(50, 'y')]);
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(fc.integer({ min: 1, max: content.length - 1 }), { maxLength: 20 }), async (cuts) => {
      const places = [0, ...cuts.sort((a, b) => a - b), content.length];
      const pieces = places.slice(1).map((end, index) => content.subarray(places[index], end));
      const seen = await scanContent(Readable.from(pieces));
      assert.equal(seen.threat, true);
      assert.deepEqual(seen.head, content.subarray(0, 512));
    }),
  );
  assert.equal((await scanContent(Readable.from([Buffer.from(THREAT_MARK.slice(1))]))).threat, false);
});
