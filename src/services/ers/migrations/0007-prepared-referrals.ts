import type { Migration } from 'kysely/migration';

/** Each referral also as A005 sends it (docs/decisions/0030). Rows of before are sent from their document until they next change. */
export const preparedReferrals: Migration = {
  async up(db) {
    await db.schema.alterTable('ers_referral').addColumn('prepared', 'text').execute();
    await db.schema.alterTable('ers_referral').addColumn('prepared_form', 'integer').execute();
  },
};
