import type { Readable } from 'node:stream';

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
   * Throws {@link BlobTooLarge} when it is longer than `limit` bytes; nothing is kept then and the stream has been read to its end.
   */
  put(content: Readable, limit: number): Promise<BlobFacts>;
  /** A stream of the content. Throws LocalRefusal 404 when there is no such object. */
  open(hash: string): Promise<Readable>;
  /** The first `length` bytes: enough to recognise a file type. */
  head(hash: string, length: number): Promise<Buffer>;
  remove(hash: string): Promise<void>;
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
