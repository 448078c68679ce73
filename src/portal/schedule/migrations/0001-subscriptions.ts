import type { Migration } from 'kysely/migration';

/** Who gets the weekly digest of an environment, and the last week of which they have had it. */
export const subscriptionTables: Migration = {
  async up(db) {
    await db.schema
      .createTable('schedule_subscription')
      .addColumn('account_id', 'text', (column) => column.notNull())
      .addColumn('environment', 'text', (column) => column.notNull())
      .addColumn('week', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('schedule_subscription_key', ['account_id', 'environment'])
      .execute();
  },
};
