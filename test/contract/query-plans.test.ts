/** A listing reads its page and not the table: what each engine plans for the queries of e-RS's listings, with much in the tables. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { CompiledQuery, type RawBuilder, sql } from 'kysely';
import { kernelMigrations } from '../../src/kernel/store/kernel-migrations.ts';
import type { Db, Store } from '../../src/kernel/store/store.ts';
import { ersMigrations } from '../../src/services/ers/migrations/migrations.ts';
import { openSlots } from '../../src/services/ers/store/appointment-book.ts';
import { freeSlots, hasFreeSlots, publishedServicesByKey, serviceIdsOfProvider } from '../../src/services/ers/store/catalogue.ts';
import { providerWorklist, referrerWorklist } from '../../src/services/ers/store/referrals.ts';
import { engines } from './stores.ts';

const migrations = {
  kernel: kernelMigrations,
  ers: ersMigrations,
};
const INSTANCE = 'Int1';
const SLOTS = { serviceId: '7', priority: 'ROUTINE', from: 1_000_000, to: Number.MAX_SAFE_INTEGER } as const;

/** The listings, by the operation that asks them. */
const LISTINGS: Readonly<Record<string, (db: Db) => Promise<unknown>>> = {
  'A008, a provider’s list': (db) => providerWorklist(db, INSTANCE, 'REFERRALS_FOR_REVIEW', ['0', '1', '2'], 5),
  'A008, a referrer’s list': (db) => referrerWorklist(db, INSTANCE, 'AWAITING_BOOKING', 'R10'),
  'A008, letters outstanding': (db) => referrerWorklist(db, INSTANCE, 'LETTERS_OUTSTANDING', 'R10'),
  'A008, whose services': (db) => serviceIdsOfProvider(db, INSTANCE, '7'),
  'A010, services of a clinic type': (db) => publishedServicesByKey(db, INSTANCE, 'clinic-type', '7'),
  'A015, a page of slots': (db) => freeSlots(db, INSTANCE, SLOTS, { size: 20, number: 2 }),
  'A016, whether there are slots': (db) => hasFreeSlots(db, INSTANCE, SLOTS),
  'a hospital’s free slots': (db) => openSlots(db, INSTANCE, '7', 1_000_000),
};
/** PostgreSQL and SQLite say that a whole table is read; the few sessions of the test's clinics are no table to speak of. */
const WHOLE_TABLE = /^SCAN (?!session)|Seq Scan on (?!ers_clinic_session)/;

for (const engine of engines) {
  describe(`query plans on ${engine.name}`, { skip: engine.skip }, () => {
    let store: Store;
    before(async () => {
      store = await engine.open('plans', migrations);
      await fill(store);
    });
    after(() => store.drop());

    for (const [name, listing] of Object.entries(LISTINGS)) {
      test(name, async () => {
        const queries = await queriesOf(store, listing);
        assert.ok(queries.length > 0);
        for (const query of queries) {
          const plan = await planOf(store, query);
          assert.ok(plan.length > 0);
          for (const step of plan) assert.doesNotMatch(step, WHOLE_TABLE, `${query.sql}\n${plan.join('\n')}`);
        }
      });
    }
  });
}

/** The queries that a listing runs. */
async function queriesOf(store: Store, listing: (db: Db) => Promise<unknown>): Promise<readonly CompiledQuery[]> {
  const queries: CompiledQuery[] = [];
  const observed = store.db.withPlugin({
    transformQuery: ({ node, queryId }) => {
      queries.push(store.db.getExecutor().compileQuery(node, queryId));
      return node;
    },
    transformResult: async ({ result }) => result,
  });
  await listing(observed);
  return queries;
}

async function planOf(store: Store, query: CompiledQuery): Promise<readonly string[]> {
  const explain = store.engine === 'sqlite' ? 'explain query plan' : 'explain (costs off)';
  // A placeholder of a prepared query has a value only when it runs; any will do for a plan.
  const values = query.parameters.map((each) => (typeof each === 'object' && each !== null ? '7' : each));
  const { rows } = await store.db.executeQuery<Record<string, unknown>>(CompiledQuery.raw(`${explain} ${query.sql}`, values));
  return rows.map((row) => String(row['detail'] ?? row['QUERY PLAN']));
}

async function fill(store: Store): Promise<void> {
  const numbers = (count: number): RawBuilder<unknown> =>
    store.engine === 'sqlite'
      ? sql`(with recursive g(n) as (select 1 union all select n + 1 from g where n < ${sql.lit(count)}) select n from g) as numbers`
      : sql`generate_series(1, ${sql.lit(count)}) as numbers(n)`;
  const id = sql`cast(n as text)`;
  const document = `{"text":"${'x'.repeat(1_200)}"}`;
  const statements = [
    sql`insert into ers_slot (instance, id, service_id, usrn, start_at, end_at, status)
      select 'Int1', ${id}, cast(n % 200 as text), ${id}, n * 1000, n * 1000 + 500, 'free' from ${numbers(20_000)}`,
    sql`insert into ers_clinic_slot (instance, id, service_id, usrn, start_at, end_at, status)
      select 'Int1', ${id}, cast(n % 200 as text), ${id}, n * 1000, n * 1000 + 500, 'open' from ${numbers(20_000)}`,
    sql`insert into ers_service (instance, id, version, provider, specialty, published, document)
      select 'Int1', ${id}, 1, cast(n % 50 as text), 'CARDIOLOGY', 1, ${sql.lit(document)} from ${numbers(5_000)}`,
    sql`insert into ers_service_key (instance, kind, value, service_id)
      select 'Int1', 'clinic-type', cast(n % 100 as text), ${id} from ${numbers(5_000)}`,
    sql`insert into ers_referral (instance, ubrn, version, status, state, nhs_number, referring_organisation, service_id, priority, provider_list,
        referrer_list, letter_outstanding, appointment_start, pathway_start, created_at, updated_at, document)
      select 'Int1', ${id}, 1, 'active', 'BOOKED', '9990000018', 'R' || cast(n % 30 as text), cast(n % 100 as text), 'ROUTINE',
        case when n % 1000 = 0 then 'REFERRALS_FOR_REVIEW' end, case when n % 100 = 0 then 'AWAITING_BOOKING' end,
        case when n % 500 = 0 then 1 else 0 end, n, n, n, n, '{}' from ${numbers(50_000)}`,
  ];
  for (const statement of statements) await statement.execute(store.db);
  await sql`analyze`.execute(store.db);
}
