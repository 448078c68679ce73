import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

interface Tables {
  asids_request: { request_id: string; app_id: string; state: string; requested_at: number };
}

/** Whoever allocates an ASID claims its request first; an application has one request that waits. */
export const allocating: Migration = {
  async up(db) {
    await db.schema.alterTable('asids_request').addColumn('claim', 'text').execute();
    // Until when a claim holds; once it has run out, another may take the allocation up again.
    await db.schema.alterTable('asids_request').addColumn('claim_until', 'bigint').execute();
    await withdrawSecondOnes(db as Kysely<Tables>);
    await db.schema
      .createIndex('asids_request_waiting')
      .unique()
      .on('asids_request')
      .column('app_id')
      .where(sql.ref('state'), 'in', ['requested', 'allocating'])
      .execute();
  },
};

/** Of several requests that wait for one application the oldest stays. */
async function withdrawSecondOnes(db: Kysely<Tables>): Promise<void> {
  const waiting = await db
    .selectFrom('asids_request')
    .select(['request_id', 'app_id'])
    .where('state', '=', 'requested')
    .orderBy('requested_at')
    .orderBy('request_id')
    .execute();
  const served = new Set<string>();
  for (const { request_id, app_id } of waiting) {
    if (served.has(app_id))
      await db.updateTable('asids_request').set({ state: 'withdrawn' }).where('request_id', '=', request_id).execute();
    served.add(app_id);
  }
}
