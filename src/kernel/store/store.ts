import { type Compilable, type CompiledQuery, type Kysely, PostgresAdapter } from 'kysely';
import type { Migration } from 'kysely/migration';

/**
 * A handle to run queries on: the store itself or an open transaction. Services see their own tables through {@link tablesOf}.
 * Kysely's `unknown` schema keeps one service from naming another's tables by accident.
 */
export type Db = Kysely<unknown>;

/** The same handle, typed with a service's tables. Types only: nothing happens at run time. */
export function tablesOf<Tables>(db: Db): Kysely<Tables> {
  return db as Kysely<Tables>;
}

/** One environment's database (DESIGN.md D2, D3): a SQLite file or a PostgreSQL schema. */
export interface Store {
  readonly engine: 'sqlite' | 'postgres';
  /** True when no other process can have this database open: what this process knows is then all there is to know. */
  readonly exclusive: boolean;
  /** For reads, and for single statements that are their own transaction. */
  readonly db: Db;
  /**
   * Runs `body` as one transaction. It may run twice (serialisation failures are retried), so it has no effect outside the
   * database but outbox rows, and never waits for the network (engineering.md §3).
   */
  transaction<T>(body: (tx: Db) => Promise<T>): Promise<T>;
  /** Adds one to a counter that all replicas share and gives its new value; `window` is part of the key, old windows are forgotten. */
  increment(key: string, window: number): Promise<number>;
  /** Copies every row of the tables to a named snapshot kept beside the database; replaces one of the same name. */
  saveSnapshot(name: string, tables: readonly string[]): Promise<void>;
  /** Puts a snapshot back in one transaction. Throws LocalRefusal 404 when there is none of that name. */
  loadSnapshot(name: string, tables: readonly string[]): Promise<void>;
  listSnapshots(): Promise<readonly { name: string; savedAt: number }[]>;
  /** Removes the whole database: file or schema. The store is closed. */
  drop(): Promise<void>;
  close(): Promise<void>;
}

/**
 * A query whose rows nobody else changes until the transaction ends: for whoever reads a row in order to write it. On SQLite there is one writer
 * at a time, and nothing to hold.
 */
export function holdingRows<Query extends { forUpdate(): Query }>(tx: Db, query: Query): Query {
  return tx.getExecutor().adapter instanceof PostgresAdapter ? query.forUpdate() : query;
}

/** Migrations of one owner, by name (`0001-referrals`); run in name order, recorded as `owner/name`. */
export type Migrations = Readonly<Record<string, Migration>>;

/** Runs one read at once, without a connection being handed over; undefined when it cannot just now. */
export type DirectRead = (parameters: readonly unknown[]) => unknown[] | undefined;

/** Makes the direct read of a query's text. */
export type DirectReader = (sql: string) => DirectRead;

/** Direct readers of the handles that have one: engines in this process (SQLite). Keyed by handle, gone with it. */
const directReaders = new WeakMap<object, DirectReader>();

/** Lets prepared reads on this handle skip the query machinery, which costs more than the look-up itself on an engine in process. */
export function readDirectly(db: Db, reader: DirectReader): void {
  directReaders.set(db, reader);
}

/** The placeholder for a named parameter of a {@link prepare}d query. */
class Parameter {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

interface PreparedQuery<Row> {
  readonly query: CompiledQuery<Row>;
  /** Undefined for writes, and where the engine is not in this process. */
  readonly read: DirectRead | undefined;
}

/**
 * A query built and compiled once per store and run many times with different values: no work per request that could be done once.
 *
 * @param build receives placeholders by name, to be used as values; gives the query
 * @returns a function that runs it on a handle with the values and gives the rows
 * @example const byUbrn = prepare<{ ubrn: string }, Row>((db, p) => db.selectFrom('ers_referral').selectAll().where('ubrn', '=', p.ubrn));
 */
export function prepare<Values extends Readonly<Record<string, unknown>>, Tables, Row>(
  build: (db: Kysely<Tables>, values: Values) => Compilable<Row>,
): (db: Db, values: Values) => Promise<Row[]> {
  const placeholders = new Proxy({} as Values, { get: (_, name) => new Parameter(String(name)) });
  const ofHandle = onceByHandle((db) => build(tablesOf<Tables>(db), placeholders).compile());
  return async (db, values) => {
    const { query, read } = ofHandle(db);
    const parameters = query.parameters.map((each) => (each instanceof Parameter ? values[each.name] : each));
    const rows = read?.(parameters);
    if (rows !== undefined) return rows as Row[];
    const result = await db.executeQuery<Row>({ ...query, parameters });
    return result.rows;
  };
}

/** Compiles a query at its first use on a store, once for its own handle and once for all its transactions. */
function onceByHandle<Row>(compile: (db: Db) => CompiledQuery<Row>): (db: Db) => PreparedQuery<Row> {
  const prepared = new WeakMap<object, PreparedQuery<Row>>();
  return (db) => {
    const reader = directReaders.get(db);
    const key = reader === undefined ? db.getExecutor().adapter : db;
    let found = prepared.get(key);
    if (found === undefined) {
      const query = compile(db);
      found = { query, read: query.query.kind === 'SelectQueryNode' ? reader?.(query.sql) : undefined };
      prepared.set(key, found);
    }
    return found;
  };
}

/**
 * An insert of so many rows in one statement, compiled once. Values are given in the order of the columns, row after row: without names
 * to look up, a row costs a fraction.
 */
export function prepareInsert<Tables, Table extends keyof Tables & string>(
  table: Table,
  columns: readonly (keyof Tables[Table] & string)[],
  rows: number,
): (db: Db, values: readonly unknown[]) => Promise<void> {
  const row = Object.fromEntries(columns.map((column) => [column, null]));
  const ofHandle = onceByHandle((db) =>
    tablesOf<Record<string, Record<string, null>>>(db)
      .insertInto(table)
      .values(Array.from({ length: rows }, () => row))
      .compile(),
  );
  return async (db, values) => {
    await db.executeQuery({ ...ofHandle(db).query, parameters: values });
  };
}

/** `value` as the 0 or 1 that both engines store for a boolean. */
export function bit(value: boolean): 0 | 1 {
  return value ? 1 : 0;
}
