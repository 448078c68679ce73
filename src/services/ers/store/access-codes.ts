/** Queries on patients' access codes. A code is printed again on every letter, so it is kept sealed rather than hashed. */
import type { Sealer } from '../../../kernel/sealer.ts';
import { type Db, tablesOf } from '../../../kernel/store/store.ts';

interface AccessCodeTables {
  ers_access_code: { instance: string; nhs_number: string; sealed_code: string | null };
}

const PURPOSE = 'ers-access-code';

/** The code of a patient: `undefined` when none was ever given, `null` when it was withdrawn. */
export async function accessCodeOf(db: Db, sealer: Sealer, instance: string, nhsNumber: string): Promise<string | null | undefined> {
  const row = await tablesOf<AccessCodeTables>(db)
    .selectFrom('ers_access_code')
    .select('sealed_code')
    .where('instance', '=', instance)
    .where('nhs_number', '=', nhsNumber)
    .executeTakeFirst();
  if (row === undefined || row.sealed_code === null) return row?.sealed_code;
  return sealer.open(`${PURPOSE}/${instance}/${nhsNumber}`, row.sealed_code);
}

/** Gives a patient this code unless they have one, or had one that was withdrawn: of two that come at once, the first stays. */
export async function giveAccessCode(tx: Db, sealer: Sealer, instance: string, nhsNumber: string, code: string): Promise<void> {
  await tablesOf<AccessCodeTables>(tx)
    .insertInto('ers_access_code')
    .values({ instance, nhs_number: nhsNumber, sealed_code: sealer.seal(`${PURPOSE}/${instance}/${nhsNumber}`, code) })
    .onConflict((conflict) => conflict.columns(['instance', 'nhs_number']).doNothing())
    .execute();
}

/** Gives a patient a code, or takes it away (`null`). */
export async function saveAccessCode(tx: Db, sealer: Sealer, instance: string, nhsNumber: string, code: string | null): Promise<void> {
  const sealed = code === null ? null : sealer.seal(`${PURPOSE}/${instance}/${nhsNumber}`, code);
  await tablesOf<AccessCodeTables>(tx)
    .insertInto('ers_access_code')
    .values({ instance, nhs_number: nhsNumber, sealed_code: sealed })
    .onConflict((conflict) => conflict.columns(['instance', 'nhs_number']).doUpdateSet({ sealed_code: sealed }))
    .execute();
}
