import type { Migration } from 'kysely/migration';

/** Requests, duties and browser sessions of the registration applications. */
export const registrationTables: Migration = {
  async up(db) {
    await db.schema
      .createTable('endpoint_registration_request')
      .addColumn('request_id', 'text', (column) => column.primaryKey())
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('position', 'bigint', (column) => column.notNull())
      .addColumn('document', 'text', (column) => column.notNull())
      .execute();
    await db.schema
      .createIndex('endpoint_registration_request_state')
      .on('endpoint_registration_request')
      .columns(['state', 'position'])
      .execute();
    await db.schema
      .createTable('endpoint_registration_grant')
      .addColumn('user_id', 'text', (column) => column.notNull())
      .addColumn('duty', 'text', (column) => column.notNull())
      .addColumn('ods_code', 'text', (column) => column.notNull())
      .addColumn('granted_at', 'bigint', (column) => column.notNull())
      .addColumn('granted_by', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('endpoint_registration_grant_key', ['user_id', 'duty', 'ods_code'])
      .execute();
    await db.schema
      .createTable('endpoint_registration_session')
      .addColumn('hash', 'text', (column) => column.primaryKey())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('expires_at', 'bigint', (column) => column.notNull())
      .addColumn('document', 'text', (column) => column.notNull())
      .execute();
    // What was done by whom: written in the transaction it witnesses (DESIGN.md D8).
    await db.schema
      .createTable('endpoint_registration_audit')
      .addColumn('audit_id', 'text', (column) => column.primaryKey())
      .addColumn('at', 'bigint', (column) => column.notNull())
      .addColumn('actor', 'text', (column) => column.notNull())
      .addColumn('action', 'text', (column) => column.notNull())
      .addColumn('subject', 'text', (column) => column.notNull())
      .addColumn('detail', 'text', (column) => column.notNull())
      .execute();
    await db.schema.createIndex('endpoint_registration_audit_at').on('endpoint_registration_audit').column('at').execute();
  },
};
