import { sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** A patient's referrals, newest first, are one range of an index. */
export const patientView: Migration = {
  async up(db) {
    await sql`drop index ers_referral_patient`.execute(db);
    await sql`create index ers_referral_patient on ers_referral (instance, nhs_number, created_at)`.execute(db);
  },
};
