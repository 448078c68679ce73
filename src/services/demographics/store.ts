import { type Db, prepare, tablesOf } from '../../kernel/store/store.ts';
import type { Patient } from './model.ts';

interface DemographicsTables {
  demographics_patient: { nhs_number: string; sensitivity: string; search_text: string; document: string };
}

const BATCH = 100;
const row = prepare<{ nhsNumber: string }, DemographicsTables, { document: string }>((db, values) =>
  db.selectFrom('demographics_patient').select('document').where('nhs_number', '=', values.nhsNumber),
);

/** A patient by NHS number: one key look-up. */
export async function patient(db: Db, nhsNumber: string): Promise<Patient | undefined> {
  const [found] = await row(db, { nhsNumber });
  return found === undefined ? undefined : JSON.parse(found.document);
}

const sensitivityRow = prepare<{ nhsNumber: string }, DemographicsTables, { sensitivity: string }>((db, values) =>
  db.selectFrom('demographics_patient').select('sensitivity').where('nhs_number', '=', values.nhsNumber),
);

/** Whether the record of a patient is sensitive (S). On the path of every call about a patient: one key look-up, no document. */
export async function isSensitive(db: Db, nhsNumber: string): Promise<boolean> {
  return (await sensitivityRow(db, { nhsNumber }))[0]?.sensitivity === 'S';
}

/** Patients for a list; `text` is part of a name or number. */
export async function patients(db: Db, filter: { readonly text?: string; readonly limit: number }): Promise<readonly Patient[]> {
  let query = tablesOf<DemographicsTables>(db)
    .selectFrom('demographics_patient')
    .select('document')
    .orderBy('nhs_number')
    .limit(filter.limit);
  if (filter.text !== undefined && filter.text !== '')
    query = query.where('search_text', 'like', `%${filter.text.toLowerCase().replace(/[%_\\]/g, '')}%`);
  return (await query.execute()).map((each) => JSON.parse(each.document));
}

export async function savePatients(tx: Db, all: readonly Patient[]): Promise<void> {
  for (let from = 0; from < all.length; from += BATCH) {
    await tablesOf<DemographicsTables>(tx)
      .insertInto('demographics_patient')
      .values(
        all.slice(from, from + BATCH).map((each) => ({
          nhs_number: each.nhsNumber,
          sensitivity: each.sensitivity,
          search_text: `${each.givenNames.join(' ')} ${each.familyName} ${each.nhsNumber}`.toLowerCase(),
          document: JSON.stringify(each),
        })),
      )
      .onConflict((conflict) =>
        conflict.column('nhs_number').doUpdateSet((set) => ({
          sensitivity: set.ref('excluded.sensitivity'),
          search_text: set.ref('excluded.search_text'),
          document: set.ref('excluded.document'),
        })),
      )
      .execute();
  }
}
