import { timingSafeEqual } from 'node:crypto';
import type { Clock } from '../../../kernel/clock.ts';
import { type Db, tablesOf } from '../../../kernel/store/store.ts';
import { fingerprint } from '../fingerprint.ts';
import { methodOf } from '../methods.ts';
import type { Attempt, Cards, Verdict } from './port.ts';

/** Everybody's PIN, code and password: published, and filled in by the page. */
export const SEEDED_SECRET = '1234';
/** Wrong ones in a row that lock a person out (ours). */
const MOST_FAILURES = 3;
/** Nobody is there to unlock these: they unlock themselves. */
const LOCK_LIFE = 300_000;

interface Tables {
  identity_secret_failure: { user_id: string; failures: number; last_at: number };
}

/** Means that are no cards: everybody has every one, with the same secret; three wrong ones lock for five minutes. */
export function seededMeans(clock: Clock): Pick<Cards, 'attempt'> {
  return {
    async attempt(tx: Db, { userId, method, secret }: Attempt): Promise<Verdict> {
      if (methodOf(method).secret === undefined) return { outcome: 'accepted' };
      const tables = tablesOf<Tables>(tx);
      const row = await tables.selectFrom('identity_secret_failure').selectAll().where('user_id', '=', userId).executeTakeFirst();
      const now = clock.now();
      const failures = row !== undefined && Number(row.last_at) > now - LOCK_LIFE ? row.failures : 0;
      if (failures >= MOST_FAILURES) return { outcome: 'locked', until: 'later' };
      if (secret === undefined) return { outcome: 'missing' };
      if (timingSafeEqual(Buffer.from(fingerprint(secret)), Buffer.from(fingerprint(SEEDED_SECRET)))) {
        if (row !== undefined) await tables.deleteFrom('identity_secret_failure').where('user_id', '=', userId).execute();
        return { outcome: 'accepted' };
      }
      const counted = { failures: failures + 1, last_at: now };
      await tables
        .insertInto('identity_secret_failure')
        .values({ user_id: userId, ...counted })
        .onConflict((conflict) => conflict.column('user_id').doUpdateSet(counted))
        .execute();
      return counted.failures >= MOST_FAILURES
        ? { outcome: 'locked', until: 'later' }
        : { outcome: 'wrong', attemptsLeft: MOST_FAILURES - counted.failures };
    },
  };
}
