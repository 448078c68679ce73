import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** What the migration reads and writes, as it was then. */
interface Tables {
  release_artefact: { road_id: string; kind: string; state: string; answers: string };
  release_application: { road_id: string; app_id: string; need: string; asid: string; in_form: number; live: number };
  release_event: { who: string; by_person: number };
}

/** The rows of PROD forms as e-RS Partners accepted them, apart from the form that the supplier fills in; and whether a person acted. */
export const acceptedRows: Migration = {
  async up(db: Kysely<Tables>) {
    await db.schema
      .createTable('release_application')
      .addColumn('road_id', 'text', (column) => column.notNull())
      .addColumn('app_id', 'text', (column) => column.notNull())
      .addColumn('need', 'text', (column) => column.notNull())
      .addColumn('asid', 'text', (column) => column.notNull())
      .addColumn('in_form', 'integer', (column) => column.notNull())
      .addColumn('live', 'integer', (column) => column.notNull())
      .addPrimaryKeyConstraint('release_application_key', ['road_id', 'app_id'])
      .execute();
    await db.schema.createIndex('release_application_app').on('release_application').column('app_id').execute();
    await db.schema
      .alterTable('release_event')
      .addColumn('by_person', 'integer', (column) => column.notNull().defaultTo(0))
      .execute();
    await db
      .updateTable('release_event')
      .set({ by_person: 1 })
      .where(sql<boolean>`who not like '%(simulated)' and who <> 'The road itself'`)
      .execute();
    await keepFormsInProduction(db);
  },
};

/** Forms that were accepted before: without their rows nothing would stop those applications. */
async function keepFormsInProduction(db: Kysely<Tables>): Promise<void> {
  const artefacts = await db.selectFrom('release_artefact').selectAll().where('kind', 'in', ['prod-form', 'go-live']).execute();
  for (const { road_id, kind, state, answers } of artefacts) {
    if (kind !== 'prod-form' || !['processing', 'done'].includes(state)) continue;
    const given: Record<string, unknown> = Object(JSON.parse(answers));
    const live = artefacts.some(
      (each) => each.road_id === road_id && each.kind === 'go-live' && ['confirmed', 'business-live'].includes(each.state),
    );
    for (const need of [given['rows'] ?? []].flat().map(String)) {
      const [ods, use] = need.split('/');
      const [app_id, asid] = ['app-id', 'asid'].map((what) => String(given[`row.${ods}.${use}.${what}`] ?? ''));
      if (app_id === undefined || app_id === '') continue;
      await db
        .insertInto('release_application')
        .values({ road_id, app_id, need, asid: asid ?? '', in_form: 1, live: live ? 1 : 0 })
        .onConflict((conflict) => conflict.columns(['road_id', 'app_id']).doNothing())
        .execute();
    }
  }
}
