import { type Db, tablesOf } from '../../../kernel/store/store.ts';

/** What an import that clears leaves alone: who may act for whom, what has been done, and the work that goes on for all instances. */
const LEFT_ALONE: ReadonlySet<string> = new Set(['ers_on_behalf_of', 'ers_audit', 'ers_turn']);

/**
 * Empties an instance, so that an import is all it holds. Numbers are counted from their beginnings again.
 *
 * @param tables e-RS's own, each with a column `instance` unless it is left alone
 */
export async function clearInstance(tx: Db, instance: string, tables: readonly string[]): Promise<void> {
  const db = tablesOf<Record<string, { instance: string }>>(tx);
  for (const table of tables) {
    if (!LEFT_ALONE.has(table)) await db.deleteFrom(table).where('instance', '=', instance).execute();
  }
}
