import { hash } from 'node:crypto';
import { sql } from 'kysely';
import type { Clock, Instant } from '../clock.ts';
import { messageOf } from '../errors.ts';
import type { CheckResult, Exchange } from '../http/exchange.ts';
import type { Random } from '../random.ts';
import { type Migrations, prepare, type Store, tablesOf } from '../store/store.ts';
import { maskBody, maskHeaders, maskUrl } from './mask.ts';

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

/** What the listener hands over when an answer has gone. */
export interface Finished {
  readonly exchange: Exchange;
  readonly method: string;
  readonly url: string;
  readonly status: number;
  readonly milliseconds: number;
  readonly requestHeaders: Readonly<Record<string, unknown>>;
  readonly responseHeaders: Readonly<Record<string, unknown>>;
}

const BODY_CAP = 16 * 1024;
/** More than this many exchanges waiting is a load test, not a person: further successful ones are kept without headers and bodies. */
const CROWD = 100;
const FLUSH_MILLISECONDS = 250;
const BATCH = 40;
/** Beyond this many waiting entries the oldest are dropped rather than memory grown. */
const QUEUE_CAP = 20_000;
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

/** Records every exchange off the hot path: queued in memory, written in batches, bounded in number and size. */
export class Journal {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #replica: string;
  readonly #keep: number;
  readonly #onError: (text: string) => void;
  #queue: { finished: Finished; at: Instant }[] = [];
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();
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
    // Under load nothing big is held on to: what lives until the flush is copied by the garbage collector again and again.
    const crowded = this.#queue.length >= CROWD && finished.status < 400;
    if (crowded) {
      delete finished.exchange.requestBody;
      delete finished.exchange.responseBody;
    }
    const kept = crowded ? { ...finished, requestHeaders: {}, responseHeaders: {} } : finished;
    this.#queue.push({ finished: kept, at: this.#clock.realNow() });
    this.#timer ??= setTimeout(() => void this.flush(), FLUSH_MILLISECONDS).unref();
  }

  /** Writes what is waiting. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const waiting = this.#queue;
    this.#queue = [];
    this.#writing = this.#writing.then(() => this.#write(waiting)).catch((error: unknown) => this.#onError(messageOf(error)));
    await this.#writing;
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

  async #write(waiting: readonly { finished: Finished; at: Instant }[]): Promise<void> {
    if (waiting.length === 0) return;
    const rows = waiting.map(({ finished, at }) => this.#row(finished, at));
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

  #row(finished: Finished, at: Instant): Row {
    const { exchange } = finished;
    this.#sequence = (this.#sequence + 1) % 1_000_000;
    // Sorts by time; the end keeps two replicas apart.
    const id = `${at.toString(36).padStart(9, '0')}${this.#sequence.toString(36).padStart(4, '0')}${this.#replica}`;
    const verdict = finished.status >= 500 && exchange.refusal === undefined ? 'failed' : finished.status >= 400 ? 'refused' : 'ok';
    const summary: JournalSummary = {
      id,
      at: new Date(at).toISOString(),
      service: exchange.service ?? 'environment',
      operation: exchange.operation ?? '-',
      method: finished.method,
      url: maskUrl(finished.url.slice(0, 2_000)),
      status: finished.status,
      verdict,
      milliseconds: Math.round(finished.milliseconds * 100) / 100,
      ...defined({
        appId: exchange.appId,
        userId: exchange.userId,
        odsCode: exchange.odsCode,
        businessFunction: exchange.businessFunction,
        nhsNumber: exchange.nhsNumber,
        ubrn: exchange.ubrn,
        correlationId: exchange.correlationId,
        requestId: exchange.requestId,
        refusal: exchange.refusal,
      }),
    };
    const detail = {
      checks: exchange.checks,
      request: { headers: maskHeaders(finished.requestHeaders), ...recordBody(exchange.requestBody) },
      response: { headers: maskHeaders(finished.responseHeaders), ...recordBody(exchange.responseBody) },
    };
    return {
      id,
      at,
      service: summary.service,
      operation: summary.operation,
      status: summary.status,
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

/** An object without its undefined members. */
function defined<T extends object>(values: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as { [K in keyof T]?: NonNullable<T[K]> };
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
