/** What the portal reads of the schedules of its environments: for pages and the API. */
import { type ComparedBuild, comparedWithLive } from '../../environment/maintenance/compared-builds.ts';
import { CHANGE_ACTIONS } from '../../environment/maintenance/forward-change.ts';
import type { ChangeView, RevisionView, ScheduleView } from '../../environment/maintenance/views.ts';
import { LocalRefusal } from '../../kernel/errors.ts';
import type { Portal } from '../portal.ts';
import { type Difference, differenceOf, differencesOf, newestOf, standingsOf } from './copies.ts';

export type Schedules = readonly ScheduleView[];

/** The schedules of all environments that are open. */
export async function allSchedules(portal: Portal): Promise<Schedules> {
  return Promise.all(portal.environments.map((each) => each.call('maintenance.schedule', {})));
}

/** An entry as the schedule lists it. */
export interface ListedEntry extends ChangeView {
  /** Environments it names whose copy is missing, or not as the newest. */
  readonly differsIn: readonly string[];
}

/**
 * Entries of several environments, each once, in its newest revision; by their start.
 *
 * @param all the schedules in which an entry may differ
 */
export function entriesOf(schedules: Schedules, all: Schedules = schedules): readonly ListedEntry[] {
  const entries = new Map<string, ChangeView>();
  for (const { changes } of schedules)
    for (const entry of changes) if ((entries.get(entry.id)?.revision ?? 0) < entry.revision) entries.set(entry.id, entry);
  return [...entries.values()]
    .map((entry) => ({ ...entry, differsIn: environmentsThatDiffer(entry, all) }))
    .sort((one, other) => (one.start === other.start ? (one.id < other.id ? -1 : 1) : one.start < other.start ? -1 : 1));
}

function environmentsThatDiffer(entry: ChangeView, all: Schedules): readonly string[] {
  return all
    .filter(({ environment }) => entry.environments.includes(environment))
    .filter(
      ({ changes }) =>
        differenceOf(
          entry,
          changes.find(({ id }) => id === entry.id),
        ) !== undefined,
    )
    .map(({ environment }) => environment);
}

export interface FoundEntry {
  readonly entry: ChangeView;
  readonly history: readonly RevisionView[];
  /** How other environments it names differ. */
  readonly differences: readonly Difference[];
  /** What can be done to it in one environment at least. */
  readonly actions: ChangeView['actions'];
}

/** An entry with its history, from the environment that has its newest revision, and how others differ. Throws LocalRefusal 404. */
export async function findEntry(portal: Portal, id: string): Promise<FoundEntry> {
  const standings = await standingsOf(portal, id);
  const newest = newestOf(standings);
  if (newest === undefined)
    throw new LocalRefusal(404, 'change_unknown', 'There is no such forward change.', 'See the schedule for those there are.');
  const { entry, history = [] } = newest;
  const actions = CHANGE_ACTIONS.filter((action) => standings.some((each) => each.entry?.actions.includes(action)));
  return { entry, history, differences: differencesOf(entry, standings), actions };
}

/** An application's build in an environment, and whether it is that of the live one. */
export interface BuildThere extends ComparedBuild {
  readonly environment: string;
}

/** Builds of every environment, compared with the production twin's where that is open (PTL-091). */
export async function comparedBuilds(portal: Portal): Promise<readonly BuildThere[]> {
  const all = await Promise.all(
    portal.environments.map(async (each) => ({ environment: each, builds: (await each.call('maintenance.builds', {})).builds })),
  );
  const live = all.find(({ environment }) => environment.production)?.builds;
  return all.flatMap(({ environment, builds }) => comparedWithLive(builds, live).map((each) => ({ ...each, environment: environment.id })));
}

/** The feed of one environment, or of all of them in one. Throws LocalRefusal 404. */
export async function calendarFeed(portal: Portal, environment: string | undefined, alarm: boolean): Promise<string> {
  const wanted = environment === undefined ? portal.environments : [portal.environment(environment)];
  const places = { scheduleUrl: `${portal.baseUrl}/schedule`, entryUrl: `${portal.baseUrl}/schedule/changes/` };
  const feeds = await Promise.all(wanted.map(async (each) => (await each.call('maintenance.calendar', { alarm, ...places })).text));
  const [first = ''] = feeds;
  if (environment !== undefined) return first;
  const { mergedCalendar } = await import('../../environment/maintenance/calendar.ts');
  const differing = entriesOf(await allSchedules(portal)).filter((each) => each.differsIn.length > 0);
  const remarks = new Map(differing.map(({ id, differsIn }) => [id, `Differs in ${differsIn.join(', ')}.`]));
  return mergedCalendar('LocalSpine maintenance', feeds, remarks);
}
