import { sql } from 'kysely';
import { type Db, prepare, tablesOf } from '../../../kernel/store/store.ts';
import type { RecordKind } from '../model.ts';
import { allOrganisations } from '../store.ts';

interface Tables {
  directory_accredited_system: { asid: string; document: string };
  directory_message_handling_system: { cpa_id: string; document: string };
  directory_change: { change_number: number; document: string };
}

/** A record and what it is. */
export interface KindOfRecord {
  readonly kind: RecordKind;
  readonly record: unknown;
}

const BATCH = 250;
/** As much of a change as holds its number and time: what tells it from another of that number after a reset or a snapshot. */
const MARK = sql<string>`substr(document, 1, 80)`;

const lastMark = prepare<Readonly<Record<string, never>>, Tables, { change_number: number; mark: string }>((db) =>
  db
    .selectFrom('directory_change')
    .select(['change_number', MARK.as('mark')])
    .orderBy('change_number', 'desc')
    .limit(1),
);
const markRow = prepare<{ changeNumber: number }, Tables, { mark: string }>((db, values) =>
  db.selectFrom('directory_change').select(MARK.as('mark')).where('change_number', '=', values.changeNumber),
);

/** The number of the directory's last change, with a mark of its history; 0 when there is none. One key look-up. */
export async function lastChange(db: Db): Promise<{ readonly changeNumber: number; readonly mark: string }> {
  const [row] = await lastMark(db, {});
  return { changeNumber: Number(row?.change_number ?? 0), mark: row?.mark ?? '' };
}

/** The mark of one change; undefined when it is not there. */
export async function markOf(db: Db, changeNumber: number): Promise<string | undefined> {
  return (await markRow(db, { changeNumber }))[0]?.mark;
}

/** Every organisation, accredited system and message handling system, some at a time: a live directory has 160,000 (sds.md §15). */
export async function* systemsAndOrganisations(db: Db): AsyncGenerator<readonly KindOfRecord[]> {
  yield (await allOrganisations(db)).map((record) => ({ kind: 'organisation', record }));
  const tables = tablesOf<Tables>(db);
  for (let last = ''; ; ) {
    const rows = await tables
      .selectFrom('directory_accredited_system')
      .select(['asid', 'document'])
      .where('asid', '>', last)
      .orderBy('asid')
      .limit(BATCH)
      .execute();
    yield rows.map((row) => ({ kind: 'accredited-system', record: JSON.parse(row.document) }));
    last = rows.at(-1)?.asid ?? last;
    if (rows.length < BATCH) break;
  }
  for (let last = ''; ; ) {
    const rows = await tables
      .selectFrom('directory_message_handling_system')
      .select(['cpa_id', 'document'])
      .where('cpa_id', '>', last)
      .orderBy('cpa_id')
      .limit(BATCH)
      .execute();
    yield rows.map((row) => ({ kind: 'message-handling-system', record: JSON.parse(row.document) }));
    last = rows.at(-1)?.cpa_id ?? last;
    if (rows.length < BATCH) return;
  }
}
