import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import fc from 'fast-check';
import { sql } from 'kysely';
import { openMemoryStore } from '../store/memory.ts';
import { type Store, tablesOf } from '../store/store.ts';
import { journalMigrations } from './journal.ts';
import { findEntries, idPrefix, type JournalFilter } from './search.ts';

const BEGIN = Date.parse('2026-11-25T09:00:00Z');
const SERVICES = ['ers', 'gateway', 'dns'];
const PATIENTS = [null, '9990000001', '9990000002'];

interface Entry {
  readonly id: string;
  readonly at: number;
  readonly service: string;
  readonly operation: string;
  readonly status: number;
  readonly verdict: string;
  readonly app_id: string | null;
  readonly nhs_number: string | null;
  readonly correlation_id: string;
}

/** Two hundred exchanges, one a second. */
const entries: readonly Entry[] = Array.from({ length: 200 }, (_, index) => {
  const at = BEGIN + index * 1_000;
  const status = [200, 200, 404, 409, 503][index % 5] ?? 200;
  return {
    id: `${idPrefix(at)}${index.toString(36).padStart(4, '0')}test`,
    at,
    service: SERVICES[index % 3] ?? '',
    operation: `A0${10 + (index % 4)}`,
    status,
    verdict: status >= 500 ? 'failed' : status >= 400 ? 'refused' : 'ok',
    app_id: index % 7 === 0 ? null : `app-${index % 2}`,
    nhs_number: PATIENTS[index % 3] ?? null,
    correlation_id: `c-${Math.floor(index / 2)}`,
  };
});

/** What a search must find, by looking at every entry. */
function expected(filter: JournalFilter): readonly string[] {
  const { service, operation, verdict, status, statusClass, appId, visibleTo, nhsNumber, correlationId, from, to, after, before } = filter;
  const fits = (each: Entry): boolean =>
    (service === undefined || each.service === service) &&
    (operation === undefined || each.operation === operation) &&
    (verdict === undefined || each.verdict === verdict) &&
    (status === undefined || each.status === status) &&
    (statusClass === undefined || Math.floor(each.status / 100) === statusClass) &&
    (appId === undefined || each.app_id === appId) &&
    (visibleTo === undefined || each.app_id === null || visibleTo.includes(each.app_id)) &&
    (nhsNumber === undefined || each.nhs_number === nhsNumber) &&
    (correlationId === undefined || each.correlation_id === correlationId) &&
    (from === undefined || each.at >= from) &&
    (to === undefined || each.at < to) &&
    (after === undefined || each.id > after) &&
    (before === undefined || each.id < before);
  const found = entries.filter(fits).map(({ id }) => id);
  return (after === undefined ? found.reverse() : found).slice(0, filter.limit);
}

describe('searching the journal', () => {
  let store: Store;
  before(async () => {
    store = await openMemoryStore({ journal: journalMigrations });
    await tablesOf<{ journal_exchange: Entry & { summary: string; detail: string; request_id: string | null } }>(store.db)
      .insertInto('journal_exchange')
      .values(entries.map((each) => ({ ...each, summary: '{}', detail: '{}', request_id: null })))
      .execute();
  });

  const maybe = <T>(values: readonly T[]): fc.Arbitrary<T | undefined> =>
    fc.option(fc.constantFrom(...values), { nil: undefined, freq: 1 });
  const filters = fc.record({
    service: maybe([...SERVICES, 'none']),
    operation: maybe(['A010', 'A011']),
    verdict: maybe(['ok', 'refused', 'failed'] as const),
    status: maybe([200, 404]),
    statusClass: maybe([2, 4, 5]),
    appId: maybe(['app-0', 'app-1', 'app-9']),
    visibleTo: maybe([[], ['app-1'], ['app-0', 'app-1']]),
    nhsNumber: maybe(['9990000001', '9990000009']),
    correlationId: maybe(['c-3', 'c-77']),
    from: maybe([BEGIN, BEGIN + 50_000, BEGIN + 500_000]),
    to: maybe([BEGIN + 60_000, BEGIN + 190_500]),
    after: maybe(['0', entries[17]?.id ?? '', entries[199]?.id ?? '']),
    before: maybe([entries[17]?.id ?? '', entries[120]?.id ?? '']),
    limit: fc.constantFrom(1, 7, 1_000),
  });

  test('it finds what looking at every entry finds, whatever is asked and however it is cut up', async () => {
    await fc.assert(
      fc.asyncProperty(filters, fc.constantFrom(1, 3, 50, 20_000), async (wanted, window) => {
        const filter = Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== undefined)) as unknown as JournalFilter;
        assert.deepEqual(await findEntries(store, filter, window), expected(filter));
      }),
      { numRuns: 200 },
    );
  });

  test('page after page gives every entry once', async () => {
    const seen: string[] = [];
    for (let before: string | undefined; ; before = seen.at(-1)) {
      const page = await findEntries(store, { statusClass: 4, limit: 9, ...(before !== undefined && { before }) }, 10);
      seen.push(...page);
      if (page.length < 9) break;
    }
    assert.deepEqual(seen, expected({ statusClass: 4, limit: 1_000 }));
  });

  test('a wide search reads the index and not the rows', async () => {
    const plan = await sql`explain query plan
      select id from journal_exchange where id > '0' and id < '~' and nhs_number = 'x' order by id desc limit 50`.execute(store.db);
    assert.match(JSON.stringify(plan.rows), /COVERING INDEX journal_exchange_search/);
  });
});
