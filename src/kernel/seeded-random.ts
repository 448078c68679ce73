import { createHash } from 'node:crypto';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/**
 * Deterministic randomness for seed data: one stream per (seed, type, index), so that adding one kind of record does not shift
 * the others (applications.md §16.3).
 */
export class SeededRandom {
  readonly #seed: string;
  readonly #generator: ReturnType<typeof xoroshiro128plus>;

  constructor(seed: string) {
    this.#seed = seed;
    this.#generator = xoroshiro128plus(createHash('sha256').update(seed).digest().readInt32LE(0));
  }

  /** An independent stream for one record, e.g. `stream('patient', 17)`. */
  stream(type: string, index: number | string): SeededRandom {
    return new SeededRandom(`${this.#seed}/${type}/${index}`);
  }

  /** A whole number from `low` to `high`, both included. */
  int(low: number, high: number): number {
    const span = high - low + 1;
    return low + ((this.#generator.next() >>> 0) % span);
  }

  /** One of `items`. Throws RangeError when there are none. */
  pick<T>(items: readonly T[]): T {
    const item = items[this.int(0, items.length - 1)];
    if (item === undefined) throw new RangeError('pick from an empty list');
    return item;
  }

  /** True with probability `share` (0 to 1). */
  chance(share: number): boolean {
    return this.int(0, 999_999) < share * 1_000_000;
  }

  /** A UUID derived from the seed and a name (shape of version 4, same on every machine). */
  uuid(name: string): string {
    const hash = createHash('sha256').update(`${this.#seed}#${name}`).digest();
    hash.writeUInt8((hash.readUInt8(6) & 0x0f) | 0x40, 6);
    hash.writeUInt8((hash.readUInt8(8) & 0x3f) | 0x80, 8);
    const hex = hash.toString('hex', 0, 16);
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`;
  }
}
