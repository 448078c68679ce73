import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { availability, slotState } from './availability.ts';
import { closuresOf, downTimes, momentAt } from './closures.ts';
import type { ForwardChange } from './forward-change.ts';
import { freezeAt } from './freezes.ts';
import { DAY, HOUR } from './london.ts';
import { NOTHING_PLANNED, type Schedule } from './schedule.ts';
import { MAINTAINED, nightOf, SLOT_SERVICES } from './slots.ts';

const night = nightOf('cis', '2026-12-02');
const MINUTE = 60_000;

function change(changes: Partial<ForwardChange>): ForwardChange {
  return {
    id: 'FCS-1',
    revision: 1,
    title: 'Work',
    summary: '',
    environments: ['INT'],
    services: ['cis'],
    start: night.start,
    end: night.start + HOUR,
    impact: 'outage',
    kind: 'infrastructure',
    raisedBy: 'Operations',
    contact: 'operations',
    status: 'approved',
    createdAt: 0,
    updatedAt: 0,
    noticeGivenAt: 0,
    ...changes,
  };
}
const withChanges = (...changes: readonly ForwardChange[]): Schedule => ({ ...NOTHING_PLANNED, changes });
const closedAt = (schedule: Schedule, instant: number): readonly string[] => [...momentAt(schedule, instant).closed.keys()];

describe('how a slot takes its service down (path-to-live.md §5.1)', () => {
  test('whole: all night; none: not at all', () => {
    assert.deepEqual(downTimes(night, { pattern: 'whole', minutes: 0 }), [night]);
    assert.deepEqual(downTimes(night, { pattern: 'none', minutes: 0 }), []);
  });
  test('partial: its first minutes', () => {
    assert.deepEqual(downTimes(night, { pattern: 'partial', minutes: 90 }), [{ start: night.start, end: night.start + 90 * MINUTE }]);
  });
  test('flap: down, up, down …, and up in the morning', () => {
    const spans = downTimes(night, { pattern: 'flap', minutes: 240 });
    assert.deepEqual(
      spans.map(({ start, end }) => [(start - night.start) / HOUR, (end - night.start) / HOUR]),
      [
        [0, 4],
        [8, 10],
      ],
    );
  });
  test('a slot without work is idle, with work active, and overruns with it', () => {
    assert.equal(slotState('cis', NOTHING_PLANNED, night.start - 1), 'none');
    assert.equal(slotState('cis', NOTHING_PLANNED, night.start), 'active');
    const quiet: Schedule = { ...NOTHING_PLANNED, patterns: { cis: { pattern: 'none', minutes: 0 } } };
    assert.equal(slotState('cis', quiet, night.start), 'idle');
    const late: Schedule = { ...quiet, changes: [change({ status: 'in-progress', end: night.end })] };
    assert.equal(slotState('cis', late, night.start + HOUR), 'active');
    assert.equal(slotState('cis', late, night.end + HOUR), 'overrun');
    assert.equal(slotState('cis', { ...late, changes: [change({ status: 'complete', end: night.end })] }, night.end + HOUR), 'none');
  });
});

describe('what is closed', () => {
  test('a change that is only planned, or of lesser impact, closes nothing', () => {
    const monday = { start: Date.parse('2026-11-30T10:00:00Z'), end: Date.parse('2026-11-30T11:00:00Z') };
    for (const [changes, closed] of [
      [{}, ['cis']],
      [{ status: 'planned' }, []],
      [{ status: 'cancelled' }, []],
      [{ impact: 'degraded' }, []],
      [{ impact: 'at-risk' }, []],
    ] as const)
      assert.deepEqual(closedAt(withChanges(change({ ...monday, ...changes })), monday.start), closed, JSON.stringify(changes));
    assert.deepEqual(closedAt(withChanges(change(monday)), monday.end), [], 'half open');
  });
  test('without the API platform there are no interfaces of e-RS', () => {
    assert.deepEqual(
      closedAt(withChanges(change({ services: ['api-platform'], start: night.start - HOUR, end: night.start })), night.start - HOUR),
      ['ers', 'api-platform'],
    );
  });
  test('closures that meet are one, so that Retry-After is honest', () => {
    const schedule = withChanges(change({ start: night.start - HOUR, end: night.start + HOUR }));
    assert.deepEqual(
      closuresOf('cis', schedule, night.start - 2 * HOUR, { start: night.start - HOUR, end: night.end }).map(({ start, end }) => [
        start,
        end,
      ]),
      [[night.start - HOUR, night.end]],
    );
  });
  test('a night that is moved closes where it is held, one that is skipped or withdrawn nowhere', () => {
    const to = { start: night.start + DAY, end: night.end + DAY };
    const moved: Schedule = {
      ...NOTHING_PLANNED,
      exceptions: [{ service: 'cis', night: night.night, kind: 'moved', to, reason: '', revision: 1, at: 0 }],
    };
    assert.deepEqual([closedAt(moved, night.start), closedAt(moved, to.start)], [[], ['cis', 'spine-core']]);
    for (const kind of ['skipped', 'withdrawn'] as const)
      assert.deepEqual(
        closedAt(
          { ...NOTHING_PLANNED, exceptions: [{ service: 'cis', night: night.night, kind, reason: '', revision: 1, at: 0 }] },
          night.start,
        ),
        [],
      );
  });
  test('a moment is good until its boundary, and no further: looking again in between changes nothing', () => {
    const entry = fc
      .record({
        startsIn: fc.integer({ min: -3 * DAY, max: 3 * DAY }),
        lasts: fc.integer({ min: MINUTE, max: 2 * DAY }),
        status: fc.constantFrom('planned', 'approved', 'in-progress', 'overrun', 'complete', 'cancelled'),
        services: fc.uniqueArray(fc.constantFrom(...MAINTAINED), { minLength: 1 }),
      })
      .map(({ startsIn, lasts, ...rest }) => change({ start: night.start + startsIn, end: night.start + startsIn + lasts, ...rest }));
    const pattern = fc.record({ pattern: fc.constantFrom('whole', 'none', 'partial', 'flap'), minutes: fc.integer({ min: 1, max: 600 }) });
    const schedule = fc.record({
      changes: fc.array(entry, { maxLength: 4 }),
      patterns: fc.record({ cis: pattern, 'spine-core': pattern }),
    });
    fc.assert(
      fc.property(
        schedule,
        fc.integer({ min: -4 * DAY, max: 4 * DAY }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (parts, offset, between) => {
          const all: Schedule = { ...NOTHING_PLANNED, ...parts };
          const now = night.start + offset;
          const moment = momentAt(all, now);
          assert.ok(moment.from <= now && now < moment.until);
          const later = Math.min(moment.until - 1, Math.floor(moment.from + between * (moment.until - moment.from)));
          const again = momentAt(all, later);
          assert.deepEqual([...again.closed.keys()], [...moment.closed.keys()]);
          assert.deepEqual([...again.nights.keys()], [...moment.nights.keys()]);
        },
      ),
    );
  });
});

describe('what a decommissioning freezes (path-to-live.md §5.3)', () => {
  const freezeFrom = night.start - DAY;
  const frozen = (changes: Partial<ForwardChange>, now: number): readonly string[] =>
    (['users', 'endpoints', 'certificates'] as const).filter(
      (what) => freezeAt(what, [change({ kind: 'decommission', freezeFrom, ...changes })], now) !== undefined,
    );
  test('from its date on, of what is registered with the application that goes', () => {
    assert.deepEqual(frozen({}, freezeFrom - 1), []);
    assert.deepEqual(frozen({}, freezeFrom), ['users', 'endpoints', 'certificates']);
    assert.deepEqual(frozen({ services: ['spine-core'] }, freezeFrom), ['endpoints', 'certificates']);
    assert.deepEqual(frozen({ services: ['ers', 'api-platform'] }, freezeFrom), [], 'a real freeze has excepted e-RS');
  });
  test('when it is approved, and for good: what is decommissioned does not take anybody in again', () => {
    for (const status of ['approved', 'in-progress', 'overrun', 'complete'] as const)
      assert.equal(frozen({ status }, night.start + 30 * DAY).length, 3, status);
    for (const status of ['planned', 'cancelled'] as const) assert.deepEqual(frozen({ status }, freezeFrom), [], status);
  });
  test('of two it tells the one that came first', () => {
    const both = [change({ freezeFrom }), change({ id: 'FCS-2', freezeFrom: freezeFrom - DAY })];
    assert.deepEqual(freezeAt('users', both, freezeFrom), { since: freezeFrom - DAY, cause: 'forward change FCS-2' });
  });
});

describe('one account of availability (PTL-092)', () => {
  const week = { start: Date.parse('2026-11-30T00:00:00Z'), end: Date.parse('2026-12-07T00:00:00Z') };
  const told = (schedule: Schedule): readonly string[] =>
    availability(schedule, week, week.start).map(
      ({ service, start, end, impact }) =>
        `${service} ${impact} ${new Date(start).toISOString().slice(8, 16)} ${new Date(end).toISOString().slice(8, 16)}`,
    );
  test('slots, and what suffers from them', () => {
    assert.deepEqual(told(NOTHING_PLANNED), [
      'cis outage 02T20:00 03T06:00',
      'spine-core outage 03T20:00 04T06:00',
      'ers degraded 02T20:00 03T06:00',
      'ers degraded 03T20:00 04T06:00',
      'api-platform degraded 02T20:00 03T06:00',
    ]);
  });
  test('a change that overlaps a slot splits the time by its causes; the worst impact counts', () => {
    const schedule = withChanges(change({ impact: 'at-risk', start: night.start - HOUR, end: night.start + HOUR }));
    assert.deepEqual(told(schedule).slice(0, 3), [
      'cis at-risk 02T19:00 02T20:00',
      'cis outage 02T20:00 02T21:00',
      'cis outage 02T21:00 03T06:00',
    ]);
  });
  test('intervals of a service do not overlap, are in order, and lie in the span', () => {
    const entry = fc
      .tuple(fc.integer({ min: 0, max: 7 * 24 }), fc.integer({ min: 1, max: 72 }), fc.constantFrom('outage', 'degraded', 'at-risk', 'none'))
      .map(([from, hours, impact]) =>
        change({ id: `FCS-${from}`, start: week.start + from * HOUR, end: week.start + (from + hours) * HOUR, impact }),
      );
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 6 }), (changes) => {
        for (const service of MAINTAINED) {
          const own = availability(withChanges(...changes), week, week.start).filter((each) => each.service === service);
          for (const [index, { start, end, causes }] of own.entries()) {
            assert.ok(start < end && start >= week.start && end <= week.end && causes.length > 0);
            assert.ok(index === 0 || (own[index - 1]?.end ?? 0) <= start);
          }
        }
      }),
    );
  });
  test('what the API platform carries is down with it', () => {
    const work = { services: ['api-platform'], start: week.start, end: week.start + HOUR } as const;
    assert.deepEqual(
      told(withChanges(change(work))).filter((each) => each.includes('30T')),
      ['ers outage 30T00:00 30T01:00', 'api-platform outage 30T00:00 30T01:00'],
    );
  });
  test('a slot is an outage while its pattern has the service down, and a risk in the rest of the night', () => {
    const patterns = { cis: { pattern: 'partial', minutes: 60 }, 'spine-core': { pattern: 'none', minutes: 0 } } as const;
    assert.deepEqual(told({ ...NOTHING_PLANNED, patterns }), [
      'cis outage 02T20:00 02T21:00',
      'cis at-risk 02T21:00 03T06:00',
      'spine-core at-risk 03T20:00 04T06:00',
      'ers degraded 02T20:00 02T21:00',
      'api-platform degraded 02T20:00 02T21:00',
    ]);
  });
  test('what was completed early or late ended then; what overruns has no end', () => {
    const [start, end] = [week.start, week.start + 2 * HOUR];
    const ends = (changes: Partial<ForwardChange>, now: number): readonly string[] =>
      availability(withChanges(change({ services: ['ers'], start, end, ...changes })), { start, end: start + DAY }, now).map(
        (each) => `${(each.end - start) / HOUR}${each.cut ? ' and on' : ''}`,
      );
    assert.deepEqual(ends({ status: 'complete', updatedAt: start + HOUR }, start + DAY), ['1']);
    assert.deepEqual(ends({ status: 'complete', updatedAt: end + HOUR }, start + DAY), ['3']);
    assert.deepEqual(ends({ status: 'in-progress' }, end + HOUR), ['24 and on']);
  });
  test('at each moment an outage is told if and only if the service is closed', () => {
    const entry = fc
      .record({
        startsIn: fc.integer({ min: -3 * 24, max: 3 * 24 }),
        lasts: fc.integer({ min: 1, max: 48 }),
        updatedIn: fc.integer({ min: -4 * 24, max: 4 * 24 }),
        status: fc.constantFrom('planned', 'approved', 'in-progress', 'overrun', 'complete', 'cancelled'),
        impact: fc.constantFrom('outage', 'degraded', 'at-risk', 'none'),
        services: fc.uniqueArray(fc.constantFrom(...MAINTAINED), { minLength: 1 }),
      })
      .map(({ startsIn, lasts, updatedIn, ...rest }) => {
        const start = night.start + startsIn * HOUR;
        return change({ ...rest, start, end: start + lasts * HOUR, updatedAt: night.start + updatedIn * HOUR });
      });
    const pattern = fc.record({ pattern: fc.constantFrom('whole', 'none', 'partial', 'flap'), minutes: fc.integer({ min: 1, max: 600 }) });
    const schedule = fc.record({
      changes: fc.array(entry, { maxLength: 4 }),
      patterns: fc.record({ cis: pattern, 'spine-core': pattern, ers: pattern }),
      releases: fc.constantFrom([], [{ id: 'r', releasedAt: night.start - DAY, recordedAt: 0 }]),
    });
    fc.assert(
      fc.property(schedule, fc.integer({ min: -4 * 24 * 60, max: 4 * 24 * 60 }), (parts, minutes) => {
        const now = night.start + minutes * MINUTE;
        const all: Schedule = { ...NOTHING_PLANNED, ...parts };
        const outages = availability(all, { start: now, end: now + 1 }, now).filter((each) => each.impact === 'outage');
        assert.deepEqual([...new Set(outages.map((each) => each.service))].sort(), [...closedAt(all, now)].sort());
      }),
      { numRuns: 500 },
    );
  });
  test('SANDBOX has no slots', () => assert.deepEqual(told({ ...NOTHING_PLANNED, hasSlots: false }), []));
  test('the services with slots are known', () => assert.equal(SLOT_SERVICES.length, 3));
});
