import type { AsidModel } from '../../environment/management/asids.ts';
import type { Portal } from '../portal.ts';
import type { AsidPlan } from './calculator.ts';

/** The policy of an environment as it says itself; one ASID for each organisation where it is not open here. */
export async function asidModelOf(portal: Portal, environment: string): Promise<AsidModel> {
  const managed = portal.environments.find((each) => each.id === environment);
  return managed === undefined ? 'perEuo' : (await managed.call('environment.describe', {})).asidModel;
}

/** A plan with the policy of its environment, unless it names one itself: what would be under the other. */
export async function underPolicy(portal: Portal, plan: AsidPlan): Promise<AsidPlan> {
  return { ...plan, model: plan.model ?? (await asidModelOf(portal, plan.environment)) };
}
