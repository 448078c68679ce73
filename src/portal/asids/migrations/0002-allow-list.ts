import type { Migration } from 'kysely/migration';

/** Organisations of a request, where one ASID serves all of them. */
export const allowListOfRequest: Migration = {
  async up(db) {
    await db.schema.alterTable('asids_request').addColumn('allow_list', 'text').execute();
  },
};
