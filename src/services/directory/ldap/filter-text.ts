/** Filters as text (RFC 4515). Pure. */
import type { Filter } from './message.ts';

const OPERATORS = { equal: '=', greater: '>=', less: '<=', approximate: '~=' } as const;

/** A filter as one writes it on a command line. */
export function filterText(filter: Filter): string {
  switch (filter.kind) {
    case 'and':
      return `(&${filter.filters.map(filterText).join('')})`;
    case 'or':
      return `(|${filter.filters.map(filterText).join('')})`;
    case 'not':
      return `(!${filterText(filter.filter)})`;
    case 'present':
      return `(${filter.attribute}=*)`;
    case 'substrings':
      return `(${filter.attribute}=${[filter.initial ?? '', ...filter.any, filter.final ?? ''].map(escaped).join('*')})`;
    case 'extensible':
      return `(${filter.attribute ?? ''}${filter.dnAttributes ? ':dn' : ''}${filter.rule === undefined ? '' : `:${filter.rule}`}:=${escaped(filter.value)})`;
    default:
      return `(${filter.attribute}${OPERATORS[filter.kind]}${escaped(filter.value)})`;
  }
}

const SPECIAL = /[*()\\\0]/;

function escaped(value: string): string {
  if (!SPECIAL.test(value)) return value;
  return value.replace(/[*()\\\0]/g, (letter) => `\\${letter.charCodeAt(0).toString(16).padStart(2, '0')}`);
}
