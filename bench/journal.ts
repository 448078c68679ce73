/**
 * `node bench/journal.ts`: the journal with a million entries. What a row costs to write with and without the index that searches read, and how long
 * the searches of the inspector take; each statement of a search blocks nobody for longer than its window.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { entryInserter, journalMigrations } from '../src/kernel/journal/entry.ts';
import { findEntries, idPrefix, type JournalFilter } from '../src/kernel/journal/search.ts';
import { openSqliteStore } from '../src/kernel/store/sqlite.ts';
import type { Store } from '../src/kernel/store/store.ts';
import { median } from './measure.ts';

const ENTRIES = process.argv.includes('--short') ? 100_000 : 1_000_000;
const BATCH = 40;
const BEGIN = Date.parse('2026-11-25T00:00:00Z');
const SUMMARY = JSON.stringify({
  method: 'GET',
  url: '/referrals/FHIR/STU3/ReferralRequest/000000070000',
  milliseconds: 1.21,
  odsCode: 'R69',
});

/** An exchange of a load test: successful ones are kept without headers and bodies, a refusal now and then with them. */
function rowOf(index: number): readonly (string | number | null)[] {
  const [at, refused, rare] = [BEGIN + index, index % 50 === 0, index % 100_000 === 7];
  const detail = JSON.stringify(refused ? { checks: [], request: { headers: { accept: 'x'.repeat(600) } } } : { checks: [] });
  return [
    `${idPrefix(at)}${(index % 1_000_000).toString(36).padStart(4, '0')}test`,
    at,
    rare ? 'dns' : 'ers',
    `A0${10 + (index % 30)}`,
    refused ? 409 : 200,
    refused ? 'refused' : 'ok',
    `application-${index % 5}`,
    rare ? '9990000999' : String(9_990_000_000 + (index % 1_000)),
    `correlation-${index}`,
    `request-${index}`,
    refused ? 0 : 1,
    SUMMARY,
    detail,
  ];
}

/** Writes the entries as the journal does; gives microseconds a row. */
async function fill(store: Store): Promise<number> {
  const insert = entryInserter(BATCH);
  const begin = performance.now();
  for (let index = 0; index < ENTRIES; index += BATCH) {
    const rows = Array.from({ length: BATCH }, (_, offset) => rowOf(index + offset)).flat();
    await store.transaction(async (tx) => void (await insert(tx, rows)));
  }
  return ((performance.now() - begin) * 1_000) / ENTRIES;
}

const SEARCHES: Readonly<Record<string, JournalFilter>> = {
  'newest 50': { limit: 50 },
  'a service': { service: 'ers', limit: 50 },
  'refused ones': { verdict: 'refused', limit: 50 },
  'an application': { appId: 'application-3', limit: 50 },
  'a patient': { nhsNumber: '9990000777', limit: 50 },
  'ten in a million': { service: 'dns', limit: 50 },
  'none at all': { nhsNumber: '9999999999', statusClass: 5, limit: 50 },
  'a correlation id': { correlationId: 'correlation-50', limit: 50 },
  'since a cursor': { after: `${idPrefix(BEGIN + ENTRIES - 20)}`, service: 'ers', limit: 50 },
};

const folder = mkdtempSync(join(tmpdir(), 'localspine-journal-'));
try {
  const costs = { with: [] as number[], without: [] as number[] };
  let searched: Store | undefined;
  // By turns, so that a machine that grows slower or faster favours neither.
  for (let round = 0; round < 3; round += 1)
    for (const kind of ['without', 'with'] as const) {
      const store = await openSqliteStore({
        file: join(folder, `${kind}-${round}.sqlite`),
        migrations: { journal: journalMigrations },
        relaxed: true,
      });
      if (kind === 'without') await sql`drop index journal_exchange_search`.execute(store.db);
      costs[kind].push(await fill(store));
      if (kind === 'with' && round === 2) searched = store;
      else await store.close();
    }
  console.log(
    `a row among ${ENTRIES}: ${median(costs.without).toFixed(2)} µs without the search index, ${median(costs.with).toFixed(2)} µs with it`,
  );
  if (searched !== undefined) {
    for (const [name, filter] of Object.entries(SEARCHES)) {
      const times: number[] = [];
      let found = 0;
      for (let round = 0; round < 7; round += 1) {
        const begin = performance.now();
        found = (await findEntries(searched, filter)).length;
        times.push(performance.now() - begin);
      }
      console.log(`${name.padEnd(20)} ${median(times).toFixed(2).padStart(8)} ms  ${found} found`);
    }
    await searched.close();
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
