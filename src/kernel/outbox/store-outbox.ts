import { sql } from 'kysely';
import type { Logger } from 'pino';
import { ALWAYS_OPEN, type Availability } from '../availability.ts';
import type { Clock } from '../clock.ts';
import { messageOf } from '../errors.ts';
import type { Random } from '../random.ts';
import { type Db, type Store, tablesOf } from '../store/store.ts';
import type { World } from '../world.ts';
import { maskedPayload } from './masked-payload.ts';
import type { Job, JobFilter, JobHandler, JobView, Outbox } from './outbox.ts';

interface OutboxRow {
  id: string;
  kind: string;
  payload: string;
  due_at: number;
  attempts: number;
  locked_until: number;
  done_at: number | null;
  last_error: string | null;
}
interface OutboxTables {
  kernel_outbox: OutboxRow;
}

const LEASE_MILLISECONDS = 30_000;
const POLL_MILLISECONDS = 500;
const BATCH = 20;
/** How long a job that is done can still be looked at. */
const KEEP_DONE_MILLISECONDS = 3_600_000;

/**
 * The durable outbox: jobs are rows, workers claim them with a lease on real time, so that a crashed worker's jobs are taken up again.
 * Several replicas share it (`for update skip locked` on PostgreSQL).
 */
export class StoreOutbox implements Outbox {
  readonly #store: Store;
  readonly #world: World;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #log: Logger;
  readonly #availability: Availability;
  #handlers: Readonly<Record<string, JobHandler>> = {};
  /** National application whose opening a kind of job waits for. */
  #waitsFor: Readonly<Record<string, string>> = {};
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #again = false;
  #pruneAt = 0;
  #stopped = true;

  constructor(options: { store: Store; world: World; random: Random; log: Logger; availability?: Availability }) {
    this.#availability = options.availability ?? ALWAYS_OPEN;
    this.#store = options.store;
    this.#world = options.world;
    this.#clock = options.world;
    this.#random = options.random;
    this.#log = options.log;
  }

  async enqueue(tx: Db, kind: string, payload: Readonly<Record<string, unknown>>, dueAt: number): Promise<void> {
    await tablesOf<OutboxTables>(tx)
      .insertInto('kernel_outbox')
      .values({
        id: this.#random.orderedUuid(this.#clock.realNow()),
        kind,
        payload: JSON.stringify(payload),
        due_at: dueAt,
        attempts: 0,
        locked_until: 0,
        done_at: null,
        last_error: null,
      })
      .execute();
  }

  /**
   * Begins to do jobs with these handlers, by kind.
   *
   * @param waitsFor kinds that are left where they are while a national application is closed
   */
  start(handlers: Readonly<Record<string, JobHandler>>, waitsFor: Readonly<Record<string, string>> = {}): void {
    this.#handlers = handlers;
    this.#waitsFor = waitsFor;
    this.#stopped = false;
    this.#timer = setInterval(() => this.wake(), POLL_MILLISECONDS);
    this.#timer.unref();
    this.wake();
  }

  wake(): void {
    if (this.#stopped) return;
    if (this.#running !== undefined) {
      this.#again = true;
      return;
    }
    this.#running = this.#drain()
      .catch((error: unknown) => this.#log.error({ error: messageOf(error) }, 'outbox'))
      .finally(() => {
        this.#running = undefined;
        if (this.#again) {
          this.#again = false;
          this.wake();
        }
      });
  }

  /** Does what is due and returns when nothing is left; for tests and for shutdown. */
  async drained(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#timer);
    await this.drained();
  }

  /** Jobs not done yet. */
  async waiting(): Promise<number> {
    const row = await tablesOf<OutboxTables>(this.#store.db)
      .selectFrom('kernel_outbox')
      .select((count) => count.fn.countAll<number>().as('jobs'))
      .where('done_at', 'is', null)
      .executeTakeFirstOrThrow();
    return Number(row.jobs);
  }

  /** Jobs by the time they are due, for people to look at. */
  async list(filter: JobFilter): Promise<readonly JobView[]> {
    let query = tablesOf<OutboxTables>(this.#store.db)
      .selectFrom('kernel_outbox')
      .selectAll()
      .orderBy('due_at')
      .orderBy('id')
      .limit(filter.limit);
    if (filter.done !== true) query = query.where('done_at', 'is', null);
    if (filter.kind !== undefined) query = query.where('kind', '=', filter.kind);
    if (filter.failing === true) query = query.where('last_error', 'is not', null);
    const place = filter.after === undefined ? undefined : await this.#row(filter.after);
    if (place !== undefined)
      query = query.where((where) =>
        where.or([where('due_at', '>', place.due_at), where.and([where('due_at', '=', place.due_at), where('id', '>', place.id)])]),
      );
    const now = this.#clock.now();
    return (await query.execute()).map((row) => viewOf(row, now));
  }

  /**
   * Has a job done now: its time comes, and a pause after a failure ends. A job that is done stays done.
   *
   * @returns the job, or undefined when there is none of this id
   */
  async retry(id: string): Promise<JobView | undefined> {
    const now = this.#clock.now();
    await tablesOf<OutboxTables>(this.#store.db)
      .updateTable('kernel_outbox')
      .set((set) => ({ locked_until: 0, due_at: set.case().when('due_at', '>', now).then(now).else(set.ref('due_at')).end() }))
      .where('id', '=', id)
      .where('done_at', 'is', null)
      // Not one that is being done right now: only what waits, or failed.
      .where((where) => where.or([where('attempts', '=', 0), where('last_error', 'is not', null)]))
      .execute();
    this.wake();
    const row = await this.#row(id);
    return row && viewOf(row, now);
  }

  #row(id: string): Promise<OutboxRow | undefined> {
    return tablesOf<OutboxTables>(this.#store.db).selectFrom('kernel_outbox').selectAll().where('id', '=', id).executeTakeFirst();
  }

  async #drain(): Promise<void> {
    await this.#world.refresh();
    await this.#prune();
    for (;;) {
      const jobs = await this.#claim();
      for (const job of jobs) await this.#perform(job);
      if (jobs.length < BATCH || this.#stopped) return;
    }
  }

  /** Now and then: jobs done long ago go, or work that repeats would fill the table. */
  async #prune(): Promise<void> {
    const realNow = this.#clock.realNow();
    if (realNow < this.#pruneAt) return;
    this.#pruneAt = realNow + KEEP_DONE_MILLISECONDS;
    await tablesOf<OutboxTables>(this.#store.db)
      .deleteFrom('kernel_outbox')
      .where('done_at', '<', realNow - KEEP_DONE_MILLISECONDS)
      .execute();
  }

  async #claim(): Promise<readonly OutboxRow[]> {
    const [now, realNow] = [this.#clock.now(), this.#clock.realNow()];
    const held = Object.keys(this.#waitsFor).filter((kind) => this.#availability.closed(this.#waitsFor[kind] ?? '') !== undefined);
    const due = tablesOf<OutboxTables>(this.#store.db)
      .selectFrom('kernel_outbox')
      .select('id')
      .where('done_at', 'is', null)
      .where('due_at', '<=', now)
      .where('locked_until', '<=', realNow)
      .$if(held.length > 0, (query) => query.where('kind', 'not in', held))
      .orderBy('due_at')
      .orderBy('id')
      .limit(BATCH)
      .$if(this.#store.engine === 'postgres', (query) => query.modifyEnd(sql`for update skip locked`));
    const claimed = await tablesOf<OutboxTables>(this.#store.db)
      .updateTable('kernel_outbox')
      .set((set) => ({ locked_until: realNow + LEASE_MILLISECONDS, attempts: set('attempts', '+', 1) }))
      .where('id', 'in', due)
      .returningAll()
      .execute();
    // An update gives its rows in no order that could be relied on.
    return claimed.sort((one, other) => one.due_at - other.due_at || (one.id < other.id ? -1 : 1));
  }

  async #perform(row: OutboxRow): Promise<void> {
    const payload: Readonly<Record<string, unknown>> = JSON.parse(row.payload);
    const job: Job = { id: row.id, kind: row.kind, payload, attempts: row.attempts - 1 };
    const handler = this.#handlers[row.kind];
    try {
      if (handler === undefined) throw new Error(`no handler for ${row.kind}`);
      await handler(job);
      await this.#settle(row.id, { done_at: this.#clock.realNow(), last_error: null });
    } catch (error) {
      const wait = Math.min(60_000, 250 * 2 ** row.attempts);
      this.#log.warn({ job: row.kind, attempts: row.attempts, error: messageOf(error) }, 'outbox job failed; it will be tried again');
      await this.#settle(row.id, { locked_until: this.#clock.realNow() + wait, last_error: messageOf(error) });
    }
  }

  async #settle(id: string, values: Partial<OutboxRow>): Promise<void> {
    await tablesOf<OutboxTables>(this.#store.db).updateTable('kernel_outbox').set(values).where('id', '=', id).execute();
  }
}

function viewOf(row: OutboxRow, now: number): JobView {
  const [dueAt, attempts] = [Number(row.due_at), Number(row.attempts)];
  const state = row.done_at !== null ? 'done' : row.last_error !== null ? 'failing' : dueAt <= now ? 'due' : 'waiting';
  return {
    id: row.id,
    kind: row.kind,
    dueAt,
    state,
    attempts,
    ...(row.last_error !== null && { lastError: row.last_error }),
    ...(row.done_at !== null && { doneAt: Number(row.done_at) }),
    payload: maskedPayload(JSON.parse(row.payload)),
  };
}
