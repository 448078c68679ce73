import type { Migration } from 'kysely/migration';

/** The sub CA of an environment and every certificate it issued. */
export const certificates: Migration = {
  async up(db) {
    await db.schema
      .createTable('pki_authority')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('common_name', 'text', (column) => column.notNull())
      .addColumn('certificate', 'text', (column) => column.notNull())
      .addColumn('sealed_key', 'text', (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .execute();
    await db.schema
      .createTable('pki_certificate')
      .addColumn('serial', 'text', (column) => column.primaryKey())
      .addColumn('authority', 'text', (column) => column.notNull())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('common_name', 'text', (column) => column.notNull())
      .addColumn('subject', 'text', (column) => column.notNull())
      .addColumn('dns_names', 'text', (column) => column.notNull())
      .addColumn('ip_addresses', 'text', (column) => column.notNull())
      .addColumn('certificate', 'text', (column) => column.notNull())
      .addColumn('sealed_key', 'text')
      .addColumn('issued_at', 'bigint', (column) => column.notNull())
      .addColumn('expires_at', 'bigint', (column) => column.notNull())
      .addColumn('status', 'text', (column) => column.notNull())
      .execute();
  },
};
