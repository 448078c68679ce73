/** PINs, codes and passwords, which everybody has: three wrong ones lock for five minutes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testContext } from '../../../../test/helpers/context.ts';
import { identity } from '../index.ts';
import { SEEDED_SECRET, seededMeans } from './seeded.ts';

async function cardsAtHand() {
  const context = await testContext({ migrations: { identity: identity.migrations } });
  const cards = seededMeans(context.clock);
  const attempt = (secret: string | undefined, method: 'security-key' | 'biometric' = 'security-key') =>
    context.store.transaction((tx) => cards.attempt(tx, { userId: '656005750107', method, secret }));
  return { clock: context.clock, attempt };
}

test('the published secret is accepted', async () => {
  const { attempt } = await cardsAtHand();
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
  assert.deepEqual(await attempt('0000'), { outcome: 'locked', until: 'later' });
  assert.deepEqual(await attempt(SEEDED_SECRET), { outcome: 'locked', until: 'later' });
  clock.advance(300_000);
  assert.deepEqual(await attempt(SEEDED_SECRET), { outcome: 'accepted' });
});
