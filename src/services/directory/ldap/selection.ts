/** Which attributes of an entry an answer carries, and in whose spelling (RFC 4511 §4.5.1.8, sds.md §6.4). */
import { type BerWriter, SEQUENCE } from './ber.ts';
import { type Entry, endOfElement, type Span, startOfContent, writeAttribute } from './entry.ts';
import { OPERATIONAL_TYPES, operationalValues, type Surroundings } from './operational.ts';
import { ATTRIBUTE_TYPES, type AttributeType, attributeType } from './schema.ts';

export interface Selection {
  readonly allUser: boolean;
  readonly allOperational: boolean;
  /** Listed types by id, with the name to answer under. */
  readonly listed: ReadonlyMap<number, string>;
  readonly typesOnly: boolean;
}

const EVERYTHING: ReadonlyMap<number, string> = new Map();

/** Works out what a list of attributes asks for. Unknown names are passed over. */
export function selectionOf(attributes: readonly string[], typesOnly: boolean): Selection {
  if (attributes.length === 0) return { allUser: true, allOperational: false, listed: EVERYTHING, typesOnly };
  const listed = new Map<number, string>();
  let allUser = false;
  let allOperational = false;
  for (const attribute of attributes) {
    if (attribute === '*') allUser = true;
    else if (attribute === '+') allOperational = true;
    else {
      const type = attributeType(attribute);
      if (type !== undefined) list(listed, type, attribute);
    }
  }
  return { allUser, allOperational, listed, typesOnly };
}

/** A listed type is answered in the requester's spelling; types derived from it, and a type listed by OID, in the schema's. */
function list(listed: Map<number, string>, type: AttributeType, attribute: string): void {
  const [spelling = type.name] = attribute.split(';');
  for (const id of type.family) {
    if (listed.has(id)) continue;
    listed.set(id, id === type.id && !/^\d/.test(spelling) ? spelling : (ATTRIBUTE_TYPES[id]?.name ?? spelling));
  }
}

/** Writes a SearchResultEntry. */
export function writeEntry(writer: BerWriter, id: number, entry: Entry, selection: Selection, surroundings: Surroundings): void {
  const message = writer.begin(SEQUENCE);
  writer.integer(id);
  const result = writer.begin(0x64);
  entry.writeName(writer);
  const attributes = writer.begin(SEQUENCE);
  const whole = selection.allUser && selection.listed.size === 0 && !selection.typesOnly && !entry.shape.hasOperational;
  if (whole) writePieces(writer, entry);
  else writeStored(writer, entry, selection);
  if (selection.allOperational || selection.listed.size > 0) writeOperational(writer, entry, selection, surroundings);
  writer.end(attributes);
  writer.end(result);
  writer.end(message);
}

function writePieces(writer: BerWriter, { kept, row, shape }: Entry): void {
  for (let index = 0; index < shape.pieces; index += 1) {
    const { octets, start, end } = kept.piece(row, index);
    writer.raw(octets, start, end);
  }
}

function writeStored(writer: BerWriter, { kept, row, shape }: Entry, selection: Selection): void {
  const { allUser, allOperational, listed, typesOnly } = selection;
  let next = 0;
  for (let index = 0; index < shape.pieces; index += 1) {
    const { octets, ...piece } = kept.piece(row, index);
    for (let end = piece.start; end < piece.end; ) {
      const start = end;
      end = endOfElement(octets, start);
      const type = ATTRIBUTE_TYPES[shape.types[next++] ?? 0];
      if (type === undefined) continue;
      const spelling = listed.get(type.id);
      if (spelling === undefined && !(type.operational ? allOperational : allUser)) continue;
      const name = spelling ?? type.name;
      if (typesOnly) writeAttribute(writer, name, []);
      else if (name === type.name) writer.raw(octets, start, end);
      else writeRenamed(writer, { octets, start, end }, name);
    }
  }
}

/** An encoded attribute under another spelling of its name: of equal length, but for aliases. */
function writeRenamed(writer: BerWriter, { octets, start, end }: Span, name: string): void {
  const values = endOfElement(octets, startOfContent(octets, start));
  const attribute = writer.begin(SEQUENCE);
  writer.text(name);
  writer.raw(octets, values, end);
  writer.end(attribute);
}

function writeOperational(writer: BerWriter, entry: Entry, selection: Selection, surroundings: Surroundings): void {
  for (const type of OPERATIONAL_TYPES) {
    const spelling = selection.listed.get(type.id);
    if ((spelling === undefined && !selection.allOperational) || entry.has(type)) continue;
    const values = operationalValues(type.name, entry, surroundings);
    if (values.length > 0) writeAttribute(writer, spelling ?? type.name, selection.typesOnly ? [] : values);
  }
}
