import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import { tablesOf } from '../../../kernel/store/store.ts';

/** The register of systems: products, party keys, interactions, message handling systems, and the numbered changes of the directory. */
export const registerTables: Migration = {
  async up(db) {
    await accreditedSystems(db);
    await messageHandlingSystems(db);
    await db.schema
      .createTable('directory_product')
      .addColumn('product_key', 'text', (column) => column.primaryKey())
      .addColumn('manufacturer_ods_code', 'text', (column) => column.notNull())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('version', 'text', (column) => column.notNull())
      .addColumn('position', 'bigint', (column) => column.notNull())
      .addColumn('document', 'text', (column) => column.notNull())
      .addUniqueConstraint('directory_product_version', ['manufacturer_ods_code', 'name', 'version'])
      .execute();
    // Party keys are compared without case (sds.md §3.1): the key is folded, the document keeps the spelling.
    await db.schema
      .createTable('directory_party_key')
      .addColumn('party_key', 'text', (column) => column.primaryKey())
      .addColumn('ods_code', 'text', (column) => column.notNull())
      .addColumn('document', 'text', (column) => column.notNull())
      .execute();
    await db.schema
      .createTable('directory_interaction')
      .addColumn('interaction_id', 'text', (column) => column.primaryKey())
      .addColumn('document', 'text', (column) => column.notNull())
      .execute();
    await db.schema
      .createTable('directory_change')
      .addColumn('change_number', 'bigint', (column) => column.primaryKey())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('record_id', 'text', (column) => column.notNull())
      .addColumn('document', 'text', (column) => column.notNull())
      .execute();
    await db.schema.createIndex('directory_change_record').on('directory_change').columns(['kind', 'record_id', 'change_number']).execute();
  },
};

async function accreditedSystems(db: Kysely<unknown>): Promise<void> {
  // Systems registered before the register existed are known by their ASID only: applications ask for a new one.
  await tablesOf<{ directory_accredited_system: { asid: string } }>(db).deleteFrom('directory_accredited_system').execute();
  await db.schema
    .alterTable('directory_accredited_system')
    .addColumn('party_key', 'text', (column) => column.notNull().defaultTo(''))
    .execute();
  await db.schema
    .alterTable('directory_accredited_system')
    .addColumn('position', 'bigint', (column) => column.notNull().defaultTo(0))
    .execute();
  await db.schema
    .createIndex('directory_accredited_system_ods')
    .on('directory_accredited_system')
    .columns(['ods_code', 'position'])
    .execute();
  await db.schema
    .createIndex('directory_accredited_system_party')
    .on('directory_accredited_system')
    .columns(['party_key', 'position'])
    .execute();
  await db.schema
    .createTable('directory_accredited_system_interaction')
    .addColumn('interaction_id', 'text', (column) => column.notNull())
    .addColumn('asid', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('directory_accredited_system_interaction_key', ['interaction_id', 'asid'])
    .execute();
}

async function messageHandlingSystems(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('directory_message_handling_system')
    .addColumn('cpa_id', 'text', (column) => column.primaryKey())
    .addColumn('ods_code', 'text', (column) => column.notNull())
    .addColumn('party_key', 'text', (column) => column.notNull())
    .addColumn('interaction_id', 'text', (column) => column.notNull())
    .addColumn('fqdn', 'text', (column) => column.notNull())
    .addColumn('position', 'bigint', (column) => column.notNull())
    .addColumn('document', 'text', (column) => column.notNull())
    .addUniqueConstraint('directory_message_handling_system_interaction', ['party_key', 'interaction_id'])
    .execute();
  const table = 'directory_message_handling_system';
  await db.schema.createIndex(`${table}_ods`).on(table).columns(['ods_code', 'interaction_id']).execute();
  await db.schema.createIndex(`${table}_fqdn`).on(table).column('fqdn').execute();
}
