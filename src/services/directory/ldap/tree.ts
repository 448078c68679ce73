/** The entries there are: found by name, by place and by value. Knows nothing of the network or the store. */
import type { Entry } from './entry.ts';
import { storedValues } from './entry.ts';
import { type Normaliser, normaliser } from './matching.ts';
import { type AttributeType, requireType } from './schema.ts';

/** Types whose values are kept ready for equality searches: those that clients look systems, organisations and people up by (sds.md §5). */
export const INDEXED = [
  'objectClass',
  'uniqueIdentifier',
  'nhsIDCode',
  'nhsMHSPartyKey',
  'nhsAsSvcIA',
  'nhsMhsSvcIA',
  'nhsMhsCPAId',
  'uid',
  'o',
  'postalCode',
  'nhsJobRoleCode',
  'changenumber',
];

/** Entries with a value: one, or several in the order in which they came. */
type Posting = Entry | Entry[];

interface Index {
  readonly type: AttributeType;
  readonly normalise: Normaliser;
  readonly postings: Map<string, Posting>;
}

const NONE: readonly Entry[] = [];
const OBJECT_CLASS_TYPE = requireType('objectClass');
const OBJECT_CLASS = OBJECT_CLASS_TYPE.id;

export class DirectoryTree {
  readonly #byKey = new Map<string, Entry>();
  /** How many entries are one level below a name. */
  readonly #children = new Map<string, number>();
  readonly #indexes = new Map<number, Index>();
  #all: readonly Entry[] | undefined;

  constructor(indexed: readonly string[] = INDEXED) {
    for (const name of indexed) {
      const type = requireType(name);
      const normalise = normaliser(type.equality);
      if (normalise === undefined) throw new Error(`${name} cannot be indexed: it has no equality rule`);
      this.#indexes.set(type.id, { type, normalise, postings: new Map() });
    }
  }

  get size(): number {
    return this.#byKey.size;
  }

  get(key: string): Entry | undefined {
    return this.#byKey.get(key);
  }

  childrenOf(key: string): number {
    return this.#children.get(key) ?? 0;
  }

  /** Every entry, in the order in which they came. The list is a copy that stays as it is. */
  all(): readonly Entry[] {
    this.#all ??= [...this.#byKey.values()];
    return this.#all;
  }

  /** Puts an entry in, or in the place of the one of that name. */
  put(entry: Entry): void {
    const before = this.#byKey.get(entry.key);
    this.#byKey.set(entry.key, entry);
    this.#all = undefined;
    if (before === undefined) this.#count(entry.key, 1);
    for (const index of this.#indexes.values()) {
      const was = before === undefined ? NONE_OF : valuesIn(index, before);
      const is = valuesIn(index, entry);
      for (const value of was) if (!is.has(value) && before !== undefined) remove(index.postings, value, before);
      for (const value of is) {
        if (before !== undefined && was.has(value)) replace(index.postings, value, before, entry);
        else add(index.postings, value, entry);
      }
    }
  }

  remove(key: string): void {
    const entry = this.#byKey.get(key);
    if (entry === undefined) return;
    this.#byKey.delete(key);
    this.#all = undefined;
    this.#count(key, -1);
    for (const index of this.#indexes.values()) for (const value of valuesIn(index, entry)) remove(index.postings, value, entry);
  }

  /** Whether equality on a type can be answered by {@link withValue}. */
  isIndexed(type: AttributeType): boolean {
    return this.#indexes.has(type.id);
  }

  /** Entries with a value, brought to the form of the type's equality rule. What is given changes with the tree: copy it to keep it. */
  withValue(type: AttributeType, value: string): readonly Entry[] {
    const found = this.#indexes.get(type.id)?.postings.get(value);
    return found === undefined ? NONE : Array.isArray(found) ? found : [found];
  }

  /** Entries of a class (name in lower case) or of one below it. */
  withClass(name: string): readonly Entry[] {
    return this.withValue(OBJECT_CLASS_TYPE, name);
  }

  #count(key: string, by: number): void {
    const above = parentKey(key);
    if (above === undefined) return;
    const count = this.childrenOf(above) + by;
    if (count === 0) this.#children.delete(above);
    else this.#children.set(above, count);
  }
}

/** The name one level up; undefined for a name of one part. */
export function parentKey(key: string): string | undefined {
  for (let index = 0; index < key.length; index += 1) {
    if (key[index] === '\\') index += 1;
    else if (key[index] === ',') return key.slice(index + 1);
  }
  return undefined;
}

const NONE_OF: ReadonlySet<string> = new Set();

function valuesIn(index: Index, entry: Entry): ReadonlySet<string> {
  if (index.type.id === OBJECT_CLASS) return entry.classes;
  if (!entry.types.includes(index.type.id)) return NONE_OF;
  return new Set(storedValues(entry, index.type).flatMap((value) => index.normalise(value) ?? []));
}

function add(postings: Map<string, Posting>, value: string, entry: Entry): void {
  const found = postings.get(value);
  if (found === undefined) postings.set(value, entry);
  else if (Array.isArray(found)) found.push(entry);
  else postings.set(value, [found, entry]);
}

function replace(postings: Map<string, Posting>, value: string, before: Entry, after: Entry): void {
  const found = postings.get(value);
  if (!Array.isArray(found)) {
    postings.set(value, after);
    return;
  }
  found[found.indexOf(before)] = after;
}

function remove(postings: Map<string, Posting>, value: string, entry: Entry): void {
  const found = postings.get(value);
  if (!Array.isArray(found) || found.length === 1) {
    postings.delete(value);
    return;
  }
  found.splice(found.indexOf(entry), 1);
}
