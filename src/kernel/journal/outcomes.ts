import { type Db, prepare } from '../store/store.ts';

interface OutcomeTables {
  journal_exchange: { service: string; operation: string; status: number; verdict: string; at: number; app_id: string | null };
}

/** How often exchanges of one kind ended in one way. */
export interface OutcomeCount {
  readonly service: string;
  readonly operation: string;
  readonly status: number;
  readonly verdict: string;
  readonly count: number;
  /** Instant of the last one. */
  readonly lastAt: number;
}

const outcomes = prepare<{ appId: string }, OutcomeTables, OutcomeCount>((db, values) =>
  db
    .selectFrom('journal_exchange')
    .select((select) => [
      'service',
      'operation',
      'status',
      'verdict',
      select.fn.countAll<number>().as('count'),
      select.fn.max('at').as('lastAt'),
    ])
    .where('app_id', '=', values.appId)
    .groupBy(['service', 'operation', 'status', 'verdict'])
    .orderBy('count', 'desc')
    .orderBy('operation'),
);

/** How an application's exchanges ended, most frequent first. */
export async function outcomesOf(db: Db, appId: string): Promise<readonly OutcomeCount[]> {
  const rows = await outcomes(db, { appId });
  return rows.map((row) => ({ ...row, status: Number(row.status), count: Number(row.count), lastAt: Number(row.lastAt) }));
}
