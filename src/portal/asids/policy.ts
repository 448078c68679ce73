import type { AsidModel } from '../../environment/management/asids.ts';
import type { ManagedEnvironment } from '../../environment/management/index.ts';
import type { Portal } from '../portal.ts';
import type { AsidPlan } from './calculator.ts';

/** The policy of an environment as it says itself; one ASID for each organisation where it is not open here. */
export async function asidModelIn(environment: ManagedEnvironment | undefined): Promise<AsidModel> {
  return environment === undefined ? 'perEuo' : (await environment.call('environment.describe', {})).asidModel;
}

/** The same, by its id. */
export function asidModelOf(portal: Portal, environment: string): Promise<AsidModel> {
  return asidModelIn(portal.environments.find((each) => each.id === environment));
}

/** A plan with the policy of its environment, unless it names one itself: what would be under the other. */
export async function underPolicy(portal: Portal, plan: AsidPlan): Promise<AsidPlan> {
  return { ...plan, model: plan.model ?? (await asidModelOf(portal, plan.environment)) };
}
