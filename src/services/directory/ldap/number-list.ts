/**
 * Lists of numbers outside the JavaScript heap, that grow by blocks: nothing is copied, and nothing is left behind for the allocator to keep.
 */
const BITS = 13;
const BLOCK = 1 << BITS;

type Numbers = Uint32Array | Float64Array;

export class NumberList {
  readonly #blocks: Numbers[] = [];
  readonly #newBlock: () => Numbers;
  #length = 0;

  constructor(newBlock: () => Numbers) {
    this.#newBlock = newBlock;
  }

  get length(): number {
    return this.#length;
  }

  at(index: number): number {
    return this.#blocks[index >>> BITS]?.[index & (BLOCK - 1)] ?? 0;
  }

  push(value: number): void {
    if (this.#length === this.#blocks.length * BLOCK) this.#blocks.push(this.#newBlock());
    this.#length += 1;
    this.set(this.#length - 1, value);
  }

  set(index: number, value: number): void {
    const block = this.#blocks[index >>> BITS];
    if (block !== undefined) block[index & (BLOCK - 1)] = value;
  }
}

/** For whole numbers below 2³². */
export function wholeNumbers(): NumberList {
  return new NumberList(() => new Uint32Array(BLOCK));
}

/** For instants. */
export function instants(): NumberList {
  return new NumberList(() => new Float64Array(BLOCK));
}
