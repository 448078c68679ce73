import type { Migration } from 'kysely/migration';

/** Sub CA certificates that others have taken the place of. */
export const formerAuthorityTable: Migration = {
  async up(db) {
    await db.schema
      .createTable('pki_former_authority')
      .addColumn('serial', 'text', (column) => column.primaryKey())
      .addColumn('generation', 'text', (column) => column.notNull())
      .addColumn('common_name', 'text', (column) => column.notNull())
      .addColumn('certificate', 'text', (column) => column.notNull())
      .addColumn('replaced_at', 'bigint', (column) => column.notNull())
      .addColumn('revocation_reason', 'text')
      .execute();
  },
};
