import { isDeepStrictEqual } from 'node:util';
import { type Db, prepare, tablesOf } from '../../../kernel/store/store.ts';
import type { DirectoryChange, RecordKind } from '../model.ts';
import { nextOf } from './counters.ts';

interface ChangeTables {
  directory_change: { change_number: number; kind: string; record_id: string; document: string };
}

/** Who changes the directory, and when. */
export interface Author {
  readonly actor: string;
  readonly at: number;
}

const FIRST_CHANGE = 1;

/** A record as it was and as it will be, for the change log. Nothing is written when both are the same. */
export interface Difference {
  readonly kind: RecordKind;
  readonly id: string;
  readonly before?: unknown;
  readonly after?: unknown;
}

/**
 * Numbers a change and writes it down, in the transaction that makes it (sds.md §14).
 *
 * @returns its change number; undefined when the record is as it was
 */
export async function recordChange(tx: Db, { kind, id, before, after }: Difference, author: Author): Promise<number | undefined> {
  if (same(before, after)) return undefined;
  const changeNumber = await nextOf(tx, 'change', FIRST_CHANGE);
  const change: DirectoryChange = {
    changeNumber,
    changedAt: author.at,
    type: before === undefined ? 'add' : after === undefined ? 'delete' : 'modify',
    kind,
    id,
    actor: author.actor,
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
  };
  await tablesOf<ChangeTables>(tx)
    .insertInto('directory_change')
    .values({ change_number: changeNumber, kind, record_id: id, document: JSON.stringify(change) })
    .execute();
  return changeNumber;
}

/** Whether two records say the same. */
export function same(before: unknown, after: unknown): boolean {
  return isDeepStrictEqual(plain(before), plain(after));
}

function plain(record: unknown): unknown {
  return record === undefined ? undefined : JSON.parse(JSON.stringify(record));
}

const lastNumber = prepare<Readonly<Record<string, never>>, ChangeTables, { last: number | null }>((db) =>
  db.selectFrom('directory_change').select((select) => select.fn.max('change_number').as('last')),
);

/** Number of the last change; 0 when there is none. One key look-up: what a cache compares itself with. */
export async function lastChangeNumber(db: Db): Promise<number> {
  const [row] = await lastNumber(db, {});
  return Number(row?.last ?? 0);
}

/** When the directory last changed, on the environment's clock; 0 when it never has. */
export async function lastChangedAt(db: Db): Promise<number> {
  const row = await tablesOf<ChangeTables>(db)
    .selectFrom('directory_change')
    .select('document')
    .orderBy('change_number', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row === undefined ? 0 : parsed(row).changedAt;
}

/** Changes after a number, in order, at most `limit`. */
export async function changesAfter(db: Db, changeNumber: number, limit: number): Promise<readonly DirectoryChange[]> {
  const rows = await tablesOf<ChangeTables>(db)
    .selectFrom('directory_change')
    .select('document')
    .where('change_number', '>', changeNumber)
    .orderBy('change_number')
    .limit(limit)
    .execute();
  return rows.map(parsed);
}

/** The history of one record, newest first. */
export async function changesOf(db: Db, kind: RecordKind, id: string): Promise<readonly DirectoryChange[]> {
  const rows = await tablesOf<ChangeTables>(db)
    .selectFrom('directory_change')
    .select('document')
    .where('kind', '=', kind)
    .where('record_id', '=', id)
    .orderBy('change_number', 'desc')
    .limit(500)
    .execute();
  return rows.map(parsed);
}

function parsed({ document }: { document: string }): DirectoryChange {
  const change: DirectoryChange = JSON.parse(document);
  return change;
}

/** Number of the last change of any of some records; 0 when none was changed since the first load. */
export async function lastChangeOf(db: Db, records: readonly { readonly kind: RecordKind; readonly id: string }[]): Promise<number> {
  let last = 0;
  for (const kind of new Set(records.map((each) => each.kind))) {
    const ids = records.filter((each) => each.kind === kind).map((each) => each.id);
    for (let start = 0; start < ids.length; start += 400) {
      const row = await tablesOf<ChangeTables>(db)
        .selectFrom('directory_change')
        .select((select) => select.fn.max('change_number').as('last'))
        .where('kind', '=', kind)
        .where('record_id', 'in', ids.slice(start, start + 400))
        .executeTakeFirst();
      last = Math.max(last, Number(row?.last ?? 0));
    }
  }
  return last;
}
