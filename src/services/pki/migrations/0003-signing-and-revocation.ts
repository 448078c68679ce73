import type { Migration } from 'kysely/migration';

/** Who a certificate was issued to, its revocation, revocation lists, and the cut-over between the generations. */
export const signingAndRevocation: Migration = {
  async up(db) {
    for (const column of ['organisation', 'renews', 'revocation_reason'])
      await db.schema.alterTable('pki_certificate').addColumn(column, 'text').execute();
    await db.schema.alterTable('pki_certificate').addColumn('revoked_at', 'bigint').execute();
    await db.schema.createIndex('pki_certificate_status').on('pki_certificate').columns(['authority', 'status']).execute();
    await db.schema
      .createTable('pki_revocation_list')
      .addColumn('authority', 'text', (column) => column.primaryKey())
      .addColumn('number', 'bigint', (column) => column.notNull())
      .addColumn('list', 'text', (column) => column.notNull())
      .addColumn('this_update', 'bigint', (column) => column.notNull())
      .addColumn('next_update', 'bigint', (column) => column.notNull())
      .execute();
    await db.schema
      .createTable('pki_cut_over')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('at', 'bigint', (column) => column.notNull())
      .execute();
  },
};
