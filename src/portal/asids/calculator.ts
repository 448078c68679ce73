/** How many ASIDs, applications and key pairs a product needs (path-to-live.md §3.5, PTL-110…115). Pure. */
import { type AsidModel, hasAllowList } from '../../environment/management/asids.ts';
import { LocalRefusal } from '../../kernel/errors.ts';
import { type AccessMode, accessModeOf, ERS_USES, type ErsUse } from '../applications/access-mode.ts';
import type { NameEnvironment } from '../applications/name.ts';
import { asidDisplayName, collectiveDisplayName } from './display-name.ts';

/** Services on the API platform that share no ASID with e-RS (PTL-114). */
export const COLLECTIVE_SERVICES = ['PDS', 'EPS', 'SCR'] as const;
export type CollectiveService = (typeof COLLECTIVE_SERVICES)[number];

/** One ASID per end-user organisation, or one per connecting party for user-restricted access with an allow list (§3.5, example 7). */
export type { AsidModel };
/** Whether PDS, EPS and SCR have one ASID together or one each: the guidance can be read both ways (§8). */
export type CollectivePolicy = 'shared' | 'each';

/** What a product does for one end-user organisation. */
export interface EuoPlan {
  readonly odsCode: string;
  /** Shown in names; the ODS code when absent. */
  readonly name?: string;
  readonly uses: readonly ErsUse[];
  readonly collective?: readonly CollectiveService[];
}

export interface AsidPlan {
  readonly product: string;
  /** Stands for the organisation where one ASID serves all (`perConnectingParty`). */
  readonly supplier: string;
  readonly environment: NameEnvironment;
  readonly euos: readonly EuoPlan[];
  readonly model?: AsidModel;
  readonly collectivePolicy?: CollectivePolicy;
}

/** An ASID that is needed: for e-RS with an application and a key pair of its own, or for the collective services. */
export interface NeededAsid {
  readonly displayName: string;
  /** Undefined for the collective services. */
  readonly use?: ErsUse;
  readonly collective?: readonly CollectiveService[];
  /** End-user organisations it serves: one, or all of them under `perConnectingParty`. */
  readonly odsCodes: readonly string[];
  /** It is the connecting party's, and its application has a list of the organisations. */
  readonly allowListed?: true;
}

export interface AsidNeeds {
  readonly asids: readonly NeededAsid[];
  readonly ersAsids: number;
  readonly collectiveAsids: number;
  readonly total: number;
  /** One application, AppID and key pair for each e-RS ASID. */
  readonly applications: number;
  readonly keyPairs: number;
  /** One for each user-restricted application. */
  readonly callbackUrls: number;
  readonly perEuo: readonly { readonly odsCode: string; readonly ersAsids: number; readonly collectiveAsids: number }[];
  /** Organisations that the one user-restricted ASID serves, where the model makes one of many. */
  readonly allowList: readonly string[];
}

/**
 * What a plan needs.
 *
 * @throws LocalRefusal 400 for a plan without organisations, an organisation twice, or one for which nothing is done
 */
export function calculateAsids(plan: AsidPlan): AsidNeeds {
  checkPlan(plan);
  const { model = 'perEuo', collectivePolicy = 'shared', euos } = plan;
  const users = euos.filter((euo) => euo.uses.includes('user-restricted'));
  const oneForAll = hasAllowList(model, 'user-restricted') && users.length > 0;
  const asids = [
    ...(oneForAll ? [oneUserAsid(plan, users)] : []),
    ...euos.flatMap((euo) => [...ersAsidsOf(plan, euo, oneForAll), ...collectiveAsidsOf(plan, euo, collectivePolicy)]),
  ];
  const ers = asids.filter((each) => each.use !== undefined);
  return {
    asids,
    ersAsids: ers.length,
    collectiveAsids: asids.length - ers.length,
    total: asids.length,
    applications: ers.length,
    keyPairs: ers.length,
    callbackUrls: ers.filter((each) => each.use === 'user-restricted').length,
    perEuo: euos.map(({ odsCode }) => {
      const serving = asids.filter((each) => each.odsCodes.includes(odsCode));
      const forErs = serving.filter((each) => each.use !== undefined).length;
      return { odsCode, ersAsids: forErs, collectiveAsids: serving.length - forErs };
    }),
    allowList: oneForAll ? users.map((each) => each.odsCode) : [],
  };
}

function checkPlan({ euos }: AsidPlan): void {
  if (euos.length === 0) throw new LocalRefusal(400, 'no_organisation', 'The plan names no end-user organisation.', 'Name at least one.');
  for (const [index, { odsCode, uses }] of euos.entries()) {
    if (euos.findIndex((each) => each.odsCode === odsCode) !== index)
      throw new LocalRefusal(400, 'organisation_twice', `${odsCode} is there twice.`, 'Say all that is done for it in one row.');
    if (uses.length === 0)
      throw new LocalRefusal(
        400,
        'nothing_used',
        `Nothing is used for ${odsCode}.`,
        'Choose user-restricted, application-restricted as referrer, or as provider.',
      );
  }
}

/** Users act as referrer and provider by their business function: one ASID is enough for both. */
function oneUserAsid(plan: AsidPlan, users: readonly EuoPlan[]): NeededAsid {
  return {
    displayName: asidDisplayName(plan.supplier, plan.product, plan.environment, 'user-restricted'),
    use: 'user-restricted',
    odsCodes: users.map((each) => each.odsCode),
    allowListed: true,
  };
}

function ersAsidsOf(plan: AsidPlan, euo: EuoPlan, oneForAllUsers: boolean): NeededAsid[] {
  return ERS_USES.filter((use) => euo.uses.includes(use) && !(oneForAllUsers && use === 'user-restricted')).map((use) => ({
    displayName: asidDisplayName(euo.name ?? euo.odsCode, plan.product, plan.environment, use),
    use,
    odsCodes: [euo.odsCode],
  }));
}

function collectiveAsidsOf(plan: AsidPlan, euo: EuoPlan, policy: CollectivePolicy): NeededAsid[] {
  const services = COLLECTIVE_SERVICES.filter((each) => euo.collective?.includes(each) === true);
  const groups = policy === 'each' ? services.map((each) => [each]) : services.length === 0 ? [] : [services];
  return groups.map((collective) => ({
    displayName: collectiveDisplayName(euo.name ?? euo.odsCode, plan.product, plan.environment, collective),
    collective,
    odsCodes: [euo.odsCode],
  }));
}

/** What a change of plan adds, and whether assurance begins again (§4.5, example 6). */
export interface PlanChange {
  readonly added: readonly NeededAsid[];
  readonly noLongerNeeded: readonly NeededAsid[];
  readonly newAccessModes: readonly AccessMode[];
  /** A new access mode goes back to the build stage. */
  readonly backToBuild: boolean;
}

/** Compares two plans of one product. Throws as {@link calculateAsids}. */
export function comparePlans(before: AsidPlan, after: AsidPlan): PlanChange {
  const [old, next] = [calculateAsids(before).asids, calculateAsids(after).asids];
  const without = (some: readonly NeededAsid[], others: readonly NeededAsid[]): NeededAsid[] =>
    some.filter((each) => !others.some((other) => other.displayName === each.displayName));
  const modes = modesOf(before);
  const newAccessModes = [...modesOf(after)].filter((mode) => !modes.has(mode));
  return { added: without(next, old), noLongerNeeded: without(old, next), newAccessModes, backToBuild: newAccessModes.length > 0 };
}

function modesOf({ euos }: AsidPlan): ReadonlySet<AccessMode> {
  return new Set(euos.flatMap((euo) => euo.uses.map(accessModeOf)));
}
