import type { Clock } from '../clock.ts';
import { messageOf } from '../errors.ts';
import type { Random } from '../random.ts';
import { type Db, type Store, tablesOf } from '../store/store.ts';
import {
  entryInserter,
  entryOf,
  type Finished,
  type JournalEntry,
  type JournalSummary,
  type JournalTables,
  type Row,
  rowOf,
  SUMMARY_COLUMNS,
  summaryOf,
} from './entry.ts';
import { type OutcomeCount, outcomesOf } from './outcomes.ts';
import { findEntries, type JournalFilter } from './search.ts';

export { type JournalEntry, type JournalSummary, journalMigrations } from './entry.ts';
export type { JournalFilter } from './search.ts';

/** What services may read of the journal. */
export interface JournalReader {
  /** One exchange by its id, its `X-Request-ID` or correlation id. */
  show(id: string): Promise<JournalEntry | undefined>;
}

const FLUSH_MILLISECONDS = 250;
/** More than this many exchanges between two ticks is a load test, not a person: further successful ones are kept without headers and bodies. */
const CROWD = 50;
/** As many rows as one statement writes. */
const BATCH = 40;
/** So many waiting are written at once: the pause is short, and nothing grows old in memory. */
const ENOUGH = 3 * BATCH;
/** So many old ones go with each write of new ones: more than are written, or the journal would grow. */
const TRIMMED = 5 * BATCH;
/** Beyond this many waiting entries the oldest are dropped rather than memory grown. */
const QUEUE_CAP = 20_000;
const insertOne = entryInserter(1);
const insertBatch = entryInserter(BATCH);

/** Records every exchange off the hot path: queued in memory, written in batches, bounded in number and size. */
export class Journal implements JournalReader {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #replica: string;
  readonly #keep: number;
  readonly #onError: (text: string) => void;
  /** Rows, as {@link rowOf} makes them: what waits holds on to no connection. */
  #queue: ReturnType<typeof rowOf>[] = [];
  #timer: NodeJS.Timeout | undefined;
  #sinceTick = 0;
  #writing: Promise<void> | undefined;
  #sinceTrim = 0;
  /** Entries up to this one are more than are kept. */
  #tooOld: string | undefined;
  #sequence = 0;

  /** @param options.keep how many exchanges are kept */
  constructor(options: { store: Store; clock: Clock; random: Random; keep: number; onError: (text: string) => void }) {
    this.#store = options.store;
    this.#clock = options.clock;
    this.#replica = options.random.text(4, 'abcdefghijklmnopqrstuvwxyz');
    this.#keep = options.keep;
    this.#onError = options.onError;
  }

  /** Takes note of a finished exchange, to be written soon. */
  record(finished: Finished): void {
    if (this.#queue.length >= QUEUE_CAP) this.#queue.shift();
    this.#sinceTick += 1;
    const at = this.#clock.realNow();
    this.#queue.push(rowOf(finished, this.#nextId(at), at, this.#sinceTick > CROWD && finished.status < 400));
    if (this.#queue.length === ENOUGH && this.#writing === undefined) setImmediate(() => void this.#drain());
    this.#timer ??= setTimeout(() => this.#tick(), FLUSH_MILLISECONDS).unref();
  }

  /** Sorts by time; the end keeps two replicas apart. */
  #nextId(at: number): string {
    this.#sequence = (this.#sequence + 1) % 1_000_000;
    return `${at.toString(36).padStart(9, '0')}${this.#sequence.toString(36).padStart(4, '0')}${this.#replica}`;
  }

  #tick(): void {
    this.#timer = undefined;
    this.#sinceTick = 0;
    void this.#drain();
  }

  /** Writes what is waiting. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#tick();
    await this.#drain();
  }

  /** Writes until nothing waits, one transaction after the other; joins the one who does it already. */
  #drain(): Promise<void> {
    this.#writing ??= this.#writeAll().finally(() => {
      this.#writing = undefined;
    });
    return this.#writing;
  }

  async #writeAll(): Promise<void> {
    while (this.#queue.length > 0) {
      const waiting = this.#queue;
      this.#queue = [];
      await this.#write(waiting).catch((error: unknown) => this.#onError(messageOf(error)));
    }
  }

  /** Newest first; with `after`, oldest first of what came after it. */
  async list(filter: JournalFilter): Promise<readonly JournalSummary[]> {
    await this.flush();
    const ids = await findEntries(this.#store, filter);
    if (ids.length === 0) return [];
    const rows = await tablesOf<JournalTables>(this.#store.db)
      .selectFrom('journal_exchange')
      .select(SUMMARY_COLUMNS)
      .where('id', 'in', ids)
      .orderBy('id', filter.after === undefined ? 'desc' : 'asc')
      .execute();
    return rows.map(summaryOf);
  }

  /** How an application's exchanges ended, most frequent first. */
  async outcomesOf(appId: string): Promise<readonly OutcomeCount[]> {
    await this.flush();
    return outcomesOf(this.#store.db, appId);
  }

  /** One exchange with headers, bodies and checks; by its id, its `X-Request-ID` or correlation id. */
  async show(id: string): Promise<JournalEntry | undefined> {
    await this.flush();
    const row = (await this.#find(id, 0)) ?? (await this.#find(id, 1));
    return row && entryOf(row);
  }

  /** The newest row with an id. Other people's ids are looked for either in the indexes or in what a crowd left. */
  #find(id: string, crowded: 0 | 1): Promise<Row | undefined> {
    return tablesOf<JournalTables>(this.#store.db)
      .selectFrom('journal_exchange')
      .selectAll()
      .where(({ and, eb, lit, or }) => {
        const among = eb('crowded', '=', lit(crowded));
        return or([eb('id', '=', id), and([among, eb('correlation_id', '=', id)]), and([among, eb('request_id', '=', id)])]);
      })
      .orderBy('id', 'desc')
      .executeTakeFirst();
  }

  async close(): Promise<void> {
    await this.flush();
    await this.#store.close();
  }

  async #write(rows: readonly ReturnType<typeof rowOf>[]): Promise<void> {
    await this.#store.transaction(async (tx) => {
      let index = 0;
      for (; index + BATCH <= rows.length; index += BATCH) await insertBatch(tx, rows.slice(index, index + BATCH).flat());
      for (const row of rows.slice(index)) await insertOne(tx, row);
      this.#sinceTrim += rows.length;
      if (this.#sinceTrim > this.#keep / 10) this.#tooOld = await this.#firstTooMany(tx);
      if (this.#tooOld !== undefined) await this.#trim(tx, this.#tooOld);
    });
  }

  /** The newest entry that is more than are kept. */
  async #firstTooMany(tx: Db): Promise<string | undefined> {
    this.#sinceTrim = 0;
    const found = await tablesOf<JournalTables>(tx)
      .selectFrom('journal_exchange')
      .select('id')
      .orderBy('id', 'desc')
      .offset(this.#keep)
      .limit(1)
      .executeTakeFirst();
    return found?.id;
  }

  /** Removes some of those that are too many: little by little, so that no request waits for long. */
  async #trim(tx: Db, tooOld: string): Promise<void> {
    const { numDeletedRows } = await tablesOf<JournalTables>(tx)
      .deleteFrom('journal_exchange')
      .where('id', 'in', (all) => all.selectFrom('journal_exchange').select('id').where('id', '<=', tooOld).orderBy('id').limit(TRIMMED))
      .executeTakeFirstOrThrow();
    if (Number(numDeletedRows) < TRIMMED) this.#tooOld = undefined;
  }
}
