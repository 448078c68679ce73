import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { slotsAt } from './slots.ts';

describe('announced maintenance slots, in London’s time (PTL-093, PTL-094)', () => {
  const cases: readonly (readonly [string, string, readonly string[]])[] = [
    ['Wednesday, a second before eight', '2026-12-02T19:59:59Z', []],
    ['Wednesday at eight', '2026-12-02T20:00:00Z', ['cis']],
    ['Thursday at three in the morning', '2026-12-03T03:00:00Z', ['cis']],
    ['Thursday at six in the morning', '2026-12-03T06:00:00Z', []],
    ['Thursday at eight in the evening', '2026-12-03T20:00:00Z', ['spine-core']],
    ['Friday, a second before six', '2026-12-04T05:59:59Z', ['spine-core']],
    ['Friday at six', '2026-12-04T06:00:00Z', []],
    ['Wednesday in summer, eight by the clock on the wall', '2026-07-01T19:00:00Z', ['cis']],
    ['Thursday in summer, six by the clock on the wall', '2026-07-02T05:00:00Z', []],
    ['Friday evening', '2026-12-04T21:00:00Z', []],
  ];
  for (const [what, instant, expected] of cases) test(what, () => assert.deepEqual([...slotsAt(Date.parse(instant))], expected));
});
