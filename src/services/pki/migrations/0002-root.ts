import type { Migration } from 'kysely/migration';

/** The roots. In the platform's database only. */
export const root: Migration = {
  async up(db) {
    await db.schema
      .createTable('pki_root')
      .addColumn('which', 'text', (column) => column.primaryKey())
      .addColumn('common_name', 'text', (column) => column.notNull())
      .addColumn('certificate', 'text', (column) => column.notNull())
      .addColumn('sealed_key', 'text', (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .execute();
  },
};
