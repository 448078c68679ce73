/** The copies of an entry, one in each environment it names, and what they have not in common. */
import type { Copy } from '../../environment/maintenance/levelling.ts';
import type { ChangeView, RevisionView } from '../../environment/maintenance/views.ts';
import type { ManagedEnvironment } from '../../environment/management/index.ts';
import { LocalRefusal } from '../../kernel/errors.ts';
import type { Portal } from '../portal.ts';

/** What one environment says of an entry. */
export interface Standing {
  readonly environment: ManagedEnvironment;
  /** False when it could not be asked. */
  readonly answers: boolean;
  readonly entry?: ChangeView;
  readonly history?: readonly RevisionView[];
}

/** An environment whose copy is not the newest, and how. */
export interface Difference {
  readonly environment: string;
  readonly how: 'missing' | 'other-status' | 'other-details' | 'no-answer';
}

/** What every open environment says of an entry. Throws what it does not answer for other reasons than being away. */
export async function standingsOf(portal: Portal, id: string): Promise<readonly Standing[]> {
  return Promise.all(portal.environments.map((environment) => standingIn(environment, id)));
}

async function standingIn(environment: ManagedEnvironment, id: string): Promise<Standing> {
  try {
    return { environment, answers: true, ...(await environment.call('maintenance.change', { id })) };
  } catch (error) {
    if (!(error instanceof LocalRefusal)) throw error;
    if (error.status === 404 || error.status === 400) return { environment, answers: true };
    if (error.status >= 500) return { environment, answers: false };
    throw error;
  }
}

/** The copy with the highest revision. */
export function newestOf(standings: readonly Standing[]): (Standing & { readonly entry: ChangeView }) | undefined {
  return standings
    .flatMap((each) => (each.entry === undefined ? [] : [{ ...each, entry: each.entry }]))
    .sort((one, other) => other.entry.revision - one.entry.revision)[0];
}

/** How the environments an entry names differ from its newest copy. */
export function differencesOf(newest: ChangeView, standings: readonly Standing[]): readonly Difference[] {
  return standings
    .filter(({ environment }) => newest.environments.some((each) => each === environment.id))
    .flatMap(({ environment: { id: environment }, answers, entry }) => {
      const how = !answers ? 'no-answer' : differenceOf(newest, entry);
      return how === undefined ? [] : [{ environment, how }];
    });
}

/** How a copy differs from the newest. */
export function differenceOf(newest: ChangeView, copy: ChangeView | undefined): Exclude<Difference['how'], 'no-answer'> | undefined {
  if (copy === undefined) return 'missing';
  if (copy.recordedStatus !== newest.recordedStatus) return 'other-status';
  return sameDetails(newest, copy) ? undefined : 'other-details';
}

const DETAILS = [
  'title',
  'summary',
  'start',
  'end',
  'impact',
  'kind',
  'fromBuild',
  'toBuild',
  'liveReleaseRef',
  'actionForSuppliers',
  'oldGeneration',
  'newGeneration',
  'freezeFrom',
  'raisedBy',
  'contact',
] as const;

function sameDetails(one: ChangeView, other: ChangeView): boolean {
  return (
    DETAILS.every((name) => one[name] === other[name]) &&
    one.services.join() === other.services.join() &&
    one.environments.join() === other.environments.join()
  );
}

/** An environment's copy, for who changes it. */
export function copyIn(
  environment: ManagedEnvironment,
  id: string,
  { actor, reason }: { readonly actor: string; readonly reason?: string },
): Copy {
  const hand = { actor, ...(reason !== undefined && { reason }) };
  return {
    async read() {
      const { answers, entry } = await standingIn(environment, id);
      if (!answers) throw new LocalRefusal(503, 'environment_unreachable', `${environment.id} does not answer.`);
      return entry;
    },
    add: (change) => environment.call('maintenance.add-change', { id, change, actor }),
    edit: (change, revision) => environment.call('maintenance.edit-change', { id, change, revision, ...hand }),
    act: (action, revision) => environment.call('maintenance.act-on-change', { id, action, revision, ...hand }),
  };
}
