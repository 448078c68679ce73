import type { Migration } from 'kysely/migration';

/** Accounts, their sessions and API tokens, teams and who is in them. */
export const accountTables: Migration = {
  async up(db) {
    await db.schema
      .createTable('portal_account')
      .addColumn('account_id', 'text', (column) => column.primaryKey())
      .addColumn('email', 'text', (column) => column.notNull().unique())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('role', 'text', (column) => column.notNull())
      .addColumn('ods_code', 'text')
      .addColumn('desks', 'text', (column) => column.notNull())
      .addColumn('status', 'text', (column) => column.notNull())
      .addColumn('password', 'text')
      .addColumn('failures', 'integer', (column) => column.notNull())
      .addColumn('locked_until', 'bigint', (column) => column.notNull())
      .addColumn('demonstration', 'integer', (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .execute();
    await db.schema
      .createTable('portal_credential')
      .addColumn('fingerprint', 'text', (column) => column.primaryKey())
      .addColumn('account_id', 'text', (column) => column.notNull())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('label', 'text', (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addColumn('used_at', 'bigint', (column) => column.notNull())
      .addColumn('expires_at', 'bigint', (column) => column.notNull())
      .execute();
    await db.schema.createIndex('portal_credential_account').on('portal_credential').column('account_id').execute();
    await db.schema
      .createTable('portal_team')
      .addColumn('team_id', 'text', (column) => column.primaryKey())
      .addColumn('name', 'text', (column) => column.notNull().unique())
      .addColumn('ods_code', 'text')
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .execute();
    await db.schema
      .createTable('portal_membership')
      .addColumn('team_id', 'text', (column) => column.notNull())
      .addColumn('account_id', 'text', (column) => column.notNull())
      .addColumn('administrator', 'integer', (column) => column.notNull())
      .addPrimaryKeyConstraint('portal_membership_key', ['team_id', 'account_id'])
      .execute();
    await db.schema.createIndex('portal_membership_account').on('portal_membership').column('account_id').execute();
  },
};
