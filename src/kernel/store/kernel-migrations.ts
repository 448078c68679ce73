import { sql } from 'kysely';
import type { Migrations } from './store.ts';

/** Tables every environment has, whatever its services. */
export const kernelMigrations: Migrations = {
  '0001-world': {
    async up(db) {
      await db.schema
        .createTable('kernel_world')
        .addColumn('id', 'integer', (column) => column.primaryKey())
        .addColumn('clock_offset', 'bigint', (column) => column.notNull())
        .addColumn('fault_rules', 'integer', (column) => column.notNull())
        .addColumn('seeded_at', 'bigint')
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .execute();
      await db.schema
        .createTable('kernel_fault')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('service', 'text', (column) => column.notNull())
        .addColumn('operation', 'text', (column) => column.notNull())
        .addColumn('effect', 'text', (column) => column.notNull())
        .addColumn('remaining', 'integer')
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .execute();
      await db.schema
        .createTable('kernel_outbox')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('kind', 'text', (column) => column.notNull())
        .addColumn('payload', 'text', (column) => column.notNull())
        .addColumn('due_at', 'bigint', (column) => column.notNull())
        .addColumn('attempts', 'integer', (column) => column.notNull())
        .addColumn('locked_until', 'bigint', (column) => column.notNull())
        .addColumn('done_at', 'bigint')
        .addColumn('last_error', 'text')
        .execute();
      await sql`create index kernel_outbox_due on kernel_outbox (due_at) where done_at is null`.execute(db);
      await db.schema
        .createTable('kernel_counter')
        .addColumn('key', 'text', (column) => column.notNull())
        .addColumn('window_start', 'bigint', (column) => column.notNull())
        .addColumn('count', 'integer', (column) => column.notNull())
        .addPrimaryKeyConstraint('kernel_counter_key', ['key', 'window_start'])
        .execute();
    },
  },
  '0002-recordings': {
    async up(db) {
      await db.schema
        .alterTable('kernel_world')
        .addColumn('recordings', 'integer', (column) => column.notNull().defaultTo(0))
        .execute();
      await db.schema
        .alterTable('kernel_world')
        .addColumn('recording_turn', 'integer', (column) => column.notNull().defaultTo(0))
        .execute();
    },
  },
  '0003-agreed-version': {
    async up(db) {
      await db.schema
        .alterTable('kernel_world')
        .addColumn('agreed_version', 'integer', (column) => column.notNull().defaultTo(0))
        .execute();
    },
  },
};
