import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { momentAt } from './closures.ts';
import { addDays, DAY, HOUR, instantInLondon, londonOffset, londonTime, weekday } from './london.ts';
import { FURTHEST_MOVE, NOTHING_PLANNED, nightsOf, type Schedule } from './schedule.ts';
import { nightAfterRelease, nightOf, SLOT_SERVICES, slotNights } from './slots.ts';

const database = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'Europe/London',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
});
/** The time zone database's own answer. */
function wallByDatabase(instant: number): string {
  const parts = Object.fromEntries(database.formatToParts(instant).map(({ type, value }) => [type, value]));
  return `${parts['year']}-${parts['month']}-${parts['day']}T${parts['hour']}:${parts['minute']}:${parts['second']}`;
}

const years = { min: Date.UTC(1996, 0, 1), max: Date.UTC(2060, 0, 1) };
const anyInstant = fc.integer(years);
const anyDay = fc.integer({ min: 0, max: 60 * 365 }).map((days) => addDays('1997-01-01', days));

function slotsAt(instant: number, schedule: Schedule = NOTHING_PLANNED): readonly string[] {
  return [...momentAt(schedule, instant).nights.keys()];
}

describe('maintenance slots, by London’s clocks (PTL-093, PTL-094)', () => {
  const cases: readonly (readonly [string, string, readonly string[]])[] = [
    ['Wednesday, a second before eight', '2026-12-02T19:59:59Z', []],
    ['Wednesday at eight', '2026-12-02T20:00:00Z', ['cis']],
    ['Thursday at three in the morning', '2026-12-03T03:00:00Z', ['cis']],
    ['Thursday, a second before six', '2026-12-03T05:59:59Z', ['cis']],
    ['Thursday at six in the morning', '2026-12-03T06:00:00Z', []],
    ['Thursday at eight in the evening', '2026-12-03T20:00:00Z', ['spine-core']],
    ['Friday, a second before six', '2026-12-04T05:59:59Z', ['spine-core']],
    ['Friday at six', '2026-12-04T06:00:00Z', []],
    ['Wednesday in summer, eight by the clock on the wall', '2026-07-01T19:00:00Z', ['cis']],
    ['Thursday in summer, six by the clock on the wall', '2026-07-02T05:00:00Z', []],
    ['Friday evening', '2026-12-04T21:00:00Z', []],
  ];
  for (const [what, instant, expected] of cases) test(what, () => assert.deepEqual(slotsAt(Date.parse(instant)), expected));

  test('SANDBOX has none', () => {
    assert.deepEqual(slotsAt(Date.parse('2026-12-02T21:00:00Z'), { ...NOTHING_PLANNED, hasSlots: false }), []);
  });

  test('over the years each night is ten hours long, on the right evening, whatever the clocks do', () => {
    fc.assert(
      fc.property(anyDay, (day) => {
        for (const service of ['cis', 'spine-core'] as const) {
          const start = Date.parse(`${day}T00:00:00Z`);
          const nights = slotNights(service, { start, end: start + 7 * DAY }, []);
          assert.ok(nights.length === 1 || nights.length === 2);
          for (const night of nights) {
            assert.equal(night.end - night.start, 10 * HOUR);
            assert.equal(weekday(night.night), service === 'cis' ? 3 : 4);
            assert.equal(wallByDatabase(night.start), `${night.night}T20:00:00`);
            assert.equal(wallByDatabase(night.end), `${addDays(night.night, 1)}T06:00:00`);
          }
        }
      }),
    );
  });

  test('membership is what the weekday and the clock on the wall say', () => {
    fc.assert(
      fc.property(anyInstant, (instant) => {
        const wall = wallByDatabase(instant);
        const [day, time] = [weekday(wall.slice(0, 10)), wall.slice(11)];
        const expected = [
          ...((day === 3 && time >= '20:00') || (day === 4 && time < '06:00') ? ['cis'] : []),
          ...((day === 4 && time >= '20:00') || (day === 5 && time < '06:00') ? ['spine-core'] : []),
        ];
        assert.deepEqual(slotsAt(instant), expected);
      }),
    );
  });

  test('in the weeks in which the clocks change, spring and autumn, slots keep their hour on the wall', () => {
    for (const [sunday, before, after] of [
      ['2026-03-29', '20:00Z', '19:00Z'],
      ['2026-10-25', '19:00Z', '20:00Z'],
    ] as const) {
      assert.equal(nightOf('spine-core', addDays(sunday, -3)).start, Date.parse(`${addDays(sunday, -3)}T${before}`));
      assert.equal(nightOf('cis', addDays(sunday, 3)).start, Date.parse(`${addDays(sunday, 3)}T${after}`));
    }
  });
});

describe('the slot of e-RS comes only after a live release (PTL-095)', () => {
  test('no release, no slot', () => {
    assert.deepEqual(slotNights('ers', { start: Date.UTC(2026, 0, 1), end: Date.UTC(2027, 0, 1) }, []), []);
  });
  test('a release of Tuesday brings the Wednesday after it', () =>
    assert.equal(nightAfterRelease(Date.parse('2026-12-01T10:00:00Z')), '2026-12-02'));
  test('a release of Wednesday, a second before eight, brings that evening', () =>
    assert.equal(nightAfterRelease(Date.parse('2026-12-02T19:59:59Z')), '2026-12-02'));
  test('a release at eight is strictly not before it: next week', () =>
    assert.equal(nightAfterRelease(Date.parse('2026-12-02T20:00:00Z')), '2026-12-09'));
  test('several releases of one week share a slot', () => {
    const releases = ['2026-11-26T09:00:00Z', '2026-11-30T09:00:00Z', '2026-12-02T12:00:00Z'].map((each) => Date.parse(each));
    const nights = slotNights('ers', { start: Date.UTC(2026, 10, 1), end: Date.UTC(2027, 0, 1) }, releases);
    assert.deepEqual(
      nights.map(({ night }) => night),
      ['2026-12-02'],
    );
  });
  test('it is the first Wednesday evening strictly after the release, over the years', () => {
    fc.assert(
      fc.property(anyInstant, (releasedAt) => {
        const { start } = nightOf('ers', nightAfterRelease(releasedAt));
        assert.ok(start > releasedAt);
        assert.ok(start - releasedAt <= 7 * DAY + HOUR);
        assert.equal(weekday(nightAfterRelease(releasedAt)), 3);
      }),
    );
  });
  test('e-RS and CIS share the Wednesday night', () => {
    const release = { id: 'r', releasedAt: Date.parse('2026-12-01T10:00:00Z'), recordedAt: 0 };
    assert.deepEqual(slotsAt(Date.parse('2026-12-02T21:00:00Z'), { ...NOTHING_PLANNED, releases: [release] }), ['cis', 'ers']);
    assert.deepEqual(slotsAt(Date.parse('2026-12-09T21:00:00Z'), { ...NOTHING_PLANNED, releases: [release] }), ['cis']);
    assert.deepEqual(
      slotsAt(Date.parse('2026-12-02T21:00:00Z'), { ...NOTHING_PLANNED, releases: [{ ...release, withdrawnAt: 1 }] }),
      ['cis'],
      'a release that was taken back brings none',
    );
  });
});

describe('London’s clocks', () => {
  test('are those of the time zone database', () => {
    fc.assert(fc.property(anyInstant, (instant) => assert.equal(londonTime(instant), wallByDatabase(instant))));
  });
  test('what they show leads back to the instant, but for the hour that comes twice', () => {
    fc.assert(
      fc.property(anyInstant, (millisecond) => {
        const instant = Math.floor(millisecond / 1_000) * 1_000;
        const back = instantInLondon(londonTime(instant));
        assert.ok(back === instant || back === instant - HOUR);
        if (back !== instant) assert.notEqual(londonOffset(instant - HOUR), londonOffset(instant));
      }),
    );
  });
  test('the hour left out in spring is no time; of the hour that comes twice it is the first', () => {
    assert.equal(instantInLondon('2026-03-29T01:30'), undefined);
    assert.equal(instantInLondon('2026-10-25T01:30'), Date.parse('2026-10-25T00:30:00Z'));
  });
  test('no date, no time', () => {
    for (const text of ['', 'tomorrow', '2026-02-30T10:00', '2026-13-01', '2026-12-02T25:00'])
      assert.equal(instantInLondon(text), undefined, text);
  });
});

test('every slot has its rule', () => assert.deepEqual([...SLOT_SERVICES], ['cis', 'spine-core', 'ers']));

test('a night that is moved as far as it can be, and lasts as long as it can, is there to its end', () => {
  const usual = nightOf('cis', '2026-12-02');
  for (const shift of [-FURTHEST_MOVE, FURTHEST_MOVE]) {
    const to = { start: usual.start + shift, end: usual.start + shift + FURTHEST_MOVE };
    const exceptions = [{ service: 'cis', night: usual.night, kind: 'moved', to, reason: '', revision: 1, at: 0 }] as const;
    const heldAt = (instant: number): boolean =>
      nightsOf('cis', { start: instant, end: instant + 1 }, { ...NOTHING_PLANNED, exceptions }).some(({ night }) => night === usual.night);
    assert.deepEqual(
      [to.start - 1, to.start, to.end - 1, to.end].map((instant) => heldAt(instant)),
      [false, true, true, false],
    );
  }
});
