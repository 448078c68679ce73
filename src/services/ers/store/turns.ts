/** Turns of work that repeats through the outbox: only the job that holds the current turn goes on, so that a chain never becomes two. */
import { type Db, tablesOf } from '../../../kernel/store/store.ts';

interface TurnTables {
  ers_turn: { work: string; turn: number };
}

/** Begins a chain of turns, ending one that is under way; gives the first. */
export async function startTurns(tx: Db, work: string): Promise<number> {
  const row = await tablesOf<TurnTables>(tx)
    .insertInto('ers_turn')
    .values({ work, turn: 1 })
    .onConflict((conflict) => conflict.column('work').doUpdateSet((set) => ({ turn: set('ers_turn.turn', '+', 1) })))
    .returning('turn')
    .executeTakeFirstOrThrow();
  return row.turn;
}

/** Moves on from `turn` to the next, which is given; undefined when the chain has moved on already. */
export async function nextTurn(tx: Db, work: string, turn: number): Promise<number | undefined> {
  const row = await tablesOf<TurnTables>(tx)
    .updateTable('ers_turn')
    .set({ turn: turn + 1 })
    .where('work', '=', work)
    .where('turn', '=', turn)
    .returning('turn')
    .executeTakeFirst();
  return row?.turn;
}
