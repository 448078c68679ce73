import { type Db, prepare } from '../store/store.ts';

interface OutcomeTables {
  journal_exchange: { id: string; service: string; operation: string; status: number; verdict: string; app_id: string | null };
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

/** So many of the last exchanges of all applications are looked at: what a person wants to know is recent, and must not take long. */
export const OUTCOMES_LOOK_BACK = 50_000;

type Counted = Omit<OutcomeCount, 'lastAt'> & { readonly lastId: string };

const outcomes = prepare<{ appId: string }, OutcomeTables, Counted>((db, values) =>
  db
    .selectFrom((from) =>
      from
        .selectFrom('journal_exchange')
        .select(['id', 'service', 'operation', 'status', 'verdict', 'app_id'])
        .orderBy('id', 'desc')
        .limit(OUTCOMES_LOOK_BACK)
        .as('recent'),
    )
    .select((select) => [
      'service',
      'operation',
      'status',
      'verdict',
      select.fn.countAll<number>().as('count'),
      select.fn.max('id').as('lastId'),
    ])
    .where('app_id', '=', values.appId)
    .groupBy(['service', 'operation', 'status', 'verdict'])
    .orderBy('count', 'desc')
    .orderBy('operation'),
);

/** How an application's exchanges ended, most frequent first. An id begins with its instant (see the journal's entries). */
export async function outcomesOf(db: Db, appId: string): Promise<readonly OutcomeCount[]> {
  const rows = await outcomes(db, { appId });
  return rows.map(({ lastId, ...row }) => ({
    ...row,
    status: Number(row.status),
    count: Number(row.count),
    lastAt: Number.parseInt(lastId.slice(0, 9), 36),
  }));
}
