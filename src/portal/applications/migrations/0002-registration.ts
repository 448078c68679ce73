import type { Migration } from 'kysely/migration';

/**
 * An application is written down before its environment is asked for it, and is nobody's until the environment has registered it for this
 * registration. What was there before is registered.
 */
export const registrationOfApplication: Migration = {
  async up(db) {
    const alter = () => db.schema.alterTable('applications_application');
    await alter()
      .addColumn('pending', 'integer', (column) => column.notNull().defaultTo(0))
      .execute();
    await alter().addColumn('registration', 'text').execute();
    await alter().addColumn('wish', 'text').execute();
  },
};
