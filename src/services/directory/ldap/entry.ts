/**
 * An entry as it is kept: its attributes are encoded once, as a search result carries them, in large shared buffers outside the JavaScript
 * heap. An answer copies octets; a hundred thousand entries are a few objects each (sds.md §16). Entries never change: a changed record
 * makes a new one.
 */
import { BerWriter, OCTET_STRING, readHeader, SEQUENCE, SET } from './ber.ts';
import { type AttributeType, objectClass, requireType, withSuperiors } from './schema.ts';

/** Attributes with their values, in the order in which they are answered. */
export type AttributeList = readonly (readonly [name: string, values: readonly string[]])[];

/** When and by whom an entry was made and changed. */
export interface Provenance {
  readonly createdAt: number;
  readonly modifiedAt: number;
}

export interface Entry extends Provenance {
  readonly dn: string;
  /** Its name in the form in which names are compared. */
  readonly key: string;
  /** Classes it is of, with those above them, in lower case; shared by entries of one kind. */
  readonly classes: ReadonlySet<string>;
  /** Its most special class. */
  readonly structuralClass: string;
  /** Ids of its attribute types in order, shared by entries of one shape. */
  readonly types: Uint16Array;
  /** Whether some of these are operational: answered only when asked for. */
  readonly hasOperational: boolean;
  readonly slab: Buffer;
  /** Where its encoded attributes begin and end in the slab. */
  readonly start: number;
  readonly end: number;
}

const SLAB = 1 << 20;
const OBJECT_CLASS = requireType('objectClass').id;

/** Encodes entries into shared buffers. */
export class EntryPress {
  #slab: Buffer = Buffer.alloc(0);
  #used = 0;
  readonly #shapes = new Map<string, Uint16Array>();
  readonly #kinds = new Map<string, { classes: ReadonlySet<string>; structuralClass: string }>();
  readonly #writer = new BerWriter(4_096);

  /** Makes an entry. Attributes without values are left out. */
  press(dn: string, key: string, attributes: AttributeList, provenance: Provenance): Entry {
    const writer = this.#writer;
    writer.clear();
    const ids: number[] = [];
    let hasOperational = false;
    let classes: readonly string[] = [];
    for (const [name, values] of attributes) {
      if (values.length === 0) continue;
      const type = requireType(name);
      ids.push(type.id);
      hasOperational ||= type.operational;
      if (type.id === OBJECT_CLASS) classes = values;
      writeAttribute(writer, type.name, values);
    }
    const { slab, start } = this.#keep(writer.written());
    const { classes: all, structuralClass } = this.#kind(classes);
    const end = start + writer.length;
    const { createdAt, modifiedAt } = provenance;
    // One literal: every entry has the same shape, and costs no more than its fields.
    return { dn, key, classes: all, structuralClass, types: this.#shape(ids), hasOperational, slab, start, end, createdAt, modifiedAt };
  }

  #keep(bytes: Buffer): { slab: Buffer; start: number } {
    if (this.#used + bytes.length > this.#slab.length) {
      this.#slab = Buffer.allocUnsafeSlow(Math.max(SLAB, bytes.length));
      this.#used = 0;
    }
    const start = this.#used;
    this.#slab.set(bytes, start);
    this.#used += bytes.length;
    return { slab: this.#slab, start };
  }

  #shape(ids: readonly number[]): Uint16Array {
    const name = ids.join(' ');
    const known = this.#shapes.get(name) ?? Uint16Array.from(ids);
    this.#shapes.set(name, known);
    return known;
  }

  #kind(classes: readonly string[]): { classes: ReadonlySet<string>; structuralClass: string } {
    const name = classes.join(' ');
    const known = this.#kinds.get(name) ?? {
      classes: new Set(classes.flatMap(withSuperiors).map((each) => each.toLowerCase())),
      structuralClass: mostSpecial(classes),
    };
    this.#kinds.set(name, known);
    return known;
  }
}

/** The class whose line of superiors is longest. */
function mostSpecial(classes: readonly string[]): string {
  const [first = 'top', ...others] = classes;
  const found = others.reduce((best, each) => (withSuperiors(each).length > withSuperiors(best).length ? each : best), first);
  return objectClass(found)?.name ?? found;
}

/** Writes an attribute as a search result carries it. */
export function writeAttribute(writer: BerWriter, name: string, values: readonly string[]): void {
  const sizes = values.map((value) => Buffer.byteLength(value));
  const inSet = sizes.reduce((sum, size) => sum + sizeOfElement(size), 0);
  writer.header(SEQUENCE, sizeOfElement(name.length) + sizeOfElement(inSet));
  writer.text(name);
  writer.header(SET, inSet);
  for (const value of values) writer.text(value);
}

function sizeOfElement(content: number): number {
  return content + (content < 0x80 ? 2 : content < 0x100 ? 3 : content < 0x1_0000 ? 4 : content < 0x100_0000 ? 5 : 6);
}

/** An attribute inside an entry's octets. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Where the element that starts at a position ends. The octets are our own: they are whole. */
export function endOfElement(bytes: Buffer, position: number): number {
  const first = bytes[position + 1] ?? 0;
  if (first < 0x80) return position + 2 + first;
  const octets = first & 0x7f;
  return position + 2 + octets + bytes.readUIntBE(position + 2, octets);
}

/** Where the content of the element that starts at a position starts. */
export function startOfContent(bytes: Buffer, position: number): number {
  const first = bytes[position + 1] ?? 0;
  return position + 2 + (first < 0x80 ? 0 : first & 0x7f);
}

/** Octets of the values (the SET with its header) of an attribute of an entry; undefined when it has none. */
export function findValues({ types, slab, start }: Entry, id: number): Span | undefined {
  const index = types.indexOf(id);
  if (index < 0) return undefined;
  let position = start;
  for (let skipped = 0; skipped < index; skipped += 1) position = endOfElement(slab, position);
  const name = startOfContent(slab, position);
  return { start: endOfElement(slab, name), end: endOfElement(slab, position) };
}

/** The values of a type that an entry stores, in stored order. */
export function storedValues(entry: Entry, type: AttributeType): readonly string[] {
  const span = findValues(entry, type.id);
  if (span === undefined) return [];
  const values: string[] = [];
  let position = startOfContent(entry.slab, span.start);
  while (position < span.end) {
    const header = readHeader(entry.slab, position, span.end);
    if (header === undefined || header.tag !== OCTET_STRING) throw new Error(`entry ${entry.dn} is damaged`);
    values.push(entry.slab.toString('utf8', header.start, header.end));
    position = header.end;
  }
  return values;
}
