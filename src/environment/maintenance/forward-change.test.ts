import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { availability } from './availability.ts';
import { momentAt } from './closures.ts';
import { digestOf } from './digest.ts';
import { flagsOf } from './flags.ts';
import {
  actionsAt,
  CHANGE_ACTIONS,
  CHANGE_STATUSES,
  type ChangeContent,
  edited,
  type ForwardChange,
  statusAt,
  TRANSITIONS,
} from './forward-change.ts';
import { DAY, isDay } from './london.ts';
import { ChangeFaulty, readChange, readInstant } from './reading.ts';
import { NOTHING_PLANNED, type Schedule } from './schedule.ts';
import { changeView } from './views.ts';
import { bankHolidays, workingDaysUntil } from './working-days.ts';

const WRITTEN = {
  title: 'Certificates of generation 2',
  environments: ['INT', 'DEP'],
  services: ['cis'],
  start: '2026-12-02T21:00',
  end: '2026-12-02T23:00',
  impact: 'outage',
  kind: 'infrastructure',
  raisedBy: 'Operations',
  contact: 'operations@example.nhs.uk',
} as const;

function entry(changes: Partial<ForwardChange> = {}): ForwardChange {
  const at = Date.parse('2026-11-16T09:00:00Z');
  return {
    ...readChange(WRITTEN),
    id: 'FCS-1',
    revision: 1,
    status: 'planned',
    createdAt: at,
    updatedAt: at,
    noticeGivenAt: at,
    ...changes,
  };
}

function faultsOf(written: object): readonly string[] {
  try {
    readChange(written);
    return [];
  } catch (error) {
    assert.ok(error instanceof ChangeFaulty, String(error));
    return error.faults.map(({ field }) => field);
  }
}

describe('what is written of a forward change (path-to-live.md §5.3)', () => {
  test('times are by London’s clocks, or with their zone', () => {
    const summer = readChange({ ...WRITTEN, start: '2026-07-01T20:00', end: '2026-07-02T05:00:00Z' });
    assert.equal(new Date(summer.start).toISOString(), '2026-07-01T19:00:00.000Z');
    assert.equal(new Date(summer.end).toISOString(), '2026-07-02T05:00:00.000Z');
  });
  const refused: readonly (readonly [string, object, readonly string[]])[] = [
    ['nothing at all', {}, ['title', 'environments', 'services', 'start', 'end', 'impact', 'kind', 'raisedBy', 'contact']],
    ['a blank title', { ...WRITTEN, title: '  ' }, ['title']],
    ['an end before the start', { ...WRITTEN, end: '2026-12-02T20:00' }, ['end']],
    ['the hour that spring leaves out', { ...WRITTEN, start: '2027-03-28T01:30', end: '2027-03-28T04:00' }, ['start']],
    ['an impact that there is not', { ...WRITTEN, impact: 'catastrophe' }, ['impact']],
    ['no environment', { ...WRITTEN, environments: [] }, ['environments']],
    ['a field that there is not', { ...WRITTEN, colour: 'red' }, ['title']],
    ['control characters', { ...WRITTEN, summary: 'a\u0000b' }, ['summary']],
    ['a title of two lines', { ...WRITTEN, title: 'a\r\nb' }, ['title']],
    ['a name or a contact of two lines', { ...WRITTEN, raisedBy: 'a\nb', contact: 'a\rb' }, ['raisedBy', 'contact']],
    ['a day that there is not', { ...WRITTEN, start: '2026-02-30T20:00:00Z' }, ['start']],
    ['a year that is a slip of the pen', { ...WRITTEN, end: '9999-12-31T23:00' }, ['end']],
    ['a year before London’s present rule', { ...WRITTEN, start: '1995-12-02T21:00' }, ['start']],
    ['a build without its version', { ...WRITTEN, kind: 'build' }, ['toBuild']],
    ['a certificate change without generations', { ...WRITTEN, kind: 'certificate' }, ['oldGeneration', 'newGeneration']],
    ['one from a generation to itself', { ...WRITTEN, kind: 'certificate', oldGeneration: 'G1', newGeneration: 'G1' }, ['newGeneration']],
    ['generations of something else', { ...WRITTEN, oldGeneration: 'G1' }, ['oldGeneration']],
    ['a decommissioning without its freeze', { ...WRITTEN, kind: 'decommission' }, ['freezeFrom']],
    ['a freeze of something else', { ...WRITTEN, freezeFrom: '2026-12-01' }, ['freezeFrom']],
  ];
  for (const [what, written, fields] of refused) test(`${what} is refused, by field`, () => assert.deepEqual(faultsOf(written), fields));
  test('the decommissioning of an environment, as it has been: frozen for months before', () => {
    const real = readChange({
      ...WRITTEN,
      kind: 'decommission',
      freezeFrom: '2024-09-01',
      start: '2025-07-31T00:00',
      end: '2025-08-01T00:00',
    });
    assert.equal(new Date(real.freezeFrom ?? 0).toISOString(), '2024-08-31T23:00:00.000Z');
  });
  test('lines of a form’s text areas end as lines do elsewhere', () => {
    assert.equal(readChange({ ...WRITTEN, summary: 'One.\r\nTwo.\rThree.\n' }).summary, 'One.\nTwo.\nThree.');
  });
  test('an instant with its zone is taken as it reads, or not at all', () => {
    for (const [text, instant] of [
      ['2026-12-02T20:00Z', '2026-12-02T20:00:00.000Z'],
      ['2026-12-02T20:00:30.5+01:00', '2026-12-02T19:00:30.500Z'],
      ['2026-03-01T00:30-02:00', '2026-03-01T02:30:00.000Z'],
    ] as const)
      assert.equal(new Date(readInstant(text) ?? 0).toISOString(), instant, text);
    for (const text of [
      '2026-02-30T20:00Z',
      '2026-02-30T20:00+01:00',
      '2026-12-02T24:00Z',
      '1995-12-31T23:59Z',
      '2201-01-01T00:00Z',
      '9999-12-31',
    ])
      assert.equal(readInstant(text), undefined, text);
  });
  test('no date that is taken breaks the schedule', () => {
    const day = fc.oneof(
      fc.date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true }).map((date) => date.toISOString()),
      fc.tuple(fc.integer({ min: 0, max: 9_999 }), fc.integer({ min: 0, max: 13 }), fc.integer({ min: 0, max: 32 })).map((parts) => {
        const [year, month, date] = parts.map((each, index) => String(each).padStart(index === 0 ? 4 : 2, '0'));
        return `${year}-${month}-${date}T20:00Z`;
      }),
    );
    const form = fc.constantFrom(
      (text: string) => text,
      (text: string) => text.slice(0, 16),
      (text: string) => text.slice(0, 10),
    );
    fc.assert(
      fc.property(day, form, fc.integer({ min: 1, max: 700 }), (text, cut, days) => {
        const start = readInstant(cut(text));
        if (start === undefined) return;
        const written = { ...WRITTEN, start: new Date(start).toISOString(), end: new Date(start + days * DAY).toISOString() };
        if (faultsOf(written).length > 0) return;
        const one = entry({ ...readChange(written), status: 'approved' });
        const schedule = { ...NOTHING_PLANNED, changes: [one] };
        for (const now of [one.start - 1, one.start, one.end]) {
          changeView(one, schedule, now);
          availability(schedule, { start: now, end: now + 14 * DAY }, now);
          digestOf('INT', schedule, now);
          momentAt(schedule, now);
        }
        if (isDay(cut(text))) digestOf('INT', schedule, start, cut(text));
      }),
    );
  });
  test('an entry of the year 9999 that was taken once does not take the schedule down', () => {
    const far = Date.parse('9999-12-31T22:00:00Z');
    const one = entry({ start: far, end: far + 3_600_000, status: 'approved' });
    assert.deepEqual(
      flagsOf(one, { ...NOTHING_PLANNED, changes: [one] }, one.createdAt).map(({ flag }) => flag),
      ['outside-slot'],
    );
    assert.ok(momentAt({ ...NOTHING_PLANNED, changes: [one] }, one.createdAt).until > one.createdAt);
  });
  test('whatever is sent is taken or refused, and never breaks', () => {
    const anything = fc.oneof(
      fc.anything(),
      fc.record({ ...Object.fromEntries(Object.keys(WRITTEN).map((name) => [name, fc.oneof(fc.string(), fc.anything())])) }),
    );
    fc.assert(fc.property(anything, (written) => void faultsOf(written as object)));
    fc.assert(fc.property(fc.string(), (text) => assert.ok(readInstant(text) === undefined || Number.isFinite(readInstant(text)))));
  });
});

describe('the states of an entry', () => {
  test('every status is in the table, and every step leads to a status', () => {
    assert.deepEqual(Object.keys(TRANSITIONS).sort(), [...CHANGE_STATUSES].sort());
    for (const steps of Object.values(TRANSITIONS)) for (const status of Object.values(steps)) assert.ok(CHANGE_STATUSES.includes(status));
  });
  test('nothing leads out of what is over', () => {
    const { start, end } = entry();
    for (const now of [start - 1, start, end]) {
      assert.deepEqual(actionsAt({ status: 'complete', start, end }, now), []);
      assert.deepEqual(actionsAt({ status: 'cancelled', start, end }, now), []);
    }
  });
  test('what has begun can no longer be called off, however it came there', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...CHANGE_ACTIONS), { maxLength: 20 }), (actions) => {
        const path = ['planned' as (typeof CHANGE_STATUSES)[number]];
        for (const action of actions) path.push(TRANSITIONS[path.at(-1) ?? 'planned'][action] ?? path.at(-1) ?? 'planned');
        if (path.includes('in-progress')) assert.ok(!path.includes('cancelled'));
        if (path.includes('overrun')) assert.ok(path.includes('in-progress'));
      }),
    );
  });
  test('what is approved begins and ends by itself; what somebody began overruns until somebody completes it', () => {
    const { start, end } = entry();
    const seen = (status: ForwardChange['status']): readonly string[] =>
      [start - 1, start, end - 1, end].map((now) => statusAt({ status, start, end }, now));
    assert.deepEqual(seen('planned'), ['planned', 'planned', 'planned', 'planned']);
    assert.deepEqual(seen('approved'), ['approved', 'in-progress', 'in-progress', 'complete']);
    assert.deepEqual(seen('in-progress'), ['in-progress', 'in-progress', 'in-progress', 'overrun']);
    assert.deepEqual(seen('cancelled'), ['cancelled', 'cancelled', 'cancelled', 'cancelled']);
  });
  test('what can be done goes by the clock: what is over cannot be started or called off, what has begun cannot be called off', () => {
    const { start, end } = entry();
    const open = (status: ForwardChange['status']): readonly (readonly string[])[] =>
      [start - 1, start, end].map((now) => actionsAt({ status, start, end }, now));
    assert.deepEqual(open('planned'), Array(3).fill(['approve', 'cancel']));
    assert.deepEqual(open('approved'), [['start', 'cancel'], ['start', 'complete', 'overrun'], []]);
    assert.deepEqual(open('in-progress').slice(1), [
      ['complete', 'overrun'],
      ['complete', 'overrun'],
    ]);
    assert.deepEqual(open('overrun').at(-1), ['complete']);
  });
  test('an outage under way by the clock whose end is put off goes on', () => {
    const approved = entry({ status: 'approved' });
    const content: ChangeContent = readChange(WRITTEN);
    const now = approved.start + 1;
    const longer = edited(approved, { ...content, end: content.end + 3_600_000 }, now);
    assert.deepEqual([longer.status, statusAt(longer, now)], ['approved', 'in-progress']);
    assert.equal(statusAt(longer, content.end), 'in-progress');
  });
  test('another plan has to be approved anew; another wording has not', () => {
    const approved = entry({ status: 'approved' });
    const content: ChangeContent = readChange(WRITTEN);
    assert.equal(edited(approved, { ...content, summary: 'More about it.' }, approved.createdAt).status, 'approved');
    assert.equal(edited(approved, { ...content, end: content.end + 60_000 }, approved.createdAt).status, 'planned');
  });
});

describe('flags', () => {
  const now = Date.parse('2026-11-20T09:00:00Z');
  const flagged = (changes: Partial<ForwardChange>, schedule: Schedule = NOTHING_PLANNED, at = now): readonly string[] =>
    flagsOf(entry(changes), schedule, at).map(({ flag }) => flag);
  test('inside its slot, in time: none', () => assert.deepEqual(flagged({}), []));
  test('a minute longer than the slot is outside it', () =>
    assert.deepEqual(flagged({ end: Date.parse('2026-12-03T06:01:00Z') }), ['outside-slot']));
  test('each of its services has to be in its own slot', () =>
    assert.deepEqual(flagged({ services: ['cis', 'spine-core'] }), ['outside-slot']));
  test('the API platform has no slot to be in', () => assert.deepEqual(flagged({ services: ['api-platform'] }), ['outside-slot']));
  test('e-RS only after a live release', () => {
    assert.deepEqual(flagged({ services: ['ers'] }), ['outside-slot']);
    const releases = [{ id: 'r', releasedAt: Date.parse('2026-12-01T10:00:00Z'), recordedAt: 0 }];
    assert.deepEqual(flagged({ services: ['ers'] }, { ...NOTHING_PLANNED, releases }), []);
  });
  test('a night that is skipped is no slot', () => {
    const exceptions = [{ service: 'cis', night: '2026-12-02', kind: 'skipped', reason: '', revision: 1, at: 0 }] as const;
    assert.deepEqual(flagged({}, { ...NOTHING_PLANNED, exceptions }), ['outside-slot']);
  });
  test('five working days are notice enough, four are not', () => {
    assert.deepEqual(flagged({ noticeGivenAt: Date.parse('2026-11-25T23:59:00Z') }), []);
    assert.deepEqual(flagged({ noticeGivenAt: Date.parse('2026-11-26T00:00:00Z') }), ['short-notice']);
  });
  test('bringing an entry forward is new notice; putting it off is not', () => {
    const before = entry();
    const content = readChange(WRITTEN);
    assert.equal(edited(before, { ...content, start: content.start - 1 }, now).noticeGivenAt, now);
    assert.equal(edited(before, { ...content, start: content.start + 1 }, now).noticeGivenAt, before.noticeGivenAt);
  });
  test('overrun', () =>
    assert.deepEqual(flagged({ status: 'in-progress' }, NOTHING_PLANNED, Date.parse('2026-12-02T23:30:00Z')), ['overrun']));
  test('nobody is warned of what is cancelled', () => assert.deepEqual(flagged({ status: 'cancelled', services: ['ers'] }), []));
  test('whether it is inside its slot is told of what is cancelled too', () => {
    const inside = (services: ForwardChange['services']): boolean =>
      changeView(entry({ status: 'cancelled', services }), NOTHING_PLANNED, now).insideSlot;
    assert.deepEqual([inside(['cis']), inside(['ers'])], [true, false]);
  });
});

describe('working days in England', () => {
  test('bank holidays with their substitutes', () => {
    assert.deepEqual(bankHolidays(2026), [
      '2026-01-01',
      '2026-04-03',
      '2026-04-06',
      '2026-05-04',
      '2026-05-25',
      '2026-08-31',
      '2026-12-25',
      '2026-12-28',
    ]);
    assert.deepEqual(bankHolidays(2027), [
      '2027-01-01',
      '2027-03-26',
      '2027-03-29',
      '2027-05-03',
      '2027-05-31',
      '2027-08-30',
      '2027-12-27',
      '2027-12-28',
    ]);
  });
  test('over Christmas a week has few', () => {
    assert.equal(workingDaysUntil('2026-12-23', '2026-12-30'), 3);
    assert.equal(workingDaysUntil('2026-11-27', '2026-11-29'), 0);
  });
});
