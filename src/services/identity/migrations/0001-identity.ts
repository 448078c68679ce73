import type { Migrations } from '../../../kernel/store/store.ts';

/** Signing keys, sign-ins under way, and codes waiting to be redeemed. */
export const identityMigrations: Migrations = {
  '0001-identity': {
    async up(db) {
      await db.schema
        .createTable('identity_key')
        .addColumn('provider', 'text', (column) => column.primaryKey())
        .addColumn('kid', 'text', (column) => column.notNull())
        .addColumn('sealed_key', 'text', (column) => column.notNull())
        .addColumn('public_jwk', 'text', (column) => column.notNull())
        .execute();
      await db.schema
        .createTable('identity_interaction')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('expires_at', 'bigint', (column) => column.notNull())
        .addColumn('document', 'text', (column) => column.notNull())
        .execute();
      await db.schema
        .createTable('identity_code')
        .addColumn('code_hash', 'text', (column) => column.primaryKey())
        .addColumn('expires_at', 'bigint', (column) => column.notNull())
        .addColumn('document', 'text', (column) => column.notNull())
        .execute();
    },
  },
};
