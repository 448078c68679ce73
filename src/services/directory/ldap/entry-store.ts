/**
 * Where entries are kept. A live directory has 160,000, and most of what they say is said by many: the properties of a messaging pattern,
 * a product with its dates, an interaction. So an entry is a row of numbers that name pieces of encoded attributes; each piece is kept once,
 * outside the JavaScript heap. An answer copies a few pieces.
 */
import { BerWriter } from './ber.ts';
import {
  type AttributeList,
  Entry,
  type KeptEntries,
  type Place,
  type Provenance,
  type Shape,
  type Span,
  writeAttribute,
} from './entry.ts';
import { instants, wholeNumbers } from './number-list.ts';
import { Pieces } from './pieces.ts';
import { ATTRIBUTE_TYPES, objectClass, requireType, withSuperiors } from './schema.ts';

const OBJECT_CLASS = requireType('objectClass').id;

/** Attributes that are alike in many entries together: each group is a piece of its own. All others are one more group. */
const GROUPS: readonly (readonly string[])[] = [
  ['uniqueIdentifier', 'nhsMhsCPAId'],
  ['nhsMhsSvcIA', 'nhsMHsSN', 'nhsMHsIN', 'nhsAsSvcIA'],
  [
    'nhsMHSIsAuthenticated',
    'nhsEPInteractionType',
    'nhsContractPropertyTemplateKey',
    'nhsMHSPersistDuration',
    'nhsMHSRetries',
    'nhsMHSRetryInterval',
    'nhsMHSSyncReplyMode',
    'nhsMHSAckRequested',
    'nhsMHSDuplicateElimination',
    'nhsMHSActor',
  ],
];
const GROUP_OF: ReadonlyMap<number, number> = new Map(
  GROUPS.flatMap((names, group) => names.map((name) => [requireType(name).id, group] as const)),
);

export class EntryStore implements KeptEntries {
  readonly #pieces = new Pieces();
  /** For each row, where its pieces begin in {@link #named}: first its name, then its attributes. */
  readonly #first = wholeNumbers();
  readonly #named = wholeNumbers();
  readonly #shapes: Shape[] = [];
  readonly #shape = wholeNumbers();
  readonly #shapeByText = new Map<string, number>();
  readonly #places: Place[] = [];
  readonly #place = wholeNumbers();
  readonly #placeByKey = new Map<string, number>();
  readonly #createdAt = instants();
  readonly #modifiedAt = instants();
  /** Keys of the few names that are not just their text in lower case. */
  readonly #oddKeys = new Map<number, string>();
  readonly #writer = new BerWriter(4_096);

  /** How many rows there are. */
  get length(): number {
    return this.#first.length;
  }

  /** Octets of all that is kept. */
  get used(): number {
    return this.#pieces.used;
  }

  entry(row: number): Entry {
    return new Entry(this, row);
  }

  /** Adds an entry and gives its row. Attributes without values are left out; `key` is its name in the form in which names are compared. */
  add(dn: string, key: string, attributes: AttributeList, provenance: Provenance): number {
    const present = attributes.filter(([, values]) => values.length > 0);
    const shape = this.#shapeFor(present);
    const { pieceOf } = this.#shapes[shape] ?? NO_SHAPE;
    const row = this.#begin(dn, key, shape, provenance);
    const writer = this.#writer;
    for (let index = 0; index < present.length; ) {
      const piece = pieceOf[index];
      writer.clear();
      for (; index < present.length && pieceOf[index] === piece; index += 1) {
        const [name, values] = present[index] ?? ['', []];
        writeAttribute(writer, requireType(name).name, values);
      }
      this.#keep(writer.written());
    }
    return row;
  }

  /** Adds an entry of another store. */
  adopt(entry: Entry): number {
    const { types, classList } = entry.shape;
    const shape = this.#known(types, classList, () => entry.shape);
    const row = this.#begin(entry.dn, entry.key, shape, entry);
    for (let index = 0; index < entry.shape.pieces; index += 1) {
      const { octets, start, end } = entry.kept.piece(entry.row, index);
      this.#keep(octets.subarray(start, end));
    }
    return row;
  }

  shapeOf(row: number): Shape {
    return this.#shapes[this.#shape.at(row)] ?? NO_SHAPE;
  }

  placeOf(row: number): Place {
    return this.#places[this.#place.at(row)] ?? TOP;
  }

  name(row: number): Span {
    return this.#span(this.#first.at(row));
  }

  piece(row: number, index: number): Span {
    return this.#span(this.#first.at(row) + 1 + index);
  }

  nameKey(row: number): string {
    const odd = this.#oddKeys.get(row);
    if (odd !== undefined) return odd;
    const { octets, start, end } = this.name(row);
    return octets.toString('utf8', start, end).toLowerCase();
  }

  createdAt(row: number): number {
    return this.#createdAt.at(row);
  }

  modifiedAt(row: number): number {
    return this.#modifiedAt.at(row);
  }

  #span(named: number): Span {
    return this.#pieces.span(this.#named.at(named));
  }

  #begin(dn: string, key: string, shape: number, provenance: Provenance): number {
    const row = this.#first.length;
    const [own, above] = splitName(dn);
    const [ownKey, aboveKey] = splitName(key);
    if (own.toLowerCase() !== ownKey) this.#oddKeys.set(row, ownKey);
    this.#first.push(this.#named.length);
    this.#shape.push(shape);
    this.#place.push(this.#placeFor(above, aboveKey));
    this.#createdAt.push(provenance.createdAt);
    this.#modifiedAt.push(provenance.modifiedAt);
    this.#keep(Buffer.from(own));
    return row;
  }

  #keep(bytes: Buffer): void {
    this.#named.push(this.#pieces.keep(bytes));
  }

  #placeFor(dn: string, key: string): number {
    const known = this.#placeByKey.get(dn);
    if (known !== undefined) return known;
    const place = this.#places.push({ dn, key, suffix: Buffer.from(dn === '' ? '' : `,${dn}`) }) - 1;
    this.#placeByKey.set(dn, place);
    return place;
  }

  #shapeFor(attributes: AttributeList): number {
    const types: number[] = [];
    let classes: readonly string[] = [];
    for (const [name, values] of attributes) {
      const { id } = requireType(name);
      types.push(id);
      if (id === OBJECT_CLASS) classes = values;
    }
    return this.#known(types, classes, () => {
      const classList = [...new Set(classes.flatMap(withSuperiors).map((each) => each.toLowerCase()))];
      return { classes: new Set(classList), classList, structuralClass: mostSpecial(classes), ...layout(types) };
    });
  }

  #known(types: ArrayLike<number>, classes: readonly string[], make: () => Shape): number {
    let text = classes.join(' ');
    for (let index = 0; index < types.length; index += 1) text += String.fromCharCode(types[index] ?? 0);
    const known = this.#shapeByText.get(text);
    if (known !== undefined) return known;
    const shape = this.#shapes.push(make()) - 1;
    this.#shapeByText.set(text, shape);
    return shape;
  }
}

const TOP: Place = { dn: '', key: '', suffix: Buffer.alloc(0) };
const NO_SHAPE: Shape = { classes: new Set(), classList: [], structuralClass: '', ...layout([]) };

/** Which piece each attribute is in: a piece ends where the group does. */
function layout(ids: readonly number[]): Omit<Shape, 'classes' | 'classList' | 'structuralClass'> {
  const types = Uint16Array.from(ids);
  const pieceOf = new Uint8Array(types.length);
  const before = new Uint8Array(types.length);
  let pieces = 0;
  types.forEach((type, index) => {
    const sameGroup = index > 0 && GROUP_OF.get(types[index - 1] ?? 0) === GROUP_OF.get(type);
    if (!sameGroup) pieces += 1;
    pieceOf[index] = pieces - 1;
    before[index] = sameGroup ? (before[index - 1] ?? 0) + 1 : 0;
  });
  return { types, pieces, pieceOf, before, hasOperational: types.some((id) => ATTRIBUTE_TYPES[id]?.operational === true) };
}

/** The class whose line of superiors is longest. */
function mostSpecial(classes: readonly string[]): string {
  const [first = 'top', ...others] = classes;
  const found = others.reduce((best, each) => (withSuperiors(each).length > withSuperiors(best).length ? each : best), first);
  return objectClass(found)?.name ?? found;
}

/** A name's own part, and the name one level up: empty for a name of one part. */
export function splitName(name: string): readonly [own: string, above: string] {
  for (let index = 0; index < name.length; index += 1) {
    if (name[index] === '\\') index += 1;
    else if (name[index] === ',') return [name.slice(0, index), name.slice(index + 1)];
  }
  return [name, ''];
}
