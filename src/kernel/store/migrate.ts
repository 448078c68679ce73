import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import { type Migration, type MigrationProvider, Migrator } from 'kysely/migration';
import { LocalRefusal, messageOf } from '../errors.ts';
import { type Db, type Migrations, tablesOf } from './store.ts';

/** Migrations by owner: `kernel`, `ers` … */
export type OwnedMigrations = Readonly<Record<string, Migrations>>;

interface SchemaTables {
  kernel_schema: { id: number; fingerprint: string };
  kysely_migration: { name: string };
}

/**
 * Brings a database to the newest shape. When nothing is new this costs one query: the fingerprint of all migration names is kept
 * beside them, because looking at every table on each start would eat the start-up budget.
 *
 * @param schema PostgreSQL: where the migration tables are; other schemas have tables of the same names
 * Throws LocalRefusal when the database was written by a newer LocalSpine, or a migration fails.
 */
export async function migrate(db: Db, owned: OwnedMigrations, engine: 'sqlite' | 'postgres', schema?: string): Promise<void> {
  const all: Record<string, Migration> = {};
  for (const [owner, migrations] of Object.entries(owned)) {
    for (const [name, migration] of Object.entries(migrations)) all[`${owner}/${name}`] = migration;
  }
  const fingerprint = createHash('sha256').update(Object.keys(all).join('\n')).digest('hex');
  if ((await storedFingerprint(db, engine)) === fingerprint) return;
  await refuseNewer(db, engine, new Set(Object.keys(all)));
  const provider: MigrationProvider = { getMigrations: async () => all };
  const { error } = await new Migrator({
    db: tablesOf(db),
    provider,
    allowUnorderedMigrations: true,
    ...(schema === undefined ? {} : { migrationTableSchema: schema }),
  }).migrateToLatest();
  if (error !== undefined)
    throw new LocalRefusal(500, 'migration_failed', `The database could not be brought up to date (${messageOf(error)}).`);
  await sql`create table if not exists kernel_schema (id integer primary key, fingerprint text not null)`.execute(db);
  await tablesOf<SchemaTables>(db)
    .insertInto('kernel_schema')
    .values({ id: 1, fingerprint })
    .onConflict((conflict) => conflict.column('id').doUpdateSet({ fingerprint }))
    .execute();
}

async function hasTable(db: Db, engine: 'sqlite' | 'postgres', table: string): Promise<boolean> {
  const query =
    engine === 'sqlite'
      ? sql<{ found: number }>`select 1 as found from sqlite_schema where type = 'table' and name = ${table}`
      : sql<{
          found: number;
        }>`select 1 as found from information_schema.tables where table_schema = current_schema() and table_name = ${table}`;
  return (await query.execute(db)).rows.length > 0;
}

async function storedFingerprint(db: Db, engine: 'sqlite' | 'postgres'): Promise<string | undefined> {
  if (!(await hasTable(db, engine, 'kernel_schema'))) return undefined;
  return (await tablesOf<SchemaTables>(db).selectFrom('kernel_schema').select('fingerprint').executeTakeFirst())?.fingerprint;
}

async function refuseNewer(db: Db, engine: 'sqlite' | 'postgres', known: ReadonlySet<string>): Promise<void> {
  if (!(await hasTable(db, engine, 'kysely_migration'))) return;
  const done = await tablesOf<SchemaTables>(db).selectFrom('kysely_migration').select('name').execute();
  const unknown = done.map((each) => each.name).filter((each) => !known.has(each));
  if (unknown.length > 0) {
    throw new LocalRefusal(
      409,
      'database_newer',
      `This database was written by a newer LocalSpine (it has ${unknown[0]}).`,
      'Use that version, or give this one its own folder with LOCALSPINE_HOME.',
    );
  }
}
