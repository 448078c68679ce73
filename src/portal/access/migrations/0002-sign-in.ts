import type { Migration } from 'kysely/migration';
import { tablesOf } from '../../../kernel/store/store.ts';

/**
 * Tries to sign in are counted by address, whether or not it has an account. An account knows whether its address was confirmed, so that
 * letting it in again gives back what it was. A link that confirms an address keeps the registration it was mailed for.
 */
export const signInTables: Migration = {
  async up(db) {
    await db.schema
      .createTable('portal_sign_in')
      .addColumn('address', 'text', (column) => column.primaryKey())
      .addColumn('tries', 'integer', (column) => column.notNull())
      .addColumn('tried_at', 'bigint', (column) => column.notNull())
      .execute();
    await db.schema.createIndex('portal_sign_in_tried').on('portal_sign_in').column('tried_at').execute();
    await db.schema
      .alterTable('portal_account')
      .addColumn('confirmed', 'integer', (column) => column.notNull().defaultTo(0))
      .execute();
    await tablesOf<{ portal_account: { confirmed: number; status: string } }>(db)
      .updateTable('portal_account')
      .set({ confirmed: 1 })
      .where('status', '!=', 'unverified')
      .execute();
    await db.schema.alterTable('portal_account').dropColumn('failures').execute();
    await db.schema.alterTable('portal_account').dropColumn('locked_until').execute();
    await db.schema.alterTable('portal_credential').addColumn('registration', 'text').execute();
  },
};
