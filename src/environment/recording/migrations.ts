import type { Migrations } from '../../kernel/store/store.ts';

/** Evidence is in the environment's own database, not in the journal: what is written there is there (DESIGN.md D8). No reset touches it. */
export const recordingMigrations: Migrations = {
  '0001-recordings': {
    async up(db) {
      await db.schema
        .createTable('recording')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('purpose', 'text', (column) => column.notNull())
        .addColumn('applications', 'text', (column) => column.notNull())
        .addColumn('started_at', 'bigint', (column) => column.notNull())
        .addColumn('stopped_at', 'bigint')
        .addColumn('stop_reason', 'text')
        .addColumn('exchanges', 'integer', (column) => column.notNull())
        .addColumn('bytes', 'bigint', (column) => column.notNull())
        .addColumn('most_exchanges', 'integer', (column) => column.notNull())
        .addColumn('most_bytes', 'bigint', (column) => column.notNull())
        .addColumn('missed', 'integer', (column) => column.notNull())
        .addColumn('head', 'text', (column) => column.notNull())
        .addColumn('opening', 'text', (column) => column.notNull())
        .addColumn('closing', 'text')
        .execute();
      await db.schema
        .createTable('recording_exchange')
        .addColumn('recording', 'text', (column) => column.notNull())
        .addColumn('number', 'integer', (column) => column.notNull())
        .addColumn('line', 'text', (column) => column.notNull())
        .addPrimaryKeyConstraint('recording_exchange_number', ['recording', 'number'])
        .execute();
      await db.schema
        .createTable('recording_token')
        .addColumn('recording', 'text', (column) => column.notNull())
        .addColumn('token', 'text', (column) => column.notNull())
        .addColumn('app_id', 'text', (column) => column.notNull())
        .addPrimaryKeyConstraint('recording_token_token', ['recording', 'token'])
        .execute();
      await db.schema
        .createTable('recording_signer')
        .addColumn('id', 'integer', (column) => column.primaryKey())
        .addColumn('certificate', 'text', (column) => column.notNull())
        .addColumn('sealed_key', 'text', (column) => column.notNull())
        .addColumn('expires_at', 'bigint', (column) => column.notNull())
        .execute();
    },
  },
};
