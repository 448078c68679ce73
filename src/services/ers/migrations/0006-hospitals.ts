import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** The simulated hospitals' own appointment books, and which slot lists e-RS has taken from them. Rows are keyed by e-RS instance. */
export const hospitalTables: Migration = {
  async up(db) {
    await createClinics(db);
    await createBook(db);
    await db.schema
      .createTable('ers_slot_list')
      .addColumn('instance', 'text', (column) => column.notNull())
      .addColumn('service_id', 'text', (column) => column.notNull())
      .addColumn('revision', 'integer', (column) => column.notNull())
      .addPrimaryKeyConstraint('ers_slot_list_key', ['instance', 'service_id'])
      .execute();
    await db.schema
      .createTable('ers_turn')
      .addColumn('work', 'text', (column) => column.primaryKey())
      .addColumn('turn', 'integer', (column) => column.notNull())
      .execute();
    await adoptSlots(db);
  },
};

async function createClinics(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('ers_clinic')
    .addColumn('instance', 'text', (column) => column.notNull())
    .addColumn('service_id', 'text', (column) => column.notNull())
    .addColumn('plan', 'text', (column) => column.notNull())
    .addColumn('opened_until', 'bigint', (column) => column.notNull())
    .addColumn('next_opening', 'bigint', (column) => column.notNull())
    .addColumn('revision', 'integer', (column) => column.notNull())
    .addPrimaryKeyConstraint('ers_clinic_key', ['instance', 'service_id'])
    .execute();
  await db.schema
    .createTable('ers_clinic_session')
    .addColumn('instance', 'text', (column) => column.notNull())
    .addColumn('id', 'text', (column) => column.notNull())
    .addColumn('service_id', 'text', (column) => column.notNull())
    .addColumn('start_at', 'bigint', (column) => column.notNull())
    .addColumn('capacity', 'integer', (column) => column.notNull())
    .addColumn('booked', 'integer', (column) => column.notNull())
    .addPrimaryKeyConstraint('ers_clinic_session_key', ['instance', 'id'])
    .execute();
}

async function createBook(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('ers_clinic_slot')
    .addColumn('instance', 'text', (column) => column.notNull())
    .addColumn('id', 'text', (column) => column.notNull())
    .addColumn('service_id', 'text', (column) => column.notNull())
    .addColumn('session_id', 'text')
    .addColumn('usrn', 'text', (column) => column.notNull())
    .addColumn('clinician', 'text')
    .addColumn('start_at', 'bigint', (column) => column.notNull())
    .addColumn('end_at', 'bigint', (column) => column.notNull())
    .addColumn('priority', 'text')
    .addColumn('status', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('ers_clinic_slot_key', ['instance', 'id'])
    .execute();
  await sql`create index ers_clinic_slot_clinic on ers_clinic_slot (instance, service_id, start_at)`.execute(db);
  await db.schema
    .createTable('ers_clinic_booking')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('instance', 'text', (column) => column.notNull())
    .addColumn('slot_id', 'text', (column) => column.notNull())
    .addColumn('ubrn', 'text')
    .addColumn('nhs_number', 'text')
    .addColumn('booked_at', 'bigint', (column) => column.notNull())
    .addColumn('cancelled_at', 'bigint')
    .execute();
  // Whatever else goes wrong, no slot has two patients.
  await sql`create unique index ers_clinic_booking_slot on ers_clinic_booking (instance, slot_id) where cancelled_at is null`.execute(db);
}

/** A world seeded by an earlier version keeps its slots: they become the books of clinics without a plan. */
async function adoptSlots(db: Kysely<unknown>): Promise<void> {
  await sql`insert into ers_clinic_slot (instance, id, service_id, usrn, clinician, start_at, end_at, priority, status)
    select instance, id, service_id, usrn, clinician, start_at, end_at, priority, case status when 'free' then 'open' else status end from ers_slot`.execute(
    db,
  );
  await sql`insert into ers_clinic (instance, service_id, plan, opened_until, next_opening, revision)
    select distinct instance, service_id, '{"workingDaysAhead":0,"sessions":[]}', 0, 0, 1 from ers_slot`.execute(db);
}
