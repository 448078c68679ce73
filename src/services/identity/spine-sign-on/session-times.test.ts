/** How long a session lasts. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { endsAt, idleSeconds, secondsLeft, timeOut } from './session-times.ts';

const MINUTE = 60_000;
const session = { startedAt: 0, usedAt: 0, maximum: 600, idle: 300 };

test('unused it ends by its idle time; used it lasts to the maximum and no longer', () => {
  assert.equal(timeOut(session, 300 * MINUTE - 1), undefined);
  assert.equal(timeOut(session, 300 * MINUTE), 'idle-timeout');
  const used = { ...session, usedAt: 299 * MINUTE };
  assert.equal(timeOut(used, 598 * MINUTE), undefined);
  assert.equal(timeOut(used, 599 * MINUTE), 'idle-timeout');
  const busy = { ...session, usedAt: 590 * MINUTE };
  assert.equal(timeOut(busy, 600 * MINUTE - 1), undefined);
  assert.equal(timeOut(busy, 600 * MINUTE), 'maximum-time');
});

test('where both are one, the maximum is the reason', () => {
  assert.equal(timeOut({ ...session, idle: 600 }, 600 * MINUTE), 'maximum-time');
});

test('the seconds that are shown', () => {
  assert.equal(secondsLeft(session, 500), 36_000);
  assert.equal(secondsLeft(session, 700 * MINUTE), 0);
  assert.equal(idleSeconds({ ...session, usedAt: 5_000 }, 7_900), 2);
  assert.equal(idleSeconds({ ...session, usedAt: 5_000 }, 4_000), 0);
});

test('a session is over exactly from its end on, and using it never shortens it', () => {
  const times = fc.record({
    startedAt: fc.nat(1e9),
    used: fc.nat(1e8),
    maximum: fc.integer({ min: 1, max: 600 }),
    idle: fc.integer({ min: 1, max: 600 }),
  });
  fc.assert(
    fc.property(times, fc.nat(1e8), ({ used, ...rest }, later) => {
      const now = { ...rest, usedAt: rest.startedAt + used };
      assert.equal(timeOut(now, endsAt(now) - 1), undefined);
      assert.notEqual(timeOut(now, endsAt(now)), undefined);
      assert.ok(endsAt({ ...now, usedAt: now.usedAt + later }) >= endsAt(now));
      assert.ok(endsAt(now) <= now.startedAt + now.maximum * MINUTE);
    }),
  );
});
