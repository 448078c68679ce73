import type { Migration } from 'kysely/migration';

/** Relying parties, single sign-on, their tokens, and signing keys that can be rotated. Keys made before are carried over. */
export const relyingParties: Migration = {
  async up(db) {
    await db.schema
      .createTable('identity_client')
      .addColumn('client_id', 'text', (column) => column.primaryKey())
      .addColumn('metadata', 'text', (column) => column.notNull())
      .addColumn('secret_salt', 'text')
      .addColumn('secret_hash', 'text')
      .addColumn('sealed_secret', 'text')
      .addColumn('hash', 'text', (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .execute();
    await db.schema
      .createTable('identity_jwks_cache')
      .addColumn('url', 'text', (column) => column.primaryKey())
      .addColumn('body', 'text', (column) => column.notNull())
      .addColumn('fetched_at', 'bigint', (column) => column.notNull())
      .execute();
    await db.schema
      .createTable('identity_jti')
      .addColumn('hash', 'text', (column) => column.primaryKey())
      .addColumn('expires_at', 'bigint', (column) => column.notNull())
      .execute();
    await db.schema.createIndex('identity_jti_expiry').on('identity_jti').column('expires_at').execute();
    await db.schema
      .createTable('identity_session')
      .addColumn('sid', 'text', (column) => column.primaryKey())
      .addColumn('cookie_hash', 'text', (column) => column.notNull().unique())
      .addColumn('user_id', 'text', (column) => column.notNull())
      .addColumn('document', 'text', (column) => column.notNull())
      .addColumn('expires_at', 'bigint', (column) => column.notNull())
      .execute();
    await db.schema
      .createTable('identity_participant')
      .addColumn('sid', 'text', (column) => column.notNull())
      .addColumn('client_id', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('identity_participant_key', ['sid', 'client_id'])
      .execute();
    await db.schema
      .createTable('identity_token')
      .addColumn('hash', 'text', (column) => column.primaryKey())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('sid', 'text', (column) => column.notNull())
      .addColumn('code_hash', 'text', (column) => column.notNull())
      .addColumn('document', 'text', (column) => column.notNull())
      .addColumn('expires_at', 'bigint', (column) => column.notNull())
      .execute();
    await db.schema.createIndex('identity_token_session').on('identity_token').column('sid').execute();
    await db.schema.createIndex('identity_token_code').on('identity_token').column('code_hash').execute();
    await db.schema.createIndex('identity_token_expiry').on('identity_token').column('expires_at').execute();
    await db.schema
      .alterTable('identity_code')
      .addColumn('spent', 'integer', (column) => column.notNull().defaultTo(0))
      .execute();
    await db.schema.createIndex('identity_code_expiry').on('identity_code').column('expires_at').execute();
    await db.schema.createIndex('identity_interaction_expiry').on('identity_interaction').column('expires_at').execute();
    await db.schema
      .createTable('identity_secret_failure')
      .addColumn('user_id', 'text', (column) => column.primaryKey())
      .addColumn('failures', 'integer', (column) => column.notNull())
      .addColumn('last_at', 'bigint', (column) => column.notNull())
      .execute();
    await rotatableKeys(db);
  },
};

async function rotatableKeys(db: Parameters<Migration['up']>[0]): Promise<void> {
  await db.schema
    .createTable('identity_signing_key')
    .addColumn('provider', 'text', (column) => column.notNull())
    .addColumn('kid', 'text', (column) => column.notNull())
    .addColumn('sealed_key', 'text', (column) => column.notNull())
    .addColumn('public_jwk', 'text', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('identity_signing_key_key', ['provider', 'kid'])
    .execute();
  await db
    .insertInto('identity_signing_key')
    .columns(['provider', 'kid', 'sealed_key', 'public_jwk', 'state'])
    .expression(
      db
        .selectFrom('identity_key')
        .select(({ ref, val }) => [
          ref('provider').as('p'),
          ref('kid').as('k'),
          ref('sealed_key').as('s'),
          ref('public_jwk').as('j'),
          val('current').as('c'),
        ]),
    )
    .execute();
  await db.schema.dropTable('identity_key').execute();
}
