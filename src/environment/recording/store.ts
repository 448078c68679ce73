import type { Instant } from '../../kernel/clock.ts';
import { type Db, prepare, tablesOf } from '../../kernel/store/store.ts';

/** Why a recording ended. */
export type StopReason = 'stopped' | 'full' | 'reset';

/** A recording, without its exchanges. */
export interface Recording {
  readonly id: string;
  readonly purpose: string;
  /** AppIDs of those recorded. */
  readonly applications: readonly string[];
  readonly startedAt: Instant;
  readonly stoppedAt?: Instant;
  readonly stopReason?: StopReason;
  readonly exchanges: number;
  readonly bytes: number;
  readonly mostExchanges: number;
  readonly mostBytes: number;
  /** Exchanges that could not be written: evidence with a gap. */
  readonly missed: number;
  /** Hash of its last line. */
  readonly head: string;
  readonly opening: string;
  readonly closing?: string;
}

interface RecordingRow {
  id: string;
  purpose: string;
  applications: string;
  started_at: number;
  stopped_at: number | null;
  stop_reason: string | null;
  exchanges: number;
  bytes: number;
  most_exchanges: number;
  most_bytes: number;
  missed: number;
  head: string;
  opening: string;
  closing: string | null;
}

interface Tables {
  recording: RecordingRow;
  recording_exchange: { recording: string; number: number; line: string };
  recording_token: { recording: string; token: string; app_id: string };
}

const insertLine = prepare<{ recording: string; number: number; line: string }, Tables, never>((db, values) =>
  db.insertInto('recording_exchange').values({ recording: values.recording, number: values.number, line: values.line }),
);

export async function insertRecording(tx: Db, recording: Recording): Promise<void> {
  await tablesOf<Tables>(tx)
    .insertInto('recording')
    .values({
      id: recording.id,
      purpose: recording.purpose,
      applications: JSON.stringify(recording.applications),
      started_at: recording.startedAt,
      stopped_at: null,
      stop_reason: null,
      exchanges: recording.exchanges,
      bytes: recording.bytes,
      most_exchanges: recording.mostExchanges,
      most_bytes: recording.mostBytes,
      missed: recording.missed,
      head: recording.head,
      opening: recording.opening,
      closing: null,
    })
    .execute();
}

export async function findRecording(db: Db, id: string): Promise<Recording | undefined> {
  const row = await tablesOf<Tables>(db).selectFrom('recording').selectAll().where('id', '=', id).executeTakeFirst();
  return row && readRecording(row);
}

/** Newest first. */
export async function listRecordings(db: Db): Promise<readonly Recording[]> {
  const rows = await tablesOf<Tables>(db).selectFrom('recording').selectAll().orderBy('started_at', 'desc').orderBy('id').execute();
  return rows.map(readRecording);
}

export async function runningRecordings(db: Db): Promise<readonly Recording[]> {
  const rows = await tablesOf<Tables>(db).selectFrom('recording').selectAll().where('stopped_at', 'is', null).execute();
  return rows.map(readRecording);
}

/**
 * Takes the recording for the rest of the transaction: whoever writes to it waits for the others, in every process. Undefined when it has
 * ended or never was.
 */
export async function holdRunning(tx: Db, id: string): Promise<Recording | undefined> {
  const row = await tablesOf<Tables>(tx)
    .updateTable('recording')
    .set((value) => ({ exchanges: value.ref('exchanges') }))
    .where('id', '=', id)
    .where('stopped_at', 'is', null)
    .returningAll()
    .executeTakeFirst();
  return row && readRecording(row);
}

/** Adds an exchange; `recording` is held. */
export async function addExchange(tx: Db, recording: Recording, line: { text: string; hash: string }, bytes: number): Promise<void> {
  const number = recording.exchanges + 1;
  await insertLine(tx, { recording: recording.id, number, line: line.text });
  await tablesOf<Tables>(tx)
    .updateTable('recording')
    .set({ exchanges: number, bytes: recording.bytes + bytes, head: line.hash })
    .where('id', '=', recording.id)
    .execute();
}

/** Ends a recording; it is held. */
export async function endRecording(
  tx: Db,
  id: string,
  end: { readonly at: Instant; readonly reason: StopReason; readonly closing: { readonly text: string; readonly hash: string } },
): Promise<void> {
  await tablesOf<Tables>(tx)
    .updateTable('recording')
    .set({ stopped_at: end.at, stop_reason: end.reason, closing: end.closing.text, head: end.closing.hash })
    .where('id', '=', id)
    .execute();
}

/** Notes that exchanges could not be written. */
export async function addMissed(db: Db, id: string, count: number): Promise<void> {
  await tablesOf<Tables>(db)
    .updateTable('recording')
    .set((value) => ({ missed: value('missed', '+', count) }))
    .where('id', '=', id)
    .execute();
}

/** Lines of exchanges after a number, in order. */
export async function exchangeLines(db: Db, id: string, after: number, limit: number): Promise<readonly string[]> {
  const rows = await tablesOf<Tables>(db)
    .selectFrom('recording_exchange')
    .select('line')
    .where('recording', '=', id)
    .where('number', '>', after)
    .orderBy('number')
    .limit(limit)
    .execute();
  return rows.map((row) => row.line);
}

export async function deleteRecording(tx: Db, id: string): Promise<boolean> {
  const tables = tablesOf<Tables>(tx);
  await tables.deleteFrom('recording_exchange').where('recording', '=', id).execute();
  await tables.deleteFrom('recording_token').where('recording', '=', id).execute();
  const result = await tables.deleteFrom('recording').where('id', '=', id).executeTakeFirst();
  return Number(result.numDeletedRows) > 0;
}

/** Remembers whose token it is: a token that has ended says so no more. */
export async function rememberToken(tx: Db, recording: string, token: string, appId: string): Promise<void> {
  await tablesOf<Tables>(tx)
    .insertInto('recording_token')
    .values({ recording, token, app_id: appId })
    .onConflict((conflict) => conflict.columns(['recording', 'token']).doNothing())
    .execute();
}

/** The recorded application that a token was seen with. */
export async function applicationOfToken(db: Db, recordings: readonly string[], token: string): Promise<string | undefined> {
  const row = await tablesOf<Tables>(db)
    .selectFrom('recording_token')
    .select('app_id')
    .where('token', '=', token)
    .where('recording', 'in', recordings)
    .executeTakeFirst();
  return row?.app_id;
}

function readRecording(row: RecordingRow): Recording {
  return {
    id: row.id,
    purpose: row.purpose,
    applications: JSON.parse(row.applications),
    startedAt: Number(row.started_at),
    exchanges: row.exchanges,
    bytes: Number(row.bytes),
    mostExchanges: row.most_exchanges,
    mostBytes: Number(row.most_bytes),
    missed: row.missed,
    head: row.head,
    opening: row.opening,
    ...(row.stopped_at !== null && { stoppedAt: Number(row.stopped_at) }),
    ...(row.stop_reason !== null && {
      stopReason: row.stop_reason === 'full' || row.stop_reason === 'reset' ? row.stop_reason : 'stopped',
    }),
    ...(row.closing !== null && { closing: row.closing }),
  };
}
