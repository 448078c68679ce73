/** The end of a session: its tokens die, and every relying party it was used at is told (identity.md B.7). */
import type { ServiceContext } from '../../../kernel/service.ts';
import type { Db } from '../../../kernel/store/store.ts';
import type { Provider } from '../model.ts';
import { deleteTokens, takeSession } from '../store.ts';

export const END_SESSION_JOB = 'identity.end-session';
export const LOGOUT_JOB = 'identity.send-logout';

/** Told, inside the transaction, that a session has ended: for services of this environment. */
export type SessionEnded = (tx: Db, ended: { readonly provider: Provider; readonly sid: string }) => Promise<void>;

/**
 * Ends a session in the caller's transaction; the notices to relying parties are outbox jobs of the same transaction.
 *
 * @returns false when there is no such session
 */
export async function endSession(
  { outbox, clock }: Pick<ServiceContext, 'outbox' | 'clock'>,
  tx: Db,
  sid: string,
  listeners: readonly SessionEnded[],
): Promise<boolean> {
  const taken = await takeSession(tx, sid);
  if (taken === undefined) return false;
  const { session, clientIds } = taken;
  await deleteTokens(tx, { sid });
  for (const listener of listeners) await listener(tx, { provider: session.provider, sid });
  for (const clientId of clientIds)
    await outbox.enqueue(tx, LOGOUT_JOB, { provider: session.provider, clientId, sid, userId: session.userId }, clock.now());
  return true;
}
