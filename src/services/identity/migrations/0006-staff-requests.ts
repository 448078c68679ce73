import type { Migration } from 'kysely/migration';

/** Requests for a person with a position and a card: what each was, and whom it got. */
export const staffRequests: Migration = {
  async up(db) {
    await db.schema
      .createTable('identity_staff_request')
      .addColumn('request_id', 'text', (column) => column.primaryKey())
      .addColumn('document', 'text', (column) => column.notNull())
      .addColumn('user_id', 'text', (column) => column.notNull())
      .addColumn('role_profile_id', 'text', (column) => column.notNull())
      .addColumn('card_number', 'text', (column) => column.notNull())
      .execute();
  },
};
