import type { Migration } from 'kysely/migration';

/** Applications and their keys, and everything the token server remembers (identity.md C.4, C.5, C.11). */
export const gatewayTables: Migration = {
  async up(db) {
    await db.schema
      .createTable('gateway_application')
      .addColumn('app_id', 'text', (column) => column.primaryKey())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('access_mode', 'text', (column) => column.notNull())
      .addColumn('status', 'text', (column) => column.notNull())
      .addColumn('callback_url', 'text')
      .addColumn('subscriptions', 'text', (column) => column.notNull())
      .addColumn('attributes', 'text', (column) => column.notNull())
      .addColumn('asid', 'text', (column) => column.unique())
      .addColumn('jwks', 'text')
      .addColumn('jwks_url', 'text')
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .execute();
    await db.schema
      .createTable('gateway_api_key')
      .addColumn('api_key', 'text', (column) => column.primaryKey())
      .addColumn('app_id', 'text', (column) => column.notNull())
      .addColumn('secret_salt', 'text', (column) => column.notNull())
      .addColumn('secret_hash', 'text', (column) => column.notNull())
      .addColumn('status', 'text', (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .execute();
    await db.schema.createIndex('gateway_api_key_application').on('gateway_api_key').column('app_id').execute();
    await db.schema
      .createTable('gateway_jwks_cache')
      .addColumn('url', 'text', (column) => column.primaryKey())
      .addColumn('body', 'text', (column) => column.notNull())
      .addColumn('fetched_at', 'bigint', (column) => column.notNull())
      .execute();
    await db.schema
      .createTable('gateway_jti')
      .addColumn('hash', 'text', (column) => column.primaryKey())
      .addColumn('spent_at', 'bigint', (column) => column.notNull())
      .execute();
    await db.schema.createIndex('gateway_jti_age').on('gateway_jti').column('spent_at').execute();
    await db.schema
      .createTable('gateway_authorization')
      .addColumn('state', 'text', (column) => column.primaryKey())
      .addColumn('app_id', 'text', (column) => column.notNull())
      .addColumn('token_server', 'text', (column) => column.notNull())
      .addColumn('client_state', 'text', (column) => column.notNull())
      .addColumn('expires_at', 'bigint', (column) => column.notNull())
      .execute();
    await db.schema
      .createTable('gateway_code')
      .addColumn('hash', 'text', (column) => column.primaryKey())
      .addColumn('app_id', 'text', (column) => column.notNull())
      .addColumn('log_on', 'text', (column) => column.notNull())
      .addColumn('expires_at', 'bigint', (column) => column.notNull())
      .execute();
    await db.schema
      .createTable('gateway_log_on')
      .addColumn('chain_id', 'text', (column) => column.primaryKey())
      .addColumn('app_id', 'text', (column) => column.notNull())
      .addColumn('sid', 'text')
      .addColumn('log_on', 'text', (column) => column.notNull())
      .addColumn('started_at', 'bigint', (column) => column.notNull())
      .addColumn('refreshable_until', 'bigint', (column) => column.notNull())
      .execute();
    await db.schema.createIndex('gateway_log_on_sid').on('gateway_log_on').column('sid').execute();
    await db.schema
      .createTable('gateway_token')
      .addColumn('hash', 'text', (column) => column.primaryKey())
      .addColumn('app_id', 'text', (column) => column.notNull())
      .addColumn('chain_id', 'text')
      .addColumn('facts', 'text', (column) => column.notNull())
      .addColumn('issued_at', 'bigint', (column) => column.notNull())
      .addColumn('expires_at', 'bigint', (column) => column.notNull())
      .execute();
    await db.schema.createIndex('gateway_token_chain').on('gateway_token').column('chain_id').execute();
    await db.schema.createIndex('gateway_token_expiry').on('gateway_token').column('expires_at').execute();
    await db.schema
      .createTable('gateway_refresh_token')
      .addColumn('hash', 'text', (column) => column.primaryKey())
      .addColumn('app_id', 'text', (column) => column.notNull())
      .addColumn('chain_id', 'text', (column) => column.notNull())
      .addColumn('refresh_count', 'integer', (column) => column.notNull())
      .addColumn('expires_at', 'bigint', (column) => column.notNull())
      .execute();
    await db.schema.createIndex('gateway_refresh_token_chain').on('gateway_refresh_token').column('chain_id').execute();
  },
};
