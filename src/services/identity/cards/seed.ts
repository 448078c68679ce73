/** Cards that people have from the start. */
import type { Db } from '../../../kernel/store/store.ts';
import type { Person } from '../../directory/index.ts';
import type { Card } from './model.ts';
import { hashPasscode, SEEDED_PASSCODE, sealHash } from './passcode.ts';
import { expiryOf } from './states.ts';
import { cardsOf, findRegistration, saveCards } from './store.ts';
import type { CardWorld } from './world.ts';

/** People of the directory at once; the seed has a few hundred. */
const MOST_PEOPLE = 10_000;

/** The number of a seeded card is its holder's user id behind `40`, so that it can be written down beforehand. */
export function seededCardNumber(userId: string): string {
  return `40${userId}`;
}

/**
 * Gives everybody whose account is of level 3 a smartcard with the published passcode; those of the seed are put back as they were.
 * People whom the registration authority registered get theirs from it.
 */
export async function seedCards(world: CardWorld, tx: Db): Promise<void> {
  const people = await world.directory.people(tx, { limit: MOST_PEOPLE });
  const cards: Card[] = [];
  for (const person of people) if ((await findRegistration(tx, person.userId)) === undefined) cards.push(...wanted(person));
  await giveCards(world, tx, cards);
}

/** Cards for people who came by import and have none yet. */
export async function cardsForImported(world: CardWorld, tx: Db, userIds: readonly string[]): Promise<void> {
  const cards: Card[] = [];
  for (const userId of userIds) {
    const person = await world.directory.person(tx, userId);
    if (person !== undefined && (await cardsOf(tx, userId)).length === 0) cards.push(...wanted(person));
  }
  await giveCards(world, tx, cards);
}

function wanted({ userId, authenticationAssuranceLevel }: Person): Card[] {
  if (authenticationAssuranceLevel < 3) return [];
  return [{ cardNumber: seededCardNumber(userId), userId, kind: 'smartcard', state: 'active', failures: 0, requestedAt: 0 }];
}

async function giveCards(world: CardWorld, tx: Db, cards: readonly Card[]): Promise<void> {
  if (cards.length === 0) return;
  const now = world.clock.now();
  // One hash for all: the passcode is published, and hundreds of hashes would be paid for at every start.
  const hash = await hashPasscode(SEEDED_PASSCODE, world.random);
  const dates = { requestedAt: now, issuedAt: now, expiresAt: expiryOf(now) };
  await saveCards(
    tx,
    cards.map((each) => ({ ...each, ...dates, passcode: sealHash(world.sealer, each.cardNumber, hash) })),
  );
}
