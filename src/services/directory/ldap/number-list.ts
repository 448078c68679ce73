/** Lists of numbers outside the JavaScript heap, that grow. */
export class NumberList {
  #items: Uint32Array | Float64Array;
  #length = 0;

  constructor(items: Uint32Array | Float64Array) {
    this.#items = items;
  }

  get length(): number {
    return this.#length;
  }

  at(index: number): number {
    return this.#items[index] ?? 0;
  }

  push(value: number): void {
    if (this.#length === this.#items.length) {
      const room = Math.ceil(this.#length * 1.5);
      const larger = this.#items instanceof Uint32Array ? new Uint32Array(room) : new Float64Array(room);
      larger.set(this.#items);
      this.#items = larger;
    }
    this.#items[this.#length] = value;
    this.#length += 1;
  }

  set(index: number, value: number): void {
    this.#items[index] = value;
  }
}

/** For whole numbers below 2³². */
export function wholeNumbers(): NumberList {
  return new NumberList(new Uint32Array(64));
}

/** For instants. */
export function instants(): NumberList {
  return new NumberList(new Float64Array(64));
}
