import { isoInstant } from '../../../kernel/clock.ts';
import type { Call } from '../operation.ts';

/** One thing found. */
export interface Found {
  readonly fullUrl: string;
  readonly resource: object;
}

/**
 * The answer of an R4 search (ers.md §10.6): `entry` is left out when nothing is found.
 *
 * @param self path and query of the search below `/FHIR`, as the link shows it
 */
export function searchBundle(call: Pick<Call<unknown>, 'world' | 'fhirBase'>, self: string, found: readonly Found[]): object {
  const now = isoInstant(call.world.clock.now());
  return {
    id: call.world.random.uuid(),
    meta: { lastUpdated: now },
    resourceType: 'Bundle',
    type: 'searchset',
    timestamp: now,
    total: found.length,
    link: [{ relation: 'self', url: `${call.fhirBase}/R4/${self}` }],
    ...(found.length > 0 && { entry: found.map((each) => ({ ...each, search: { mode: 'match' } })) }),
  };
}

/** The only value of a query parameter; undefined when it is missing, empty or repeated. */
export function onlyValue(query: Readonly<Record<string, readonly string[]>>, name: string): string | undefined {
  const [value, ...others] = (Object.hasOwn(query, name) ? query[name] : undefined) ?? [];
  return value === '' || others.length > 0 ? undefined : value;
}
