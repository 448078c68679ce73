import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { test } from 'node:test';
import { systemTime } from '../clock.ts';
import { LocalRefusal } from '../errors.ts';
import { secureRandom } from '../random.ts';
import { BlobTooLarge } from './blobs.ts';
import { FileBlobs } from './file-blobs.ts';

function fresh(): { readonly blobs: FileBlobs; readonly folder: string } {
  const folder = mkdtempSync(join(tmpdir(), 'localspine-blobs-'));
  return { blobs: new FileBlobs(folder, secureRandom), folder };
}

test('content in pieces of any size comes back whole, and in ranges', async () => {
  const { blobs } = fresh();
  const content = Buffer.alloc(700_001, 'localspine');
  const pieces = [content.subarray(0, 1), content.subarray(1, 300_000), content.subarray(300_000, 300_007), content.subarray(300_007)];
  const facts = await blobs.put(Readable.from(pieces), content.length);
  assert.deepEqual(facts, { hash: createHash('sha256').update(content).digest('hex'), size: content.length });
  assert.ok((await buffer(await blobs.open(facts.hash))).equals(content));
  assert.ok((await buffer(await blobs.open(facts.hash, { start: 5, end: 500_000 }))).equals(content.subarray(5, 500_001)));
  assert.equal((await blobs.head(facts.hash, 4)).toString(), 'loca');
});

test('what is too large is refused at once, and leaves nothing behind', async () => {
  const { blobs, folder } = fresh();
  let given = 0;
  // A sender that falls silent without ever coming to an end.
  const endless = new Readable({
    read() {
      given += 1;
      if (given <= 20) this.push(Buffer.alloc(1_000));
    },
  });
  await assert.rejects(blobs.put(endless, 5_000), BlobTooLarge);
  assert.equal(endless.destroyed, false, 'the sender is not cut off');
  assert.deepEqual(readdirSync(folder), []);
});

test('what was stored a moment ago is not removed by a clean-up that began before', async () => {
  const { blobs } = fresh();
  const { hash } = await blobs.put(Readable.from([Buffer.from('x')]), 1);
  const now = systemTime.now();
  await blobs.remove(hash, now - 60_000);
  assert.equal((await buffer(await blobs.open(hash))).toString(), 'x');
  await blobs.remove(hash, now + 60_000);
  await blobs.remove(hash, now + 60_000);
  await assert.rejects(blobs.open(hash), LocalRefusal);
});
