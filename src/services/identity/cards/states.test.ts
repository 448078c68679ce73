/** The life of a card: the table says what is meant, and whatever is done to a card in whatever order keeps what must hold. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  CARD_ACTIONS,
  CARD_STATES,
  type CardAction,
  EFFECTS,
  expiryOf,
  nextState,
  possibleActions,
  type StoredState,
  stateAt,
} from './states.ts';

const DAY = 86_400_000;

describe('the table', () => {
  const truths: readonly (readonly [StoredState, CardAction, StoredState | undefined])[] = [
    ['requested', 'issue', 'active'],
    ['requested', 'issue-locked', 'issued'],
    ['requested', 'unlock', undefined],
    ['issued', 'unlock', 'active'],
    ['issued', 'lock', undefined],
    ['active', 'lock', 'locked'],
    ['active', 'issue', undefined],
    ['active', 'unlock', undefined],
    ['locked', 'unlock', 'active'],
    ['locked', 'change-passcode', undefined],
    ['locked', 'renew', undefined],
    ['locked', 'repair', 'active'],
    ['active', 'clear', 'requested'],
    ['revoked', 'clear', undefined],
    ['requested', 'revoke', 'revoked'],
  ];
  for (const [before, action, after] of truths)
    test(`${action} of a card that is ${before}: ${after ?? 'refused'}`, () =>
      assert.equal(nextState({ state: before }, action, 0), after));

  test('an expired card takes renewing, repairing, clearing and cancelling only', () => {
    assert.deepEqual(possibleActions({ state: 'active', expiresAt: 5 }, 5), ['renew', 'repair', 'repair-locked', 'clear', 'revoke']);
  });

  test('renewing an expired card does not unlock it', () => {
    assert.equal(nextState({ state: 'locked', expiresAt: 5 }, 'renew', 6), 'locked');
    assert.equal(nextState({ state: 'issued', expiresAt: 5 }, 'renew', 6), 'issued');
    assert.equal(nextState({ state: 'active', expiresAt: 5 }, 'renew', 6), 'active');
  });

  test('what was asked for or cancelled does not expire', () => {
    assert.equal(stateAt({ state: 'requested', expiresAt: 1 }, 2), 'requested');
    assert.equal(stateAt({ state: 'revoked', expiresAt: 1 }, 2), 'revoked');
    assert.equal(stateAt({ state: 'active', expiresAt: 2 }, 1), 'active');
  });

  test('what ends a card’s use ends its sessions', () => {
    for (const action of CARD_ACTIONS)
      if (EFFECTS[action].losesCertificates === true) assert.equal(EFFECTS[action].endsSessions, true, action);
  });
});

interface Model {
  state: StoredState;
  expiresAt?: number;
  hasPasscode: boolean;
}

test('in any history: active cards have passcode and certificates in date, cancelled ones stay so, and only a passcode makes active', () => {
  const step = fc.record({ action: fc.constantFrom(...CARD_ACTIONS), days: fc.integer({ min: 0, max: 500 }) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const card: Model = { state: 'requested', hasPasscode: false };
      let now = 0;
      let revoked = false;
      for (const { action, days } of steps) {
        now += days * DAY;
        const before = stateAt(card, now);
        const next = nextState(card, action, now);
        assert.equal(next !== undefined, possibleActions(card, now).includes(action));
        if (next === undefined) continue;
        assert.ok(!revoked, `${action} on a cancelled card`);
        if (before !== 'active' && before !== 'expired' && next === 'active') assert.equal(EFFECTS[action].passcode, true, action);
        if (EFFECTS[action].passcode === true) card.hasPasscode = true;
        if (action === 'clear' || action === 'revoke' || action === 'repair-locked') card.hasPasscode = false;
        if (EFFECTS[action].newCertificates === true) card.expiresAt = expiryOf(now);
        if (EFFECTS[action].losesCertificates === true) delete card.expiresAt;
        card.state = next;
        revoked = next === 'revoked';
        const state = stateAt(card, now);
        assert.ok(CARD_STATES.includes(state));
        if (state === 'active') assert.ok(card.hasPasscode && card.expiresAt !== undefined && card.expiresAt > now);
      }
    }),
  );
});

test('two years are two years, leap days too', () => {
  assert.equal(new Date(expiryOf(Date.parse('2026-11-25T10:00:00Z'))).toISOString(), '2028-11-25T10:00:00.000Z');
  assert.equal(new Date(expiryOf(Date.parse('2028-02-29T00:00:00Z'))).toISOString(), '2030-03-01T00:00:00.000Z');
});
