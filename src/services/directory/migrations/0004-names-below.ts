import type { Migration } from 'kysely/migration';
import { tablesOf } from '../../../kernel/store/store.ts';
import { nameOrder } from '../register/names.ts';

interface Tables {
  directory_message_handling_system: { fqdn: string; fqdn_order: string };
}

const TABLE = 'directory_message_handling_system';

/** Host names in an order in which those below a domain lie together: the name server looks for them there. */
export const namesBelow: Migration = {
  async up(db) {
    await db.schema
      .alterTable(TABLE)
      .addColumn('fqdn_order', 'text', (column) => column.notNull().defaultTo(''))
      .execute();
    const tables = tablesOf<Tables>(db);
    for (const { fqdn } of await tables.selectFrom(TABLE).select('fqdn').distinct().execute())
      await tables
        .updateTable(TABLE)
        .set({ fqdn_order: nameOrder(fqdn) })
        .where('fqdn', '=', fqdn)
        .execute();
    await db.schema.createIndex(`${TABLE}_fqdn_order`).on(TABLE).column('fqdn_order').execute();
  },
};
