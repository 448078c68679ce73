/**
 * Filters (RFC 4511 §4.5.1.7, sds.md §6.5): what a filter says of an entry is true, false or undefined. A filter is looked up in the schema
 * once, then asked of many entries.
 */
import { distinguishedName } from './distinguished-name.ts';
import { type Entry, endOfElement, startOfContent } from './entry.ts';
import { comesBefore, holds, type Normaliser, normaliser } from './matching.ts';
import type { Filter } from './message.ts';
import { operationalValues, type Surroundings } from './operational.ts';
import { ATTRIBUTE_TYPES, type AttributeType, attributeType, requireType } from './schema.ts';

/** Three values, ordered: AND is the least, OR the greatest of its members. */
export const FALSE = 0;
export const UNDEFINED = 1;
export const TRUE = 2;
export type Truth = typeof FALSE | typeof UNDEFINED | typeof TRUE;

/** What is asked of an entry, with all that does not depend on it worked out. */
export type Test =
  | { readonly kind: 'constant'; readonly truth: Truth }
  | { readonly kind: 'and' | 'or'; readonly tests: readonly Test[] }
  | { readonly kind: 'not'; readonly test: Test }
  | { readonly kind: 'class'; readonly value: string }
  | { readonly kind: 'present'; readonly type: AttributeType }
  | {
      readonly kind: 'equal';
      readonly type: AttributeType;
      readonly value: string;
      readonly normalise: Normaliser;
      /** The value's octets when it can be looked for as octets: plain ASCII. */
      readonly octets: Buffer | undefined;
      readonly ignoreCase: boolean;
    }
  /** Any other comparison of values. */
  | { readonly kind: 'some'; readonly type: AttributeType; readonly holds: (value: string) => boolean }
  | {
      readonly kind: 'extensible';
      readonly types: readonly AttributeType[];
      readonly inName: boolean;
      readonly holds: (value: string) => boolean;
    };

export interface FilterOptions {
  /** Types without an equality rule compare without case, as some directories do; undefined otherwise (sds.md §6.5). */
  readonly defaultEquality: boolean;
}

const UNKNOWN: Test = { kind: 'constant', truth: UNDEFINED };
const OBJECT_CLASS = requireType('objectClass');
const DEFAULT_RULE = 'caseIgnoreMatch';

/** Looks a filter up in the schema. Never throws: what makes no sense is undefined. */
export function compileFilter(filter: Filter, options: FilterOptions): Test {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return { kind: filter.kind, tests: filter.filters.map((each) => compileFilter(each, options)) };
    case 'not':
      return { kind: 'not', test: compileFilter(filter.filter, options) };
    case 'present': {
      const type = attributeType(filter.attribute);
      return type === undefined ? UNKNOWN : { kind: 'present', type };
    }
    case 'equal':
    case 'approximate':
      return compileEquality(filter.attribute, filter.value, options);
    case 'greater':
    case 'less':
      return compileOrder(filter.attribute, filter.value, filter.kind);
    case 'substrings':
      return compileSubstrings(filter);
    case 'extensible':
      return compileExtensible(filter, options);
  }
}

function equalityRule(type: AttributeType, { defaultEquality }: FilterOptions): string {
  return type.equality === '' && defaultEquality ? DEFAULT_RULE : type.equality;
}

/** How assertions on a type are compared: name and normaliser of its rule, where it has one. */
export function equalityOf(type: AttributeType, options: FilterOptions): Normaliser | undefined {
  return normaliser(equalityRule(type, options));
}

function compileEquality(attribute: string, text: string, options: FilterOptions): Test {
  const type = attributeType(attribute);
  if (type === undefined) return UNKNOWN;
  const normalise = equalityOf(type, options);
  const value = normalise?.(text);
  if (normalise === undefined || value === undefined) return UNKNOWN;
  if (type === OBJECT_CLASS) return { kind: 'class', value };
  const rule = equalityRule(type, options);
  const byOctets = (rule === 'caseExactMatch' || rule === 'caseIgnoreMatch') && value !== '' && /^[\x20-\x7e]+$/.test(value);
  return {
    kind: 'equal',
    type,
    value,
    normalise,
    octets: byOctets ? Buffer.from(value, 'latin1') : undefined,
    ignoreCase: rule === 'caseIgnoreMatch',
  };
}

function compileOrder(attribute: string, text: string, kind: 'greater' | 'less'): Test {
  const type = attributeType(attribute);
  const normalise = type === undefined ? undefined : normaliser(type.ordering);
  const bound = normalise?.(text);
  if (type === undefined || normalise === undefined || bound === undefined) return UNKNOWN;
  return {
    kind: 'some',
    type,
    holds(stored) {
      const value = normalise(stored);
      if (value === undefined) return false;
      return kind === 'greater' ? !comesBefore(type.ordering, value, bound) : !comesBefore(type.ordering, bound, value);
    },
  };
}

function compileSubstrings({ attribute, initial, any, final }: Extract<Filter, { kind: 'substrings' }>): Test {
  const type = attributeType(attribute);
  const normalise = type === undefined ? undefined : normaliser(type.substrings);
  if (type === undefined || normalise === undefined) return UNKNOWN;
  const part = (text: string, first: boolean, last: boolean): string => fragment(text, normalise, first, last);
  const start = initial === undefined ? undefined : part(initial, true, false);
  const middle = any.map((each) => part(each, false, false));
  const end = final === undefined ? undefined : part(final, false, true);
  return { kind: 'some', type, holds: (stored) => holds(normalise(stored) ?? '', start, middle, end) };
}

/** A part of a value: blanks inside count as one, and those at its ends too, but at the ends of the value they do not count. */
function fragment(text: string, normalise: Normaliser, first: boolean, last: boolean): string {
  const core = normalise(text) ?? '';
  if (core === '') return text === '' || first || last ? '' : ' ';
  return `${!first && /^\s/.test(text) ? ' ' : ''}${core}${!last && /\s$/.test(text) ? ' ' : ''}`;
}

function compileExtensible(
  { rule, attribute, value, dnAttributes }: Extract<Filter, { kind: 'extensible' }>,
  options: FilterOptions,
): Test {
  const type = attribute === undefined ? undefined : attributeType(attribute);
  if (attribute !== undefined && type === undefined) return UNKNOWN;
  const ruleName = rule ?? (type === undefined ? '' : equalityRule(type, options));
  const normalise = normaliser(ruleName);
  const wanted = normalise?.(value);
  if (normalise === undefined || wanted === undefined) return UNKNOWN;
  const types = type === undefined ? ATTRIBUTE_TYPES.filter((each) => normaliser(each.equality) === normalise) : [type];
  return { kind: 'extensible', types, inName: dnAttributes, holds: (stored) => normalise(stored) === wanted };
}

/** What a test says of an entry. */
export function evaluate(test: Test, entry: Entry, surroundings: Surroundings): Truth {
  switch (test.kind) {
    case 'constant':
      return test.truth;
    case 'and': {
      let truth: Truth = TRUE;
      for (const each of test.tests) {
        const next = evaluate(each, entry, surroundings);
        if (next === FALSE) return FALSE;
        if (next < truth) truth = next;
      }
      return truth;
    }
    case 'or': {
      let truth: Truth = FALSE;
      for (const each of test.tests) {
        const next = evaluate(each, entry, surroundings);
        if (next === TRUE) return TRUE;
        if (next > truth) truth = next;
      }
      return truth;
    }
    case 'not': {
      const truth = evaluate(test.test, entry, surroundings);
      return truth === TRUE ? FALSE : truth === FALSE ? TRUE : UNDEFINED;
    }
    case 'class':
      return entry.shape.classes.has(test.value) ? TRUE : FALSE;
    case 'present':
      return isPresent(test.type, entry, surroundings) ? TRUE : FALSE;
    case 'equal':
      return equals(test, entry, surroundings) ? TRUE : FALSE;
    case 'some':
      return valuesOf(test.type, entry, surroundings).some(test.holds) ? TRUE : FALSE;
    case 'extensible':
      return matchesExtensible(test, entry, surroundings) ? TRUE : FALSE;
  }
}

/** Values of a type and of the types derived from it, operational ones too. */
export function valuesOf(type: AttributeType, entry: Entry, surroundings: Surroundings): readonly string[] {
  if (type.family.size === 1) return ownValues(type, entry, surroundings);
  return [...type.family].flatMap((id) => ownValues(ATTRIBUTE_TYPES[id] ?? type, entry, surroundings));
}

function ownValues(type: AttributeType, entry: Entry, surroundings: Surroundings): readonly string[] {
  return type.operational && !entry.has(type) ? operationalValues(type.name, entry, surroundings) : entry.values(type);
}

function isPresent(type: AttributeType, entry: Entry, surroundings: Surroundings): boolean {
  if (entry.has(type)) return true;
  return (type.operational || type.family.size > 1) && valuesOf(type, entry, surroundings).length > 0;
}

function equals(test: Extract<Test, { kind: 'equal' }>, entry: Entry, surroundings: Surroundings): boolean {
  const { type, octets, value, normalise } = test;
  if (octets === undefined || type.operational || type.family.size > 1)
    return valuesOf(type, entry, surroundings).some((stored) => normalise(stored) === value);
  const span = entry.findValues(type);
  if (span === undefined) return false;
  const { octets: kept } = span;
  for (let position = startOfContent(kept, span.start); position < span.end; position = endOfElement(kept, position)) {
    const start = startOfContent(kept, position);
    const end = endOfElement(kept, position);
    const length = end - start;
    if (length === octets.length && sameOctets(kept, start, octets, test.ignoreCase)) return true;
    // Only blanks and letters beyond ASCII make a value's octets differ from its compared form.
    if (!isPlain(kept, start, end) && normalise(kept.toString('utf8', start, end)) === value) return true;
  }
  return false;
}

function sameOctets(kept: Buffer, start: number, octets: Buffer, ignoreCase: boolean): boolean {
  for (let index = 0; index < octets.length; index += 1) {
    let octet = kept[start + index] ?? 0;
    if (ignoreCase && octet >= 0x41 && octet <= 0x5a) octet |= 0x20;
    if (octet !== octets[index]) return false;
  }
  return true;
}

function isPlain(kept: Buffer, start: number, end: number): boolean {
  for (let index = start; index < end; index += 1) {
    const octet = kept[index] ?? 0;
    if (octet <= 0x20 || octet > 0x7e) return false;
  }
  return true;
}

function matchesExtensible(test: Extract<Test, { kind: 'extensible' }>, entry: Entry, surroundings: Surroundings): boolean {
  if (test.types.some((type) => valuesOf(type, entry, surroundings).some(test.holds))) return true;
  if (!test.inName) return false;
  const rdns = distinguishedName(entry.dn)?.rdns ?? [];
  return rdns.some((rdn) =>
    rdn.some(({ type, value }) => {
      const named = attributeType(type);
      return named !== undefined && test.types.some((each) => each.family.has(named.id)) && test.holds(value);
    }),
  );
}
