import { tablesOf } from '../kernel/store/store.ts';
import type { Environment } from './environment.ts';

export interface TableCount {
  readonly service: string;
  readonly table: string;
  /** `data` is put back by a reset, `kept` survives it. */
  readonly reset: 'data' | 'kept';
  readonly rows: number;
}

/** How many rows the tables of every service have. */
export async function tableCounts(environment: Environment): Promise<readonly TableCount[]> {
  const counts: TableCount[] = [];
  for (const { manifest } of environment.services)
    for (const [table, reset] of Object.entries(manifest.tables)) {
      const row = await tablesOf<Record<string, object>>(environment.store.db)
        .selectFrom(table)
        .select((count) => count.fn.countAll<number>().as('rows'))
        .executeTakeFirstOrThrow();
      counts.push({ service: manifest.name, table, reset, rows: Number(row.rows) });
    }
  return counts;
}
