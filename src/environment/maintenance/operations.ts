/** What can be asked of an environment's maintenance, and done to it: one table for the admin API and for who stands above environments. */
import Type, { type Static, type TSchema } from 'typebox';
import { isoInstant } from '../../kernel/clock.ts';
import { LocalRefusal } from '../../kernel/errors.ts';
import { affectedAt, availability } from './availability.ts';
import { DigestView, digestOf } from './digest.ts';
import { DAY } from './london.ts';
import type { Maintenance } from './maintenance.ts';
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
} from './reading.ts';
import { MAINTAINED } from './slots.ts';
import {
  AvailabilityView,
  BuildHistoryView,
  buildHistoryView,
  ChangeView,
  changeView,
  intervalView,
  ReleaseView,
  RevisionView,
  releaseView,
  revisionView,
  ScheduleView,
  scheduleView,
} from './views.ts';

/** One operation: what it takes, what it gives, and how it is done. */
export interface MaintenanceOperation<Input extends TSchema, Output extends TSchema> {
  readonly input: Input;
  readonly output: Output;
  /** True when it changes nothing. */
  readonly reads: boolean;
  run(maintenance: Maintenance, input: Static<Input>): Promise<Static<Output>>;
}

function operation<Input extends TSchema, Output extends TSchema>(
  operation: MaintenanceOperation<Input, Output>,
): MaintenanceOperation<Input, Output> {
  return operation;
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
  interval: Type.Optional(AvailabilityView.properties.intervals.items),
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

export const MAINTENANCE_OPERATIONS = {
  'maintenance-schedule': operation({
    input: Nothing,
    output: ScheduleView,
    reads: true,
    run: async (maintenance) => scheduleView(maintenance, maintenance.schedule, maintenance.now()),
  }),
  'maintenance-change': operation({
    input: Id,
    output: ChangeWithHistory,
    reads: true,
    async run(maintenance, { id }) {
      const entry = await maintenance.changes.change(id);
      const history = await maintenance.changes.history(id);
      const { schedule } = maintenance;
      return { entry: changeView(entry, schedule, maintenance.now()), history: history.map((each) => revisionView(each, schedule)) };
    },
  }),
  'maintenance-add-change': operation({
    input: AddInput,
    output: ChangeView,
    reads: false,
    async run(maintenance, { id, change, actor }) {
      const entry = await maintenance.changes.add(readChange(change), actor === undefined ? {} : { actor }, id);
      return changeView(entry, maintenance.schedule, maintenance.now());
    },
  }),
  'maintenance-edit-change': operation({
    input: EditInput,
    output: ChangeView,
    reads: false,
    async run(maintenance, { id, change, ...hand }) {
      const entry = await maintenance.changes.edit(id, readChange(change), hand);
      return changeView(entry, maintenance.schedule, maintenance.now());
    },
  }),
  'maintenance-act-on-change': operation({
    input: ActionInput,
    output: ChangeView,
    reads: false,
    async run(maintenance, { id, action, ...hand }) {
      const entry = await maintenance.changes.act(id, action, hand);
      return changeView(entry, maintenance.schedule, maintenance.now());
    },
  }),
  'maintenance-add-release': operation({
    input: ReleaseInput,
    output: ReleaseView,
    reads: false,
    async run(maintenance, { id, releasedAt, ...facts }) {
      return releaseView(await maintenance.addRelease({ releasedAt: requireInstant(releasedAt), ...facts }, id));
    },
  }),
  'maintenance-withdraw-release': operation({
    input: Id,
    output: ReleaseView,
    reads: false,
    run: async (maintenance, { id }) => releaseView(await maintenance.withdrawRelease(id)),
  }),
  'maintenance-set-night': operation({
    input: NightInput,
    output: ScheduleView,
    reads: false,
    async run(maintenance, { start, end, reason, ...night }) {
      if ((start === undefined) !== (end === undefined)) throw new LocalRefusal(400, 'bad_night', 'A new time has a start and an end.');
      const to = start === undefined || end === undefined ? {} : { to: { start: requireInstant(start), end: requireInstant(end) } };
      await maintenance.setNight({ ...night, ...to, ...(reason !== undefined && { reason }) });
      return scheduleView(maintenance, maintenance.schedule, maintenance.now());
    },
  }),
  'maintenance-set-pattern': operation({
    input: PatternInput,
    output: ScheduleView,
    reads: false,
    async run(maintenance, { service, ...pattern }) {
      await maintenance.setPattern(service, pattern);
      return scheduleView(maintenance, maintenance.schedule, maintenance.now());
    },
  }),
  'maintenance-builds': operation({
    input: Nothing,
    output: BuildsView,
    reads: true,
    run: async (maintenance) => ({ builds: (await maintenance.builds()).map(buildHistoryView) }),
  }),
  'maintenance-add-build': operation({
    input: BuildInput,
    output: BuildHistoryView,
    reads: false,
    async run(maintenance, { deployedAt, ...build }) {
      return buildHistoryView(
        await maintenance.addBuild({ ...build, ...(deployedAt !== undefined && { deployedAt: requireInstant(deployedAt) }) }),
      );
    },
  }),
  'maintenance-availability': operation({
    input: SpanInput,
    output: AvailabilityView,
    reads: true,
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
  'maintenance-available-at': operation({
    input: At,
    output: AtView,
    reads: true,
    async run(maintenance, { service, at }) {
      const now = maintenance.now();
      const instant = at === undefined ? now : requireInstant(at);
      const interval = affectedAt(maintenance.schedule, service, instant, now);
      const whole = interval === undefined ? undefined : surrounding(maintenance, service, instant, now);
      return {
        service,
        at: isoInstant(instant),
        available: interval === undefined || !(interval.impact === 'outage' || interval.impact === 'degraded'),
        ...(whole !== undefined && { interval: whole }),
      };
    },
  }),
  'maintenance-digest': operation({
    input: Week,
    output: DigestView,
    reads: true,
    async run(maintenance, { week }) {
      const { environment, schedule } = maintenance;
      if (week !== undefined) requireInstant(week); // no day that the calendar does not have
      return digestOf(environment, schedule, maintenance.now(), week);
    },
  }),
  'maintenance-calendar': operation({
    input: Calendar,
    output: CalendarView,
    reads: true,
    async run(maintenance, { alarm = false, scheduleUrl, entryUrl }) {
      const { calendarOf } = await import('./calendar.ts');
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
} as const;

/** The interval an instant lies in, whole. */
function surrounding(
  maintenance: Maintenance,
  service: (typeof MAINTAINED)[number],
  instant: number,
  now: number,
): Static<typeof AtView>['interval'] {
  const span = { start: instant - 2 * DAY, end: instant + 2 * DAY };
  const found = availability(maintenance.schedule, span, now).find(
    (each) => each.service === service && instant >= each.start && instant < each.end,
  );
  return found && intervalView(found);
}
