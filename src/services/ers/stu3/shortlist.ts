import { SYSTEMS } from '../codes.ts';
import { unprocessable } from '../errors.ts';
import type { SearchCriteria } from '../model.ts';
import { list, record, text } from './elements.ts';
import { containedCriteria, readSearchCriteria } from './search-criteria.ts';

/** A shortlist as sent: the services in their order, and the search that found them. */
export interface SentShortlist {
  readonly criteria: SearchCriteria;
  readonly serviceIds: readonly string[];
}

/**
 * Reads `eRS-Shortlist-List-1` (ers.md §9 A011).
 *
 * @param path where the resource sits in the message, for diagnostics
 *
 * Throws (422) MISSING_VALUE, INVALID_VALUE for another status or mode, INVALID_FHIR_STRUCTURE, and what the criteria's reader throws.
 */
export function readShortlist(resource: unknown, path: string): SentShortlist {
  const shortlist = record(resource, path);
  requireValue(shortlist['status'], 'current', 'Shortlist/Status');
  requireValue(shortlist['mode'], 'snapshot', 'Shortlist/Mode');
  const contained = containedCriteria(shortlist, path);
  if (contained === undefined) {
    throw unprocessable(
      'MISSING_VALUE',
      `'Shortlist/Search Criteria' is missing.`,
      'The shortlist contains no search criteria, or its extension does not name them.',
    );
  }
  return {
    criteria: readSearchCriteria(contained.resource, contained.path),
    serviceIds: list(shortlist['entry'], 'Shortlist/Service Id').map(readServiceId),
  };
}

function readServiceId(entry: unknown, index: number): string {
  const path = `Shortlist/entry[${index}]`;
  const identifier = record(record(record(entry, path)['item'], `${path}/item`)['identifier'], `${path}/item/identifier`);
  const system = text(identifier['system'], `${path}/item/identifier/system`);
  const id = text(identifier['value'], 'Shortlist/Service Id');
  if (system !== SYSTEMS.serviceStu3) throw unprocessable('INVALID_VALUE', `'Shortlist/Service Id' (${system}|${id}) is invalid.`);
  if (!/^\d{1,19}$/.test(id)) throw unprocessable('INVALID_VALUE', `'Shortlist/Service Id' (${id}) is invalid.`);
  return id;
}

function requireValue(value: unknown, expected: string, name: string): void {
  const sent = text(value, name);
  if (sent !== expected) throw unprocessable('INVALID_VALUE', `'${name}' (${sent}) is invalid.`);
}
