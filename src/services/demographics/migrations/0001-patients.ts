import type { Migrations } from '../../../kernel/store/store.ts';

export const demographicsMigrations: Migrations = {
  '0001-patients': {
    async up(db) {
      await db.schema
        .createTable('demographics_patient')
        .addColumn('nhs_number', 'text', (column) => column.primaryKey())
        .addColumn('sensitivity', 'text', (column) => column.notNull())
        .addColumn('search_text', 'text', (column) => column.notNull())
        .addColumn('document', 'text', (column) => column.notNull())
        .execute();
    },
  },
};
