import type { Migration } from 'kysely/migration';

/** Requests for ASIDs. What an ASID is and what it is bound to is the environment's. */
export const asidTables: Migration = {
  async up(db) {
    await db.schema
      .createTable('asids_request')
      .addColumn('request_id', 'text', (column) => column.primaryKey())
      .addColumn('environment', 'text', (column) => column.notNull())
      .addColumn('app_id', 'text', (column) => column.notNull())
      .addColumn('ods_code', 'text', (column) => column.notNull())
      .addColumn('organisation', 'text', (column) => column.notNull())
      .addColumn('product', 'text', (column) => column.notNull())
      .addColumn('ers_use', 'text', (column) => column.notNull())
      .addColumn('acting_user', 'text')
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('asid', 'text')
      .addColumn('requested_at', 'bigint', (column) => column.notNull())
      .addColumn('decided_at', 'bigint')
      .execute();
    await db.schema.createIndex('asids_request_application').on('asids_request').column('app_id').execute();
    await db.schema.createIndex('asids_request_asid').on('asids_request').column('asid').execute();
  },
};
