/** Which clinicians an administrator may act for (ers.md §4.1, A040). */
import { type Db, tablesOf } from '../../../kernel/store/store.ts';

interface OnBehalfOfRow {
  instance: string;
  admin_user_id: string;
  clinician_user_id: string;
  ods_code: string;
}
interface OnBehalfOfTables {
  ers_on_behalf_of: OnBehalfOfRow;
}

/** Whether the administrator may act for the clinician at the organisation. */
export async function actsFor(db: Db, instance: string, admin: string, clinician: string, odsCode: string): Promise<boolean> {
  const row = await of(db, instance, admin, odsCode).where('clinician_user_id', '=', clinician).executeTakeFirst();
  return row !== undefined;
}

/** SDS user ids of the clinicians the administrator may act for at the organisation, in order. */
export async function cliniciansOf(db: Db, instance: string, admin: string, odsCode: string): Promise<readonly string[]> {
  const rows = await of(db, instance, admin, odsCode).orderBy('clinician_user_id').execute();
  return rows.map((row) => row.clinician_user_id);
}

/** Lets the administrator act for the clinician at the organisation. */
export async function allowActingFor(tx: Db, instance: string, admin: string, clinician: string, odsCode: string): Promise<void> {
  await tablesOf<OnBehalfOfTables>(tx)
    .insertInto('ers_on_behalf_of')
    .values({ instance, admin_user_id: admin, clinician_user_id: clinician, ods_code: odsCode })
    .onConflict((conflict) => conflict.columns(['instance', 'admin_user_id', 'clinician_user_id', 'ods_code']).doNothing())
    .execute();
}

function of(db: Db, instance: string, admin: string, odsCode: string) {
  return tablesOf<OnBehalfOfTables>(db)
    .selectFrom('ers_on_behalf_of')
    .select('clinician_user_id')
    .where('instance', '=', instance)
    .where('admin_user_id', '=', admin)
    .where('ods_code', '=', odsCode);
}

/** Replaces the clinicians the administrator may act for at the organisation. */
export async function setCliniciansOf(
  tx: Db,
  instance: string,
  admin: string,
  odsCode: string,
  clinicians: readonly string[],
): Promise<void> {
  await tablesOf<OnBehalfOfTables>(tx)
    .deleteFrom('ers_on_behalf_of')
    .where('instance', '=', instance)
    .where('admin_user_id', '=', admin)
    .where('ods_code', '=', odsCode)
    .execute();
  for (const clinician of clinicians) await allowActingFor(tx, instance, admin, clinician, odsCode);
}
