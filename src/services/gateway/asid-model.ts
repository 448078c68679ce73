/**
 * How many ASIDs user-restricted access has: one for each end-user organisation, or one for the connecting party with a list of the
 * organisations it may be used for (path-to-live.md §3.5, example 7). Everything that differs between the two asks here: the gateway's
 * check, the one-step application, the calculator, the PROD form and the operator who binds.
 */
import type { EnvironmentSettings } from '../../kernel/service.ts';
import type { AccessMode } from './products.ts';

export const ASID_MODELS = ['perEuo', 'perConnectingParty'] as const;
export type AsidModel = (typeof ASID_MODELS)[number];

/** Where the platform keeps an application's list (path-to-live.md §3.7, check 2). */
const ALLOW_LIST = 'apim-app-flow-vars';

/** The policy of an environment. */
export function asidModelOf({ asidModel = 'perEuo' }: Pick<EnvironmentSettings, 'asidModel'>): AsidModel {
  return asidModel;
}

/** Whether one ASID serves all organisations of an access mode: its application then has a list of them. */
export function hasAllowList(model: AsidModel, accessMode: AccessMode): boolean {
  return model === 'perConnectingParty' && accessMode === 'user-restricted';
}

/** The attribute that lets an application be used for these organisations, and no other. */
export function allowListAttributes(odsCodes: readonly string[]): Readonly<Record<string, string>> {
  return { [ALLOW_LIST]: JSON.stringify({ ers: { allowListodsCode: odsCodes } }) };
}

/** The organisations an application may be used for; undefined when it has no list that can be read. */
export function allowListIn(attributes: Readonly<Record<string, string>>): readonly string[] | undefined {
  try {
    const list: unknown = JSON.parse(attributes[ALLOW_LIST] ?? '')?.ers?.allowListodsCode;
    return Array.isArray(list) ? list.map(String) : undefined;
  } catch {
    return undefined;
  }
}
