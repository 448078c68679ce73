import type { Migration } from 'kysely/migration';

export const nameTables: Migration = {
  async up(db) {
    await db.schema
      .createTable('dns_name')
      .addColumn('name', 'text', (column) => column.primaryKey())
      .addColumn('ods_code', 'text')
      .addColumn('registered_at', 'bigint', (column) => column.notNull())
      .execute();
    await db.schema
      .createTable('dns_name_address')
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('place', 'integer', (column) => column.notNull())
      .addColumn('address', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('dns_name_address_key', ['name', 'place'])
      .execute();
    await db.schema.createIndex('dns_name_address_address').on('dns_name_address').column('address').execute();
    // One row: when the names last changed, and where published names point since the last start.
    await db.schema
      .createTable('dns_zone')
      .addColumn('id', 'integer', (column) => column.primaryKey())
      .addColumn('changed_at', 'bigint', (column) => column.notNull())
      .addColumn('drawn_address', 'text')
      .execute();
  },
};
