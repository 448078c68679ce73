/** Host names of an environment and the plans that hold them: a name stays with its owner (PTL-011). */
import { type Db, tablesOf } from '../../kernel/store/store.ts';
import { findPlan, isSameOwner, type Plan } from './store.ts';

interface Tables {
  connecting_name: { environment: string; fqdn: string; plan_id: string; registered: number };
}

/** How a name stands with a plan: `other` owner's, the owner's own and `registered` already, or `held` for the plan. */
export type Holding = 'other' | 'registered' | 'held';

/** Holds a name for a plan unless another owner has it. */
export async function holdName(tx: Db, plan: Plan, fqdn: string): Promise<Holding> {
  const names = tablesOf<Tables>(tx);
  await names
    .insertInto('connecting_name')
    .values({ environment: plan.environment, fqdn, plan_id: plan.planId, registered: 0 })
    .onConflict((conflict) => conflict.columns(['environment', 'fqdn']).doNothing())
    .execute();
  const found = await names
    .selectFrom('connecting_name')
    .selectAll()
    .where('environment', '=', plan.environment)
    .where('fqdn', '=', fqdn)
    .executeTakeFirstOrThrow();
  const holder = await findPlan(tx, found.plan_id);
  if (holder === undefined || !isSameOwner(holder, plan)) return 'other';
  return Number(found.registered) === 1 ? 'registered' : 'held';
}

/** Says that a name is registered in the environment, for a plan whose owner holds it. */
export async function nameRegistered(tx: Db, { environment, planId }: Plan, fqdn: string): Promise<void> {
  await tablesOf<Tables>(tx)
    .insertInto('connecting_name')
    .values({ environment, fqdn, plan_id: planId, registered: 1 })
    .onConflict((conflict) => conflict.columns(['environment', 'fqdn']).doUpdateSet({ registered: 1 }))
    .execute();
}

/** Lets go of names that a plan holds and that never came to be registered. */
export async function letGoOfNames(tx: Db, planId: string): Promise<void> {
  await tablesOf<Tables>(tx).deleteFrom('connecting_name').where('plan_id', '=', planId).where('registered', '=', 0).execute();
}
