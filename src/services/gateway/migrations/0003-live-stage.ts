import type { Migration } from 'kysely/migration';

/** How far an application may go in production; what was registered before the road to production stays as it was. */
export const liveStageOfApplication: Migration = {
  async up(db) {
    await db.schema
      .alterTable('gateway_application')
      .addColumn('live_stage', 'text', (column) => column.notNull().defaultTo('live'))
      .execute();
  },
};
