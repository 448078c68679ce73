import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isoDate, isoInstant } from './clock.ts';

test('an instant is written as the calendar has it, whichever was written before', () => {
  assert.equal(isoInstant(Date.UTC(2026, 10, 24, 9, 55)), '2026-11-24T09:55:00.000Z');
  assert.equal(isoDate(Date.UTC(2024, 1, 29, 23, 59, 59, 999)), '2024-02-29');
  fc.assert(
    fc.property(fc.array(fc.integer({ min: Date.UTC(-9999, 0), max: Date.UTC(12_000, 0) }), { minLength: 1 }), (instants) => {
      assert.deepEqual(
        instants.map(isoInstant),
        instants.map((each) => new Date(each).toISOString()),
      );
    }),
  );
});

test('what is no instant is refused', () => {
  for (const wrong of [Number.NaN, Number.POSITIVE_INFINITY, 9e15]) assert.throws(() => isoInstant(wrong), RangeError);
});
