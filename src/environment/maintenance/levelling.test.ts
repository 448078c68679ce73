import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { actionsAt, CHANGE_ACTIONS, CHANGE_STATUSES, type ChangeStatus, RECORDS, statusAt, TRANSITIONS } from './forward-change.ts';
import { routeTo } from './levelling.ts';

const SPAN = { start: 1_000, end: 2_000 };

/** A copy of a recorded status at an instant, as its environment tells it. */
function copyAt(recordedStatus: ChangeStatus, now: number): Parameters<typeof routeTo>[0] {
  const entry = { ...SPAN, status: recordedStatus };
  return { recordedStatus, status: statusAt(entry, now), actions: [...actionsAt(entry, now)] };
}

describe('the way of a copy to a status', () => {
  for (const [from, now, goal, route] of [
    ['planned', 0, 'planned', []],
    ['planned', 0, 'approved', ['approve']],
    ['planned', 0, 'in-progress', ['approve', 'start']],
    ['planned', 0, 'complete', ['approve', 'start', 'complete']],
    ['approved', 0, 'complete', ['start', 'complete']],
    ['approved', 1_500, 'in-progress', ['start']],
    ['approved', 1_500, 'complete', ['complete']],
    ['approved', 2_500, 'complete', []],
    ['overrun', 2_500, 'complete', ['complete']],
    ['approved', 1_500, 'cancelled', undefined],
    ['in-progress', 1_500, 'approved', undefined],
    ['complete', 2_500, 'approved', undefined],
    ['cancelled', 0, 'complete', undefined],
  ] as const)
    test(`${from} at ${now}, to ${goal}: ${route?.join(', ') ?? 'there is none'}`, () => {
      assert.deepEqual(routeTo(copyAt(from, now), goal), route);
    });

  test('every step of a way is one that the state machine has, and the last one leads there', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...CHANGE_STATUSES),
        fc.constantFrom(...CHANGE_STATUSES),
        fc.integer({ min: 0, max: 3_000 }),
        (from, goal, now) => {
          const copy = copyAt(from, now);
          const route = routeTo(copy, goal);
          if (route === undefined || route.length === 0) return;
          let { status } = copy;
          for (const action of route) {
            assert.notEqual(TRANSITIONS[status][action], undefined);
            status = RECORDS[action];
          }
          assert.equal(status, goal);
          assert.ok(route.length < CHANGE_ACTIONS.length);
        },
      ),
    );
  });
});
