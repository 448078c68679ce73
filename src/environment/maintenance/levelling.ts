/**
 * An entry of the Forward Change Schedule is one, though each environment it names keeps its own copy. Here a copy is brought to where the entry
 * stands: what has been done there is not done again, and what is missing is added.
 */
import { inputOf } from './change-form.ts';
import {
  CHANGE_ACTIONS,
  type ChangeAction,
  type ChangeStatus,
  changedFields,
  EDITABLE,
  type Fields,
  RECORDS,
  TRANSITIONS,
} from './forward-change.ts';
import { type ChangeInput, readChange } from './reading.ts';
import type { ChangeView } from './views.ts';

/** Where an entry is to stand in every environment. */
export interface Goal {
  readonly change: ChangeInput;
  readonly status: ChangeStatus;
}

/** The fields in which a copy differs from what is wanted. */
export function differingFields(entry: ChangeView, change: ChangeInput): readonly Fields[] {
  return changedFields(readChange(inputOf(entry)), readChange(change));
}

/** Those of the fields that a copy keeps in its present state. */
export function fixedFields({ status }: ChangeView, fields: readonly Fields[]): readonly Fields[] {
  const editable = EDITABLE[status];
  return editable === 'all' ? [] : fields.filter((field) => !editable.includes(field));
}

/** Whether nothing can happen to a copy any more. */
export function isOver({ status }: Pick<ChangeView, 'status'>): boolean {
  return status === 'complete' || status === 'cancelled';
}

/**
 * The shortest way of actions from where a copy stands to a status.
 *
 * @returns empty when it is there, by somebody's doing or by the clock; undefined when no way leads there
 */
export function routeTo(
  { status, recordedStatus, actions }: Pick<ChangeView, 'status' | 'recordedStatus' | 'actions'>,
  goal: ChangeStatus,
): readonly ChangeAction[] | undefined {
  if (recordedStatus === goal) return [];
  const direct = actions.find((action) => RECORDS[action] === goal);
  if (direct !== undefined) return [direct];
  if (status === goal) return [];
  const seen = new Set<ChangeStatus>([status]);
  let ways = actions.map((action): readonly ChangeAction[] => [action]);
  for (; ways.length > 0; ways = ways.flatMap((way) => onward(way, seen))) {
    const found = ways.find((way) => endOf(way) === goal);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A way lengthened by each action that leads to a status where none has been. */
function onward(way: readonly ChangeAction[], seen: Set<ChangeStatus>): readonly (readonly ChangeAction[])[] {
  const end = endOf(way);
  if (end === undefined || seen.has(end)) return [];
  seen.add(end);
  return CHANGE_ACTIONS.filter((action) => TRANSITIONS[end][action] !== undefined).map((action) => [...way, action]);
}

function endOf(way: readonly ChangeAction[]): ChangeStatus | undefined {
  const last = way.at(-1);
  return last && RECORDS[last];
}

/** What can be asked of one environment about the entry. Each may be repeated; those that change refuse another revision than the one they were given. */
export interface Copy {
  /** undefined when the environment does not have it */
  read(): Promise<ChangeView | undefined>;
  add(change: ChangeInput): Promise<ChangeView>;
  edit(change: ChangeInput, revision: number): Promise<ChangeView>;
  act(action: ChangeAction, revision: number): Promise<ChangeView>;
}

/**
 * Brings one environment's copy to the goal, as far as its state machine lets it: a copy that is over stays as it is.
 *
 * @throws LocalRefusal as the environment refuses
 */
export async function bringTo({ change, status }: Goal, copy: Copy): Promise<ChangeView> {
  const found = await copy.read();
  let entry = found ?? (await copy.add(change));
  const fields = found === undefined ? [] : differingFields(found, change);
  if (fields.length > 0 && fixedFields(entry, fields).length === 0) entry = await copy.edit(change, entry.revision);
  // No way is longer than there are actions.
  for (const _step of CHANGE_ACTIONS) {
    const [action] = routeTo(entry, status) ?? [];
    if (action === undefined) break;
    entry = await copy.act(action, entry.revision);
  }
  return entry;
}
