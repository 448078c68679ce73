import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type ClinicPlan, dayOf, horizonOf, planFault, sessionsOn, sessionsToOpen, workingDay } from './clinic.ts';

const TUESDAY = Date.parse('2026-11-24T09:00:00.000Z');
const DAY = 86_400_000;
const PLAN: ClinicPlan = {
  workingDaysAhead: 5,
  sessions: [
    { weekdays: [1, 4], from: '09:00', slots: 3, minutes: 20, capacity: 2, clinician: '021600556514' },
    { weekdays: [4], from: '14:00', slots: 1, minutes: 45, priority: 'URGENT' },
  ],
};
const days = (sessions: readonly { readonly start: number }[]) => sessions.map((each) => new Date(each.start).toISOString().slice(0, 16));

test('working days leave out Saturday and Sunday', () => {
  assert.deepEqual(
    [1, 3, 4, 5].map((count) => new Date(workingDay(TUESDAY, count)).toISOString().slice(0, 10)),
    ['2026-11-25', '2026-11-27', '2026-11-30', '2026-12-01'],
  );
});

test('a session is so many slots in a row, each with an id of its own', () => {
  const [morning, urgent] = sessionsOn('990001', PLAN, dayOf(Date.parse('2026-11-26T00:00:00Z')));
  assert.deepEqual(
    morning?.slots.map((each) => [
      each.id,
      new Date(each.start).toISOString().slice(11, 16),
      new Date(each.end).toISOString().slice(11, 16),
    ]),
    [
      ['9900012078301', '09:00', '09:20'],
      ['9900012078302', '09:20', '09:40'],
      ['9900012078303', '09:40', '10:00'],
    ],
  );
  assert.deepEqual(
    [morning?.capacity, urgent?.capacity, urgent?.slots[0]?.priority, urgent?.slots[0]?.id],
    [2, 1, 'URGENT', '9900012078304'],
  );
  assert.deepEqual(sessionsOn('990001', PLAN, dayOf(TUESDAY)), []);
});

test('the diary moves on by the days that are new, however long ago it last did', () => {
  assert.deepEqual(days(sessionsToOpen('1', PLAN, dayOf(TUESDAY), TUESDAY)), ['2026-11-26T09:00', '2026-11-26T14:00', '2026-11-30T09:00']);
  assert.deepEqual(sessionsToOpen('1', PLAN, horizonOf(PLAN, TUESDAY), TUESDAY), []);
  // Half a year later nothing is opened for the days in between.
  const later = Date.parse('2027-06-02T23:00:00Z');
  assert.deepEqual(days(sessionsToOpen('1', PLAN, dayOf(TUESDAY), later)), ['2027-06-03T09:00', '2027-06-03T14:00', '2027-06-07T09:00']);
});

test('moving on day by day opens the same as moving on at once, and no slot twice', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 20 }), (steps) => {
      let [now, until] = [TUESDAY, horizonOf(PLAN, TUESDAY)];
      const opened = sessionsToOpen('1', PLAN, dayOf(TUESDAY), TUESDAY).flatMap((session) => session.slots.map((slot) => slot.id));
      for (const step of steps) {
        now += step * DAY;
        opened.push(...sessionsToOpen('1', PLAN, until, now).flatMap((session) => session.slots.map((slot) => slot.id)));
        until = Math.max(until, horizonOf(PLAN, now));
      }
      const atOnce: string[] = [];
      for (let day = dayOf(TUESDAY) + DAY; day <= until; day += DAY)
        atOnce.push(...sessionsOn('1', PLAN, day).flatMap((session) => session.slots.map((slot) => slot.id)));
      assert.deepEqual(opened, atOnce);
      assert.equal(new Set(opened).size, opened.length);
    }),
  );
});

test('a plan fits its day', () => {
  assert.equal(planFault(PLAN), undefined);
  assert.match(
    planFault({ workingDaysAhead: 1, sessions: [{ weekdays: [1], from: '23:00', slots: 4, minutes: 30 }] }) ?? '',
    /after midnight/,
  );
  const crowded = { weekdays: [3], from: '00:00', slots: 60, minutes: 1 };
  assert.match(planFault({ workingDaysAhead: 1, sessions: [crowded, crowded] }) ?? '', /weekday 3 has more than 99/);
});
