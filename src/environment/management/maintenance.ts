/** What can be asked of an environment's maintenance, and done to it: for the admin API and for who stands above environments. */
import Type, { type Static, type TSchema } from 'typebox';
import { isoInstant } from '../../kernel/clock.ts';
import { LocalRefusal } from '../../kernel/errors.ts';
import { availability, type Interval } from '../maintenance/availability.ts';
import { DigestView, digestOf } from '../maintenance/digest.ts';
import { DAY } from '../maintenance/london.ts';
import type { Maintenance } from '../maintenance/maintenance.ts';
import {
  ActionInput,
  AddInput,
  BuildInput,
  CHANGE_ID,
  EditInput,
  NightInput,
  PatternInput,
  ReleaseInput,
  readChange,
  requireInstant,
  SpanInput,
} from '../maintenance/reading.ts';
import { MAINTAINED, type Maintained } from '../maintenance/slots.ts';
import {
  AvailabilityView,
  BuildHistoryView,
  buildHistoryView,
  ChangeView,
  changeView,
  IntervalView,
  intervalView,
  ReleaseView,
  RevisionView,
  releaseView,
  revisionView,
  ScheduleView,
  scheduleView,
} from '../maintenance/views.ts';
import { type Operation, operation } from './operation.ts';

/** An operation on the schedule as every process knows it by now. */
function maintained<Input extends TSchema, Output extends TSchema>({
  run,
  ...definition
}: Omit<Operation<Input, Output>, 'run'> & {
  readonly run: (maintenance: Maintenance, input: Static<Input>) => Promise<Static<Output>>;
}): Operation<Input, Output> {
  return operation<Input, Output>({
    ...definition,
    run: async ({ world, maintenance }, input) => {
      await world.refresh();
      return run(maintenance, input);
    },
  });
}

const Nothing = Type.Object({}, { additionalProperties: false });
const Id = Type.Object({ id: Type.String({ pattern: CHANGE_ID.source }) }, { additionalProperties: false });
const Week = Type.Object(
  { week: Type.Optional(Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$', description: 'Any day of the week.' })) },
  { additionalProperties: false },
);
const At = Type.Object(
  { service: Type.Enum([...MAINTAINED]), at: Type.Optional(Type.String({ maxLength: 40 })) },
  { additionalProperties: false },
);
export const AtView = Type.Object({
  service: Type.Enum([...MAINTAINED]),
  at: Type.String(),
  /** Neither down nor degraded. */
  available: Type.Boolean(),
  interval: Type.Optional(IntervalView),
  until: Type.Optional(Type.String({ description: 'When it is available again, as far as is planned; absent when nobody knows.' })),
});
export const ChangeWithHistory = Type.Object({ entry: ChangeView, history: Type.Array(RevisionView) });
export const BuildsView = Type.Object({ builds: Type.Array(BuildHistoryView) });
export const CalendarView = Type.Object({ text: Type.String({ description: 'The iCalendar feed.' }) });
const Calendar = Type.Object(
  {
    alarm: Type.Optional(Type.Boolean({ description: 'Reminds a day before each outage.' })),
    scheduleUrl: Type.String({ minLength: 1, maxLength: 500, description: 'Address of the schedule’s page.' }),
    entryUrl: Type.String({ minLength: 1, maxLength: 500, description: 'Address of an entry’s page, up to its id.' }),
  },
  { additionalProperties: false },
);

const LONGEST_SPAN = 400 * DAY;

/** How far ahead it is looked when a service is back: mostly that is soon, and seldom longer than the longest change. */
const [AHEAD_DAYS, FAR_DAYS] = [14, 800];

/** Slots, forward changes, live releases, builds and availability of an environment. */
export const maintenanceOperations = {
  'maintenance.schedule': maintained({
    summary: 'Slots, forward changes and live releases, as they stand now.',
    input: Nothing,
    output: ScheduleView,
    run: async (maintenance) => scheduleView(maintenance, maintenance.schedule, maintenance.now()),
  }),
  'maintenance.change': maintained({
    summary: 'An entry of the Forward Change Schedule with its revisions.',
    input: Id,
    output: ChangeWithHistory,
    async run(maintenance, { id }) {
      const entry = await maintenance.changes.change(id);
      const history = await maintenance.changes.history(id);
      const { schedule } = maintenance;
      return { entry: changeView(entry, schedule, maintenance.now()), history: history.map((each) => revisionView(each, schedule)) };
    },
  }),
  'maintenance.add-change': maintained({
    summary: 'Adds an entry; the same again under one id changes nothing.',
    input: AddInput,
    output: ChangeView,
    async run(maintenance, { id, change, actor }) {
      const entry = await maintenance.changes.add(readChange(change), actor === undefined ? {} : { actor }, id);
      return changeView(entry, maintenance.schedule, maintenance.now());
    },
  }),
  'maintenance.edit-change': maintained({
    summary: 'Changes what an entry says.',
    input: EditInput,
    output: ChangeView,
    async run(maintenance, { id, change, ...hand }) {
      const entry = await maintenance.changes.edit(id, readChange(change), hand);
      return changeView(entry, maintenance.schedule, maintenance.now());
    },
  }),
  'maintenance.act-on-change': maintained({
    summary: 'Approves, starts, completes or cancels an entry, or says that it overruns.',
    input: ActionInput,
    output: ChangeView,
    async run(maintenance, { id, action, ...hand }) {
      const entry = await maintenance.changes.act(id, action, hand);
      return changeView(entry, maintenance.schedule, maintenance.now());
    },
  }),
  'maintenance.add-release': maintained({
    summary: 'Records a live release of e-RS, which brings it a slot.',
    input: ReleaseInput,
    output: ReleaseView,
    async run(maintenance, { id, releasedAt, ...facts }) {
      return releaseView(await maintenance.addRelease({ releasedAt: requireInstant(releasedAt), ...facts }, id));
    },
  }),
  'maintenance.withdraw-release': maintained({
    summary: 'Takes a live release back, and its slot with it.',
    input: Id,
    output: ReleaseView,
    run: async (maintenance, { id }) => releaseView(await maintenance.withdrawRelease(id)),
  }),
  'maintenance.set-night': maintained({
    summary: 'Skips, moves or withdraws one night of a slot, or puts it back.',
    input: NightInput,
    output: ScheduleView,
    async run(maintenance, { start, end, reason, ...night }) {
      if ((start === undefined) !== (end === undefined)) throw new LocalRefusal(400, 'bad_night', 'A new time has a start and an end.');
      const to = start === undefined || end === undefined ? {} : { to: { start: requireInstant(start), end: requireInstant(end) } };
      await maintenance.setNight({ ...night, ...to, ...(reason !== undefined && { reason }) });
      return scheduleView(maintenance, maintenance.schedule, maintenance.now());
    },
  }),
  'maintenance.set-pattern': maintained({
    summary: 'How a slot takes its service down: whole, none, partial or flap.',
    input: PatternInput,
    output: ScheduleView,
    async run(maintenance, { service, ...pattern }) {
      await maintenance.setPattern(service, pattern);
      return scheduleView(maintenance, maintenance.schedule, maintenance.now());
    },
  }),
  'maintenance.builds': maintained({
    summary: 'Build versions of the national applications, with their history.',
    input: Nothing,
    output: BuildsView,
    run: async (maintenance) => ({ builds: (await maintenance.builds()).map(buildHistoryView) }),
  }),
  'maintenance.add-build': maintained({
    summary: 'Records a build that was put in.',
    input: BuildInput,
    output: BuildHistoryView,
    async run(maintenance, { deployedAt, ...build }) {
      return buildHistoryView(
        await maintenance.addBuild({ ...build, ...(deployedAt !== undefined && { deployedAt: requireInstant(deployedAt) }) }),
      );
    },
  }),
  'maintenance.availability': maintained({
    summary: 'When which service is affected, and by what.',
    input: SpanInput,
    output: AvailabilityView,
    async run(maintenance, input) {
      const now = maintenance.now();
      const from = input.from === undefined ? now : requireInstant(input.from);
      const to = input.to === undefined ? from + 7 * DAY : requireInstant(input.to);
      if (to <= from || to - from > LONGEST_SPAN)
        throw new LocalRefusal(400, 'bad_span', 'Ask about a time that ends after it begins, and within 400 days.');
      const intervals = availability(maintenance.schedule, { start: from, end: to }, now);
      return {
        environment: maintenance.environment,
        mode: maintenance.mode,
        now: isoInstant(now),
        from: isoInstant(from),
        to: isoInstant(to),
        intervals: intervals.filter((each) => input.service === undefined || each.service === input.service).map(intervalView),
      };
    },
  }),
  'maintenance.available-at': maintained({
    summary: 'Whether a service is available at an instant.',
    input: At,
    output: AtView,
    async run(maintenance, { service, at }) {
      const now = maintenance.now();
      const instant = at === undefined ? now : requireInstant(at);
      const around = (days: number): readonly Interval[] =>
        availability(maintenance.schedule, { start: instant - 2 * DAY, end: instant + days * DAY }, now);
      const interval = intervalAt(around(AHEAD_DAYS), service, instant);
      const troubled = interval !== undefined && troubles(interval);
      const until = troubled ? (backAt(around(AHEAD_DAYS), service, instant) ?? backAt(around(FAR_DAYS), service, instant)) : undefined;
      return {
        service,
        at: isoInstant(instant),
        available: !troubled,
        ...(interval !== undefined && { interval: intervalView(interval) }),
        ...(until !== undefined && { until: isoInstant(until) }),
      };
    },
  }),
  'maintenance.digest': maintained({
    summary: 'What a week brings.',
    input: Week,
    output: DigestView,
    async run(maintenance, { week }) {
      const { environment, schedule } = maintenance;
      if (week !== undefined) requireInstant(week); // no day that the calendar does not have
      return digestOf(environment, schedule, maintenance.now(), week);
    },
  }),
  'maintenance.calendar': maintained({
    summary: 'The schedule as an iCalendar feed.',
    input: Calendar,
    output: CalendarView,
    async run(maintenance, { alarm = false, scheduleUrl, entryUrl }) {
      const { calendarOf } = await import('../maintenance/calendar.ts');
      const { environment, schedule } = maintenance;
      return {
        text: calendarOf(schedule, maintenance.now(), {
          environment,
          alarm,
          scheduleUrl,
          entryUrl: (id) => `${entryUrl}${encodeURIComponent(id)}`,
        }),
      };
    },
  }),
};

/** The interval an instant lies in. */
function intervalAt(intervals: readonly Interval[], service: Maintained, instant: number): Interval | undefined {
  return intervals.find((each) => each.service === service && instant >= each.start && instant < each.end);
}

/** When a service that is down or degraded is available again; undefined when that is beyond what was looked at. */
function backAt(intervals: readonly Interval[], service: Maintained, instant: number): number | undefined {
  let [back, cut] = [instant, false];
  for (let each = intervalAt(intervals, service, back); each !== undefined && troubles(each); each = intervalAt(intervals, service, back))
    [back, cut] = [each.end, each.cut];
  return cut ? undefined : back;
}

function troubles({ impact }: Interval): boolean {
  return impact === 'outage' || impact === 'degraded';
}
