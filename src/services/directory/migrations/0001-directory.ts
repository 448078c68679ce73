import type { Migrations } from '../../../kernel/store/store.ts';

/** Organisations, people, role profiles and accredited systems. */
export const directoryMigrations: Migrations = {
  '0001-directory': {
    async up(db) {
      await db.schema
        .createTable('directory_organisation')
        .addColumn('ods_code', 'text', (column) => column.primaryKey())
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('document', 'text', (column) => column.notNull())
        .execute();
      await db.schema
        .createTable('directory_person')
        .addColumn('user_id', 'text', (column) => column.primaryKey())
        .addColumn('search_text', 'text', (column) => column.notNull())
        .addColumn('document', 'text', (column) => column.notNull())
        .execute();
      await db.schema
        .createTable('directory_role_profile')
        .addColumn('role_profile_id', 'text', (column) => column.primaryKey())
        .addColumn('user_id', 'text', (column) => column.notNull())
        .addColumn('ods_code', 'text', (column) => column.notNull())
        .addColumn('position', 'integer', (column) => column.notNull())
        .addColumn('active', 'integer', (column) => column.notNull())
        .addColumn('document', 'text', (column) => column.notNull())
        .execute();
      await db.schema.createIndex('directory_role_profile_user').on('directory_role_profile').columns(['user_id', 'position']).execute();
      // The question of every API call, answered by one key: may this user do this at that organisation?
      await db.schema
        .createTable('directory_role_activity')
        .addColumn('user_id', 'text', (column) => column.notNull())
        .addColumn('ods_code', 'text', (column) => column.notNull())
        .addColumn('activity_code', 'text', (column) => column.notNull())
        .addPrimaryKeyConstraint('directory_role_activity_key', ['user_id', 'ods_code', 'activity_code'])
        .execute();
      await db.schema
        .createIndex('directory_role_activity_place')
        .on('directory_role_activity')
        .columns(['ods_code', 'activity_code'])
        .execute();
      await db.schema
        .createTable('directory_accredited_system')
        .addColumn('asid', 'text', (column) => column.primaryKey())
        .addColumn('ods_code', 'text', (column) => column.notNull())
        .addColumn('document', 'text', (column) => column.notNull())
        .execute();
      await db.schema
        .createTable('directory_counter')
        .addColumn('name', 'text', (column) => column.primaryKey())
        .addColumn('next', 'bigint', (column) => column.notNull())
        .execute();
    },
  },
};
