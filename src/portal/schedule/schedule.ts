/** What the portal does with the schedules of environments: pages, API and command line all come here. */
import type { Static } from 'typebox';
import type { ChangeInput } from '../../environment/maintenance/reading.ts';
import type { BuildHistoryView, ChangeView, ReleaseView, RevisionView, ScheduleView } from '../../environment/maintenance/views.ts';
import type { ManagedEnvironment, OutputOf } from '../../environment/management/index.ts';
import { LocalRefusal } from '../../kernel/errors.ts';
import { require } from '../access/permissions.ts';
import type { Visitor } from '../access/visitor.ts';
import type { Portal } from '../portal.ts';

export type Schedules = readonly ScheduleView[];

/** The schedules of all environments that are open. */
export async function allSchedules(portal: Portal): Promise<Schedules> {
  return Promise.all(portal.environments.map((each) => each.call('maintenance.schedule', {})));
}

/** Entries of several environments, each once, in its newest revision; by their start. */
export function entriesOf(schedules: Schedules): readonly ChangeView[] {
  const entries = new Map<string, ChangeView>();
  for (const { changes } of schedules)
    for (const entry of changes) if ((entries.get(entry.id)?.revision ?? 0) < entry.revision) entries.set(entry.id, entry);
  return [...entries.values()].sort((one, other) =>
    one.start === other.start ? (one.id < other.id ? -1 : 1) : one.start < other.start ? -1 : 1,
  );
}

/** An entry with its history, from the environment that has its newest revision. Throws LocalRefusal 404. */
export async function findEntry(
  portal: Portal,
  id: string,
): Promise<{ readonly entry: ChangeView; readonly history: readonly RevisionView[] }> {
  const found = (await Promise.all(portal.environments.map((each) => entryIn(each, id)))).filter((each) => each !== undefined);
  const newest = found.sort((one, other) => other.entry.revision - one.entry.revision)[0];
  if (newest === undefined)
    throw new LocalRefusal(404, 'change_unknown', 'There is no such forward change.', 'See the schedule for those there are.');
  return newest;
}

async function entryIn(environment: ManagedEnvironment, id: string): Promise<OutputOf<'maintenance.change'> | undefined> {
  try {
    return await environment.call('maintenance.change', { id });
  } catch (error) {
    if (error instanceof LocalRefusal && (error.status === 404 || error.status === 400)) return undefined;
    throw error;
  }
}

/** The open environments of these names. Throws LocalRefusal 404 when one is not open: the entry would be in some only. */
function environmentsNamed(portal: Portal, names: readonly string[]): readonly [ManagedEnvironment, ...ManagedEnvironment[]] {
  const [first, ...others] = names.map((each) => portal.environment(each));
  if (first === undefined) throw new LocalRefusal(400, 'bad_change', 'Name at least one environment.');
  return [first, ...others];
}

function actorOf(visitor: Visitor): { readonly actor: string } {
  return { actor: visitor.email ?? visitor.name };
}

/** Adds an entry to every environment it names. Repeated under the same id it goes on where it was broken off. Throws LocalRefusal 400, 403, 409. */
export async function addEntry(portal: Portal, visitor: Visitor, change: ChangeInput, id?: string): Promise<ChangeView> {
  require(visitor, 'schedule.change');
  const [first, ...others] = environmentsNamed(portal, change.environments);
  const entry = await first.call('maintenance.add-change', { change, ...actorOf(visitor), ...(id !== undefined && { id }) });
  for (const each of others) await each.call('maintenance.add-change', { id: entry.id, change, ...actorOf(visitor) });
  await record(portal, visitor, 'schedule.add', entry, { start: entry.start, end: entry.end, impact: entry.impact });
  return entry;
}

export interface EditOptions {
  readonly revision?: number | undefined;
  readonly reason?: string | undefined;
}

/** Changes an entry in every environment it names; in those it names newly it is added. Throws LocalRefusal 400, 403, 404, 409. */
export async function editEntry(
  portal: Portal,
  visitor: Visitor,
  id: string,
  change: ChangeInput,
  { revision, reason }: EditOptions,
): Promise<ChangeView> {
  require(visitor, 'schedule.change');
  const { entry: before } = await findEntry(portal, id);
  if (before.environments.join() !== change.environments.join())
    throw new LocalRefusal(409, 'change_fixed', 'An entry keeps the environments it was announced for.', 'Cancel it, and add another.');
  let entry = before;
  for (const each of environmentsNamed(portal, change.environments))
    entry = await each.call('maintenance.edit-change', {
      id,
      change,
      ...actorOf(visitor),
      ...(revision !== undefined && { revision }),
      ...(reason !== undefined && reason !== '' && { reason }),
    });
  if (entry.revision !== before.revision) await record(portal, visitor, 'schedule.change', entry, { revision: entry.revision });
  return entry;
}

const RESULTS = { approve: 'approved', start: 'in-progress', complete: 'complete', overrun: 'overrun', cancel: 'cancelled' } as const;
export type Action = keyof typeof RESULTS;
export const ACTIONS = Object.keys(RESULTS) as readonly Action[];

/** Moves an entry on, in every environment it names. Throws LocalRefusal 403, 404, 409. */
export async function actOn(portal: Portal, visitor: Visitor, id: string, action: Action, options: EditOptions): Promise<ChangeView> {
  require(visitor, 'schedule.change');
  const { entry: before } = await findEntry(portal, id);
  let entry = before;
  for (const each of environmentsNamed(portal, before.environments)) {
    const there = await each.call('maintenance.change', { id });
    // An environment that has done it already, when it was broken off before, has nothing to do.
    const behind = there.entry.recordedStatus !== RESULTS[action] || there.entry.revision === options.revision;
    entry = behind
      ? await each.call('maintenance.act-on-change', {
          id,
          action,
          ...actorOf(visitor),
          ...(options.revision !== undefined && { revision: options.revision }),
          ...(options.reason !== undefined && options.reason !== '' && { reason: options.reason }),
        })
      : there.entry;
  }
  await record(portal, visitor, `schedule.${action}`, entry, options.reason === undefined ? {} : { reason: options.reason });
  return entry;
}

/** Records a live release of e-RS in every environment; each gets its slot. Throws LocalRefusal 400, 403. */
export async function addRelease(
  portal: Portal,
  visitor: Visitor,
  release: { readonly releasedAt: string; readonly build?: string; readonly note?: string; readonly id?: string },
): Promise<ReleaseView> {
  require(visitor, 'schedule.change');
  let added: ReleaseView | undefined;
  for (const each of withSlots(portal))
    added = await each.call('maintenance.add-release', { ...release, ...(added !== undefined && { id: added.id }) });
  if (added === undefined) throw new LocalRefusal(409, 'no_environment', 'No environment with maintenance slots is open.');
  const { id, slotNight } = added;
  await portal.store.transaction((tx) =>
    portal.audit.record(tx, visitor, { action: 'schedule.release', subject: `live release ${id}`, detail: { slotNight } }),
  );
  return added;
}

/** Takes a live release back everywhere. Throws LocalRefusal 403, 404. */
export async function withdrawRelease(portal: Portal, visitor: Visitor, id: string): Promise<ReleaseView> {
  require(visitor, 'schedule.change');
  let withdrawn: ReleaseView | undefined;
  for (const each of withSlots(portal)) {
    const { releases } = await each.call('maintenance.schedule', {});
    if (releases.some((release) => release.id === id)) withdrawn = await each.call('maintenance.withdraw-release', { id });
  }
  if (withdrawn === undefined) throw new LocalRefusal(404, 'release_unknown', 'There is no such live release.');
  await portal.store.transaction((tx) =>
    portal.audit.record(tx, visitor, { action: 'schedule.withdraw-release', subject: `live release ${id}` }),
  );
  return withdrawn;
}

function withSlots(portal: Portal): readonly ManagedEnvironment[] {
  return portal.environments.filter((each) => each.id !== 'SANDBOX');
}

/** An application's build in an environment, and whether it is that of the live one. */
export interface ComparedBuild extends BuildHistoryView {
  readonly environment: string;
  readonly liveVersion?: string;
  readonly matchesLive?: boolean;
}

/** Builds of every environment, compared with the production twin's where that is open (PTL-091). */
export async function comparedBuilds(portal: Portal): Promise<readonly ComparedBuild[]> {
  const all = await Promise.all(
    portal.environments.map(async (each) => ({ environment: each, builds: (await each.call('maintenance.builds', {})).builds })),
  );
  const live = all.find(({ environment }) => environment.production)?.builds;
  return all.flatMap(({ environment, builds }) =>
    builds.map((build) => {
      const there = live?.find((each) => each.application === build.application)?.version;
      return {
        ...build,
        environment: environment.id,
        ...(there !== undefined && { liveVersion: there, matchesLive: there === build.version }),
      };
    }),
  );
}

/** Records a build that was put into an environment. Throws LocalRefusal 403, 404. */
export async function addBuild(
  portal: Portal,
  visitor: Visitor,
  environment: string,
  build: {
    readonly application: BuildHistoryView['application'];
    readonly version: string;
    readonly deployedAt?: string;
    readonly note?: string;
  },
): Promise<Static<typeof BuildHistoryView>> {
  require(visitor, 'schedule.change');
  const added = await portal.environment(environment).call('maintenance.add-build', build);
  await portal.store.transaction((tx) =>
    portal.audit.record(tx, visitor, {
      action: 'schedule.build',
      subject: `${build.application} ${build.version}`,
      environment: environment.toUpperCase(),
    }),
  );
  return added;
}

/** The feed of one environment, or of all of them in one. Throws LocalRefusal 404. */
export async function calendarFeed(portal: Portal, environment: string | undefined, alarm: boolean): Promise<string> {
  const wanted = environment === undefined ? portal.environments : [portal.environment(environment)];
  const places = { scheduleUrl: `${portal.baseUrl}/schedule`, entryUrl: `${portal.baseUrl}/schedule/changes/` };
  const feeds = await Promise.all(wanted.map(async (each) => (await each.call('maintenance.calendar', { alarm, ...places })).text));
  const [first = ''] = feeds;
  if (environment !== undefined) return first;
  const { mergedCalendar } = await import('../../environment/maintenance/calendar.ts');
  return mergedCalendar('LocalSpine maintenance', feeds);
}

async function record(
  portal: Portal,
  visitor: Visitor,
  action: string,
  entry: ChangeView,
  detail: Readonly<Record<string, unknown>>,
): Promise<void> {
  await portal.store.transaction((tx) =>
    portal.audit.record(tx, visitor, {
      action,
      subject: `forward change ${entry.id}`,
      environment: entry.environments.join(', '),
      detail: { title: entry.title, ...detail },
    }),
  );
}
