import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { Kysely, type SqliteDatabase, SqliteDialect } from 'kysely';
import { LocalRefusal, messageOf } from '../errors.ts';
import { migrate, type OwnedMigrations } from './migrate.ts';
import { snapshotName } from './snapshots.ts';
import { type Db, type DirectReader, readDirectly, type Store } from './store.ts';

/** `:memory:` for tests, or the path of the file. */
export interface SqliteOptions {
  readonly file: string;
  readonly migrations: OwnedMigrations;
  /** For records that may lose their last moments in a power cut and are written all the time: never waits for the disk. */
  readonly relaxed?: boolean;
}

/**
 * Opens (and creates) a SQLite database through node:sqlite. The file is locked for this process: a second LocalSpine on the same
 * data folder is refused with one sentence rather than sharing it badly. WAL with synchronous NORMAL: an acknowledged write
 * survives `kill -9`; only a power cut can lose the last moments (docs/decisions/0002).
 *
 * Throws LocalRefusal: file locked, not a database, written by a newer LocalSpine, folder not writable.
 */
export async function openSqliteStore(options: SqliteOptions): Promise<Store> {
  const inMemory = options.file === ':memory:';
  const database = openDatabase(options.file, inMemory);
  if (options.relaxed === true) database.exec('pragma synchronous = off; pragma wal_autocheckpoint = 4000');
  const adapted = adapt(database);
  const db: Db = new Kysely<unknown>({ dialect: new SqliteDialect({ database: adapted.database }) });
  readDirectly(db, adapted.read);
  const folder = inMemory ? undefined : join(dirname(options.file), 'snapshots');
  const counters = new Map<string, { window: number; count: number }>();
  try {
    await migrate(db, options.migrations, 'sqlite');
  } catch (error) {
    await db.destroy();
    throw error;
  }
  return {
    engine: 'sqlite',
    exclusive: true,
    db,
    transaction: (body) => db.transaction().execute((tx) => body(tx)),
    // The only process: counting in memory is exact, and costs no write per request.
    async increment(key, window) {
      const counter = counters.get(key);
      if (counter === undefined || counter.window !== window) {
        if (counters.size > 10_000) counters.clear();
        counters.set(key, { window, count: 1 });
        return 1;
      }
      counter.count += 1;
      return counter.count;
    },
    async saveSnapshot(name, tables) {
      const file = snapshotFile(folder, name);
      rmSync(file, { force: true });
      mkdirSync(dirname(file), { recursive: true });
      await db.connection().execute(async () =>
        attached(adapted, database, file, () => {
          for (const table of tables) database.exec(`create table snapshot."${table}" as select * from main."${table}"`);
        }),
      );
    },
    async loadSnapshot(name, tables) {
      const file = snapshotFile(folder, name);
      if (!existsSync(file))
        throw new LocalRefusal(
          404,
          'snapshot_unknown',
          `There is no snapshot called "${name}".`,
          'List them with: localspine snapshot list',
        );
      await db.connection().execute(async () =>
        attached(adapted, database, file, () => {
          for (const table of tables) copyBack(database, table);
        }),
      );
    },
    async listSnapshots() {
      if (folder === undefined || !existsSync(folder)) return [];
      return readdirSync(folder)
        .filter((each) => each.endsWith('.sqlite'))
        .map((each) => ({ name: each.slice(0, -'.sqlite'.length), savedAt: Math.round(statSync(join(folder, each)).mtimeMs) }));
    },
    async drop() {
      await db.destroy();
      for (const suffix of ['', '-wal', '-shm']) rmSync(`${options.file}${suffix}`, { force: true });
    },
    close: () => db.destroy(),
  };
}

/** A database in memory with the same behaviour, for tests. */
export function openMemoryStore(migrations: OwnedMigrations): Promise<Store> {
  return openSqliteStore({ file: ':memory:', migrations });
}

function openDatabase(file: string, inMemory: boolean): DatabaseSync {
  let database: DatabaseSync | undefined;
  try {
    if (!inMemory) mkdirSync(dirname(file), { recursive: true });
    database = new DatabaseSync(file, { timeout: 200 });
    if (!inMemory) {
      database.exec('pragma locking_mode = exclusive; pragma journal_mode = wal; pragma synchronous = normal');
      database.exec('begin immediate; commit');
    }
    database.exec('pragma foreign_keys = on; pragma temp_store = memory; pragma cache_size = -16000');
    database.prepare('select count(*) from sqlite_schema').get();
    return database;
  } catch (error) {
    if (database?.isOpen) database.close();
    throw explainOpenFailure(file, error);
  }
}

function explainOpenFailure(file: string, error: unknown): LocalRefusal {
  const text = messageOf(error);
  if (/locked|busy/i.test(text))
    return new LocalRefusal(
      409,
      'database_in_use',
      `The database ${file} is in use by another LocalSpine.`,
      'Stop the other one, or give this one its own folder with LOCALSPINE_HOME.',
    );
  if (/not a database|malformed|corrupt/i.test(text))
    return new LocalRefusal(
      500,
      'database_corrupt',
      `The file ${file} is not a readable database (${text}).`,
      'Move it away to start anew, or put back a copy.',
    );
  return new LocalRefusal(
    500,
    'database_unwritable',
    `The database ${file} cannot be opened for writing (${text}).`,
    'Check the permissions of the folder, or choose another with LOCALSPINE_HOME.',
  );
}

interface Adapted {
  readonly database: SqliteDatabase;
  readonly read: DirectReader;
  /** Ends what direct reads have open, for those who use the database itself. */
  readonly endReading: () => void;
}

/** Gives node:sqlite the shape Kysely's SQLite dialect expects; statements are kept by their text. */
function adapt(database: DatabaseSync): Adapted {
  const statements = new Map<string, { reader: boolean; statement: StatementSync }>();
  let inTransaction = false;
  let reading = false;
  const [begin, commit] = [database.prepare('begin'), database.prepare('commit')];
  // Opening and closing a transaction is half of what a look-up costs: those of one turn of the event loop share one. Nobody else writes to
  // this database, and we end it before we do, so there is nothing they could miss.
  const beginReading = (): void => {
    begin.run();
    reading = true;
    setImmediate(endReading);
  };
  const endReading = (): void => {
    if (!reading) return;
    reading = false;
    commit.run();
  };
  const statementOf = (text: string): { reader: boolean; statement: StatementSync } => {
    let entry = statements.get(text);
    if (entry === undefined) {
      const statement = database.prepare(text);
      entry = { statement, reader: statement.columns().length > 0 };
      if (statements.size > 2_000) statements.clear();
      statements.set(text, entry);
    }
    return entry;
  };
  return {
    endReading,
    read(text) {
      const statement = database.prepare(text);
      return (parameters) => {
        // While a transaction is open on the one connection, a read from outside must wait for it and not see its middle.
        if (inTransaction) return undefined;
        if (!reading) beginReading();
        return statement.all(...inputValues(parameters));
      };
    },
    database: {
      close() {
        endReading();
        database.close();
      },
      prepare(text) {
        endReading();
        const { statement, reader } = statementOf(text);
        return {
          reader,
          all: (parameters) => statement.all(...inputValues(parameters)),
          run: (parameters) => {
            const result = statement.run(...inputValues(parameters));
            if (text === 'begin') inTransaction = true;
            else if (text === 'commit' || text === 'rollback') inTransaction = false;
            return result;
          },
          iterate: (parameters) => statement.iterate(...inputValues(parameters)) as IterableIterator<unknown>,
        };
      },
    },
  };
}

/** Values as they may be bound: mostly the list as it is. */
function inputValues(values: readonly unknown[]): readonly SQLInputValue[] {
  return values.every(isInputValue) ? values : values.map(inputValue);
}

function isInputValue(value: unknown): value is SQLInputValue {
  return (
    value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint' || value instanceof Uint8Array
  );
}

/** node:sqlite refuses booleans on some versions and undefined on others: say plainly what may be bound. */
function inputValue(value: unknown): SQLInputValue {
  if (value === undefined) return null;
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (isInputValue(value)) return value;
  throw new TypeError(`a ${typeof value} cannot be stored; turn it into text or a number first`);
}

function snapshotFile(folder: string | undefined, name: string): string {
  if (folder === undefined) throw new LocalRefusal(409, 'snapshot_in_memory', 'A database in memory has no snapshots.');
  return join(folder, `${snapshotName(name)}.sqlite`);
}

function attached({ endReading }: Adapted, database: DatabaseSync, file: string, body: () => void): void {
  endReading();
  database.exec(`attach database '${file.replaceAll("'", "''")}' as snapshot`);
  try {
    database.exec('pragma foreign_keys = off; begin immediate');
    try {
      body();
      database.exec('commit');
    } catch (error) {
      database.exec('rollback');
      throw error;
    }
  } finally {
    database.exec('pragma foreign_keys = on; detach database snapshot');
  }
}

/** Rows of a snapshot table go back by the columns both have, so that a snapshot survives an added column. */
function copyBack(database: DatabaseSync, table: string): void {
  const columnsOf = (schema: string): string[] =>
    database
      .prepare(`select name from pragma_table_info(?, ?)`)
      .all(table, schema)
      .map((row) => String(row['name']));
  const saved = new Set(columnsOf('snapshot'));
  database.exec(`delete from main."${table}"`);
  if (saved.size === 0) return;
  const columns = columnsOf('main')
    .filter((each) => saved.has(each))
    .map((each) => `"${each}"`)
    .join(', ');
  database.exec(`insert into main."${table}" (${columns}) select ${columns} from snapshot."${table}"`);
}
