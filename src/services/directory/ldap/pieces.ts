/** Octets kept once, however often they are put in. What is in stays where it is. */
import type { Span } from './entry.ts';
import { wholeNumbers } from './number-list.ts';

const SLAB = 1 << 20;

export class Pieces {
  readonly #slabs: Buffer[] = [];
  /** Octets in use of the last slab. */
  #filled = SLAB;
  #used = 0;
  readonly #slab = wholeNumbers();
  readonly #start = wholeNumbers();
  readonly #end = wholeNumbers();
  /** Pieces by their hash, each number plus one, with open addressing: at most half of it is filled. */
  #table = new Uint32Array(256);

  /** Octets of all pieces. */
  get used(): number {
    return this.#used;
  }

  span(piece: number): Span {
    return { octets: this.#slabs[this.#slab.at(piece)] ?? NOTHING, start: this.#start.at(piece), end: this.#end.at(piece) };
  }

  /** The number of the piece of these octets: it is put in when it is not there yet. */
  keep(bytes: Buffer): number {
    let slot = hashOf(bytes, 0, bytes.length) & (this.#table.length - 1);
    for (let found = this.#table[slot] ?? 0; found !== 0; found = this.#table[slot] ?? 0) {
      const { octets, start, end } = this.span(found - 1);
      if (end - start === bytes.length && bytes.compare(octets, start, end) === 0) return found - 1;
      slot = (slot + 1) & (this.#table.length - 1);
    }
    const piece = this.#append(bytes);
    this.#table[slot] = piece + 1;
    if (this.#start.length * 2 > this.#table.length) this.#enlarge();
    return piece;
  }

  #append(bytes: Buffer): number {
    let slab = this.#slabs.at(-1);
    if (slab === undefined || this.#filled + bytes.length > slab.length) {
      slab = Buffer.allocUnsafeSlow(Math.max(SLAB, bytes.length));
      this.#slabs.push(slab);
      this.#filled = 0;
    }
    slab.set(bytes, this.#filled);
    this.#slab.push(this.#slabs.length - 1);
    this.#start.push(this.#filled);
    this.#filled += bytes.length;
    this.#end.push(this.#filled);
    this.#used += bytes.length;
    return this.#start.length - 1;
  }

  #enlarge(): void {
    this.#table = new Uint32Array(this.#table.length * 2);
    for (let piece = 0; piece < this.#start.length; piece += 1) {
      const { octets, start, end } = this.span(piece);
      let slot = hashOf(octets, start, end) & (this.#table.length - 1);
      while (this.#table[slot] !== 0) slot = (slot + 1) & (this.#table.length - 1);
      this.#table[slot] = piece + 1;
    }
  }
}

const NOTHING = Buffer.alloc(0);

/** FNV-1a. */
function hashOf(bytes: Buffer, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let index = start; index < end; index += 1) hash = Math.imul(hash ^ (bytes[index] ?? 0), 0x01000193);
  return hash ^ (hash >>> 15);
}
