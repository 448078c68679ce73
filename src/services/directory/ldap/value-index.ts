/** Which rows have a value: by hash, so that no value is kept twice. What is found may be too much, never too little: each row is looked at. */
export class ValueIndex {
  /** One row or several, in the order in which they came. */
  readonly #rows = new Map<number, number | number[]>();

  /** Rows that may have a value. What is given changes with the index: copy it to keep it. */
  with(value: string): readonly number[] {
    const found = this.#rows.get(hashOf(value));
    return found === undefined ? NONE : typeof found === 'number' ? [found] : found;
  }

  /** Adds a row with what it says. */
  add(row: number, values: readonly string[]): void {
    for (const hash of hashesOf(values)) this.#add(hash, row);
  }

  /** Takes a row out. */
  remove(row: number, values: readonly string[]): void {
    for (const hash of hashesOf(values)) this.#remove(hash, row);
  }

  /** Puts a row in the place of another where both say the same, and moves it elsewhere. */
  replace(before: number, was: readonly string[], row: number, is: readonly string[]): void {
    const old = new Set(hashesOf(was));
    const now = new Set(hashesOf(is));
    for (const hash of old) if (!now.has(hash)) this.#remove(hash, before);
    for (const hash of now) {
      if (old.has(hash)) this.#replace(hash, before, row);
      else this.#add(hash, row);
    }
  }

  #add(hash: number, row: number): void {
    const found = this.#rows.get(hash);
    if (found === undefined) this.#rows.set(hash, row);
    else if (typeof found === 'number') this.#rows.set(hash, [found, row]);
    else found.push(row);
  }

  #replace(hash: number, before: number, row: number): void {
    const found = this.#rows.get(hash);
    if (typeof found === 'object') found[found.indexOf(before)] = row;
    else this.#rows.set(hash, row);
  }

  #remove(hash: number, row: number): void {
    const found = this.#rows.get(hash);
    if (typeof found === 'object' && found.length > 1) found.splice(found.indexOf(row), 1);
    else this.#rows.delete(hash);
  }
}

const NONE: readonly number[] = [];

/** The hashes of some values, each once. */
function hashesOf(values: readonly string[]): Iterable<number> {
  return values.length < 2 ? values.map(hashOf) : new Set(values.map(hashOf));
}

/** FNV-1a over code units, as a small integer. */
function hashOf(value: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < value.length; index += 1) hash = Math.imul(hash ^ value.charCodeAt(index), 0x01000193);
  return (hash ^ (hash >>> 15)) | 0;
}
