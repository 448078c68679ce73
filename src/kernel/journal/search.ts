import { setImmediate as otherWorkFirst } from 'node:timers/promises';
import { sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import type { Instant } from '../clock.ts';
import { type Store, tablesOf } from '../store/store.ts';
import type { JournalTables } from './entry.ts';

/**
 * What entries are searched by, in one index that grows at its end only: the dearest thing a row pays for being found is one place in it.
 * A search reads the index and touches rows only for what it gives.
 */
export const searchIndex: Migration = {
  async up(db) {
    await sql`create index journal_exchange_search on journal_exchange (id, service, operation, status, verdict, app_id, nhs_number)`.execute(
      db,
    );
  },
};

/** Which entries are wanted; all conditions hold together. */
export interface JournalFilter {
  readonly service?: string;
  readonly operation?: string;
  readonly verdict?: 'ok' | 'refused' | 'failed';
  /** Exactly this status. */
  readonly status?: number;
  /** Status of this hundred: 4 is 400 to 499. */
  readonly statusClass?: number;
  readonly appId?: string;
  /** Only of these applications, and exchanges of which no application is known. */
  readonly visibleTo?: readonly string[];
  readonly nhsNumber?: string;
  readonly correlationId?: string;
  /** Not before this time (real time, as the entries are). */
  readonly from?: Instant;
  /** Before this time. */
  readonly to?: Instant;
  /** Only entries after this one, oldest first. */
  readonly after?: string;
  /** Only entries before this one, newest first. */
  readonly before?: string;
  readonly limit: number;
}

/** Entries read between two pauses for other work: some milliseconds. */
const WINDOW = 20_000;
const MOST = 1_000;
/** Sorts after every id. */
const END = '~';

/** The part of an id that is its time. */
export function idPrefix(at: Instant): string {
  return at.toString(36).padStart(9, '0');
}

/**
 * Ids of the entries that fit: newest first, or with `after` oldest first.
 *
 * @param window entries read between two pauses for other work
 */
export async function findEntries(store: Store, filter: JournalFilter, window = WINDOW): Promise<readonly string[]> {
  const limit = Math.min(filter.limit, MOST);
  const range = rangeOf(filter);
  if (filter.correlationId !== undefined) {
    // An index of its own has all but what a crowd left (see the journal's migrations).
    const indexed = await fitting(store, range, undefined, { ...filter, crowded: 0 }, limit);
    if (indexed.length > 0) return indexed;
  }
  const narrow = !hasCondition(filter);
  const found: string[] = [];
  for (let place = range; ; ) {
    // Who sets no condition needs no window.
    const end = narrow ? undefined : await windowEnd(store, place, window);
    found.push(...(await fitting(store, place, end, filter, limit - found.length)));
    if (end === undefined || found.length === limit) return found;
    place = place.ascending ? { ...place, low: end } : { ...place, high: end };
    await otherWorkFirst();
  }
}

/** Ids above `low` and below `high`, in one direction. */
interface Range {
  readonly low: string;
  readonly high: string;
  readonly ascending: boolean;
}

function rangeOf({ from, to, after, before }: JournalFilter): Range {
  const low = later(after ?? '', from === undefined ? '' : idPrefix(from));
  const high = earlier(before ?? END, to === undefined ? END : idPrefix(to));
  return { low, high, ascending: after !== undefined };
}

const later = (one: string, other: string): string => (one > other ? one : other);
const earlier = (one: string, other: string): string => (one < other ? one : other);

function hasCondition(filter: JournalFilter): boolean {
  const { service, operation, verdict, status, statusClass, appId, visibleTo, nhsNumber, correlationId } = filter;
  return [service, operation, verdict, status, statusClass, appId, visibleTo, nhsNumber, correlationId].some((each) => each !== undefined);
}

/** Entries of a range, as far as `end` where one is given: one bound on each side, or the engine reads rows where the index would do. */
function within(store: Store, { low, high, ascending }: Range, end?: string) {
  return tablesOf<JournalTables>(store.db)
    .selectFrom('journal_exchange')
    .where('id', end !== undefined && !ascending ? '>=' : '>', ascending ? low : (end ?? low))
    .where('id', end !== undefined && ascending ? '<=' : '<', ascending ? (end ?? high) : high)
    .orderBy('id', ascending ? 'asc' : 'desc');
}

/** The last id of the next window; undefined when the rest fits in one. */
async function windowEnd(store: Store, range: Range, window: number): Promise<string | undefined> {
  const row = await within(store, range)
    .select('id')
    .offset(window - 1)
    .limit(1)
    .executeTakeFirst();
  return row?.id;
}

async function fitting(
  store: Store,
  range: Range,
  end: string | undefined,
  filter: JournalFilter & { readonly crowded?: 0 },
  limit: number,
): Promise<readonly string[]> {
  let query = within(store, range, end).select('id').limit(limit);
  const { service, operation, verdict, status, statusClass, appId, visibleTo, nhsNumber, correlationId } = filter;
  if (service !== undefined) query = query.where('service', '=', service);
  if (operation !== undefined) query = query.where('operation', '=', operation);
  if (verdict !== undefined) query = query.where('verdict', '=', verdict);
  if (status !== undefined) query = query.where('status', '=', status);
  if (statusClass !== undefined) query = query.where('status', '>=', statusClass * 100).where('status', '<', statusClass * 100 + 100);
  if (appId !== undefined) query = query.where('app_id', '=', appId);
  if (visibleTo !== undefined)
    query = query.where((where) =>
      where.or([where('app_id', 'is', null), ...(visibleTo.length === 0 ? [] : [where('app_id', 'in', visibleTo)])]),
    );
  if (nhsNumber !== undefined) query = query.where('nhs_number', '=', nhsNumber);
  if (correlationId !== undefined) query = query.where('correlation_id', '=', correlationId);
  // Written out, not bound: a partial index is for a condition that is known when the query is planned.
  if (filter.crowded === 0) query = query.where(({ eb, lit }) => eb('crowded', '=', lit(0)));
  return (await query.execute()).map((row) => row.id);
}
