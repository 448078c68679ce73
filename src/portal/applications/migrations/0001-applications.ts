import type { Migration } from 'kysely/migration';

/** Whose an application is and what it is for; everything else about it is its environment's. Keys that were registered, so that none is used twice. */
export const applicationTables: Migration = {
  async up(db) {
    await db.schema
      .createTable('applications_application')
      .addColumn('app_id', 'text', (column) => column.primaryKey())
      .addColumn('environment', 'text', (column) => column.notNull())
      .addColumn('access_mode', 'text', (column) => column.notNull())
      .addColumn('capability', 'text')
      .addColumn('owner_account_id', 'text')
      .addColumn('owner_team_id', 'text')
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addColumn('live_at', 'bigint')
      .execute();
    await db.schema.createIndex('applications_application_team').on('applications_application').column('owner_team_id').execute();
    await db.schema.createIndex('applications_application_account').on('applications_application').column('owner_account_id').execute();
    await db.schema
      .createTable('applications_key')
      .addColumn('thumbprint', 'text', (column) => column.primaryKey())
      .addColumn('app_id', 'text', (column) => column.notNull())
      .addColumn('kid', 'text', (column) => column.notNull())
      .addColumn('registered_at', 'bigint', (column) => column.notNull())
      .execute();
  },
};
