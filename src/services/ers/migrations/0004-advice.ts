import { sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Advice and guidance requests: columns for the worklist beside the whole conversation as JSON. Rows are keyed by e-RS instance. */
export const adviceTables: Migration = {
  async up(db) {
    await db.schema
      .createTable('ers_advice')
      .addColumn('instance', 'text', (column) => column.notNull())
      .addColumn('ubrn', 'text', (column) => column.notNull())
      .addColumn('version', 'integer', (column) => column.notNull())
      .addColumn('category', 'text', (column) => column.notNull())
      .addColumn('nhs_number', 'text', (column) => column.notNull())
      .addColumn('referring_organisation', 'text', (column) => column.notNull())
      .addColumn('service_id', 'text', (column) => column.notNull())
      .addColumn('with_provider', 'integer', (column) => column.notNull())
      .addColumn('first_requested', 'bigint', (column) => column.notNull())
      .addColumn('document', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('ers_advice_key', ['instance', 'ubrn'])
      .execute();
    // The worklist is a range of this; conversations that are with the referrer or at an end are not in it.
    await sql`create index ers_advice_worklist on ers_advice (instance, service_id) where with_provider = 1`.execute(db);
    await sql`create index ers_advice_referrer on ers_advice (instance, referring_organisation)`.execute(db);
  },
};
