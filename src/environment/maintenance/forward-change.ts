/** An entry of the Forward Change Schedule: what it says, and how it may move on (path-to-live.md §5.3). Pure. */
import type { Instant } from '../../kernel/clock.ts';
import type { EnvironmentId } from '../definitions.ts';
import type { Maintained, Span } from './slots.ts';

export const CHANGE_KINDS = ['build', 'patch', 'certificate', 'data refresh', 'infrastructure', 'decommission', 'release'] as const;
export type ChangeKind = (typeof CHANGE_KINDS)[number];
export const IMPACTS = ['outage', 'degraded', 'at-risk', 'none'] as const;
export type Impact = (typeof IMPACTS)[number];
export const CHANGE_STATUSES = ['planned', 'approved', 'in-progress', 'complete', 'overrun', 'cancelled'] as const;
export type ChangeStatus = (typeof CHANGE_STATUSES)[number];

/** What people write of a change, checked. */
export interface ChangeContent extends Span {
  readonly title: string;
  readonly summary: string;
  readonly environments: readonly EnvironmentId[];
  readonly services: readonly Maintained[];
  readonly impact: Impact;
  readonly kind: ChangeKind;
  readonly fromBuild?: string;
  readonly toBuild?: string;
  readonly liveReleaseRef?: string;
  readonly actionForSuppliers?: string;
  readonly raisedBy: string;
  readonly contact: string;
  /** Of a certificate change: the generation that goes and the one that comes. */
  readonly certificate?: { readonly oldGeneration: string; readonly newGeneration: string };
  /** Of a decommissioning: from when there are no new users, endpoints and certificates. */
  readonly freezeFrom?: Instant;
}

export interface ForwardChange extends ChangeContent {
  readonly id: string;
  readonly revision: number;
  readonly status: ChangeStatus;
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
  /** When suppliers could first read that it begins as early as it does. */
  readonly noticeGivenAt: Instant;
}

/** What can be done to an entry. */
export const CHANGE_ACTIONS = ['approve', 'start', 'complete', 'overrun', 'cancel'] as const;
export type ChangeAction = (typeof CHANGE_ACTIONS)[number];

/**
 * The state machine: what each action makes of a status by the clock ({@link statusAt}). What is not here is refused. What began or overran by the
 * clock can be started or said to overrun by somebody: from then on it lasts until somebody completes it.
 */
export const TRANSITIONS: Readonly<Record<ChangeStatus, Readonly<Partial<Record<ChangeAction, ChangeStatus>>>>> = {
  planned: { approve: 'approved', cancel: 'cancelled' },
  approved: { start: 'in-progress', cancel: 'cancelled' },
  'in-progress': { start: 'in-progress', complete: 'complete', overrun: 'overrun' },
  overrun: { overrun: 'overrun', complete: 'complete' },
  complete: {},
  cancelled: {},
};

/** The status that an action records. */
export const RECORDS: Readonly<Record<ChangeAction, ChangeStatus>> = {
  approve: 'approved',
  start: 'in-progress',
  complete: 'complete',
  overrun: 'overrun',
  cancel: 'cancelled',
};

/** The actions that are open to an entry at an instant, without those that would record what is recorded. */
export function actionsAt(entry: Pick<ForwardChange, 'status' | 'start' | 'end'>, now: Instant): readonly ChangeAction[] {
  const steps = TRANSITIONS[statusAt(entry, now)];
  return CHANGE_ACTIONS.filter((action) => steps[action] !== undefined && steps[action] !== entry.status);
}

export type Fields = keyof ChangeContent;

/** The fields that may be edited in a status by the clock: the plan while it is one, then only what helps those who wait. */
export const EDITABLE: Readonly<Record<ChangeStatus, 'all' | readonly Fields[]>> = {
  planned: 'all',
  approved: 'all',
  'in-progress': ['end', 'summary', 'actionForSuppliers', 'contact'],
  overrun: ['end', 'summary', 'actionForSuppliers', 'contact'],
  complete: [],
  cancelled: [],
};

/** Fields whose change makes another plan of it, which has to be approved anew. */
const MATERIAL: readonly Fields[] = [
  'start',
  'end',
  'services',
  'environments',
  'impact',
  'kind',
  'fromBuild',
  'toBuild',
  'certificate',
  'freezeFrom',
];

/** Names of the fields in which two contents differ. */
export function changedFields(before: ChangeContent, after: ChangeContent): readonly Fields[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]) as ReadonlySet<Fields>;
  return [...names].filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]));
}

/** The entry that editing makes of an entry. It is checked before that the fields may be edited. */
export function edited(entry: ForwardChange, content: ChangeContent, now: Instant): ForwardChange {
  const { id, revision, status, createdAt, noticeGivenAt } = entry;
  const fields = changedFields(contentOf(entry), content);
  // Only what has not begun can be planned anew: what is under way stays so, whoever began it, somebody or the clock.
  const replanned = statusAt(entry, now) === 'approved' && fields.some((field) => MATERIAL.includes(field));
  const overrunOver = status === 'overrun' && content.end > now;
  return {
    ...content,
    id,
    revision: revision + 1,
    status: replanned ? 'planned' : overrunOver ? 'in-progress' : status,
    createdAt,
    updatedAt: now,
    noticeGivenAt: content.start < entry.start ? now : noticeGivenAt,
  };
}

/** What people wrote of an entry. */
export function contentOf(entry: ForwardChange): ChangeContent {
  const {
    id: _id,
    revision: _revision,
    status: _status,
    createdAt: _created,
    updatedAt: _updated,
    noticeGivenAt: _notice,
    ...content
  } = entry;
  return content;
}

/**
 * How it stands with an entry at an instant. People need not press a button as the clock passes: what is approved begins and ends by itself;
 * what somebody has begun lasts until somebody says that it is done.
 */
export function statusAt(entry: Pick<ForwardChange, 'status' | 'start' | 'end'>, now: Instant): ChangeStatus {
  const { status, start, end } = entry;
  if (status === 'approved') return now < start ? 'approved' : now < end ? 'in-progress' : 'complete';
  if (status === 'in-progress') return now < end ? 'in-progress' : 'overrun';
  return status;
}
