/** The feed as two independent readers of iCalendar understand it: ical.js expands it, node-ical reads it. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import ICAL from 'ical.js';
import nodeIcal from 'node-ical';
import { calendarOf, mergedCalendar } from './calendar.ts';
import type { ForwardChange } from './forward-change.ts';
import { HOUR } from './london.ts';
import { NOTHING_PLANNED, nightsOf, type Schedule, type SlotException } from './schedule.ts';

const NOW = Date.parse('2026-11-25T12:00:00Z');
const feedOf = (schedule: Schedule, environment: 'INT' | 'DEP' = 'INT', alarm = false): string =>
  calendarOf(schedule, NOW, {
    environment,
    alarm,
    scheduleUrl: 'https://localhost:8043/schedule',
    entryUrl: (id) => `https://localhost:8043/schedule/${id}`,
  });

function eventsIn(feed: string): readonly ICAL.Component[] {
  const calendar = new ICAL.Component(ICAL.parse(feed));
  ICAL.TimezoneService.reset();
  for (const zone of calendar.getAllSubcomponents('vtimezone')) ICAL.TimezoneService.register(zone);
  return calendar.getAllSubcomponents('vevent');
}
const value = (event: ICAL.Component | undefined, name: string): string => String(event?.getFirstPropertyValue(name) ?? '');
const byUid = (feed: string, uid: string): readonly ICAL.Component[] =>
  eventsIn(feed).filter((each) => value(each, 'uid') === `${uid}@localspine`);

/** The nights that a calendar application would show for a weekly slot, as instants. */
function shown(feed: string, uid: string, from: number, to: number): readonly (readonly [number, number])[] {
  const [master, ...overrides] = byUid(feed, uid);
  assert.ok(master);
  const event = new ICAL.Event(master, { exceptions: [...overrides] });
  const nights: (readonly [number, number])[] = [];
  const iterator = event.iterator();
  for (let next = iterator.next(); next; next = iterator.next()) {
    const { startDate, endDate, item } = event.getOccurrenceDetails(next);
    const [start, end] = [startDate.toJSDate().getTime(), endDate.toJSDate().getTime()];
    if (next.toJSDate().getTime() > to + 21 * 24 * HOUR) break;
    if (start < to && end > from && value(item.component, 'status') !== 'CANCELLED') nights.push([start, end]);
  }
  return nights.sort(([one], [other]) => one - other);
}

const exception = (night: string, kind: SlotException['kind'], more: Partial<SlotException> = {}): SlotException => ({
  service: 'cis',
  night,
  kind,
  reason: 'Bank holiday.',
  revision: 1,
  at: NOW,
  ...more,
});
const change: ForwardChange = {
  id: 'FCS-7',
  revision: 3,
  title: 'Generation 2; with commas, and more',
  summary: 'The old generation goes.\nThe new one comes.',
  environments: ['INT', 'DEP'],
  services: ['cis'],
  start: Date.parse('2026-12-02T21:00:00Z'),
  end: Date.parse('2026-12-02T23:00:00Z'),
  impact: 'outage',
  kind: 'certificate',
  actionForSuppliers: 'Install both sets.',
  raisedBy: 'Operations',
  contact: 'operations@example.nhs.uk',
  status: 'approved',
  createdAt: NOW - 9 * 24 * HOUR,
  updatedAt: NOW,
  noticeGivenAt: NOW - 9 * 24 * HOUR,
};

describe('the iCalendar feed (path-to-live.md §5.4)', () => {
  test('a weekly slot is one event with its rule, and its zone is in the feed', () => {
    const [event] = byUid(feedOf(NOTHING_PLANNED), 'slot-int-spine-core');
    const lines = event?.toString() ?? '';
    assert.match(lines, /DTSTART;TZID=Europe\/London:20260101T200000\r\n/);
    assert.match(lines, /DURATION:PT10H\r\n/);
    assert.match(lines, /RRULE:FREQ=WEEKLY;BYDAY=TH\r\n/);
    assert.match(lines, /TRANSP:OPAQUE\r\n/);
    assert.match(lines, /CATEGORIES:INT,spine-core,outage\r\n/);
    assert.match(byUid(feedOf(NOTHING_PLANNED), 'slot-int-cis')[0]?.toString() ?? '', /DTSTART;TZID=Europe\/London:20260107T200000\r\n/);
    assert.match(feedOf(NOTHING_PLANNED), /BEGIN:VTIMEZONE\r\nTZID:Europe\/London\r\n/);
  });

  test('the rule shows the very nights that the environment keeps, over both changes of the clocks', () => {
    const span = { start: Date.parse('2026-01-05T00:00:00Z'), end: Date.parse('2027-06-01T00:00:00Z') };
    for (const service of ['cis', 'spine-core'] as const) {
      const expected = nightsOf(service, span, NOTHING_PLANNED).map(({ start, end }) => [start, end]);
      assert.ok(expected.length > 70);
      assert.deepEqual(shown(feedOf(NOTHING_PLANNED), `slot-int-${service}`, span.start, span.end), expected);
    }
  });

  test('nights that are skipped, moved and withdrawn are shown as they are held', () => {
    const to = { start: Date.parse('2026-12-15T20:00:00Z'), end: Date.parse('2026-12-16T04:00:00Z') };
    const schedule: Schedule = {
      ...NOTHING_PLANNED,
      exceptions: [
        exception('2026-12-09', 'skipped'),
        exception('2026-12-16', 'moved', { to }),
        exception('2026-12-23', 'withdrawn'),
        exception('2026-12-30', 'as-usual', { revision: 2 }),
      ],
    };
    const span = { start: Date.parse('2026-12-01T00:00:00Z'), end: Date.parse('2027-01-07T00:00:00Z') };
    const held = nightsOf('cis', span, schedule).filter(({ withdrawn }) => !withdrawn);
    const feed = feedOf(schedule);
    assert.deepEqual(
      shown(feed, 'slot-int-cis', span.start, span.end),
      held.map(({ start, end }) => [start, end]),
    );
    const [master, moved, withdrawn] = byUid(feed, 'slot-int-cis');
    assert.match(master?.toString() ?? '', /EXDATE;TZID=Europe\/London:20261209T200000/);
    assert.match(moved?.toString() ?? '', /RECURRENCE-ID;TZID=Europe\/London:20261216T200000/);
    assert.equal(value(withdrawn, 'status'), 'CANCELLED');
    assert.equal(value(master, 'sequence'), '5', 'every change of a night is one more');
    assert.equal(value(master, 'last-modified'), '2026-11-25T12:00:00Z');
  });

  test('the nights of e-RS are single events, and a withdrawn release calls its night off', () => {
    const release = { id: 'r1', releasedAt: Date.parse('2026-11-30T10:00:00Z'), recordedAt: NOW };
    const feed = feedOf({ ...NOTHING_PLANNED, releases: [release] });
    const [event] = byUid(feed, 'slot-int-ers-2026-12-02');
    assert.match(event?.toString() ?? '', /DTSTART;TZID=Europe\/London:20261202T200000\r\nDTEND;TZID=Europe\/London:20261203T060000/);
    assert.equal(eventsIn(feed).filter((each) => value(each, 'uid').includes('-ers-') && each.hasProperty('rrule')).length, 0);
    const [gone] = byUid(feedOf({ ...NOTHING_PLANNED, releases: [{ ...release, withdrawnAt: NOW + 1 }] }), 'slot-int-ers-2026-12-02');
    assert.equal(value(gone, 'status'), 'CANCELLED');
    assert.ok(Number(value(gone, 'sequence')) > Number(value(event, 'sequence')));
  });

  test('a forward change: stable UID, its revision, its status, what suppliers do', () => {
    const [event] = byUid(feedOf({ ...NOTHING_PLANNED, changes: [change] }), 'fcs-FCS-7');
    assert.equal(value(event, 'sequence'), '2');
    assert.equal(value(event, 'status'), 'CONFIRMED');
    assert.equal(value(event, 'summary'), 'INT, DEP: Generation 2; with commas, and more');
    assert.match(value(event, 'description'), /^Install both sets\.\n\nThe old generation goes\.\nThe new one comes\./);
    assert.equal(value(event, 'url'), 'https://localhost:8043/schedule/FCS-7');
    assert.deepEqual(event?.getFirstProperty('categories')?.getValues(), ['INT', 'DEP', 'cis', 'outage']);
    for (const [changes, status, transparency] of [
      [{ status: 'planned' }, 'TENTATIVE', 'OPAQUE'],
      [{ status: 'cancelled' }, 'CANCELLED', 'OPAQUE'],
      [{ impact: 'at-risk' }, 'CONFIRMED', 'TRANSPARENT'],
    ] as const) {
      const [other] = byUid(feedOf({ ...NOTHING_PLANNED, changes: [{ ...change, ...changes }] }), 'fcs-FCS-7');
      assert.deepEqual([value(other, 'status'), value(other, 'transp')], [status, transparency]);
    }
  });

  test('in the hour that comes twice times are in UTC, since London’s would not say which hour', () => {
    const twice = { ...change, start: Date.parse('2026-10-25T01:30:00Z'), end: Date.parse('2026-10-25T03:00:00Z') };
    const [event] = byUid(feedOf({ ...NOTHING_PLANNED, changes: [twice] }), 'fcs-FCS-7');
    assert.match(event?.toString() ?? '', /DTSTART:20261025T013000Z\r\nDTEND;TZID=Europe\/London:20261025T030000/);
  });

  test('a reminder a day before each outage, for those who want it', () => {
    const schedule: Schedule = { ...NOTHING_PLANNED, changes: [change, { ...change, id: 'FCS-8', impact: 'at-risk' }] };
    assert.equal(feedOf(schedule).includes('VALARM'), false);
    const [event] = byUid(feedOf(schedule, 'INT', true), 'fcs-FCS-7');
    assert.match(event?.toString() ?? '', /BEGIN:VALARM\r\nACTION:DISPLAY\r\n[\s\S]*TRIGGER:-PT24H|TRIGGER:-P1D/);
    assert.equal(byUid(feedOf(schedule, 'INT', true), 'fcs-FCS-8')[0]?.getAllSubcomponents('valarm').length, 0);
  });

  test('merged, an entry of several environments comes once, in its newest revision', () => {
    const [int, dep] = [
      feedOf({ ...NOTHING_PLANNED, changes: [change] }),
      feedOf({ ...NOTHING_PLANNED, changes: [{ ...change, revision: 4, title: 'Newer' }] }, 'DEP'),
    ];
    const merged = mergedCalendar('LocalSpine maintenance', [int, dep]);
    const [event, ...others] = byUid(merged, 'fcs-FCS-7');
    assert.deepEqual([value(event, 'summary'), others.length], ['INT, DEP: Newer', 0]);
    assert.equal(byUid(merged, 'slot-int-cis').length + byUid(merged, 'slot-dep-cis').length, 2);
    assert.equal(merged.match(/BEGIN:VTIMEZONE/g)?.length, 1);
  });

  test('another reader understands it the same', () => {
    const read = nodeIcal.sync.parseICS(
      feedOf({ ...NOTHING_PLANNED, changes: [change], exceptions: [exception('2026-12-09', 'skipped')] }),
    );
    const entry = read['fcs-FCS-7@localspine'];
    assert.ok(entry !== undefined && entry.type === 'VEVENT');
    assert.deepEqual([entry.start.getTime(), entry.end?.getTime()], [change.start, change.end]);
    const slot = read['slot-int-cis@localspine'];
    assert.ok(slot !== undefined && slot.type === 'VEVENT');
    assert.equal(slot.start.toISOString(), '2026-01-07T20:00:00.000Z');
    assert.equal(Object.keys(slot.exdate ?? {}).length > 0, true);
  });

  test('lines are no longer than 75 octets, and end in CR LF', () => {
    const feed = feedOf({ ...NOTHING_PLANNED, changes: [{ ...change, title: 'Ünïcödé '.repeat(30) }] });
    for (const line of feed.split('\r\n')) assert.ok(Buffer.byteLength(line) <= 75, line);
    assert.equal(feed.replaceAll('\r\n', '').includes('\n'), false);
  });
});
