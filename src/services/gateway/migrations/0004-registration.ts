import type { Migration } from 'kysely/migration';

/** Whose registering an application is: only that may be repeated. None for what an operator registered, and for what was there before. */
export const registrationOfApplication: Migration = {
  async up(db) {
    await db.schema.alterTable('gateway_application').addColumn('registration', 'text').execute();
  },
};
