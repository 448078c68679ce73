import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Referrals, files and what belongs to them. Rows are keyed by e-RS instance: Int1, Dep1, Dep2 are separate worlds. */
export const referralTables: Migration = {
  async up(db) {
    await createReferrals(db);
    await createFiles(db);
    await createBookkeeping(db);
  },
};

async function createReferrals(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('ers_referral')
    .addColumn('instance', 'text', (column) => column.notNull())
    .addColumn('ubrn', 'text', (column) => column.notNull())
    .addColumn('version', 'integer', (column) => column.notNull())
    .addColumn('status', 'text', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('nhs_number', 'text', (column) => column.notNull())
    .addColumn('referring_organisation', 'text', (column) => column.notNull())
    .addColumn('service_id', 'text')
    .addColumn('priority', 'text', (column) => column.notNull())
    .addColumn('appointment_id', 'text')
    .addColumn('appointment_start', 'bigint')
    .addColumn('letter_due', 'text')
    .addColumn('provider_list', 'text')
    .addColumn('referrer_list', 'text')
    .addColumn('letter_outstanding', 'integer', (column) => column.notNull())
    .addColumn('pathway_start', 'bigint')
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('updated_at', 'bigint', (column) => column.notNull())
    .addColumn('document', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('ers_referral_key', ['instance', 'ubrn'])
    .execute();
  // Each worklist is one range of one of these; rows that are on no list are not in them.
  await sql`create index ers_referral_provider_list on ers_referral (instance, service_id, provider_list) where provider_list is not null`.execute(
    db,
  );
  await sql`create index ers_referral_referrer_list on ers_referral (instance, referring_organisation, referrer_list) where referrer_list is not null`.execute(
    db,
  );
  await sql`create index ers_referral_letters on ers_referral (instance, referring_organisation) where letter_outstanding = 1`.execute(db);
  await sql`create index ers_referral_appointment on ers_referral (instance, appointment_id) where appointment_id is not null`.execute(db);
  await sql`create index ers_referral_patient on ers_referral (instance, nhs_number)`.execute(db);
}

async function createFiles(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('ers_file')
    .addColumn('instance', 'text', (column) => column.notNull())
    .addColumn('id', 'text', (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('content_type', 'text', (column) => column.notNull())
    .addColumn('size', 'integer', (column) => column.notNull())
    .addColumn('hash', 'text', (column) => column.notNull())
    .addColumn('intended_ubrn', 'text')
    .addColumn('uploaded_by', 'text', (column) => column.notNull())
    .addColumn('uploaded_by_organisation', 'text', (column) => column.notNull())
    .addColumn('uploaded_at', 'bigint', (column) => column.notNull())
    .addColumn('status', 'text', (column) => column.notNull())
    .addColumn('linked_ubrn', 'text')
    .addPrimaryKeyConstraint('ers_file_key', ['instance', 'id'])
    .execute();
  await sql`create index ers_file_linked on ers_file (instance, linked_ubrn) where linked_ubrn is not null`.execute(db);
}

async function createBookkeeping(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('ers_sequence')
    .addColumn('instance', 'text', (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('next', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('ers_sequence_key', ['instance', 'name'])
    .execute();
  await db.schema
    .createTable('ers_lock')
    .addColumn('instance', 'text', (column) => column.notNull())
    .addColumn('ubrn', 'text', (column) => column.notNull())
    .addColumn('holder', 'text', (column) => column.notNull())
    .addColumn('held_until', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('ers_lock_key', ['instance', 'ubrn'])
    .execute();
  await db.schema
    .createTable('ers_booking_attempt')
    .addColumn('instance', 'text', (column) => column.notNull())
    .addColumn('ubrn', 'text', (column) => column.notNull())
    .addColumn('slot_id', 'text', (column) => column.notNull())
    .addColumn('service_id', 'text', (column) => column.notNull())
    .addColumn('outcome', 'text', (column) => column.notNull())
    .addColumn('attempted_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('ers_booking_attempt_key', ['instance', 'ubrn'])
    .execute();
  await db.schema
    .createTable('ers_audit')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('instance', 'text', (column) => column.notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('operation', 'text', (column) => column.notNull())
    .addColumn('user_id', 'text', (column) => column.notNull())
    .addColumn('on_behalf_of', 'text')
    .addColumn('ods_code', 'text', (column) => column.notNull())
    .addColumn('business_function', 'text', (column) => column.notNull())
    .addColumn('app_id', 'text')
    .addColumn('asid', 'text')
    .addColumn('ubrn', 'text')
    .addColumn('nhs_number', 'text')
    .addColumn('detail', 'text')
    .execute();
  await sql`create index ers_audit_referral on ers_audit (instance, ubrn, at)`.execute(db);
  await db.schema
    .createTable('ers_on_behalf_of')
    .addColumn('instance', 'text', (column) => column.notNull())
    .addColumn('admin_user_id', 'text', (column) => column.notNull())
    .addColumn('clinician_user_id', 'text', (column) => column.notNull())
    .addColumn('ods_code', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('ers_on_behalf_of_key', ['instance', 'admin_user_id', 'clinician_user_id', 'ods_code'])
    .execute();
}
