import type { Migrations } from '../../kernel/store/store.ts';

/** Tables of the environment itself: its maintenance and its builds. They survive a reset; only `reset --all` empties them. */
export const environmentTables: Migrations = {
  '0001-maintenance': {
    async up(db) {
      await db.schema
        .createTable('environment_change')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('revision', 'integer', (column) => column.notNull())
        .addColumn('status', 'text', (column) => column.notNull())
        .addColumn('start_at', 'bigint', (column) => column.notNull())
        .addColumn('document', 'text', (column) => column.notNull())
        .execute();
      await db.schema
        .createTable('environment_change_revision')
        .addColumn('change_id', 'text', (column) => column.notNull())
        .addColumn('revision', 'integer', (column) => column.notNull())
        .addColumn('what', 'text', (column) => column.notNull())
        .addColumn('actor', 'text', (column) => column.notNull())
        .addColumn('reason', 'text')
        .addColumn('at', 'bigint', (column) => column.notNull())
        .addColumn('document', 'text', (column) => column.notNull())
        .addPrimaryKeyConstraint('environment_change_revision_key', ['change_id', 'revision'])
        .execute();
      await db.schema
        .createTable('environment_live_release')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('released_at', 'bigint', (column) => column.notNull())
        .addColumn('build', 'text')
        .addColumn('note', 'text')
        .addColumn('recorded_at', 'bigint', (column) => column.notNull())
        .addColumn('withdrawn_at', 'bigint')
        .execute();
      await db.schema
        .createTable('environment_slot_exception')
        .addColumn('service', 'text', (column) => column.notNull())
        .addColumn('night', 'text', (column) => column.notNull())
        .addColumn('kind', 'text', (column) => column.notNull())
        .addColumn('start_at', 'bigint')
        .addColumn('end_at', 'bigint')
        .addColumn('reason', 'text', (column) => column.notNull())
        .addColumn('revision', 'integer', (column) => column.notNull())
        .addColumn('at', 'bigint', (column) => column.notNull())
        .addPrimaryKeyConstraint('environment_slot_exception_key', ['service', 'night'])
        .execute();
      await db.schema
        .createTable('environment_slot_pattern')
        .addColumn('service', 'text', (column) => column.primaryKey())
        .addColumn('pattern', 'text', (column) => column.notNull())
        .addColumn('minutes', 'integer', (column) => column.notNull())
        .execute();
      await db.schema
        .createTable('environment_build')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('application', 'text', (column) => column.notNull())
        .addColumn('version', 'text', (column) => column.notNull())
        .addColumn('deployed_at', 'bigint', (column) => column.notNull())
        .addColumn('change_id', 'text')
        .addColumn('note', 'text')
        .execute();
    },
  },
  '0002-builds-are-read-whole': {
    async up(db) {
      // Databases made before have an index that no query goes by: an environment has few builds, and all are read together.
      await db.schema.dropIndex('environment_build_application').ifExists().execute();
    },
  },
};

export const ENVIRONMENT_TABLES = [
  'environment_change',
  'environment_change_revision',
  'environment_live_release',
  'environment_slot_exception',
  'environment_slot_pattern',
  'environment_build',
] as const;
