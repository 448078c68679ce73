/**
 * The part of BER that LDAP uses (RFC 4511 §5.1): definite lengths, tags of one octet. A reader never looks beyond the element it was made
 * for and allocates nothing before a length is known to be inside it; a writer fills one buffer, front to back, with lengths of five octets
 * where they are not known beforehand.
 */

/** Tags of universal types. */
export const BOOLEAN = 0x01;
export const INTEGER = 0x02;
export const OCTET_STRING = 0x04;
export const ENUMERATED = 0x0a;
export const SEQUENCE = 0x30;
export const SET = 0x31;

/** Octets that are not BER as LDAP allows it. The connection they came on ends with a notice (sds.md §6.1). */
export class BerError extends Error {
  constructor(why: string) {
    super(why);
    this.name = 'BerError';
  }
}

/** A header: what follows it, and where it ends. */
interface Header {
  readonly tag: number;
  readonly start: number;
  readonly end: number;
}

/** Reads elements one after the other between two positions. Every method throws BerError when the next element is not what it asks for. */
export class BerReader {
  readonly #bytes: Buffer;
  readonly #end: number;
  #position: number;

  constructor(bytes: Buffer, start = 0, end = bytes.length) {
    this.#bytes = bytes;
    this.#position = start;
    this.#end = end;
  }

  /** Whether everything was read. */
  get done(): boolean {
    return this.#position >= this.#end;
  }

  /** The tag of the next element; undefined at the end. */
  peek(): number | undefined {
    return this.done ? undefined : this.#bytes[this.#position];
  }

  /** The next element's content, to be read on its own; of any tag when none is given. */
  enter(tag?: number): BerReader {
    const header = this.#next(tag);
    return new BerReader(this.#bytes, header.start, header.end);
  }

  /** Content octets of the next element: a view, not a copy. */
  octets(tag: number = OCTET_STRING): Buffer {
    const header = this.#next(tag);
    return this.#bytes.subarray(header.start, header.end);
  }

  /** Content of the next element as text. */
  text(tag: number = OCTET_STRING): string {
    const header = this.#next(tag);
    return this.#bytes.toString('utf8', header.start, header.end);
  }

  /** A whole number of at most four octets: LDAP has no larger ones. */
  integer(tag: number = INTEGER): number {
    const { start, end } = this.#next(tag);
    if (end === start || end - start > 4) throw new BerError(`a number of ${end - start} octets`);
    return this.#bytes.readIntBE(start, end - start);
  }

  boolean(tag: number = BOOLEAN): boolean {
    const { start, end } = this.#next(tag);
    if (end - start !== 1) throw new BerError(`a boolean of ${end - start} octets`);
    return this.#bytes[start] !== 0;
  }

  /** Throws when something is left. */
  finish(): void {
    if (!this.done) throw new BerError('octets after the last element');
  }

  #next(wanted: number | undefined): Header {
    const header = readHeader(this.#bytes, this.#position, this.#end);
    if (header === undefined || header.end > this.#end) throw new BerError('an element ends outside the one it is in');
    if (wanted !== undefined && header.tag !== wanted) throw new BerError(`tag ${header.tag} where ${wanted} belongs`);
    this.#position = header.end;
    return header;
  }
}

/** The header at a position; undefined when it is not whole before `limit`. Throws BerError for what LDAP does not allow. */
export function readHeader(bytes: Buffer, position: number, limit: number): Header | undefined {
  if (position + 2 > limit) return undefined;
  const tag = bytes[position] ?? 0;
  if ((tag & 0x1f) === 0x1f) throw new BerError('a tag of more than one octet');
  const first = bytes[position + 1] ?? 0;
  if (first < 0x80) return { tag, start: position + 2, end: position + 2 + first };
  const octets = first & 0x7f;
  if (octets === 0) throw new BerError('an indefinite length');
  if (octets > 4) throw new BerError('a length of more than four octets');
  if (position + 2 + octets > limit) return undefined;
  const start = position + 2 + octets;
  return { tag, start, end: start + bytes.readUIntBE(position + 2, octets) };
}

/** Octets of a length of known size: always `0x84` and four octets, so that it can be written after the content. */
const LATE_LENGTH = 5;

/** Writes elements into a buffer that grows. */
export class BerWriter {
  #bytes: Buffer;
  #length = 0;

  constructor(size = 1_024) {
    this.#bytes = Buffer.allocUnsafe(size);
  }

  get length(): number {
    return this.#length;
  }

  /** What was written, as a view that lasts until the writer is used again. */
  written(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  /** What was written, for keeps; the writer begins anew with a buffer of its own. */
  take(): Buffer {
    const taken = this.written();
    this.#bytes = Buffer.allocUnsafe(this.#bytes.length);
    this.#length = 0;
    return taken;
  }

  clear(): void {
    this.#length = 0;
  }

  /** Begins a constructed element; {@link end} it with what this gives. */
  begin(tag: number): number {
    this.#room(1 + LATE_LENGTH);
    this.#bytes[this.#length] = tag;
    this.#bytes[this.#length + 1] = 0x84;
    this.#length += 1 + LATE_LENGTH;
    return this.#length;
  }

  end(start: number): void {
    this.#bytes.writeUInt32BE(this.#length - start, start - 4);
  }

  text(value: string, tag: number = OCTET_STRING): void {
    // Short ASCII is by far the commonest: octet by octet it is faster than a call into the engine.
    const { length } = value;
    if (length < 48) {
      this.#room(length + 2);
      const at = this.#length + 2;
      let index = 0;
      for (; index < length; index += 1) {
        const code = value.charCodeAt(index);
        if (code > 0x7f) break;
        this.#bytes[at + index] = code;
      }
      if (index === length) {
        this.#bytes[this.#length] = tag;
        this.#bytes[this.#length + 1] = length;
        this.#length = at + length;
        return;
      }
    }
    const octets = Buffer.byteLength(value);
    this.header(tag, octets);
    this.#room(octets);
    this.#bytes.write(value, this.#length, octets, 'utf8');
    this.#length += octets;
  }

  octets(value: Uint8Array, tag: number = OCTET_STRING): void {
    this.header(tag, value.length);
    this.raw(value, 0, value.length);
  }

  integer(value: number, tag: number = INTEGER): void {
    const octets = value >= -0x80 && value < 0x80 ? 1 : value >= -0x8000 && value < 0x8000 ? 2 : 4;
    this.header(tag, octets);
    this.#room(octets);
    this.#bytes.writeIntBE(value, this.#length, octets);
    this.#length += octets;
  }

  boolean(value: boolean, tag: number = BOOLEAN): void {
    this.header(tag, 1);
    this.#room(1);
    this.#bytes[this.#length] = value ? 0xff : 0;
    this.#length += 1;
  }

  /** A tag and a length that is known. */
  header(tag: number, length: number): void {
    this.#room(6);
    this.#bytes[this.#length] = tag;
    if (length < 0x80) {
      this.#bytes[this.#length + 1] = length;
      this.#length += 2;
      return;
    }
    const octets = length < 0x100 ? 1 : length < 0x1_0000 ? 2 : length < 0x100_0000 ? 3 : 4;
    this.#bytes[this.#length + 1] = 0x80 | octets;
    this.#bytes.writeUIntBE(length, this.#length + 2, octets);
    this.#length += 2 + octets;
  }

  /** Octets that are encoded already. */
  raw(bytes: Uint8Array, start: number, end: number): void {
    this.#room(end - start);
    const target = this.#bytes;
    if (end - start > 64) target.set(bytes.subarray(start, end), this.#length);
    else for (let index = start, at = this.#length; index < end; index += 1, at += 1) target[at] = bytes[index] ?? 0;
    this.#length += end - start;
  }

  #room(needed: number): void {
    if (this.#length + needed <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#length + needed));
    larger.set(this.#bytes.subarray(0, this.#length), 0);
    this.#bytes = larger;
  }
}
