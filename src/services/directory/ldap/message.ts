/** LDAP messages as clients send them (RFC 4511 §4). Pure: octets in, a request out. */
import { BerError, type BerReader, ENUMERATED, SEQUENCE } from './ber.ts';

/** Highest nesting of a filter; more is refused as a framing error is (sds.md §6.1). */
export const FILTER_DEPTH = 100;
const HIGHEST_ID = 0x7fff_ffff;

/** A search filter as it came: names and values, not yet looked up in the schema. */
export type Filter =
  | { readonly kind: 'and' | 'or'; readonly filters: readonly Filter[] }
  | { readonly kind: 'not'; readonly filter: Filter }
  | { readonly kind: 'equal' | 'greater' | 'less' | 'approximate'; readonly attribute: string; readonly value: string }
  | {
      readonly kind: 'substrings';
      readonly attribute: string;
      readonly initial?: string;
      readonly any: readonly string[];
      readonly final?: string;
    }
  | { readonly kind: 'present'; readonly attribute: string }
  | {
      readonly kind: 'extensible';
      readonly rule?: string;
      readonly attribute?: string;
      readonly value: string;
      readonly dnAttributes: boolean;
    };

export interface Control {
  readonly oid: string;
  readonly critical: boolean;
  readonly value?: Buffer;
}

export interface SearchRequest {
  readonly kind: 'search';
  readonly base: string;
  readonly scope: number;
  readonly dereference: number;
  readonly sizeLimit: number;
  readonly timeLimit: number;
  readonly typesOnly: boolean;
  readonly filter: Filter;
  readonly attributes: readonly string[];
}

export interface BindRequest {
  readonly kind: 'bind';
  readonly version: number;
  readonly name: string;
  /** The password of a simple bind; absent for any other method. */
  readonly password?: string;
}

export type Request =
  | BindRequest
  | SearchRequest
  | { readonly kind: 'unbind' }
  | { readonly kind: 'abandon'; readonly id: number }
  | { readonly kind: 'compare'; readonly entry: string; readonly attribute: string; readonly value: string }
  | { readonly kind: 'extended'; readonly oid: string }
  /** Add, modify, delete, modify DN: told apart only to answer with the right tag. */
  | { readonly kind: 'write'; readonly answerTag: number };

export interface Message {
  readonly id: number;
  readonly request: Request;
  readonly controls: readonly Control[];
}

const NO_CONTROLS: readonly Control[] = [];

/** Reads one message, its outer element already found whole. Throws BerError when it is none. */
export function readMessage(outer: BerReader): Message {
  const message = outer.enter(SEQUENCE);
  const id = message.integer();
  if (id < 0 || id > HIGHEST_ID) throw new BerError(`message id ${id}`);
  const request = readRequest(message);
  if (id === 0) throw new BerError('message id 0 in a request');
  const controls = message.peek() === 0xa0 ? readControls(message.enter(0xa0)) : NO_CONTROLS;
  message.finish();
  return { id, request, controls };
}

function readControls(reader: BerReader): readonly Control[] {
  const controls: Control[] = [];
  while (!reader.done) {
    const control = reader.enter(SEQUENCE);
    const oid = control.text();
    const critical = control.peek() === 0x01 ? control.boolean() : false;
    const value = control.done ? undefined : control.octets();
    controls.push({ oid, critical, ...(value === undefined ? {} : { value }) });
  }
  return controls;
}

/** Answer tags of the operations that would change something, by the tag of the request. */
const WRITES: Readonly<Record<number, number>> = { 102: 0x67, 104: 0x69, 74: 0x6b, 108: 0x6d };

function readRequest(message: BerReader): Request {
  const tag = message.peek();
  switch (tag) {
    case 0x60:
      return readBind(message.enter());
    case 0x42:
      message.octets(0x42);
      return { kind: 'unbind' };
    case 0x63:
      return readSearch(message.enter());
    case 0x50:
      return { kind: 'abandon', id: message.integer(0x50) };
    case 0x6e:
      return readCompare(message.enter());
    case 0x77: {
      const extended = message.enter();
      return { kind: 'extended', oid: extended.text(0x80) };
    }
    default: {
      const answerTag = WRITES[tag ?? 0];
      if (answerTag === undefined) throw new BerError(`an operation with tag ${tag}`);
      message.enter();
      return { kind: 'write', answerTag };
    }
  }
}

function readBind(reader: BerReader): BindRequest {
  const version = reader.integer();
  const name = reader.text();
  if (reader.peek() === 0x80) return { kind: 'bind', version, name, password: reader.text(0x80) };
  reader.enter();
  return { kind: 'bind', version, name };
}

function readCompare(reader: BerReader): Request {
  const entry = reader.text();
  const assertion = reader.enter(SEQUENCE);
  return { kind: 'compare', entry, attribute: assertion.text(), value: assertion.text() };
}

function readSearch(reader: BerReader): SearchRequest {
  const base = reader.text();
  const scope = reader.integer(ENUMERATED);
  const dereference = reader.integer(ENUMERATED);
  const sizeLimit = reader.integer();
  const timeLimit = reader.integer();
  const typesOnly = reader.boolean();
  const filter = readFilter(reader, 0);
  const list = reader.enter(SEQUENCE);
  const attributes: string[] = [];
  while (!list.done) attributes.push(list.text());
  return { kind: 'search', base, scope, dereference, sizeLimit, timeLimit, typesOnly, filter, attributes };
}

const ASSERTIONS = { 163: 'equal', 165: 'greater', 166: 'less', 168: 'approximate' } as const;

function readFilter(reader: BerReader, depth: number): Filter {
  if (depth > FILTER_DEPTH) throw new BerError('filter nested too deeply');
  const tag = reader.peek();
  switch (tag) {
    case 0xa0:
    case 0xa1: {
      const members = reader.enter();
      const filters: Filter[] = [];
      while (!members.done) filters.push(readFilter(members, depth + 1));
      return { kind: tag === 0xa0 ? 'and' : 'or', filters };
    }
    case 0xa2: {
      const member = reader.enter();
      const filter = readFilter(member, depth + 1);
      member.finish();
      return { kind: 'not', filter };
    }
    case 0xa3:
    case 0xa5:
    case 0xa6:
    case 0xa8: {
      const assertion = reader.enter();
      return { kind: ASSERTIONS[tag], attribute: assertion.text(), value: assertion.text() };
    }
    case 0xa4:
      return readSubstrings(reader.enter());
    case 0x87:
      return { kind: 'present', attribute: reader.text(0x87) };
    case 0xa9:
      return readExtensible(reader.enter());
    default:
      throw new BerError(`a filter with tag ${tag}`);
  }
}

function readSubstrings(reader: BerReader): Filter {
  const attribute = reader.text();
  const parts = reader.enter(SEQUENCE);
  const found: { initial?: string; any: string[]; final?: string } = { any: [] };
  if (parts.done) throw new BerError('a substring filter without substrings');
  while (!parts.done) {
    const tag = parts.peek();
    if (found.final !== undefined || (tag === 0x80 && (found.initial !== undefined || found.any.length > 0)))
      throw new BerError('substrings out of order');
    if (tag === 0x80) found.initial = parts.text(0x80);
    else if (tag === 0x81) found.any.push(parts.text(0x81));
    else found.final = parts.text(0x82);
  }
  return { kind: 'substrings', attribute, ...found };
}

function readExtensible(reader: BerReader): Filter {
  const rule = reader.peek() === 0x81 ? reader.text(0x81) : undefined;
  const attribute = reader.peek() === 0x82 ? reader.text(0x82) : undefined;
  const value = reader.text(0x83);
  const dnAttributes = reader.peek() === 0x84 ? reader.boolean(0x84) : false;
  return {
    kind: 'extensible',
    ...(rule === undefined ? {} : { rule }),
    ...(attribute === undefined ? {} : { attribute }),
    value,
    dnAttributes,
  };
}
