import type { Migration } from 'kysely/migration';

/** Whoever changes a run changes the one they read; a run whose recording is not whole says why. */
export const runTurns: Migration = {
  async up(db) {
    await db.schema
      .alterTable('conformance_run')
      .addColumn('revision', 'integer', (column) => column.notNull().defaultTo(0))
      .execute();
    await db.schema.alterTable('conformance_run').addColumn('gap', 'text').execute();
  },
};
