import { hash } from 'node:crypto';
import { sql } from 'kysely';
import { type Clock, type Instant, isoInstant } from '../clock.ts';
import { messageOf } from '../errors.ts';
import type { CheckResult, Exchange } from '../http/exchange.ts';
import type { Random } from '../random.ts';
import { type Migrations, prepare, type Store, tablesOf } from '../store/store.ts';
import { maskBody, maskHeaders, maskUrl } from './mask.ts';
import { type OutcomeCount, outcomesOf } from './outcomes.ts';

/** The journal is a database of its own (DESIGN.md D8). */
export const journalMigrations: Migrations = {
  '0001-exchanges': {
    async up(db) {
      await db.schema
        .createTable('journal_exchange')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('at', 'bigint', (column) => column.notNull())
        .addColumn('service', 'text', (column) => column.notNull())
        .addColumn('operation', 'text', (column) => column.notNull())
        .addColumn('status', 'integer', (column) => column.notNull())
        .addColumn('verdict', 'text', (column) => column.notNull())
        .addColumn('app_id', 'text')
        .addColumn('nhs_number', 'text')
        .addColumn('correlation_id', 'text')
        .addColumn('request_id', 'text')
        .addColumn('summary', 'text', (column) => column.notNull())
        .addColumn('detail', 'text', (column) => column.notNull())
        .execute();
      await sql`create index journal_exchange_correlation on journal_exchange (correlation_id)`.execute(db);
      await sql`create index journal_exchange_request on journal_exchange (request_id)`.execute(db);
    },
  },
};

interface Row {
  id: string;
  at: number;
  service: string;
  operation: string;
  status: number;
  verdict: string;
  app_id: string | null;
  nhs_number: string | null;
  correlation_id: string | null;
  request_id: string | null;
  summary: string;
  detail: string;
}
interface JournalTables {
  journal_exchange: Row;
}

/** An exchange as lists show it. */
export interface JournalSummary {
  readonly id: string;
  readonly at: string;
  readonly service: string;
  readonly operation: string;
  readonly method: string;
  readonly url: string;
  readonly status: number;
  /** `refused`: a check failed; `failed`: LocalSpine's own fault. */
  readonly verdict: 'ok' | 'refused' | 'failed';
  readonly milliseconds: number;
  readonly appId?: string;
  readonly userId?: string;
  readonly odsCode?: string;
  readonly businessFunction?: string;
  readonly nhsNumber?: string;
  readonly ubrn?: string;
  readonly correlationId?: string;
  readonly requestId?: string;
  /** Check that failed, why, and what to do. */
  readonly refusal?: { readonly check: string; readonly why: string; readonly fix?: string };
  /** It was served, and would have failed in the national environment: why, and what to do. */
  readonly advice?: { readonly check: string; readonly why: string; readonly fix?: string };
}

/** All that is kept of an exchange. */
export interface JournalEntry extends JournalSummary {
  readonly checks: readonly CheckResult[];
  readonly request: RecordedMessage;
  readonly response: RecordedMessage;
}

interface RecordedMessage {
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly bodyBytes?: number;
  readonly bodySha256?: string;
}

export interface JournalFilter {
  readonly service?: string;
  readonly operation?: string;
  readonly verdict?: string;
  readonly appId?: string;
  readonly correlationId?: string;
  /** Only entries after this one. */
  readonly after?: string;
  readonly limit: number;
}

/** What services may read of the journal. */
export interface JournalReader {
  /** One exchange by its id, its `X-Request-ID` or correlation id. */
  show(id: string): Promise<JournalEntry | undefined>;
}

/** What the listener hands over when an answer has gone. */
export interface Finished {
  readonly exchange: Exchange;
  readonly method: string;
  readonly url: string;
  readonly status: number;
  readonly milliseconds: number;
  readonly requestHeaders: Readonly<Record<string, unknown>>;
  /** Called only when headers are kept. */
  readonly responseHeaders: () => Readonly<Record<string, unknown>>;
}

const BODY_CAP = 16 * 1024;
const FLUSH_MILLISECONDS = 250;
/** More than this many exchanges between two ticks is a load test, not a person: further successful ones are kept without headers and bodies. */
const CROWD = 100;
/** As many rows as one statement writes. */
const BATCH = 40;
/** So many waiting are written at once: the pause is short, and nothing grows old in memory. */
const ENOUGH = 3 * BATCH;
/** Beyond this many waiting entries the oldest are dropped rather than memory grown. */
const QUEUE_CAP = 20_000;
const NOTHING_KEPT: RecordedMessage = { headers: {} };
const COLUMNS = [
  'id',
  'at',
  'service',
  'operation',
  'status',
  'verdict',
  'app_id',
  'nhs_number',
  'correlation_id',
  'request_id',
  'summary',
  'detail',
] as const;

const insertOne = prepare<Row & Record<string, unknown>, JournalTables, never>((db, row) =>
  db.insertInto('journal_exchange').values({ ...pick(row) }),
);
const insertBatch = prepare<Record<string, never>, JournalTables, never>((db, values) =>
  db
    .insertInto('journal_exchange')
    .values(
      Array.from(
        { length: BATCH },
        (_, index) => Object.fromEntries(COLUMNS.map((column) => [column, values[`${column}_${index}`]])) as unknown as Row,
      ),
    ),
);

function pick(row: Row): Row {
  return Object.fromEntries(COLUMNS.map((column) => [column, row[column]])) as unknown as Row;
}

interface Waiting {
  readonly finished: Finished;
  readonly at: Instant;
  /** Kept without headers and bodies. */
  readonly crowded: boolean;
}

/** Records every exchange off the hot path: queued in memory, written in batches, bounded in number and size. */
export class Journal implements JournalReader {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #replica: string;
  readonly #keep: number;
  readonly #onError: (text: string) => void;
  #queue: Waiting[] = [];
  #timer: NodeJS.Timeout | undefined;
  #sinceTick = 0;
  #writing: Promise<void> | undefined;
  #sinceTrim = 0;
  #sequence = 0;

  /** @param options.keep how many exchanges are kept */
  constructor(options: { store: Store; clock: Clock; random: Random; keep: number; onError: (text: string) => void }) {
    this.#store = options.store;
    this.#clock = options.clock;
    this.#replica = options.random.text(4, 'abcdefghijklmnopqrstuvwxyz');
    this.#keep = options.keep;
    this.#onError = options.onError;
  }

  /** Takes note of a finished exchange; costs a push. */
  record(finished: Finished): void {
    if (this.#queue.length >= QUEUE_CAP) this.#queue.shift();
    this.#sinceTick += 1;
    const crowded = this.#sinceTick > CROWD && finished.status < 400;
    this.#queue.push({ finished, at: this.#clock.realNow(), crowded });
    if (this.#queue.length === ENOUGH && this.#writing === undefined) setImmediate(() => void this.#drain());
    this.#timer ??= setTimeout(() => this.#tick(), FLUSH_MILLISECONDS).unref();
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
    let query = tablesOf<JournalTables>(this.#store.db)
      .selectFrom('journal_exchange')
      .select('summary')
      .limit(Math.min(filter.limit, 1_000));
    if (filter.service !== undefined) query = query.where('service', '=', filter.service);
    if (filter.operation !== undefined) query = query.where('operation', '=', filter.operation);
    if (filter.verdict !== undefined) query = query.where('verdict', '=', filter.verdict);
    if (filter.appId !== undefined) query = query.where('app_id', '=', filter.appId);
    if (filter.correlationId !== undefined) query = query.where('correlation_id', '=', filter.correlationId);
    query = filter.after === undefined ? query.orderBy('id', 'desc') : query.where('id', '>', filter.after).orderBy('id');
    return (await query.execute()).map((row) => JSON.parse(row.summary));
  }

  /** How an application's exchanges ended, most frequent first. */
  async outcomesOf(appId: string): Promise<readonly OutcomeCount[]> {
    await this.flush();
    return outcomesOf(this.#store.db, appId);
  }

  /** One exchange with headers, bodies and checks; by its id, its `X-Request-ID` or correlation id. */
  async show(id: string): Promise<JournalEntry | undefined> {
    await this.flush();
    const row = await tablesOf<JournalTables>(this.#store.db)
      .selectFrom('journal_exchange')
      .select(['summary', 'detail'])
      .where((where) => where.or([where('id', '=', id), where('correlation_id', '=', id), where('request_id', '=', id)]))
      .orderBy('id', 'desc')
      .executeTakeFirst();
    return row === undefined ? undefined : { ...JSON.parse(row.summary), ...JSON.parse(row.detail) };
  }

  async close(): Promise<void> {
    await this.flush();
    await this.#store.close();
  }

  async #write(waiting: readonly Waiting[]): Promise<void> {
    const rows = waiting.map((each) => this.#row(each));
    await this.#store.transaction(async (tx) => {
      let index = 0;
      for (; index + BATCH <= rows.length; index += BATCH) {
        const values: Record<string, unknown> = {};
        for (let offset = 0; offset < BATCH; offset += 1) {
          const row = rows[index + offset];
          if (row !== undefined) for (const column of COLUMNS) values[`${column}_${offset}`] = row[column];
        }
        await insertBatch(tx, values as Record<string, never>);
      }
      for (; index < rows.length; index += 1) {
        const row = rows[index];
        if (row !== undefined) await insertOne(tx, { ...row });
      }
    });
    this.#sinceTrim += rows.length;
    if (this.#sinceTrim > this.#keep / 10) await this.#trim();
  }

  async #trim(): Promise<void> {
    this.#sinceTrim = 0;
    const oldest = await tablesOf<JournalTables>(this.#store.db)
      .selectFrom('journal_exchange')
      .select('id')
      .orderBy('id', 'desc')
      .offset(this.#keep)
      .limit(1)
      .executeTakeFirst();
    if (oldest !== undefined)
      await tablesOf<JournalTables>(this.#store.db).deleteFrom('journal_exchange').where('id', '<=', oldest.id).execute();
  }

  #row({ finished, at, crowded }: Waiting): Row {
    const { exchange } = finished;
    this.#sequence = (this.#sequence + 1) % 1_000_000;
    // Sorts by time; the end keeps two replicas apart.
    const id = `${at.toString(36).padStart(9, '0')}${this.#sequence.toString(36).padStart(4, '0')}${this.#replica}`;
    const { service = 'environment', operation = '-' } = exchange;
    // A refusal may also travel as a redirect or as a page that asks again.
    const refused = exchange.refusal !== undefined || finished.status >= 400;
    const verdict = finished.status >= 500 && exchange.refusal === undefined ? 'failed' : refused ? 'refused' : 'ok';
    // Members without a value are left out by JSON.
    const summary: Record<keyof JournalSummary, unknown> = {
      id,
      at: isoInstant(at),
      service,
      operation,
      method: finished.method,
      url: maskUrl(finished.url.slice(0, 2_000)),
      status: finished.status,
      verdict,
      milliseconds: Math.round(finished.milliseconds * 100) / 100,
      appId: exchange.appId,
      userId: exchange.userId,
      odsCode: exchange.odsCode,
      businessFunction: exchange.businessFunction,
      nhsNumber: exchange.nhsNumber,
      ubrn: exchange.ubrn,
      correlationId: exchange.correlationId,
      requestId: exchange.requestId,
      refusal: exchange.refusal,
      advice: exchange.advice,
    };
    const { checks } = exchange;
    const detail = crowded
      ? { checks, request: NOTHING_KEPT, response: NOTHING_KEPT }
      : {
          checks,
          request: { headers: maskHeaders(finished.requestHeaders), ...recordBody(exchange.requestBody) },
          response: { headers: maskHeaders(finished.responseHeaders()), ...recordBody(exchange.responseBody) },
        };
    return {
      id,
      at,
      service,
      operation,
      status: finished.status,
      verdict,
      app_id: exchange.appId ?? null,
      nhs_number: exchange.nhsNumber ?? null,
      correlation_id: exchange.correlationId ?? null,
      request_id: exchange.requestId ?? null,
      summary: JSON.stringify(summary),
      detail: JSON.stringify(detail),
    };
  }
}

function recordBody(body: Buffer | string | undefined): Omit<RecordedMessage, 'headers'> {
  if (body === undefined || body.length === 0) return {};
  const bytes = typeof body === 'string' ? Buffer.byteLength(body) : body.length;
  const text = typeof body === 'string' ? body.slice(0, BODY_CAP) : body.toString('utf8', 0, BODY_CAP);
  // What is kept whole needs no hash to be recognised by.
  return bytes <= BODY_CAP
    ? { body: maskBody(text), bodyBytes: bytes }
    : { body: maskBody(text), bodyBytes: bytes, bodySha256: hash('sha256', body) };
}
