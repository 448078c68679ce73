import type { Migration } from 'kysely/migration';

/**
 * The last decision on each entry, or live release, for each environment it is about, and whether it has arrived there. Two decisions at once see it
 * here: the second is refused.
 */
export const deliveryTables: Migration = {
  async up(db) {
    await db.schema
      .createTable('schedule_delivery')
      .addColumn('subject', 'text', (column) => column.notNull())
      .addColumn('environment', 'text', (column) => column.notNull())
      .addColumn('decision', 'text', (column) => column.notNull())
      .addColumn('orders', 'text', (column) => column.notNull())
      .addColumn('delivered', 'integer', (column) => column.notNull())
      .addPrimaryKeyConstraint('schedule_delivery_key', ['subject', 'environment'])
      .execute();
  },
};
