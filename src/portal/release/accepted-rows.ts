import { type Db, tablesOf } from '../../kernel/store/store.ts';
import { needText, readNeed } from './needs.ts';
import type { ProdFormRow } from './prod-form.ts';

/**
 * An application that e-RS Partners accepted on the PROD form of a road. What is done in production is done to these alone: the form itself
 * is the supplier's to write on. None is ever forgotten, so that a withdrawn approval stops every one that was set up.
 */
export interface AcceptedRow extends ProdFormRow {
  /** On the form as it was accepted last; those that are not were accepted before and have been replaced. */
  readonly inForm: boolean;
  /** Go-live of the application for this organisation and use has been confirmed, on this road or that of another version. */
  readonly live: boolean;
}

interface Tables {
  release_application: { road_id: string; app_id: string; need: string; asid: string; in_form: number; live: number };
}

/** Puts the rows of an accepted form in place of those before, in the transaction that accepts it. */
export async function acceptRows(tx: Db, roadId: string, rows: readonly ProdFormRow[]): Promise<void> {
  const before = await tablesOf<Tables>(tx).selectFrom('release_application').selectAll().where('road_id', '=', roadId).execute();
  await tablesOf<Tables>(tx).updateTable('release_application').set({ in_form: 0 }).where('road_id', '=', roadId).execute();
  for (const row of rows) {
    const need = needText(row);
    const known = before.find((each) => each.app_id === row.appId);
    // For another organisation or use it has to be tested and confirmed anew.
    const live = known !== undefined && sameUse(known.need, need) ? known.live : 0;
    const changes = { need, asid: row.asid, in_form: 1, live };
    await tablesOf<Tables>(tx)
      .insertInto('release_application')
      .values({ road_id: roadId, app_id: row.appId, ...changes })
      .onConflict((conflict) => conflict.columns(['road_id', 'app_id']).doUpdateSet(changes))
      .execute();
  }
}

/** Marks the rows of the accepted form as live, in the transaction that confirms go-live; gives their AppIDs. */
export async function confirmRows(tx: Db, roadId: string): Promise<readonly string[]> {
  const rows = await tablesOf<Tables>(tx)
    .updateTable('release_application')
    .set({ live: 1 })
    .where('road_id', '=', roadId)
    .where('in_form', '=', 1)
    .returning('app_id')
    .execute();
  return rows.map((each) => each.app_id);
}

/** Every application ever accepted on a road. */
export async function acceptedRows(db: Db, roadId: string): Promise<readonly AcceptedRow[]> {
  const rows = await tablesOf<Tables>(db)
    .selectFrom('release_application')
    .selectAll()
    .where('road_id', '=', roadId)
    .orderBy('need')
    .orderBy('app_id')
    .execute();
  if (rows.length === 0) return [];
  const confirmed = await tablesOf<Tables>(db)
    .selectFrom('release_application')
    .selectAll()
    .where(
      'app_id',
      'in',
      rows.map((each) => each.app_id),
    )
    .where('live', '=', 1)
    .execute();
  return rows.flatMap((row): AcceptedRow[] => {
    const need = readNeed(row.need);
    if (need === undefined) throw new Error('a row of the accepted form is not what this module writes');
    const live = confirmed.some((each) => each.app_id === row.app_id && sameUse(each.need, row.need));
    return [{ ...need, appId: row.app_id, asid: row.asid, inForm: row.in_form === 1, live }];
  });
}

/** Whether two rows are for the same organisation and use; organisations of an allow list come and go. */
function sameUse(one: string, other: string): boolean {
  const [a, b] = [readNeed(one), readNeed(other)];
  return a !== undefined && b !== undefined && a.ods === b.ods && a.use === b.use;
}
