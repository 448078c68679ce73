import type { Db } from '../../../kernel/store/store.ts';
import { type Actor, actorText } from './duties.ts';
import { insertHistory } from './store.ts';
import type { CardWorld } from './world.ts';

/** Writes down what was done, in the transaction that does it. */
export function record(
  { random, clock }: Pick<CardWorld, 'random' | 'clock'>,
  tx: Db,
  actor: Actor,
  what: { readonly action: string; readonly userId: string; readonly cardNumber?: string; readonly detail?: string },
): Promise<void> {
  const { action, userId, cardNumber, detail = '' } = what;
  return insertHistory(tx, {
    id: random.orderedUuid(clock.realNow()),
    at: clock.now(),
    userId,
    ...(cardNumber === undefined ? {} : { cardNumber }),
    action,
    actor: actorText(actor),
    detail,
  });
}
