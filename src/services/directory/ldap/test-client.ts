/** Writes requests as a client does, and reads answers: for tests and benches. */
import { BerReader, BerWriter, ENUMERATED, OCTET_STRING, SEQUENCE } from './ber.ts';
import type { Filter } from './message.ts';

const CHOICES = { and: 0xa0, or: 0xa1, equal: 0xa3, greater: 0xa5, less: 0xa6, approximate: 0xa8 } as const;

export function writeFilter(writer: BerWriter, filter: Filter): void {
  switch (filter.kind) {
    case 'and':
    case 'or': {
      const start = writer.begin(CHOICES[filter.kind]);
      for (const each of filter.filters) writeFilter(writer, each);
      writer.end(start);
      return;
    }
    case 'not': {
      const start = writer.begin(0xa2);
      writeFilter(writer, filter.filter);
      writer.end(start);
      return;
    }
    case 'present':
      writer.text(filter.attribute, 0x87);
      return;
    case 'substrings': {
      const start = writer.begin(0xa4);
      writer.text(filter.attribute);
      const parts = writer.begin(SEQUENCE);
      if (filter.initial !== undefined) writer.text(filter.initial, 0x80);
      for (const part of filter.any) writer.text(part, 0x81);
      if (filter.final !== undefined) writer.text(filter.final, 0x82);
      writer.end(parts);
      writer.end(start);
      return;
    }
    case 'extensible': {
      const start = writer.begin(0xa9);
      if (filter.rule !== undefined) writer.text(filter.rule, 0x81);
      if (filter.attribute !== undefined) writer.text(filter.attribute, 0x82);
      writer.text(filter.value, 0x83);
      if (filter.dnAttributes) writer.boolean(true, 0x84);
      writer.end(start);
      return;
    }
    default: {
      const start = writer.begin(CHOICES[filter.kind]);
      writer.text(filter.attribute);
      writer.text(filter.value);
      writer.end(start);
    }
  }
}

export interface SearchParts {
  readonly base: string;
  readonly scope?: number;
  readonly filter: Filter;
  readonly attributes?: readonly string[];
  readonly sizeLimit?: number;
  readonly timeLimit?: number;
  readonly typesOnly?: boolean;
  readonly page?: { readonly size: number; readonly cookie: Buffer };
  readonly controls?: readonly { readonly oid: string; readonly critical: boolean }[];
}

/** A whole search request. */
export function searchMessage(id: number, parts: SearchParts): Buffer {
  return message(id, parts, (writer) => {
    const search = writer.begin(0x63);
    writer.text(parts.base);
    writer.integer(parts.scope ?? 2, ENUMERATED);
    writer.integer(0, ENUMERATED);
    writer.integer(parts.sizeLimit ?? 0);
    writer.integer(parts.timeLimit ?? 0);
    writer.boolean(parts.typesOnly ?? false);
    writeFilter(writer, parts.filter);
    const list = writer.begin(SEQUENCE);
    for (const attribute of parts.attributes ?? []) writer.text(attribute);
    writer.end(list);
    writer.end(search);
  });
}

/** A simple bind. */
export function bindMessage(id: number, name = '', password = '', version = 3): Buffer {
  return message(id, {}, (writer) => {
    const bind = writer.begin(0x60);
    writer.integer(version);
    writer.text(name);
    writer.text(password, 0x80);
    writer.end(bind);
  });
}

/** Any request, its operation written by `operation`. */
export function message(id: number, parts: Pick<SearchParts, 'page' | 'controls'>, operation: (writer: BerWriter) => void): Buffer {
  const writer = new BerWriter();
  const start = writer.begin(SEQUENCE);
  writer.integer(id);
  operation(writer);
  const { page, controls = [] } = parts;
  if (page !== undefined || controls.length > 0) {
    const list = writer.begin(0xa0);
    for (const { oid, critical } of controls) {
      const control = writer.begin(SEQUENCE);
      writer.text(oid);
      writer.boolean(critical);
      writer.end(control);
    }
    if (page !== undefined) {
      const control = writer.begin(SEQUENCE);
      writer.text('1.2.840.113556.1.4.319');
      const value = writer.begin(OCTET_STRING);
      const sequence = writer.begin(SEQUENCE);
      writer.integer(page.size);
      writer.octets(page.cookie);
      writer.end(sequence);
      writer.end(value);
      writer.end(control);
    }
    writer.end(list);
  }
  writer.end(start);
  return writer.take();
}

export interface Answer {
  readonly id: number;
  readonly tag: number;
  /** Of an entry. */
  readonly dn?: string;
  readonly attributes?: Readonly<Record<string, readonly string[]>>;
  /** Of a result. */
  readonly code?: number;
  readonly matchedDn?: string;
  readonly diagnostic?: string;
  readonly cookie?: Buffer;
}

/** Reads one answer. */
export function readAnswer(octets: Buffer): Answer {
  const outer = new BerReader(octets).enter(SEQUENCE);
  const id = outer.integer();
  const tag = outer.peek() ?? 0;
  const operation = outer.enter();
  if (tag === 0x64) {
    const dn = operation.text();
    const list = operation.enter(SEQUENCE);
    const attributes: Record<string, string[]> = {};
    while (!list.done) {
      const attribute = list.enter(SEQUENCE);
      const name = attribute.text();
      const values = attribute.enter(0x31);
      const found: string[] = [];
      while (!values.done) found.push(values.text());
      attributes[name] = found;
    }
    return { id, tag, dn, attributes };
  }
  const result = { id, tag, code: operation.integer(ENUMERATED), matchedDn: operation.text(), diagnostic: operation.text() };
  if (outer.done) return result;
  const control = outer.enter(0xa0).enter(SEQUENCE);
  control.text();
  const page = new BerReader(control.octets()).enter(SEQUENCE);
  page.integer();
  return { ...result, cookie: page.octets() };
}
