import type { Migration } from 'kysely/migration';

/** Roads to production: the artefacts of each, what was done to them, and what waits for a reviewer. */
export const releaseTables: Migration = {
  async up(db) {
    await db.schema
      .createTable('release_road')
      .addColumn('road_id', 'text', (column) => column.primaryKey())
      .addColumn('account_id', 'text')
      .addColumn('team_id', 'text')
      .addColumn('owner', 'text', (column) => column.notNull())
      .addColumn('supplier_ods', 'text', (column) => column.notNull())
      .addColumn('supplier_name', 'text', (column) => column.notNull())
      .addColumn('product', 'text', (column) => column.notNull())
      .addColumn('version', 'text', (column) => column.notNull())
      .addColumn('reviewers', 'text')
      .addColumn('revision', 'integer', (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .execute();
    await db.schema.createIndex('release_road_product').on('release_road').columns(['owner', 'product', 'version']).unique().execute();
    await db.schema
      .createTable('release_artefact')
      .addColumn('road_id', 'text', (column) => column.notNull())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('key', 'text', (column) => column.notNull())
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('answers', 'text', (column) => column.notNull())
      .addColumn('reasons', 'text', (column) => column.notNull())
      .addColumn('since', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('release_artefact_key', ['road_id', 'kind', 'key'])
      .execute();
    await db.schema
      .createTable('release_event')
      .addColumn('event_id', 'text', (column) => column.primaryKey())
      .addColumn('road_id', 'text', (column) => column.notNull())
      .addColumn('at', 'bigint', (column) => column.notNull())
      .addColumn('real_at', 'bigint', (column) => column.notNull())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('key', 'text', (column) => column.notNull())
      .addColumn('action', 'text', (column) => column.notNull())
      .addColumn('actor', 'text', (column) => column.notNull())
      .addColumn('who', 'text', (column) => column.notNull())
      .addColumn('to_state', 'text', (column) => column.notNull())
      .addColumn('reasons', 'text', (column) => column.notNull())
      .addColumn('wait', 'text')
      .execute();
    await db.schema.createIndex('release_event_road').on('release_event').column('road_id').execute();
    await db.schema
      .createTable('release_duty')
      .addColumn('road_id', 'text', (column) => column.notNull())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('key', 'text', (column) => column.notNull())
      .addColumn('reviewer', 'text', (column) => column.notNull())
      .addColumn('action', 'text', (column) => column.notNull())
      .addColumn('since', 'bigint', (column) => column.notNull())
      .addColumn('due', 'bigint', (column) => column.notNull())
      .addColumn('mode', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('release_duty_key', ['road_id', 'kind', 'key'])
      .execute();
  },
};
