import type { Migration } from 'kysely/migration';

/** Requests for certificates, those that wait for a decision among them. */
export const certificateRequests: Migration = {
  async up(db) {
    await db.schema
      .createTable('pki_request')
      .addColumn('request_id', 'text', (column) => column.primaryKey())
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('position', 'bigint', (column) => column.notNull())
      .addColumn('document', 'text', (column) => column.notNull())
      .execute();
    await db.schema.createIndex('pki_request_state').on('pki_request').columns(['state', 'position']).execute();
  },
};
