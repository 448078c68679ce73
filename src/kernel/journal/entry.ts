/** What the journal keeps of an exchange: its row, and how it is read back. */
import { hash } from 'node:crypto';
import { sql } from 'kysely';
import { type Instant, isoInstant } from '../clock.ts';
import type { CheckResult, Exchange } from '../http/exchange.ts';
import { bit, type Migrations, prepareInsert } from '../store/store.ts';
import { maskBody, maskHeaders, maskUrl } from './mask.ts';
import { searchIndex } from './search.ts';

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
  // What a crowd leaves is seldom looked for by its ids, and indexing it would cost as much as writing it.
  '0002-crowds': {
    async up(db) {
      await db.schema
        .alterTable('journal_exchange')
        .addColumn('crowded', 'integer', (column) => column.notNull().defaultTo(0))
        .execute();
      for (const name of ['correlation', 'request']) {
        await db.schema.dropIndex(`journal_exchange_${name}`).execute();
        await sql`create index ${sql.id(`journal_exchange_${name}`)} on journal_exchange (${sql.id(`${name}_id`)}) where crowded = 0`.execute(
          db,
        );
      }
    },
  },
  '0003-search': searchIndex,
};

/** What entries are found by are columns; `summary` has the rest of what lists show, `detail` all else. */
export interface Row {
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
  /** 1 when written in a crowd: kept without headers and bodies, and not indexed. */
  crowded: number;
  summary: string;
  detail: string;
}
export interface JournalTables {
  journal_exchange: Row;
}

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
  'crowded',
  'summary',
  'detail',
] as const;
/** The columns that {@link summaryOf} reads. */
export const SUMMARY_COLUMNS = COLUMNS.filter((column) => column !== 'detail');

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

/** An inserter of so many rows made by {@link rowOf}, one after the other in one list. */
export function entryInserter(rows: number): ReturnType<typeof prepareInsert> {
  return prepareInsert<JournalTables, 'journal_exchange'>('journal_exchange', COLUMNS, rows);
}

const BODY_CAP = 16 * 1024;

/**
 * The row of an exchange: its values in the order of the table's columns. This is done for every request: nothing is written twice.
 *
 * @param crowded whether headers and bodies are left out
 */
export function rowOf(finished: Finished, id: string, at: Instant, crowded: boolean): (string | number | null)[] {
  const { exchange, status } = finished;
  // Members without a value are left out by JSON.
  const summary: Record<Exclude<keyof JournalSummary, keyof ReturnType<typeof columnsOf>>, unknown> = {
    method: finished.method,
    url: maskUrl(finished.url.slice(0, 2_000)),
    milliseconds: Math.round(finished.milliseconds * 100) / 100,
    userId: exchange.userId,
    odsCode: exchange.odsCode,
    businessFunction: exchange.businessFunction,
    ubrn: exchange.ubrn,
    refusal: exchange.refusal,
    advice: exchange.advice,
  };
  return [
    id,
    at,
    exchange.service ?? 'environment',
    exchange.operation ?? '-',
    status,
    verdictOf(exchange, status),
    exchange.appId ?? null,
    exchange.nhsNumber ?? null,
    exchange.correlationId ?? null,
    exchange.requestId ?? null,
    bit(crowded),
    JSON.stringify(summary),
    JSON.stringify(crowded ? { checks: exchange.checks } : detailOf(finished)),
  ];
}

function verdictOf({ refusal }: Exchange, status: number): JournalSummary['verdict'] {
  if (status >= 500 && refusal === undefined) return 'failed';
  // A refusal may also travel as a redirect or as a page that asks again.
  return refusal !== undefined || status >= 400 ? 'refused' : 'ok';
}

function detailOf({ exchange, requestHeaders, responseHeaders }: Finished): Omit<JournalEntry, keyof JournalSummary> {
  return {
    checks: exchange.checks,
    request: { headers: maskHeaders(requestHeaders), ...recordBody(exchange.requestBody) },
    response: { headers: maskHeaders(responseHeaders()), ...recordBody(exchange.responseBody) },
  };
}

/** An entry as lists show it, from its row. */
export function summaryOf(row: Omit<Row, 'detail'>): JournalSummary {
  return { ...columnsOf(row), ...JSON.parse(row.summary) };
}

/** An entry with all that is kept of it, from its row. */
export function entryOf(row: Row): JournalEntry {
  return { ...summaryOf(row), request: NOTHING_KEPT, response: NOTHING_KEPT, ...JSON.parse(row.detail) };
}

const NOTHING_KEPT: RecordedMessage = { headers: {} };

function columnsOf(row: Omit<Row, 'detail'>) {
  const { id, at, service, operation, status, verdict } = row;
  return {
    id,
    at: isoInstant(at),
    service,
    operation,
    status,
    verdict,
    ...(row.app_id !== null && { appId: row.app_id }),
    ...(row.nhs_number !== null && { nhsNumber: row.nhs_number }),
    ...(row.correlation_id !== null && { correlationId: row.correlation_id }),
    ...(row.request_id !== null && { requestId: row.request_id }),
  };
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
