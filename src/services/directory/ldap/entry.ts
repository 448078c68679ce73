/**
 * An entry as the rest of the directory sees it: a look at a row of the {@link EntryStore}. Its attributes are encoded as a search result
 * carries them, in a few pieces that it shares with every entry that says the same there (sds.md §16). Entries never change: a changed
 * record makes a new one.
 */
import { type BerWriter, OCTET_STRING, readHeader, SEQUENCE, SET } from './ber.ts';
import type { AttributeType } from './schema.ts';

/** Attributes with their values, in the order in which they are answered. */
export type AttributeList = readonly (readonly [name: string, values: readonly string[]])[];

/** When and by whom an entry was made and changed. */
export interface Provenance {
  readonly createdAt: number;
  readonly modifiedAt: number;
}

/** What entries with the same classes and the same attributes have in common. */
export interface Shape {
  /** Classes it is of, with those above them, in lower case. */
  readonly classes: ReadonlySet<string>;
  readonly classList: readonly string[];
  /** Its most special class. */
  readonly structuralClass: string;
  /** Ids of its attribute types, in order. */
  readonly types: Uint16Array;
  /** Whether some of these are operational: answered only when asked for. */
  readonly hasOperational: boolean;
  /** How many pieces the attributes are kept in. */
  readonly pieces: number;
  /** For each type, the piece it is in, and how many attributes are before it there. */
  readonly pieceOf: Uint8Array;
  readonly before: Uint8Array;
}

/** The name below which entries are: shared by all of them. */
export interface Place {
  readonly dn: string;
  /** In the form in which names are compared; empty at the top. */
  readonly key: string;
  /** What follows an entry's own part in its name: a comma and this name. */
  readonly suffix: Buffer;
}

/** Octets from one position to another. */
export interface Span {
  readonly octets: Buffer;
  readonly start: number;
  readonly end: number;
}

/** What an entry looks its parts up in. */
export interface KeptEntries {
  shapeOf(row: number): Shape;
  placeOf(row: number): Place;
  /** An entry's own part of its name. */
  name(row: number): Span;
  /** A piece of its attributes. */
  piece(row: number, index: number): Span;
  /** Its own part in the form in which names are compared. */
  nameKey(row: number): string;
  createdAt(row: number): number;
  modifiedAt(row: number): number;
}

export class Entry implements Provenance {
  readonly kept: KeptEntries;
  readonly row: number;
  readonly shape: Shape;

  constructor(kept: KeptEntries, row: number) {
    this.kept = kept;
    this.row = row;
    this.shape = kept.shapeOf(row);
  }

  get dn(): string {
    const { octets, start, end } = this.kept.name(this.row);
    const { dn } = this.kept.placeOf(this.row);
    const own = octets.toString('utf8', start, end);
    return dn === '' ? own : `${own},${dn}`;
  }

  /** Its name in the form in which names are compared. */
  get key(): string {
    const { above } = this;
    const own = this.kept.nameKey(this.row);
    return above === '' ? own : `${own},${above}`;
  }

  /** Key of the name one level up; empty at the top. */
  get above(): string {
    return this.kept.placeOf(this.row).key;
  }

  get createdAt(): number {
    return this.kept.createdAt(this.row);
  }

  get modifiedAt(): number {
    return this.kept.modifiedAt(this.row);
  }

  /** Octets of its attributes. */
  get size(): number {
    let size = 0;
    for (let index = 0; index < this.shape.pieces; index += 1) {
      const { start, end } = this.kept.piece(this.row, index);
      size += end - start;
    }
    return size;
  }

  has(type: AttributeType): boolean {
    return this.shape.types.includes(type.id);
  }

  /** Writes its name as a search result carries it. */
  writeName(writer: BerWriter): void {
    const { octets, start, end } = this.kept.name(this.row);
    const { suffix } = this.kept.placeOf(this.row);
    writer.header(OCTET_STRING, end - start + suffix.length);
    writer.raw(octets, start, end);
    writer.raw(suffix, 0, suffix.length);
  }

  /** Octets of the values (the SET with its header) of an attribute; undefined when it has none. */
  findValues(type: AttributeType): Span | undefined {
    const { types, pieceOf, before } = this.shape;
    const index = types.indexOf(type.id);
    if (index < 0) return undefined;
    const { octets, start } = this.kept.piece(this.row, pieceOf[index] ?? 0);
    let position = start;
    for (let skipped = before[index] ?? 0; skipped > 0; skipped -= 1) position = endOfElement(octets, position);
    const name = startOfContent(octets, position);
    return { octets, start: endOfElement(octets, name), end: endOfElement(octets, position) };
  }

  /** The values of a type that it stores, in stored order. */
  values(type: AttributeType): readonly string[] {
    const span = this.findValues(type);
    if (span === undefined) return [];
    const { octets } = span;
    const values: string[] = [];
    let position = startOfContent(octets, span.start);
    while (position < span.end) {
      const header = readHeader(octets, position, span.end);
      if (header === undefined || header.tag !== OCTET_STRING) throw new Error(`entry ${this.dn} is damaged`);
      values.push(octets.toString('utf8', header.start, header.end));
      position = header.end;
    }
    return values;
  }
}

/** Writes an attribute as a search result carries it. */
export function writeAttribute(writer: BerWriter, name: string, values: readonly string[]): void {
  let inSet = 0;
  for (const value of values) inSet += sizeOfElement(Buffer.byteLength(value));
  writer.header(SEQUENCE, sizeOfElement(name.length) + sizeOfElement(inSet));
  writer.text(name);
  writer.header(SET, inSet);
  for (const value of values) writer.text(value);
}

function sizeOfElement(content: number): number {
  return content + (content < 0x80 ? 2 : content < 0x100 ? 3 : content < 0x1_0000 ? 4 : content < 0x100_0000 ? 5 : 6);
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
