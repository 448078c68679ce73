import type { Readable } from 'node:stream';
import type { Instant } from '../clock.ts';

/** What is known of a stored object. */
export interface BlobFacts {
  /** SHA-256 of the content in hexadecimal; also its name. */
  readonly hash: string;
  readonly size: number;
}

/** Big bodies live here; rows keep name, length and hash (engineering.md §3 rule 6). */
export interface BlobStore {
  /**
   * Stores a stream, durably, under the hash of its content.
   * Throws {@link BlobTooLarge} as soon as it is longer than `limit` bytes; nothing is kept then, and the rest of the stream runs out
   * unread, so that a client in mid-upload sees the answer instead of a broken connection.
   */
  put(content: Readable, limit: number): Promise<BlobFacts>;
  /** A stream of the content, or of the bytes from `start` to `end`, both included. Throws LocalRefusal 404 when there is no such object. */
  open(hash: string, range?: { readonly start: number; readonly end: number }): Promise<Readable>;
  /** The first `length` bytes: enough to recognise a file type. */
  head(hash: string, length: number): Promise<Buffer>;
  /** Removes an object that was stored before `before` (real time): one that is being stored anew at this moment stays. */
  remove(hash: string, before: Instant): Promise<void>;
}

/** The body was longer than allowed. */
export class BlobTooLarge extends Error {
  readonly limit: number;
  constructor(limit: number) {
    super(`more than ${limit} bytes`);
    this.name = 'BlobTooLarge';
    this.limit = limit;
  }
}
