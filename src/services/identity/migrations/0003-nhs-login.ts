import type { Migration } from 'kysely/migration';

/** The signing key of NHS login; sign-ins under way, and codes waiting to be redeemed; by the hash of what the browser or client holds. */
export const nhsLoginTables: Migration = {
  async up(db) {
    await db.schema
      .createTable('identity_nhs_login')
      .addColumn('key_hash', 'text', (column) => column.primaryKey())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('expires_at', 'bigint', (column) => column.notNull())
      .addColumn('document', 'text', (column) => column.notNull())
      .execute();
    await db.schema
      .createTable('identity_nhs_login_key')
      .addColumn('purpose', 'text', (column) => column.primaryKey())
      .addColumn('kid', 'text', (column) => column.notNull())
      .addColumn('sealed_key', 'text', (column) => column.notNull())
      .addColumn('public_jwk', 'text', (column) => column.notNull())
      .execute();
    await db.schema.createIndex('identity_nhs_login_expiry').on('identity_nhs_login').column('expires_at').execute();
  },
};
