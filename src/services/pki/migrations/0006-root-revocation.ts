import type { Migration } from 'kysely/migration';

/** Sub CAs that a root has revoked. In the platform's database only: one root is above several environments. */
export const rootRevocationTable: Migration = {
  async up(db) {
    await db.schema
      .createTable('pki_root_revocation')
      .addColumn('root', 'text', (column) => column.notNull())
      .addColumn('serial', 'text', (column) => column.notNull())
      .addColumn('revoked_at', 'bigint', (column) => column.notNull())
      .addColumn('reason', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('pki_root_revocation_key', ['root', 'serial'])
      .execute();
  },
};
