import type { Migration } from 'kysely/migration';

/** Access codes of patients, sealed; a row without one is a patient whose code was withdrawn (ers.md §5). */
export const accessCodeTable: Migration = {
  async up(db) {
    await db.schema
      .createTable('ers_access_code')
      .addColumn('instance', 'text', (column) => column.notNull())
      .addColumn('nhs_number', 'text', (column) => column.notNull())
      .addColumn('sealed_code', 'text')
      .addPrimaryKeyConstraint('ers_access_code_key', ['instance', 'nhs_number'])
      .execute();
  },
};
