/**
 * Decisions about entries of the Forward Change Schedule. An entry is one, however many environments it names: a decision leaves it the same in each of
 * them, is taken when it is possible in each of them, and is audited when it does something.
 */

import { inputOf } from '../../environment/maintenance/change-form.ts';
import {
  type ChangeAction,
  type ChangeStatus,
  contentOf,
  edited,
  type ForwardChange,
  RECORDS,
} from '../../environment/maintenance/forward-change.ts';
import { differingFields, fixedFields, type Goal, isOver, routeTo } from '../../environment/maintenance/levelling.ts';
import { CHANGE_ID, type ChangeInput, readChange } from '../../environment/maintenance/reading.ts';
import type { ChangeView } from '../../environment/maintenance/views.ts';
import type { ManagedEnvironment } from '../../environment/management/index.ts';
import { LocalRefusal } from '../../kernel/errors.ts';
import { require } from '../access/permissions.ts';
import type { Visitor } from '../access/visitor.ts';
import type { Portal } from '../portal.ts';
import { newestOf, type Standing, standingsOf } from './copies.ts';
import { decide, type LastDecisions, lastDecisions, type Orders } from './deliveries.ts';
import { findEntry } from './schedule.ts';

export interface EditOptions {
  /** The revision of the newest copy, or of the one that is to be changed, as it was read. */
  readonly revision?: number | undefined;
  readonly reason?: string | undefined;
}

/** An id for an entry. */
export function newChangeId(portal: Portal): string {
  return `FCS-${portal.random.text(8, '0123456789ABCDEFGHJKMNPQRSTVWXYZ')}`;
}

/** An entry as it stands everywhere it is about. */
interface Known {
  readonly newest: Standing & { readonly entry: ChangeView };
  /** The environments it names. */
  readonly named: readonly Standing[];
}

/** Adds an entry to every environment it names. Repeated under the same id it goes on where it was broken off. Throws LocalRefusal 400, 403, 409. */
export async function addEntry(
  portal: Portal,
  visitor: Visitor,
  change: ChangeInput,
  id: string = newChangeId(portal),
): Promise<ChangeView> {
  require(visitor, 'schedule.change');
  readChange(change);
  if (!CHANGE_ID.test(id)) throw new LocalRefusal(400, 'bad_change', 'The id of an entry has 3 to 40 letters, digits and hyphens.');
  environmentsNamed(portal, change.environments);
  const seen = await lastDecisions(portal, subjectOf(id));
  const standings = await standingsOf(portal, id);
  const newest = newestOf(standings);
  if (newest !== undefined && !isRepeated(newest, change))
    throw new LocalRefusal(409, 'change_exists', `There is a forward change ${id} already.`, 'Give another id, or change that one.');
  const goal: Goal = newest === undefined ? { change, status: 'planned' } : goalOf(newest.entry);
  const missing = standings.filter(
    ({ environment, entry }) => entry === undefined && change.environments.some((each) => each === environment.id),
  );
  mustAnswer(missing, newest);
  await write(portal, visitor, { id, goal, seen, targets: missing, action: 'schedule.add', title: change.title });
  return (await findEntry(portal, id)).entry;
}

/** Whether an entry was first written like this. */
function isRepeated({ entry, history }: Standing & { readonly entry: ChangeView }, change: ChangeInput): boolean {
  const first = history?.at(-1)?.entry ?? entry;
  return differingFields(first, change).length === 0;
}

/** Changes an entry in every environment it names. Throws LocalRefusal 400, 403, 404, 409. */
export async function editEntry(
  portal: Portal,
  visitor: Visitor,
  id: string,
  change: ChangeInput,
  options: EditOptions,
): Promise<ChangeView> {
  require(visitor, 'schedule.change');
  const seen = await lastDecisions(portal, subjectOf(id));
  const { newest, named } = await known(portal, id);
  const content = readChange(change);
  if ([...newest.entry.environments].sort().join() !== [...content.environments].sort().join())
    throw new LocalRefusal(409, 'change_fixed', 'An entry keeps the environments it was announced for.', 'Cancel it, and add another.');
  const goal: Goal = { change, status: await statusAfter(newest, change) };
  const targets: Standing[] = [];
  for (const standing of named) {
    const { entry, environment } = standing;
    const fields = entry === undefined ? [] : differingFields(entry, change);
    const fixed = entry === undefined ? [] : fixedFields(entry, fields);
    // A copy that is over stays as it is, unless it is the newest itself.
    if (fixed.length > 0 && entry !== undefined && isOver(entry) && !isOver(newest.entry)) continue;
    if (fixed.length > 0)
      throw new LocalRefusal(
        409,
        'change_fixed',
        `In ${environment.id} it is ${entry?.status}, and keeps its ${fixed.join(', ')}.`,
        'Edit what can be edited now, or add another change.',
      );
    if (entry === undefined || fields.length > 0 || (routeTo(entry, goal.status)?.length ?? 0) > 0) targets.push(standing);
  }
  if (targets.length > 0) mustBeSeen(newest.entry, targets, options.revision);
  await write(portal, visitor, { id, goal, seen, targets, action: 'schedule.change', title: content.title, reason: options.reason });
  return (await findEntry(portal, id)).entry;
}

/** The status that editing the newest copy leaves it in. */
async function statusAfter({ entry, environment }: Standing & { readonly entry: ChangeView }, change: ChangeInput): Promise<ChangeStatus> {
  if (differingFields(entry, change).length === 0) return entry.recordedStatus;
  const { now } = await environment.call('environment.now', {});
  const before: ForwardChange = {
    ...readChange(inputOf(entry)),
    id: entry.id,
    revision: entry.revision,
    status: entry.recordedStatus,
    createdAt: now,
    updatedAt: now,
    noticeGivenAt: now,
  };
  return edited(before, contentOf({ ...before, ...readChange(change) }), now).status;
}

/** Moves an entry on, in every environment it names. Throws LocalRefusal 403, 404, 409. */
export async function actOn(portal: Portal, visitor: Visitor, id: string, action: ChangeAction, options: EditOptions): Promise<ChangeView> {
  require(visitor, 'schedule.change');
  const seen = await lastDecisions(portal, subjectOf(id));
  const { newest, named } = await known(portal, id);
  const goal: Goal = { ...goalOf(newest.entry), status: RECORDS[action] };
  const ways = named.map((standing) => ({ standing, route: routeTo(standing.entry ?? JUST_ADDED, goal.status) }));
  const present = ways.filter(({ standing }) => standing.entry !== undefined);
  const done = present.filter(({ route }) => route?.length === 0);
  const targets = ways
    .filter(({ standing: { entry }, route }) => entry === undefined || (route?.length ?? 0) > 0)
    .map(({ standing }) => standing);
  if (targets.length === 0 && done.length > 0) {
    if (options.revision !== undefined && options.revision !== newest.entry.revision) throw movedOn(newest.entry, options.revision);
    return newest.entry;
  }
  mustBeSeen(newest.entry, targets, options.revision);
  const barred = present.find(({ standing: { entry }, route }) => route === undefined && entry !== undefined && !isOver(entry));
  const offered = targets.some(({ entry }) => entry?.actions.some((each) => each === action));
  if (barred !== undefined || (!offered && done.length === 0)) throw impossible(barred?.standing ?? newest, action);
  await mustHaveCome(targets, goal.status);
  await write(portal, visitor, {
    id,
    goal,
    seen,
    targets,
    action: `schedule.${action}`,
    title: newest.entry.title,
    reason: options.reason,
  });
  return (await findEntry(portal, id)).entry;
}

const JUST_ADDED = { status: 'planned', recordedStatus: 'planned', actions: ['approve', 'cancel'] } satisfies Pick<
  ChangeView,
  'status' | 'recordedStatus' | 'actions'
>;

/** Throws LocalRefusal 409 when it is too early for the next step by the clock of every environment. Where it is not yet time, the decision waits. */
async function mustHaveCome(targets: readonly Standing[], goal: ChangeStatus): Promise<void> {
  let early: LocalRefusal | undefined;
  for (const { environment, entry } of targets) {
    if (entry === undefined) return;
    const route = routeTo(entry, goal) ?? [];
    const { now } = await environment.call('environment.now', {});
    const tooEarly =
      (route.includes('start') && now < Date.parse(entry.start)) || (route.includes('overrun') && now < Date.parse(entry.end));
    if (!tooEarly) return;
    early ??= new LocalRefusal(
      409,
      'change_early',
      `${entry.id} lasts from ${entry.start} to ${entry.end}, and in ${environment.id} it is not that time.`,
      'Change its times first, move the clock on, or complete it.',
    );
  }
  if (early !== undefined) throw early;
}

function impossible({ environment, entry }: Standing, action: ChangeAction): LocalRefusal {
  return new LocalRefusal(
    409,
    'change_status',
    `In ${environment.id} the change is ${entry?.status}, and cannot be told to ${action}.`,
    `Possible now: ${entry?.actions.join(', ') || 'nothing, it is over'}.`,
  );
}

/** Throws LocalRefusal 409 when what is to be changed is not what was read: neither the newest copy nor the environment's own. */
function mustBeSeen(newest: ChangeView, targets: readonly Standing[], revision: number | undefined): void {
  if (revision === undefined || revision === newest.revision) return;
  if (targets.some(({ entry }) => entry === undefined || entry.revision !== revision)) throw movedOn(newest, revision);
}

function movedOn({ id, revision }: ChangeView, expected: number): LocalRefusal {
  return new LocalRefusal(
    409,
    'change_moved_on',
    `${id} has been changed since: it is at revision ${revision}, not ${expected}.`,
    'Look at it again, and then decide.',
  );
}

/** Throws LocalRefusal 503 when nobody could be asked: then it is not known what there is. */
function mustAnswer(standings: readonly Standing[], newest: Standing | undefined): void {
  const [first] = standings;
  if (newest === undefined && first !== undefined && standings.every(({ answers }) => !answers))
    throw new LocalRefusal(503, 'environment_unreachable', `${first.environment.id} does not answer.`, 'Try again when it does.');
}

async function known(portal: Portal, id: string): Promise<Known> {
  const standings = await standingsOf(portal, id);
  const newest = newestOf(standings);
  if (newest === undefined)
    throw new LocalRefusal(404, 'change_unknown', 'There is no such forward change.', 'See the schedule for those there are.');
  const open = environmentsNamed(portal, newest.entry.environments);
  return { newest, named: standings.filter(({ environment }) => open.includes(environment)) };
}

/** The open environments of these names. Throws LocalRefusal 404 when one is not open: the entry would be in some only. */
function environmentsNamed(portal: Portal, names: readonly string[]): readonly ManagedEnvironment[] {
  return names.map((each) => portal.environment(each));
}

function goalOf(entry: ChangeView): Goal {
  return { change: inputOf(entry), status: entry.recordedStatus };
}

function subjectOf(id: string): string {
  return `forward change ${id}`;
}

interface Writing {
  readonly id: string;
  readonly goal: Goal;
  readonly seen: LastDecisions;
  readonly targets: readonly Standing[];
  readonly action: string;
  readonly title: string;
  readonly reason?: string | undefined;
}

/** Decides, unless there is nothing to do that is not on its way already. */
async function write(portal: Portal, visitor: Visitor, { id, goal, seen, targets, action, title, reason }: Writing): Promise<void> {
  const because = reason === undefined || reason === '' ? {} : { reason };
  const wanted: Orders = { about: 'entry', id, ...goal, actor: visitor.email ?? visitor.name, ...because };
  const orders = new Map(
    targets.filter(({ environment: { id: name } }) => !onItsWay(seen, name, goal)).map(({ environment }) => [environment, wanted]),
  );
  if (orders.size === 0) return;
  const { start, end, impact } = goal.change;
  await decide(portal, visitor, {
    subject: subjectOf(id),
    seen,
    orders,
    fact: {
      action,
      subject: subjectOf(id),
      environment: [...orders.keys()].map((each) => each.id).join(', '),
      detail: { title, start, end, impact, status: goal.status, ...because },
    },
  });
}

/** Whether the same was decided before, and has not arrived yet. */
function onItsWay(seen: LastDecisions, environment: string, goal: Goal): boolean {
  const last = seen.get(environment);
  if (last === undefined || last.delivered || last.orders.about !== 'entry') return false;
  return last.orders.status === goal.status && JSON.stringify(last.orders.change) === JSON.stringify(goal.change);
}
