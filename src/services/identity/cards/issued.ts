/** Sign-in with cards that were issued. Means that are no cards (security key, app, password) stay as the seed has them. */
import type { Db } from '../../../kernel/store/store.ts';
import { methodOf } from '../methods.ts';
import { record } from './history.ts';
import type { Card, CardKind } from './model.ts';
import { SEEDED_PASSCODE } from './passcode.ts';
import type { Attempt, Cards, Verdict } from './port.ts';
import { tell } from './readers.ts';
import { tryPasscode } from './register.ts';
import { seededMeans } from './seeded.ts';
import { type CardState, stateAt } from './states.ts';
import { cardsOf, findCard, saveCards } from './store.ts';
import type { CardWorld } from './world.ts';

/** Which card a way of signing in wants. */
const KIND_OF: Readonly<Partial<Record<Attempt['method'], CardKind>>> = {
  smartcard: 'smartcard',
  'internet-smartcard': 'smartcard',
  'virtual-smartcard': 'virtual',
};

/** Of several cards the one that would work is meant; else the one that says most about why none does. */
const PREFERENCE: readonly CardState[] = ['active', 'locked', 'expired', 'issued', 'requested', 'revoked'];

/** The card a person would put into the reader. */
export function cardFor(cards: readonly Card[], kind: CardKind, now: number): Card | undefined {
  const ofKind = cards.filter((each) => each.kind === kind);
  return PREFERENCE.flatMap((state) => ofKind.filter((each) => stateAt(each, now) === state))[0];
}

/** Judges sign-ins by the cards of the environment. */
export function issuedCards(world: CardWorld): Cards {
  const others = seededMeans(world.clock);
  return {
    suggestedSecret: (method) => (methodOf(method).secret === undefined ? undefined : SEEDED_PASSCODE),
    async attempt(tx: Db, attempt: Attempt): Promise<Verdict> {
      const kind = KIND_OF[attempt.method];
      if (kind === undefined) return others.attempt(tx, attempt);
      const now = world.clock.now();
      const card = cardFor(await cardsOf(tx, attempt.userId), kind, now);
      if (card === undefined) return { outcome: 'none' };
      const state = stateAt(card, now);
      if (state === 'locked') return { outcome: 'locked', until: 'unlocked' };
      if (state !== 'active') return { outcome: 'unusable', state };
      if (attempt.secret === undefined || attempt.secret === '') return { outcome: 'missing' };
      const { right, locked, attemptsLeft } = await tryPasscode(world, tx, card.cardNumber, attempt.secret);
      if (!right) return locked ? { outcome: 'locked', until: 'unlocked' } : { outcome: 'wrong', attemptsLeft };
      await putIn(world, tx, card.cardNumber);
      return { outcome: 'accepted', cardNumber: card.cardNumber };
    },
  };
}

/** Whoever signs in with a card has put it into the reader. */
async function putIn(world: CardWorld, tx: Db, cardNumber: string): Promise<void> {
  const card = await findCard(tx, cardNumber);
  if (card === undefined || card.insertedAt !== undefined) return;
  await saveCards(tx, [{ ...card, insertedAt: world.clock.now() }]);
  await record(world, tx, { kind: 'reader' }, { action: 'insert', userId: card.userId, cardNumber, detail: 'to sign in' });
  await tell(world, tx, { kind: 'inserted', cardNumber, userId: card.userId });
}
