import type { Migration } from 'kysely/migration';

/** Cards with their certificates, what the registration authority knows of people and positions, its history, and its pages' sessions. */
export const cardTables: Migration = {
  async up(db) {
    await db.schema
      .createTable('identity_card')
      .addColumn('card_number', 'text', (column) => column.primaryKey())
      .addColumn('user_id', 'text', (column) => column.notNull())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('passcode', 'text')
      .addColumn('failures', 'integer', (column) => column.notNull())
      .addColumn('requested_at', 'bigint', (column) => column.notNull())
      .addColumn('issued_at', 'bigint')
      .addColumn('expires_at', 'bigint')
      .addColumn('inserted_at', 'bigint')
      .execute();
    await db.schema.createIndex('identity_card_user').on('identity_card').column('user_id').execute();
    await db.schema
      .createTable('identity_card_certificate')
      .addColumn('serial', 'text', (column) => column.primaryKey())
      .addColumn('card_number', 'text', (column) => column.notNull())
      .addColumn('use', 'text', (column) => column.notNull())
      .addColumn('certificate', 'text', (column) => column.notNull())
      .addColumn('sealed_key', 'text', (column) => column.notNull())
      .addColumn('issued_at', 'bigint', (column) => column.notNull())
      .addColumn('expires_at', 'bigint', (column) => column.notNull())
      .addColumn('revoked_at', 'bigint')
      .addColumn('revoked_reason', 'text')
      .execute();
    await db.schema.createIndex('identity_card_certificate_card').on('identity_card_certificate').column('card_number').execute();
    await db.schema
      .createTable('identity_registration')
      .addColumn('user_id', 'text', (column) => column.primaryKey())
      .addColumn('match_key', 'text', (column) => column.notNull())
      .addColumn('document', 'text', (column) => column.notNull())
      .execute();
    await db.schema.createIndex('identity_registration_match').on('identity_registration').column('match_key').execute();
    await db.schema
      .createTable('identity_position')
      .addColumn('role_profile_id', 'text', (column) => column.primaryKey())
      .addColumn('user_id', 'text', (column) => column.notNull())
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('requested_at', 'bigint', (column) => column.notNull())
      .addColumn('document', 'text', (column) => column.notNull())
      .execute();
    await db.schema.createIndex('identity_position_user').on('identity_position').column('user_id').execute();
    await db.schema.createIndex('identity_position_state').on('identity_position').columns(['state', 'requested_at']).execute();
    await db.schema
      .createTable('identity_history')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('at', 'bigint', (column) => column.notNull())
      .addColumn('user_id', 'text', (column) => column.notNull())
      .addColumn('card_number', 'text')
      .addColumn('action', 'text', (column) => column.notNull())
      .addColumn('actor', 'text', (column) => column.notNull())
      .addColumn('detail', 'text', (column) => column.notNull())
      .execute();
    await db.schema.createIndex('identity_history_user').on('identity_history').columns(['user_id', 'at']).execute();
    await db.schema
      .createTable('identity_care_id_session')
      .addColumn('cookie_hash', 'text', (column) => column.primaryKey())
      .addColumn('sid', 'text', (column) => column.notNull())
      .addColumn('user_id', 'text', (column) => column.notNull())
      .addColumn('role_profile_id', 'text')
      .addColumn('used_at', 'bigint', (column) => column.notNull())
      .execute();
    await db.schema.createIndex('identity_session_user').on('identity_session').column('user_id').execute();
  },
};
