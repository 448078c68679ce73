import type { Migration } from 'kysely/migration';

/** Plans to connect a product version to an environment, and the request for each prerequisite. */
export const connectingTables: Migration = {
  async up(db) {
    await db.schema
      .createTable('connecting_plan')
      .addColumn('plan_id', 'text', (column) => column.primaryKey())
      .addColumn('account_id', 'text')
      .addColumn('team_id', 'text')
      .addColumn('environment', 'text', (column) => column.notNull())
      .addColumn('product', 'text', (column) => column.notNull())
      .addColumn('version', 'text', (column) => column.notNull())
      .addColumn('services', 'text', (column) => column.notNull())
      .addColumn('suspended', 'integer', (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .execute();
    await db.schema.createIndex('connecting_plan_team').on('connecting_plan').column('team_id').execute();
    await db.schema
      .createTable('connecting_request')
      .addColumn('plan_id', 'text', (column) => column.notNull())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('answers', 'text', (column) => column.notNull())
      .addColumn('result', 'text', (column) => column.notNull())
      .addColumn('reason', 'text')
      .addColumn('due_at', 'bigint')
      .addColumn('history', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('connecting_request_key', ['plan_id', 'kind'])
      .execute();
    await db.schema.createIndex('connecting_request_state').on('connecting_request').columns(['state', 'kind']).execute();
    await db.schema
      .createTable('connecting_reservation')
      .addColumn('environment', 'text', (column) => column.notNull())
      .addColumn('nhs_number', 'text', (column) => column.notNull())
      .addColumn('plan_id', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('connecting_reservation_key', ['environment', 'nhs_number'])
      .execute();
  },
};
