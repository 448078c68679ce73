import type { Migration } from 'kysely/migration';

export const runTables: Migration = {
  async up(db) {
    await db.schema
      .createTable('conformance_product')
      .addColumn('product_id', 'text', (column) => column.primaryKey())
      .addColumn('owner', 'text', (column) => column.notNull())
      .addColumn('team_id', 'text')
      .addColumn('account_id', 'text')
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('ods_code', 'text')
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addUniqueConstraint('conformance_product_name', ['owner', 'name'])
      .execute();
    await db.schema
      .createTable('conformance_version')
      .addColumn('product_id', 'text', (column) => column.notNull())
      .addColumn('version', 'text', (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('conformance_version_key', ['product_id', 'version'])
      .execute();
    await db.schema
      .createTable('conformance_run')
      .addColumn('run_id', 'text', (column) => column.primaryKey())
      .addColumn('product_id', 'text', (column) => column.notNull())
      .addColumn('version', 'text', (column) => column.notNull())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('environment', 'text', (column) => column.notNull())
      .addColumn('ods_code', 'text')
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('applications', 'text', (column) => column.notNull())
      .addColumn('scopes', 'text', (column) => column.notNull())
      .addColumn('justifications', 'text', (column) => column.notNull())
      .addColumn('started_at', 'bigint', (column) => column.notNull())
      .addColumn('started_by', 'text', (column) => column.notNull())
      .addColumn('finished_at', 'bigint')
      .addColumn('verdict', 'text')
      .addColumn('results', 'text')
      .addColumn('sign_off', 'text')
      .execute();
    await db.schema.createIndex('conformance_run_product').on('conformance_run').columns(['product_id', 'version']).execute();
  },
};
