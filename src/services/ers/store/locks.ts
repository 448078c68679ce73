/** The pessimistic lock on a request (ers.md §6): one change at a time, and records held by a professional user. */

import type { Instant } from '../../../kernel/clock.ts';
import { type Db, tablesOf } from '../../../kernel/store/store.ts';
import { ErsStatus } from '../errors.ts';

interface LockTables {
  ers_lock: { instance: string; ubrn: string; holder: string; held_until: number };
}

/**
 * Takes the lock for `holder`, or prolongs it. A lock that has run out counts for nothing: its holder has died.
 * Locks are leases and run on real time (DESIGN.md D6).
 *
 * @returns false when someone else holds it
 */
export async function takeLock(tx: Db, instance: string, ubrn: string, holder: string, now: Instant, until: Instant): Promise<boolean> {
  const rows = await tablesOf<LockTables>(tx)
    .insertInto('ers_lock')
    .values({ instance, ubrn, holder, held_until: until })
    .onConflict((conflict) =>
      conflict
        .columns(['instance', 'ubrn'])
        .doUpdateSet({ holder, held_until: until })
        .where((where) => where.or([where('ers_lock.held_until', '<=', now), where('ers_lock.holder', '=', holder)])),
    )
    .returning('holder')
    .execute();
  return rows.length > 0;
}

/** Gives the lock back; nothing happens when `holder` does not have it. */
export async function releaseLock(tx: Db, instance: string, ubrn: string, holder: string): Promise<void> {
  await tablesOf<LockTables>(tx)
    .deleteFrom('ers_lock')
    .where('instance', '=', instance)
    .where('ubrn', '=', ubrn)
    .where('holder', '=', holder)
    .execute();
}

/**
 * Throws 423 when someone holds the request.
 *
 * @param except a holder that does not count: the caller itself
 */
export async function requireUnlocked(db: Db, instance: string, ubrn: string, now: Instant, except?: string): Promise<void> {
  const row = await tablesOf<LockTables>(db)
    .selectFrom('ers_lock')
    .select('holder')
    .where('instance', '=', instance)
    .where('ubrn', '=', ubrn)
    .where('held_until', '>', now)
    .executeTakeFirst();
  if (row !== undefined && row.holder !== except) throw locked(ubrn);
}

/** 423. */
export function locked(ubrn: string): ErsStatus {
  return new ErsStatus(423, {
    check: 'ers.lock',
    why: `${ubrn} is being changed or is open in the professional application.`,
    fix: 'Wait and try again; locks held on purpose are listed and released through the admin API.',
  });
}
