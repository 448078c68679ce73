import type { Migration } from 'kysely/migration';

/** Mail that the road sends. */
export const mailTables: Migration = {
  async up(db) {
    await db.schema
      .createTable('portal_mail')
      .addColumn('mail_id', 'text', (column) => column.primaryKey())
      .addColumn('at', 'bigint', (column) => column.notNull())
      .addColumn('sender', 'text', (column) => column.notNull())
      .addColumn('recipient', 'text', (column) => column.notNull())
      .addColumn('subject', 'text', (column) => column.notNull())
      .addColumn('body', 'text', (column) => column.notNull())
      .addColumn('delivery', 'text', (column) => column.notNull())
      .execute();
    await db.schema.createIndex('portal_mail_recipient').on('portal_mail').columns(['recipient', 'mail_id']).execute();
  },
};
