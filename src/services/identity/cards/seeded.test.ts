/** The passcodes that everybody has before cards are issued: three wrong ones lock for five minutes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testContext } from '../../../../test/helpers/context.ts';
import { identity } from '../index.ts';
import { SEEDED_SECRET, seededCards } from './seeded.ts';

async function cardsAtHand() {
  const context = await testContext({ migrations: { identity: identity.migrations } });
  const cards = seededCards(context.clock);
  const attempt = (secret: string | undefined, method: 'smartcard' | 'biometric' = 'smartcard') =>
    context.store.transaction((tx) => cards.attempt(tx, { userId: '656005750107', method, secret }));
  return { clock: context.clock, cards, attempt };
}

test('the published secret is accepted, and suggested to the page', async () => {
  const { cards, attempt } = await cardsAtHand();
  assert.equal(cards.suggestedSecret('smartcard'), SEEDED_SECRET);
  assert.equal(cards.suggestedSecret('biometric'), undefined);
  assert.deepEqual(await attempt(SEEDED_SECRET), { outcome: 'accepted' });
  assert.deepEqual(await attempt(undefined), { outcome: 'missing' });
  assert.deepEqual(await attempt(undefined, 'biometric'), { outcome: 'accepted' });
});

test('a right one forgives the wrong ones before', async () => {
  const { attempt } = await cardsAtHand();
  assert.deepEqual(await attempt('0000'), { outcome: 'wrong', attemptsLeft: 2 });
  assert.deepEqual(await attempt('0000'), { outcome: 'wrong', attemptsLeft: 1 });
  assert.deepEqual(await attempt(SEEDED_SECRET), { outcome: 'accepted' });
  assert.deepEqual(await attempt('0000'), { outcome: 'wrong', attemptsLeft: 2 });
});

test('three wrong ones lock; the lock opens after five minutes of the environment’s time', async () => {
  const { attempt, clock } = await cardsAtHand();
  for (let n = 0; n < 2; n += 1) await attempt('0000');
  assert.deepEqual(await attempt('0000'), { outcome: 'locked' });
  assert.deepEqual(await attempt(SEEDED_SECRET), { outcome: 'locked' });
  clock.advance(300_000);
  assert.deepEqual(await attempt(SEEDED_SECRET), { outcome: 'accepted' });
});
