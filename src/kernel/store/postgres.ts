import { Kysely, PostgresDialect, sql } from 'kysely';
import { LocalRefusal, messageOf } from '../errors.ts';
import { migrate, type OwnedMigrations } from './migrate.ts';
import { snapshotName } from './snapshots.ts';
import { type Db, type Store, tablesOf } from './store.ts';

export interface PostgresOptions {
  readonly url: string;
  /** Schema that is this database, e.g. `localspine_int`. Made when missing. */
  readonly schema: string;
  readonly migrations: OwnedMigrations;
}

interface CounterTable {
  kernel_counter: { key: string; window_start: number; count: number };
}

/** Type id of `bigint` in PostgreSQL; ours are times and versions, all below 2^53. */
const INT8 = 20;

/**
 * Opens a PostgreSQL schema as a store. Any number of processes may have it open: they are doors to the same world.
 * Throws LocalRefusal when the server cannot be reached or the schema was written by a newer LocalSpine.
 */
export async function openPostgresStore(options: PostgresOptions): Promise<Store> {
  const { default: pg } = await import('pg');
  const pool = new pg.Pool({
    connectionString: options.url,
    max: 10,
    options: `-c search_path=${options.schema}`,
    types: {
      getTypeParser: (id: number, format?: 'text' | 'binary') => (id === INT8 ? Number : pg.types.getTypeParser(id, format as 'text')),
    },
  });
  pool.on('error', () => undefined); // an idle connection that broke is replaced at the next use
  const db: Db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
  try {
    await oneProcessAtATime(db, options.schema, async () => {
      await sql`create schema if not exists ${sql.id(options.schema)}`.execute(db);
      await migrate(db, options.migrations, 'postgres', options.schema);
    });
  } catch (error) {
    await db.destroy();
    if (error instanceof LocalRefusal) throw error;
    throw new LocalRefusal(
      500,
      'database_unreachable',
      `The PostgreSQL database could not be opened (${messageOf(error)}).`,
      'Check LOCALSPINE_DATABASE_URL and that the server is running.',
    );
  }
  const snapshotSchema = (name: string): string => `${options.schema}__${snapshotName(name)}`;
  const store: Store = {
    engine: 'postgres',
    exclusive: false,
    db,
    transaction: (body) => retrying(() => db.transaction().execute((tx) => body(tx))),
    async increment(key, window) {
      const row = await tablesOf<CounterTable>(db)
        .insertInto('kernel_counter')
        .values({ key, window_start: window, count: 1 })
        .onConflict((conflict) =>
          conflict.columns(['key', 'window_start']).doUpdateSet((set) => ({ count: set('kernel_counter.count', '+', 1) })),
        )
        .returning('count')
        .executeTakeFirstOrThrow();
      if (row.count === 1)
        await tablesOf<CounterTable>(db).deleteFrom('kernel_counter').where('key', '=', key).where('window_start', '<', window).execute();
      return row.count;
    },
    async saveSnapshot(name, tables) {
      const schema = sql.id(snapshotSchema(name));
      await store.transaction(async (tx) => {
        await sql`drop schema if exists ${schema} cascade`.execute(tx);
        await sql`create schema ${schema}`.execute(tx);
        for (const table of tables) await sql`create table ${schema}.${sql.id(table)} as select * from ${sql.id(table)}`.execute(tx);
        await sql`create table ${schema}.snapshot_saved as select (extract(epoch from now()) * 1000)::bigint as at`.execute(tx);
      });
    },
    async loadSnapshot(name, tables) {
      const schema = snapshotSchema(name);
      const found = await sql<{ n: number }>`select 1 as n from information_schema.schemata where schema_name = ${schema}`.execute(db);
      if (found.rows.length === 0)
        throw new LocalRefusal(
          404,
          'snapshot_unknown',
          `There is no snapshot called "${name}".`,
          'List them with: localspine snapshot list',
        );
      await store.transaction(async (tx) => {
        for (const table of tables) await copyBack(tx, options.schema, schema, table);
      });
    },
    async listSnapshots() {
      const prefix = `${options.schema}__`;
      const found = await sql<{
        name: string;
      }>`select schema_name as name from information_schema.schemata where starts_with(schema_name, ${prefix})`.execute(db);
      const snapshots: { name: string; savedAt: number }[] = [];
      for (const { name } of found.rows) {
        const saved = await sql<{ at: number }>`select at from ${sql.id(name)}.snapshot_saved`.execute(db);
        snapshots.push({ name: name.slice(prefix.length), savedAt: saved.rows[0]?.at ?? 0 });
      }
      return snapshots;
    },
    async drop() {
      await sql`drop schema if exists ${sql.id(options.schema)} cascade`.execute(db);
      await db.destroy();
    },
    close: () => db.destroy(),
  };
  return store;
}

/**
 * Two processes may start on the same database at once. "If not exists" does not help them: PostgreSQL checks first and creates later, and
 * the slower one fails. So whoever comes second waits here, and then finds the work done.
 */
async function oneProcessAtATime(db: Db, schema: string, work: () => Promise<void>): Promise<void> {
  await db.connection().execute(async (connection) => {
    await sql`select pg_advisory_lock(hashtextextended(${schema}, 0))`.execute(connection);
    try {
      await work();
    } finally {
      await sql`select pg_advisory_unlock(hashtextextended(${schema}, 0))`.execute(connection);
    }
  });
}

/** Rows of a snapshot table go back by the columns both have. A table the snapshot lacks is emptied. */
async function copyBack(tx: Db, schema: string, snapshot: string, table: string): Promise<void> {
  const columnsOf = async (of: string): Promise<string[]> =>
    (
      await sql<{
        name: string;
      }>`select column_name as name from information_schema.columns where table_schema = ${of} and table_name = ${table} order by ordinal_position`.execute(
        tx,
      )
    ).rows.map((row) => row.name);
  const saved = new Set(await columnsOf(snapshot));
  await sql`delete from ${sql.id(table)}`.execute(tx);
  if (saved.size === 0) return;
  const columns = sql.join((await columnsOf(schema)).filter((each) => saved.has(each)).map((each) => sql.id(each)));
  await sql`insert into ${sql.id(table)} (${columns}) select ${columns} from ${sql.id(snapshot)}.${sql.id(table)}`.execute(tx);
}

function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
}

/** Serialisation failure and deadlock: the loser of a race runs again (engineering.md §3 rule 4). */
async function retrying<T>(run: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await run();
    } catch (error) {
      if (attempt >= 5 || !['40001', '40P01'].includes(codeOf(error))) throw error;
      await new Promise((resolve) => setTimeout(resolve, attempt * 7));
    }
  }
}
