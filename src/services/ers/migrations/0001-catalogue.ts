import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** The directory of services and the slots polled from hospitals. Rows are keyed by e-RS instance. */
export const catalogueTables: Migration = {
  async up(db) {
    await createServices(db);
    await createSlots(db);
  },
};

async function createServices(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('ers_service')
    .addColumn('instance', 'text', (column) => column.notNull())
    .addColumn('id', 'text', (column) => column.notNull())
    .addColumn('version', 'integer', (column) => column.notNull())
    .addColumn('provider', 'text', (column) => column.notNull())
    .addColumn('specialty', 'text', (column) => column.notNull())
    .addColumn('published', 'integer', (column) => column.notNull())
    .addColumn('document', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('ers_service_primary', ['instance', 'id'])
    .execute();
  await sql`create index ers_service_provider on ers_service (instance, provider)`.execute(db);
  await db.schema
    .createTable('ers_service_key')
    .addColumn('instance', 'text', (column) => column.notNull())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('value', 'text', (column) => column.notNull())
    .addColumn('service_id', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('ers_service_key_key', ['instance', 'kind', 'value', 'service_id'])
    .execute();
  await db.schema
    .createTable('ers_service_member')
    .addColumn('instance', 'text', (column) => column.notNull())
    .addColumn('service_id', 'text', (column) => column.notNull())
    .addColumn('user_id', 'text', (column) => column.notNull())
    .addColumn('ods_code', 'text', (column) => column.notNull())
    .addColumn('provider', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('ers_service_member_key', ['instance', 'service_id', 'user_id', 'ods_code'])
    .execute();
  await sql`create index ers_service_member_user on ers_service_member (instance, user_id, ods_code)`.execute(db);
}

async function createSlots(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('ers_slot')
    .addColumn('instance', 'text', (column) => column.notNull())
    .addColumn('id', 'text', (column) => column.notNull())
    .addColumn('service_id', 'text', (column) => column.notNull())
    .addColumn('usrn', 'text', (column) => column.notNull())
    .addColumn('clinician', 'text')
    .addColumn('start_at', 'bigint', (column) => column.notNull())
    .addColumn('end_at', 'bigint', (column) => column.notNull())
    .addColumn('priority', 'text')
    .addColumn('status', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('ers_slot_key', ['instance', 'id'])
    .execute();
  // One range of this is a page of a slot search.
  await sql`create index ers_slot_offer on ers_slot (instance, service_id, status, start_at)`.execute(db);
}
