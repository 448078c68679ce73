import type { Migration } from 'kysely/migration';

/** Which identity provider a log-on went to: staff and patients sign in at the same token server (identity.md C.2). */
export const signInOfAuthorization: Migration = {
  async up(db) {
    await db.schema.alterTable('gateway_authorization').addColumn('sign_in', 'text').execute();
  },
};
