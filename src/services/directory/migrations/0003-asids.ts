import type { Migration } from 'kysely/migration';

/** What ASIDs were asked for: a request that comes again finds the ASID it got, retired or not. */
export const asidRequestTable: Migration = {
  async up(db) {
    await db.schema
      .createTable('directory_asid_request')
      .addColumn('request_id', 'text', (column) => column.primaryKey())
      .addColumn('asid', 'text', (column) => column.notNull())
      .addColumn('document', 'text', (column) => column.notNull())
      .execute();
    await db.schema.createIndex('directory_asid_request_asid').on('directory_asid_request').column('asid').execute();
  },
};
