/** The entries there are: found by name, by place and by value. Knows nothing of the network or the store. */
import type { AttributeList, Entry, Provenance } from './entry.ts';
import { EntryStore, splitName } from './entry-store.ts';
import { type Normaliser, normaliser } from './matching.ts';
import { wholeNumbers } from './number-list.ts';
import { type AttributeType, requireType } from './schema.ts';
import { ValueIndex } from './value-index.ts';

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

interface Index {
  readonly type: AttributeType;
  readonly normalise: Normaliser;
  readonly values: ValueIndex;
}

const OBJECT_CLASS = requireType('objectClass');
const NOTHING: readonly string[] = [];
/** Stands in {@link DirectoryTree} where an entry was. */
const GONE = 0xffff_ffff;
/** Rows of entries that are no more: with more than these, and than there are entries, all are copied without them. */
const WASTE = 4_096;

export class DirectoryTree {
  readonly #indexed: readonly string[];
  #entries = new EntryStore();
  #byKey = new ValueIndex();
  #indexes: readonly Index[] = [];
  /** Rows in the order in which their names came, and for each row its place there. */
  #order = wholeNumbers();
  #placeInOrder = wholeNumbers();
  #size = 0;
  /** How many entries are one level below a name. */
  readonly #children = new Map<string, number>();
  #all: readonly number[] | undefined;

  constructor(indexed: readonly string[] = INDEXED) {
    this.#indexed = indexed;
    this.#begin();
  }

  get size(): number {
    return this.#size;
  }

  /** What rows are rows of: another store after very many changes. One that a search holds stays as it is. */
  get entries(): EntryStore {
    return this.#entries;
  }

  /** The entry of a name in the form in which names are compared. */
  get(key: string): Entry | undefined {
    for (const row of this.#byKey.with(key)) {
      const entry = this.#entries.entry(row);
      if (entry.key === key) return entry;
    }
    return undefined;
  }

  childrenOf(key: string): number {
    return this.#children.get(key) ?? 0;
  }

  /** Rows of every entry, in the order in which they came. The list is a copy that stays as it is. */
  all(): readonly number[] {
    this.#all ??= this.#liveRows();
    return this.#all;
  }

  /** Puts an entry in, or in the place of the one of that name. */
  put(dn: string, key: string, attributes: AttributeList, provenance: Provenance): void {
    const before = this.get(key);
    this.#enter(this.#entries.add(dn, key, attributes, provenance), before);
    if (before === undefined) this.#count(key, 1);
    if (this.#entries.length > 2 * this.#size + WASTE) this.#copy();
  }

  remove(key: string): void {
    const entry = this.get(key);
    if (entry === undefined) return;
    this.#all = undefined;
    this.#size -= 1;
    this.#count(key, -1);
    this.#order.set(this.#placeInOrder.at(entry.row), GONE);
    this.#byKey.remove(entry.row, [key]);
    for (const index of this.#indexes) index.values.remove(entry.row, valuesIn(index, entry));
  }

  /** Whether equality on a type can be answered by {@link withValue}. */
  isIndexed(type: AttributeType): boolean {
    return this.#indexes.some((index) => index.type.id === type.id);
  }

  /**
   * Rows of entries that may have a value, brought to the form of the type's equality rule: all that have it, seldom one that has not.
   * What is given changes with the tree: copy it to keep it.
   */
  withValue(type: AttributeType, value: string): readonly number[] {
    return this.#indexes.find((index) => index.type.id === type.id)?.values.with(value) ?? [];
  }

  /** Rows of entries of a class (name in lower case) or of one below it, as {@link withValue}. */
  withClass(name: string): readonly number[] {
    return this.withValue(OBJECT_CLASS, name);
  }

  #begin(): void {
    this.#entries = new EntryStore();
    this.#byKey = new ValueIndex();
    this.#order = wholeNumbers();
    this.#placeInOrder = wholeNumbers();
    this.#all = undefined;
    this.#size = 0;
    this.#indexes = this.#indexed.map((name) => {
      const type = requireType(name);
      const normalise = normaliser(type.equality);
      if (normalise === undefined) throw new Error(`${name} cannot be indexed: it has no equality rule`);
      return { type, normalise, values: new ValueIndex() };
    });
  }

  #enter(row: number, before: Entry | undefined): void {
    const entry = this.#entries.entry(row);
    const { key } = entry;
    this.#all = undefined;
    if (before === undefined) {
      this.#size += 1;
      this.#placeInOrder.push(this.#order.length);
      this.#order.push(row);
      this.#byKey.add(row, [key]);
      for (const index of this.#indexes) index.values.add(row, valuesIn(index, entry));
      return;
    }
    const place = this.#placeInOrder.at(before.row);
    this.#placeInOrder.push(place);
    this.#order.set(place, row);
    this.#byKey.replace(before.row, [key], row, [key]);
    for (const index of this.#indexes) index.values.replace(before.row, valuesIn(index, before), row, valuesIn(index, entry));
  }

  /** Begins anew with the entries there are. */
  #copy(): void {
    const old = this.#entries;
    const rows = this.all();
    this.#begin();
    for (const row of rows) this.#enter(this.#entries.adopt(old.entry(row)), undefined);
  }

  #liveRows(): number[] {
    const rows: number[] = [];
    for (let place = 0; place < this.#order.length; place += 1) {
      const row = this.#order.at(place);
      if (row !== GONE) rows.push(row);
    }
    return rows;
  }

  #count(key: string, by: number): void {
    const [, above] = splitName(key);
    if (above === '') return;
    const count = this.childrenOf(above) + by;
    if (count === 0) this.#children.delete(above);
    else this.#children.set(above, count);
  }
}

function valuesIn({ type, normalise }: Index, entry: Entry): readonly string[] {
  if (type === OBJECT_CLASS) return entry.shape.classList;
  if (!entry.has(type)) return NOTHING;
  return entry.values(type).flatMap((value) => normalise(value) ?? []);
}
