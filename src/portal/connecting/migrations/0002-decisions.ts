import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

interface Tables {
  connecting_plan: {
    plan_id: string;
    account_id: string | null;
    team_id: string | null;
    environment: string;
    product: string;
    version: string;
    suspended: number;
    created_at: number;
  };
  connecting_request: { plan_id: string; kind: string; state: string; result: string };
  connecting_name: { environment: string; fqdn: string; plan_id: string; registered: number };
}

/** Whoever decides on a request claims it first; a host name belongs to the plan that asked for it; a suspension is of the product version. */
export const decisionTables: Migration = {
  async up(db) {
    await db.schema
      .alterTable('connecting_request')
      .addColumn('turn', 'integer', (column) => column.notNull().defaultTo(0))
      .execute();
    await db.schema.alterTable('connecting_request').addColumn('claim', 'text').execute();
    // Until when a claim holds; without one, when the next attempt is due.
    await db.schema.alterTable('connecting_request').addColumn('claim_until', 'bigint').execute();
    await db.schema
      .createTable('connecting_name')
      .addColumn('environment', 'text', (column) => column.notNull())
      .addColumn('fqdn', 'text', (column) => column.notNull())
      .addColumn('plan_id', 'text', (column) => column.notNull())
      .addColumn('registered', 'integer', (column) => column.notNull())
      .addPrimaryKeyConstraint('connecting_name_key', ['environment', 'fqdn'])
      .execute();
    await db.schema.createIndex('connecting_name_plan').on('connecting_name').column('plan_id').execute();
    await db.schema.createIndex('connecting_plan_product').on('connecting_plan').columns(['product', 'version', 'environment']).execute();
    await carryOver(db as Kysely<Tables>);
  },
};

/** Names that were granted are held, and a suspension holds for every plan of the same product version. */
async function carryOver(db: Kysely<Tables>): Promise<void> {
  const granted = await db
    .selectFrom('connecting_request')
    .innerJoin('connecting_plan', 'connecting_plan.plan_id', 'connecting_request.plan_id')
    .select(['connecting_plan.plan_id', 'connecting_plan.environment', 'connecting_request.result'])
    .where('kind', '=', 'fqdn')
    .where('state', '=', 'granted')
    .orderBy('connecting_plan.created_at')
    .execute();
  for (const { plan_id, environment, result } of granted)
    await db
      .insertInto('connecting_name')
      .values({ environment, fqdn: String(JSON.parse(result).fqdn), plan_id, registered: 1 })
      .onConflict((conflict) => conflict.columns(['environment', 'fqdn']).doNothing())
      .execute();
  for (const plan of await db.selectFrom('connecting_plan').selectAll().where('suspended', '=', 1).execute())
    await db
      .updateTable('connecting_plan')
      .set({ suspended: 1 })
      .where('product', '=', plan.product)
      .where('version', '=', plan.version)
      .where('environment', '=', plan.environment)
      .where((where) =>
        plan.team_id === null
          ? where.and([where('team_id', 'is', null), where('account_id', '=', plan.account_id ?? '')])
          : where('team_id', '=', plan.team_id),
      )
      .execute();
}
