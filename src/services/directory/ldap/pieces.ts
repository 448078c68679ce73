/** Octets kept once, however often they are put in. What is in never goes, and keeps its position. */
import { wholeNumbers } from './number-list.ts';

export class Pieces {
  /** The octets of all pieces, one after the other; another buffer after it has grown, with the same octets at the same positions. */
  octets: Buffer = Buffer.allocUnsafeSlow(4_096);
  #used = 0;
  readonly #starts = wholeNumbers();
  /** Pieces by their hash, each number plus one, with open addressing: at most half of it is filled. */
  #table = new Uint32Array(256);

  /** Octets of all pieces. */
  get used(): number {
    return this.#used;
  }

  start(piece: number): number {
    return this.#starts.at(piece);
  }

  end(piece: number): number {
    return piece + 1 < this.#starts.length ? this.#starts.at(piece + 1) : this.#used;
  }

  /** The number of the piece of these octets: it is put in when it is not there yet. */
  keep(bytes: Uint8Array, start: number, end: number): number {
    let slot = hashOf(bytes, start, end) & (this.#table.length - 1);
    for (let found = this.#table[slot] ?? 0; found !== 0; found = this.#table[slot] ?? 0) {
      if (this.#same(found - 1, bytes, start, end)) return found - 1;
      slot = (slot + 1) & (this.#table.length - 1);
    }
    const piece = this.#starts.length;
    this.#append(bytes, start, end);
    this.#table[slot] = piece + 1;
    if (this.#starts.length * 2 > this.#table.length) this.#rehash();
    return piece;
  }

  #same(piece: number, bytes: Uint8Array, start: number, end: number): boolean {
    const first = this.start(piece);
    if (this.end(piece) - first !== end - start) return false;
    for (let index = end - start - 1; index >= 0; index -= 1) if (this.octets[first + index] !== bytes[start + index]) return false;
    return true;
  }

  #append(bytes: Uint8Array, start: number, end: number): void {
    const needed = this.#used + end - start;
    if (needed > this.octets.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(needed, Math.ceil(this.octets.length * 1.5)));
      larger.set(this.octets.subarray(0, this.#used));
      this.octets = larger;
    }
    this.octets.set(bytes.subarray(start, end), this.#used);
    this.#starts.push(this.#used);
    this.#used = needed;
  }

  #rehash(): void {
    this.#table = new Uint32Array(this.#table.length * 2);
    for (let piece = 0; piece < this.#starts.length; piece += 1) {
      let slot = hashOf(this.octets, this.start(piece), this.end(piece)) & (this.#table.length - 1);
      while (this.#table[slot] !== 0) slot = (slot + 1) & (this.#table.length - 1);
      this.#table[slot] = piece + 1;
    }
  }
}

/** FNV-1a. */
function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let index = start; index < end; index += 1) hash = Math.imul(hash ^ (bytes[index] ?? 0), 0x01000193);
  return hash ^ (hash >>> 15);
}
