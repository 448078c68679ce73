import { type Instant, isoInstant } from '../../kernel/clock.ts';
import { LocalRefusal } from '../../kernel/errors.ts';
import type { Random } from '../../kernel/random.ts';
import type { Db } from '../../kernel/store/store.ts';
import type { EnvironmentId } from '../definitions.ts';
import {
  actionsAt,
  type ChangeAction,
  type ChangeContent,
  type ChangeStatus,
  changedFields,
  contentOf,
  EDITABLE,
  edited,
  type ForwardChange,
  RECORDS,
  statusAt,
  TRANSITIONS,
} from './forward-change.ts';
import { findChange, insertBuild, type Revision, revisionsOf, saveChange } from './maintenance-store.ts';

interface Parts {
  readonly environment: EnvironmentId;
  readonly db: Db;
  readonly random: Random;
  now(): Instant;
  /** Runs a transaction, one at a time among all processes, after which every process reads the schedule again. */
  changing<Value>(body: (tx: Db) => Promise<Value>): Promise<Value>;
  buildId(): string;
}

/** Who changes the schedule, and the revision that was looked at. */
export interface Hand {
  readonly actor?: string;
  readonly reason?: string;
  readonly revision?: number;
}

const OPERATOR = 'operator';

/** The Forward Change Schedule of one environment (path-to-live.md §5.3): each entry with all its revisions. */
export class ForwardChanges {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Throws LocalRefusal 404. */
  async change(id: string): Promise<ForwardChange> {
    return requireChange(this.#parts.db, id);
  }

  /** Newest first. Throws LocalRefusal 404. */
  async history(id: string): Promise<readonly Revision[]> {
    await requireChange(this.#parts.db, id);
    return revisionsOf(this.#parts.db, id);
  }

  /**
   * Adds an entry. Adding the same again under one id changes nothing, so that who writes to several environments can try again.
   *
   * @throws LocalRefusal 409 when the id is another entry's, 400 when the entry is not about this environment
   */
  async add(
    content: ChangeContent,
    hand: Hand,
    id = `FCS-${this.#parts.random.text(8, '0123456789ABCDEFGHJKMNPQRSTVWXYZ')}`,
  ): Promise<ForwardChange> {
    this.#mustConcern(content);
    return this.#parts.changing(async (tx) => {
      const now = this.#parts.now();
      const entry: ForwardChange = { ...content, id, revision: 1, status: 'planned', createdAt: now, updatedAt: now, noticeGivenAt: now };
      const known = await findChange(tx, id);
      if (known !== undefined && (await isFirstRevision(tx, id, content))) return known;
      if (known !== undefined)
        throw new LocalRefusal(409, 'change_exists', `There is a forward change ${id} already.`, 'Give another id, or change that one.');
      await saveChange(tx, entry, { what: 'added', actor: hand.actor ?? OPERATOR });
      return entry;
    });
  }

  /**
   * Edits an entry. What makes another plan of an approved one that has not begun puts it back to planned.
   *
   * @throws LocalRefusal 404, 409 when it was changed meanwhile, may not be edited any more, or would have ended before now
   */
  async edit(id: string, content: ChangeContent, hand: Hand): Promise<ForwardChange> {
    this.#mustConcern(content);
    return this.#parts.changing(async (tx) => {
      const entry = await requireChange(tx, id);
      const fields = changedFields(contentOf(entry), content);
      if (fields.length === 0) return entry;
      mustBeRevision(entry, hand.revision);
      const now = this.#parts.now();
      const status = statusAt(entry, now);
      const editable = EDITABLE[status];
      const fixed = editable === 'all' ? [] : fields.filter((field) => !editable.includes(field));
      if (fixed.length > 0)
        throw new LocalRefusal(
          409,
          'change_fixed',
          `A change that is ${status} keeps its ${fixed.join(', ')}.`,
          editable.length === 0 ? 'Add another change.' : `Only ${[...editable].join(', ')} can be edited now.`,
        );
      if (editable !== 'all' && fields.includes('end') && content.end <= now)
        throw new LocalRefusal(
          409,
          'change_fixed',
          `A change that is ${status} cannot have ended at ${isoInstant(content.end)}, which is past.`,
          'Complete it, or give it an end that is yet to come.',
        );
      const result = edited(entry, content, now);
      await saveChange(tx, result, { what: `changed: ${fields.join(', ')}`, actor: hand.actor ?? OPERATOR, ...given(hand.reason) });
      return result;
    });
  }

  /**
   * Moves an entry on. Told again what it has just been told, it stays as it is.
   *
   * @throws LocalRefusal 404, 409 when the state machine has no such step, or it is too early for it
   */
  async act(id: string, action: ChangeAction, hand: Hand): Promise<ForwardChange> {
    return this.#parts.changing(async (tx) => {
      const entry = await requireChange(tx, id);
      if (await isDone(tx, entry, action, hand)) return entry;
      mustBeRevision(entry, hand.revision);
      const now = this.#parts.now();
      const before = statusAt(entry, now);
      const status = TRANSITIONS[before][action];
      if (status === undefined || status === entry.status)
        throw new LocalRefusal(
          409,
          'change_status',
          `A change that is ${before} cannot be told to ${action}.`,
          `Possible now: ${actionsAt(entry, now).join(', ') || 'nothing, it is over'}.`,
        );
      if (action === 'start' && now < entry.start)
        throw new LocalRefusal(
          409,
          'change_early',
          `${id} begins at ${isoInstant(entry.start)}.`,
          'Change its start first, or move the clock on.',
        );
      if (action === 'overrun' && now < entry.end)
        throw new LocalRefusal(409, 'change_early', `${id} has until ${isoInstant(entry.end)}.`, 'Wait until its end, or complete it.');
      const result: ForwardChange = { ...entry, status, revision: entry.revision + 1, updatedAt: now };
      await saveChange(tx, result, { what: status, actor: hand.actor ?? OPERATOR, ...given(hand.reason) });
      if (action === 'complete') await this.#recordBuilds(tx, result, now);
      return result;
    });
  }

  /** What a finished change brought is what runs. */
  async #recordBuilds(tx: Db, { id, services, toBuild }: ForwardChange, now: Instant): Promise<void> {
    if (toBuild === undefined) return;
    for (const application of services)
      await insertBuild(tx, this.#parts.buildId(), { application, version: toBuild, deployedAt: now, changeId: id });
  }

  #mustConcern({ environments }: ChangeContent): void {
    if (!environments.includes(this.#parts.environment))
      throw new LocalRefusal(
        400,
        'change_elsewhere',
        `This change is about ${environments.join(', ')}, not ${this.#parts.environment}.`,
        'Send it to an environment it names.',
      );
  }
}

async function requireChange(db: Db, id: string): Promise<ForwardChange> {
  const found = await findChange(db, id);
  if (found === undefined)
    throw new LocalRefusal(404, 'change_unknown', `There is no forward change ${id} here.`, 'List them: localspine maintenance list.');
  return found;
}

/** Whether an entry's last revision is that an action was done to it, and whoever asks has seen it or the one before. */
async function isDone(db: Db, { id, status, revision }: ForwardChange, action: ChangeAction, hand: Hand): Promise<boolean> {
  const wanted: ChangeStatus = RECORDS[action];
  if (status !== wanted || (hand.revision !== undefined && hand.revision !== revision && hand.revision !== revision - 1)) return false;
  return (await revisionsOf(db, id))[0]?.what === wanted;
}

async function isFirstRevision(db: Db, id: string, content: ChangeContent): Promise<boolean> {
  const first = (await revisionsOf(db, id)).at(-1);
  return first !== undefined && changedFields(contentOf(first.entry), content).length === 0;
}

function mustBeRevision({ id, revision }: ForwardChange, expected: number | undefined): void {
  if (expected !== undefined && expected !== revision)
    throw new LocalRefusal(
      409,
      'change_moved_on',
      `${id} has been changed since: it is at revision ${revision}, not ${expected}.`,
      'Look at it again, and then decide.',
    );
}

function given(reason: string | undefined): { readonly reason?: string } {
  return reason === undefined || reason === '' ? {} : { reason };
}
