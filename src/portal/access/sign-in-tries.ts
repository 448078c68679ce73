import type { Instant } from '../../kernel/clock.ts';
import { type Db, tablesOf } from '../../kernel/store/store.ts';
import { fingerprint, normalEmail } from './accounts.ts';

const TRIES_BEFORE_WAITING = 5;
const WAIT_MILLISECONDS = 60_000;
const FORGOTTEN_MILLISECONDS = 3_600_000;

interface TryTables {
  portal_sign_in: { address: string; tries: number; tried_at: number };
}

/** Addresses are kept as fingerprints: most of those that are tried are nobody's here. */
const keyOf = (email: string): string => fingerprint(`sign-in ${normalEmail(email)}`);

/**
 * Counts a try before its password is looked at, in one statement: tries at the same moment, here or at another door, each take their own
 * number. Counts for any address alike, so that having to wait says nothing of whether it has an account.
 *
 * @returns false when it has to wait: the tries before it were too many, the last of them less than a minute ago
 */
export async function countTry(db: Db, email: string, now: Instant): Promise<boolean> {
  const tables = tablesOf<TryTables>(db);
  const counted = await tables
    .insertInto('portal_sign_in')
    .values({ address: keyOf(email), tries: 1, tried_at: now })
    .onConflict((conflict) =>
      conflict
        .column('address')
        .doUpdateSet((set) => ({
          tries: set
            .case()
            .when('portal_sign_in.tries', '<', TRIES_BEFORE_WAITING)
            .then(set('portal_sign_in.tries', '+', 1))
            .else(1)
            .end(),
          tried_at: now,
        }))
        .where((where) =>
          where.or([
            where('portal_sign_in.tries', '<', TRIES_BEFORE_WAITING),
            where('portal_sign_in.tried_at', '<=', now - WAIT_MILLISECONDS),
          ]),
        ),
    )
    .returning('tries')
    .executeTakeFirst();
  if (counted?.tries === 1)
    await tables
      .deleteFrom('portal_sign_in')
      .where('tried_at', '<', now - FORGOTTEN_MILLISECONDS)
      .execute();
  return counted !== undefined;
}

/** The password was right: earlier slips are forgotten. */
export async function forgetTries(tx: Db, email: string): Promise<void> {
  await tablesOf<TryTables>(tx).deleteFrom('portal_sign_in').where('address', '=', keyOf(email)).execute();
}
