/** Cards in readers: put in, taken out, and what ends with them (identity.md A.2: on card removal the agent logs out). */
import type { Db } from '../../../kernel/store/store.ts';
import { endSession } from '../sessions/ending.ts';
import { sessionsOfUser } from '../store.ts';
import { type Actor, permitReader } from './duties.ts';
import { CardRefusal, cardUnknown } from './errors.ts';
import { record } from './history.ts';
import type { Card, CardEvent } from './model.ts';
import { stateAt } from './states.ts';
import { findCard, saveCards } from './store.ts';
import type { CardWorld } from './world.ts';

/** Puts a card into a reader. Throws CardRefusal 409 when it cannot be used; one that is in already stays as it is. */
export async function insertCard(world: CardWorld, actor: Actor, cardNumber: string): Promise<Card> {
  return world.store.transaction(async (tx) => {
    const card = await requireCard(tx, cardNumber);
    permitReader(actor, card.userId);
    const state = stateAt(card, world.clock.now());
    if (state !== 'active')
      throw new CardRefusal(
        409,
        'card_unusable',
        `The card is ${state}: a reader cannot use it.`,
        'See what to do: localspine smartcard show.',
      );
    if (card.insertedAt !== undefined) return card;
    const inserted = { ...card, insertedAt: world.clock.now() };
    await saveCards(tx, [inserted]);
    await record(world, tx, actor, { action: 'insert', userId: card.userId, cardNumber });
    await tell(world, tx, { kind: 'inserted', cardNumber, userId: card.userId });
    return inserted;
  });
}

/** Takes a card out of its reader: every session opened with it ends. Gives how many did. */
export async function removeCard(world: CardWorld, actor: Actor, cardNumber: string): Promise<{ card: Card; endedSessions: number }> {
  const result = await world.store.transaction(async (tx) => {
    const before = await requireCard(tx, cardNumber);
    permitReader(actor, before.userId);
    const { insertedAt, ...card } = before;
    const endedSessions = await endSessionsOf(world, tx, card);
    if (insertedAt !== undefined || endedSessions > 0) {
      await saveCards(tx, [card]);
      await record(world, tx, actor, {
        action: 'remove',
        userId: card.userId,
        cardNumber,
        detail: endedSessions === 0 ? '' : `${endedSessions} session(s) ended`,
      });
      await tell(world, tx, { kind: 'removed', cardNumber, userId: card.userId });
    }
    return { card, endedSessions };
  });
  world.outbox.wake();
  return result;
}

/** Ends the single-sign-on sessions opened with a card, in the caller's transaction. Gives how many there were. */
export async function endSessionsOf(
  world: CardWorld,
  tx: Db,
  { userId, cardNumber }: Pick<Card, 'userId' | 'cardNumber'>,
): Promise<number> {
  const sessions = await sessionsOfUser(tx, userId, world.clock.now());
  const opened = sessions.filter((each) => each.cardNumber === cardNumber);
  for (const { sid } of opened) await endSession(world, tx, sid, world.listeners);
  return opened.length;
}

/** Tells the sign-on systems of this environment. */
export async function tell(world: Pick<CardWorld, 'cardListeners'>, tx: Db, event: CardEvent): Promise<void> {
  for (const listener of world.cardListeners) await listener(tx, event);
}

/** Throws CardRefusal 404. */
export async function requireCard(db: Db, cardNumber: string): Promise<Card> {
  const card = await findCard(db, cardNumber);
  if (card === undefined) throw cardUnknown(cardNumber);
  return card;
}
