/** Which services may share an ASID (path-to-live.md §3.6), as the directory of an environment says it: the rules are its own. */
import type { ManagedEnvironment, OutputOf } from '../../environment/management/index.ts';
import { LocalRefusal } from '../../kernel/errors.ts';
import type { Portal } from '../portal.ts';

export type SharingOf = OutputOf<'asids.sharing'>;
export type SharingVerdict = NonNullable<SharingOf['wanted']>;
type SharedService = Pick<SharingOf['services'][number], 'id' | 'title' | 'platform'>;

export interface SharingMatrix {
  readonly services: readonly SharedService[];
  /** What an ASID serves, with whether each of the services may be added, in their order. */
  readonly rows: readonly { readonly held: SharedService; readonly verdicts: readonly SharingVerdict[] }[];
}

/** The rules are the same in every environment: the first that is open is asked. Throws LocalRefusal 503. */
export function anyEnvironment({ environments }: Portal): ManagedEnvironment {
  const [first] = environments;
  if (first === undefined) throw new LocalRefusal(503, 'no_environment', 'No environment is open.');
  return first;
}

/** All pairs. */
export async function sharingMatrix(portal: Portal): Promise<SharingMatrix> {
  const managed = anyEnvironment(portal);
  const { services } = await managed.call('asids.sharing', { held: [] });
  const rows = await Promise.all(
    services.map(async (held) => ({
      held,
      verdicts: (await managed.call('asids.sharing', { held: [held.id] })).services.map((each) => each.verdict),
    })),
  );
  return { services: services.map(({ id, title, platform }) => ({ id, title, platform })), rows };
}
