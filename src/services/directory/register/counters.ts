import { type Db, tablesOf } from '../../../kernel/store/store.ts';

interface CounterTables {
  directory_counter: { name: string; next: number };
}

/** The next number of a running series; each is given out once. */
export async function nextOf(tx: Db, name: string, first: number): Promise<number> {
  const tables = tablesOf<CounterTables>(tx);
  await tables
    .insertInto('directory_counter')
    .values({ name, next: first })
    .onConflict((conflict) => conflict.column('name').doNothing())
    .execute();
  const { next } = await tables
    .updateTable('directory_counter')
    .set((set) => ({ next: set('next', '+', 1) }))
    .where('name', '=', name)
    .returning('next')
    .executeTakeFirstOrThrow();
  return Number(next) - 1;
}
