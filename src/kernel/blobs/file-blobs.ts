import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { Instant } from '../clock.ts';
import { LocalRefusal } from '../errors.ts';
import type { Random } from '../random.ts';
import { type BlobFacts, type BlobStore, BlobTooLarge } from './blobs.ts';

/** Bytes that are written, and read, at a time: a connection's pieces of 16 KiB would cost a system call each. */
const WRITE_SIZE = 256 * 1024;
const READ_SIZE = 256 * 1024;

/**
 * Objects as files named by the hash of their content: written under a temporary name, synced, then renamed, so that a name never
 * stands for half an object.
 */
export class FileBlobs implements BlobStore {
  readonly #folder: string;
  readonly #random: Random;

  constructor(folder: string, random: Random) {
    this.#folder = folder;
    this.#random = random;
  }

  async put(content: Readable, limit: number): Promise<BlobFacts> {
    await mkdir(this.#folder, { recursive: true });
    const temporary = join(this.#folder, `incoming-${this.#random.uuid()}`);
    const hash = createHash('sha256');
    const file = await open(temporary, 'wx');
    let size = 0;
    let pieces: Buffer[] = [];
    let waiting = 0;
    const flush = async (): Promise<void> => {
      if (waiting > 0) await file.writev(pieces);
      pieces = [];
      waiting = 0;
    };
    try {
      // Not destroyed when this stops reading: destroying a request's stream would cut the client off before it has the answer.
      for await (const chunk of content.iterator({ destroyOnReturn: false })) {
        const bytes: Buffer = Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk);
        size += bytes.length;
        if (size > limit) break;
        hash.update(bytes);
        pieces.push(bytes);
        waiting += bytes.length;
        if (waiting >= WRITE_SIZE) await flush();
      }
      if (size <= limit) {
        await flush();
        await file.sync();
      } else content.resume();
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    } finally {
      await file.close();
    }
    if (size > limit) {
      await rm(temporary, { force: true });
      throw new BlobTooLarge(limit);
    }
    const name = hash.digest('hex');
    const path = this.#path(name);
    await mkdir(join(path, '..'), { recursive: true });
    await rename(temporary, path);
    return { hash: name, size };
  }

  async open(hash: string, range?: { readonly start: number; readonly end: number }): Promise<Readable> {
    const path = this.#path(hash);
    await stat(path).catch(() => {
      throw new LocalRefusal(
        404,
        'blob_missing',
        `The stored object ${hash} is not there.`,
        'The data folder was changed by hand; reset the environment.',
      );
    });
    return createReadStream(path, { ...range, highWaterMark: READ_SIZE });
  }

  async head(hash: string, length: number): Promise<Buffer> {
    const file = await open(this.#path(hash));
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  }

  async remove(hash: string, before: Instant): Promise<void> {
    const path = this.#path(hash);
    const facts = await stat(path).catch(() => undefined);
    if (facts !== undefined && facts.mtimeMs < before) await rm(path, { force: true });
  }

  /** Only names that are hashes reach the file system. */
  #path(hash: string): string {
    if (!/^[0-9a-f]{64}$/.test(hash)) throw new TypeError(`not the hash of an object: ${hash}`);
    return join(this.#folder, hash.slice(0, 2), hash);
  }
}
