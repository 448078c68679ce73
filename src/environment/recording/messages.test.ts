/** A streamed body passes as it is; what is kept of it is text where it is text, and is written however the stream ends. */
import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { describe, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { BODY_CAP, type KeptBody, keepBody, watchStream } from './messages.ts';

interface Watched {
  readonly source: Readable;
  readonly body: Readable;
  readonly kept: readonly KeptBody[];
}

function watched(pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Watched {
  const source = Readable.from(pieces, { objectMode: false });
  const kept: KeptBody[] = [];
  const body = watchStream(source, async (each) => {
    kept.push(each);
  });
  return { source, body, kept };
}

/** Not `once` of events: that would hear errors as well, and nobody else does. */
async function closed(source: Readable): Promise<void> {
  if (!source.closed) await new Promise((resolve) => source.on('close', resolve));
}

/** As {@link watched}, read to its end. */
async function keptOf(...pieces: readonly Uint8Array[]): Promise<KeptBody> {
  const { body, kept } = watched(pieces);
  assert.deepEqual(await buffer(body), Buffer.concat(pieces));
  assert.equal(kept.length, 1);
  return kept[0] ?? assert.fail();
}

describe('a body that is streamed to its end', () => {
  test('is kept as one that is known whole, for characters of every length across the cap and any pieces', async () => {
    for (const character of ['a', 'é', '€', '😀'])
      for (let shift = 0; shift < 4; shift += 1) {
        const bytes = Buffer.from('x'.repeat(BODY_CAP - 4 + shift) + character.repeat(4));
        const { masked: _, ...whole } = keepBody(bytes);
        assert.deepEqual(await keptOf(bytes), whole, `${character} ${shift}`);
        assert.deepEqual(await keptOf(bytes.subarray(0, BODY_CAP), bytes.subarray(BODY_CAP)), whole, `${character} ${shift}, in two`);
        assert.equal('encoding' in whole, false);
      }
  });

  test('is kept the same in whatever pieces it comes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ minLength: 1, maxLength: 9 }), { maxLength: 8 }), async (pieces) => {
        const bytes = Buffer.concat(pieces);
        const { body = '', encoding, sha256 } = await keptOf(...pieces);
        assert.deepEqual(Buffer.from(body, encoding ?? 'utf8'), bytes);
        assert.equal(sha256, hash('sha256', bytes));
      }),
    );
  });

  test('is no text for ending in the middle of a character, or for a byte that no text has', async () => {
    assert.equal((await keptOf(Buffer.from('é').subarray(0, 1))).encoding, 'base64');
    const { encoding, body, cut } = await keptOf(Buffer.alloc(BODY_CAP + 10, 0xff));
    assert.deepEqual([encoding, cut, Buffer.from(body ?? '', 'base64').length], ['base64', true, BODY_CAP]);
  });

  test('goes out with its last piece only once it is written', async () => {
    const gate = Promise.withResolvers<void>();
    const body = watchStream(Readable.from([Buffer.from('first'), Buffer.from('last')], { objectMode: false }), () => gate.promise);
    const pieces = body[Symbol.asyncIterator]();
    assert.equal(String((await pieces.next()).value), 'first');
    let isOut = false;
    const last = pieces.next().finally(() => {
      isOut = true;
    });
    for (let turn = 0; turn < 10; turn += 1) await setImmediate();
    assert.equal(isOut, false);
    gate.resolve();
    assert.equal(String((await last).value), 'last');
    assert.equal((await pieces.next()).done, true);
  });
});

describe('a body whose stream ends early', () => {
  test('is written, and its source ended, though nobody had begun to read', async () => {
    const { source, body, kept } = watched([Buffer.from('never sent')]);
    body.destroy();
    await closed(source);
    assert.equal(kept.length, 1);
    assert.equal(kept[0]?.unfinished, true);
  });

  test('is written once, as far as it came, when whoever reads goes away', async () => {
    const endless = (function* () {
      for (;;) yield Buffer.from('piece');
    })();
    const { source, body, kept } = watched(endless);
    for await (const _ of body) break;
    await closed(source);
    assert.deepEqual([source.destroyed, kept.length, kept[0]?.unfinished], [true, 1, true]);
  });

  test('is text where it breaks off in the middle of a character', async () => {
    const { body, kept } = watched(
      (async function* () {
        yield Buffer.from('caf\u00e9').subarray(0, 4);
        throw new Error('the disk is gone');
      })(),
    );
    await assert.rejects(buffer(body), /the disk is gone/);
    const { sha256: _, ...rest } = kept[0] ?? assert.fail();
    assert.deepEqual(rest, { body: 'caf', bytes: 4, cut: true, unfinished: true });
  });
});
