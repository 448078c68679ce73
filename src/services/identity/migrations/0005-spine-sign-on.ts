import type { Migration } from 'kysely/migration';

/** Challenges sent to smartcards, single sign-on sessions of the legacy Spine, and who listens to their events. */
export const spineSignOn: Migration = {
  async up(db) {
    await db.schema
      .createTable('identity_spine_challenge')
      .addColumn('challenge', 'text', (column) => column.primaryKey())
      .addColumn('signature', 'text', (column) => column.notNull())
      .addColumn('log_session_id', 'text', (column) => column.notNull())
      .addColumn('expires_at', 'bigint', (column) => column.notNull())
      .execute();
    await db.schema.createIndex('identity_spine_challenge_expiry').on('identity_spine_challenge').column('expires_at').execute();
    await db.schema
      .createTable('identity_spine_session')
      .addColumn('ticket_hash', 'text', (column) => column.primaryKey())
      .addColumn('sealed_ticket', 'text', (column) => column.notNull())
      .addColumn('user_id', 'text', (column) => column.notNull())
      .addColumn('card', 'text', (column) => column.notNull())
      .addColumn('started_at', 'bigint', (column) => column.notNull())
      .addColumn('used_at', 'bigint', (column) => column.notNull())
      .addColumn('document', 'text', (column) => column.notNull())
      .execute();
    await db.schema.createIndex('identity_spine_session_card').on('identity_spine_session').column('card').execute();
    await db.schema
      .createTable('identity_spine_listener')
      .addColumn('ticket_hash', 'text', (column) => column.notNull())
      .addColumn('url', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('identity_spine_listener_key', ['ticket_hash', 'url'])
      .execute();
  },
};
