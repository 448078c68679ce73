/**
 * How a decision about several environments reaches each of them: it is written down and audited in one transaction, with a job of the outbox for each
 * environment. The jobs' work is tried at once as well, so that who decides sees it done; whichever comes second finds nothing to do.
 */
import Type, { type Static } from 'typebox';
import { CHANGE_STATUSES } from '../../environment/maintenance/forward-change.ts';
import { bringTo } from '../../environment/maintenance/levelling.ts';
import { ChangeInput, ReleaseInput } from '../../environment/maintenance/reading.ts';
import type { ManagedEnvironment } from '../../environment/management/index.ts';
import { hasShape } from '../../environment/management/operation.ts';
import { LocalRefusal } from '../../kernel/errors.ts';
import type { Job } from '../../kernel/outbox/outbox.ts';
import { type Db, tablesOf } from '../../kernel/store/store.ts';
import type { Visitor } from '../access/visitor.ts';
import type { AuditFact } from '../audit/audit.ts';
import type { Portal } from '../portal.ts';
import { copyIn } from './copies.ts';
import { DELIVER } from './job-kind.ts';

interface Tables {
  schedule_delivery: { subject: string; environment: string; decision: string; orders: string; delivered: number };
}

/** What an environment is to be brought to. */
export const Orders = Type.Union([
  Type.Object({
    about: Type.Literal('entry'),
    id: Type.String(),
    change: ChangeInput,
    status: Type.Enum([...CHANGE_STATUSES]),
    actor: Type.String(),
    reason: Type.Optional(Type.String()),
  }),
  Type.Object({ about: Type.Literal('release'), release: ReleaseInput }),
  Type.Object({ about: Type.Literal('withdrawal'), id: Type.String() }),
]);
export type Orders = Static<typeof Orders>;

/** The job comes after the first try, so that it rarely has anything to do. */
const SECOND_TRY_MILLISECONDS = 1_000;

/** What was last decided for an environment. */
export interface Last {
  readonly decision: string;
  readonly orders: Orders;
  readonly delivered: boolean;
}

/** By environment. */
export type LastDecisions = ReadonlyMap<string, Last>;

export interface Decision {
  /** `change FCS-…`, `release REL-…`. */
  readonly subject: string;
  /** The decisions that were looked at before this one. */
  readonly seen: LastDecisions;
  readonly orders: ReadonlyMap<ManagedEnvironment, Orders>;
  readonly fact: AuditFact;
}

/** The last decisions about a subject. */
export async function lastDecisions(portal: Portal, subject: string): Promise<LastDecisions> {
  const rows = await tablesOf<Tables>(portal.store.db).selectFrom('schedule_delivery').selectAll().where('subject', '=', subject).execute();
  return new Map(
    rows.map(({ environment, decision, orders, delivered }) => [
      environment,
      { decision, orders: ordersIn(orders), delivered: Number(delivered) === 1 },
    ]),
  );
}

function ordersIn(text: string): Orders {
  const value: unknown = JSON.parse(text);
  if (!hasShape(Orders, value)) throw new Error('orders of another shape');
  return value;
}

/**
 * Decides: from now on it will be so in every environment it is about, even if one does not answer now.
 *
 * @throws LocalRefusal 409 when somebody else has decided meanwhile, and what every environment refuses for good
 */
export async function decide(portal: Portal, visitor: Visitor, { subject, seen, orders, fact }: Decision): Promise<void> {
  const decision = portal.random.uuid();
  await portal.store.transaction(async (tx) => {
    for (const [{ id: environment }, wanted] of orders) {
      await write(tx, { subject, environment, decision, orders: JSON.stringify(wanted), delivered: 0 }, seen.get(environment));
      const dueAt = portal.clock.now() + SECOND_TRY_MILLISECONDS;
      await portal.outbox.enqueue(tx, DELIVER, { subject, environment, decision }, dueAt);
    }
    await portal.audit.record(tx, visitor, fact);
  });
  const failures: unknown[] = [];
  for (const [{ id }] of orders)
    await deliver(portal, subject, id, decision).catch((error: unknown) => {
      failures.push(error);
    });
  // What waits for an environment is on its way; it is no failure of the decision.
  if (failures.length === orders.size && failures.every(isForGood)) throw failures[0];
  for (const error of failures) if (!(error instanceof LocalRefusal)) throw error;
}

/** Writes a decision in the place of the one that was seen. Throws LocalRefusal 409 when another one is there. */
async function write(tx: Db, row: Tables['schedule_delivery'], seen: Last | undefined): Promise<void> {
  const own = tablesOf<Tables>(tx);
  const { subject, environment, ...values } = row;
  const written =
    seen === undefined
      ? (
          await own
            .insertInto('schedule_delivery')
            .values(row)
            .onConflict((conflict) => conflict.columns(['subject', 'environment']).doNothing())
            .executeTakeFirst()
        ).numInsertedOrUpdatedRows
      : (
          await own
            .updateTable('schedule_delivery')
            .set(values)
            .where('subject', '=', subject)
            .where('environment', '=', environment)
            .where('decision', '=', seen.decision)
            .executeTakeFirst()
        ).numUpdatedRows;
  if (Number(written ?? 0) === 0)
    throw new LocalRefusal(
      409,
      'change_moved_on',
      `Somebody has decided about ${subject} meanwhile.`,
      'Look at it again, and then decide.',
    );
}

/** Does a {@link DELIVER} job. What an environment refuses for good has been recorded by then, and is not tried again. */
export async function deliverJob(portal: Portal, { payload }: Job): Promise<void> {
  try {
    await deliver(portal, String(payload['subject']), String(payload['environment']), String(payload['decision']));
  } catch (error) {
    if (!isForGood(error)) throw error;
  }
}

/** Brings a decision to its environment, unless it has arrived or another one has taken its place. */
async function deliver(portal: Portal, subject: string, environment: string, decision: string): Promise<void> {
  const last = (await lastDecisions(portal, subject)).get(environment);
  if (last === undefined || last.decision !== decision || last.delivered) return;
  const closing = (tx: Db) =>
    tablesOf<Tables>(tx)
      .updateTable('schedule_delivery')
      .set({ delivered: 1 })
      .where('subject', '=', subject)
      .where('environment', '=', environment)
      .where('decision', '=', decision)
      .where('delivered', '=', 0)
      .executeTakeFirst();
  try {
    await carryOut(portal.environment(environment), last.orders);
  } catch (error) {
    if (isForGood(error))
      await portal.store.transaction(async (tx) => {
        if (Number((await closing(tx)).numUpdatedRows) === 0) return;
        const detail = { why: error.message };
        await portal.audit.record(tx, { automatic: environment }, { action: 'schedule.refused', subject, environment, detail });
      });
    throw error;
  }
  await closing(portal.store.db);
}

/** Refusals that pass: the environment is away, its clock is not there yet, or somebody else was writing. */
const PASSING = ['change_early', 'change_moved_on', 'environment_closed'];

function isForGood(error: unknown): error is LocalRefusal {
  return error instanceof LocalRefusal && [400, 404, 409].includes(error.status) && !PASSING.includes(error.code);
}

/** May be repeated: what is so already is left as it is. */
async function carryOut(environment: ManagedEnvironment, orders: Orders): Promise<void> {
  switch (orders.about) {
    case 'entry': {
      await bringTo(orders, copyIn(environment, orders.id, orders));
      return;
    }
    case 'release': {
      await environment.call('maintenance.add-release', orders.release);
      return;
    }
    case 'withdrawal': {
      const { releases } = await environment.call('maintenance.schedule', {});
      if (releases.some(({ id }) => id === orders.id)) await environment.call('maintenance.withdraw-release', { id: orders.id });
    }
  }
}
