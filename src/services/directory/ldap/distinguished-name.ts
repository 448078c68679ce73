/** Distinguished names (RFC 4514, sds.md §2): every casing and spacing, `;` for `,`, escapes, OIDs, parts of an RDN in any order. Pure. */
import { attributeType } from './schema.ts';

export interface NameValue {
  readonly type: string;
  readonly value: string;
}

export interface DistinguishedName {
  /** The form in which names are compared: types in schema spelling, values folded, all in lower case. */
  readonly key: string;
  /** Keys of the names above it, nearest first; without the empty one. */
  readonly ancestors: readonly string[];
  readonly rdns: readonly (readonly NameValue[])[];
}

const LONGEST = 8_192;
const ATTRIBUTE = /^(?:oid\.)?([A-Za-z][A-Za-z0-9-]*|\d+(?:\.\d+)*)$/i;

/** Reads a name; undefined when it is none. */
export function distinguishedName(text: string): DistinguishedName | undefined {
  if (text.length > LONGEST) return undefined;
  if (text.trim() === '') return { key: '', ancestors: [], rdns: [] };
  const rdns: NameValue[][] = [];
  let rdn: NameValue[] = [];
  let position = 0;
  for (;;) {
    const equals = text.indexOf('=', position);
    if (equals < 0) return undefined;
    const type = ATTRIBUTE.exec(text.slice(position, equals).trim())?.[1];
    if (type === undefined) return undefined;
    const read = readValue(text, equals + 1);
    if (read === undefined) return undefined;
    rdn.push({ type, value: read.value });
    const separator = text[read.end];
    if (separator !== '+') {
      rdns.push(rdn);
      rdn = [];
    }
    if (separator === undefined) break;
    position = read.end + 1;
  }
  const keys = rdns.map(rdnKey);
  return { key: keys.join(','), ancestors: keys.slice(1).map((_, index) => keys.slice(index + 1).join(',')), rdns };
}

/** Reads a value up to its separator; gives it unescaped, without the blanks around it. */
function readValue(text: string, start: number): { value: string; end: number } | undefined {
  let end = start;
  while (text[end] === ' ') end += 1;
  if (text[end] === '#') return readHexadecimal(text, end);
  if (text[end] === '"') return readQuoted(text, end);
  const octets: number[] = [];
  let kept = 0; // octets up to the last that is no unescaped blank
  while (end < text.length && !',;+'.includes(text[end] ?? '')) {
    const escaped = text[end] === '\\';
    if (escaped) {
      const pair = /^\\([0-9a-f]{2})/i.exec(text.slice(end, end + 3))?.[1];
      if (pair !== undefined) {
        octets.push(Number.parseInt(pair, 16));
        end += 3;
      } else {
        if (end + 1 >= text.length) return undefined;
        octets.push(...Buffer.from(text[end + 1] ?? ''));
        end += 2;
      }
    } else {
      const point = text.codePointAt(end) ?? 0;
      if (point === 0x22 || point === 0x3c || point === 0x3e) return undefined;
      const letter = String.fromCodePoint(point);
      if (point < 0x80) octets.push(point);
      else octets.push(...Buffer.from(letter));
      end += letter.length;
    }
    if (escaped || octets.at(-1) !== 0x20) kept = octets.length;
  }
  return { value: Buffer.from(octets.slice(0, kept)).toString('utf8'), end };
}

/** `#04024869`: the value as BER in hexadecimal. */
function readHexadecimal(text: string, start: number): { value: string; end: number } | undefined {
  const found = /^#((?:[0-9a-f]{2})+) *(?=[,;+]|$)/i.exec(text.slice(start));
  if (found?.[1] === undefined) return undefined;
  const bytes = Buffer.from(found[1], 'hex');
  if (bytes.length < 2 || (bytes[1] ?? 0) !== bytes.length - 2) return undefined;
  return { value: bytes.subarray(2).toString('utf8'), end: start + found[0].length };
}

/** `"a, b"`: the older way of quoting (RFC 2253 §4). */
function readQuoted(text: string, start: number): { value: string; end: number } | undefined {
  const found = /^"((?:[^"\\]|\\.)*)" *(?=[,;+]|$)/s.exec(text.slice(start));
  if (found?.[1] === undefined) return undefined;
  return { value: found[1].replace(/\\(.)/gs, '$1'), end: start + found[0].length };
}

function rdnKey(rdn: readonly NameValue[]): string {
  const parts = rdn.map(({ type, value }) => {
    const name = attributeType(type)?.name ?? type;
    return `${name}=${value
      .normalize('NFKC')
      .trim()
      .replace(/\s+/g, ' ')
      .replace(/[\\,+]/g, '\\$&')}`.toLowerCase();
  });
  return parts.length === 1 ? (parts[0] ?? '') : parts.sort().join('+');
}

/** A value as it stands in a name (RFC 4514 §2.4). */
export function escapeValue(value: string): string {
  // In one pass: a value that is a single blank begins and ends with it.
  return value.replace(/^[ #]| $|[\\,+"<>;=]/g, '\\$&');
}
