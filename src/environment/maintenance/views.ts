/** How maintenance is told to programs: instants with their zone, London's time beside them, and all that is computed. */
import Type, { type Static } from 'typebox';
import { type Instant, isoInstant } from '../../kernel/clock.ts';
import { ENVIRONMENT_IDS, type EnvironmentId } from '../definitions.ts';
import { type Interval, slotState } from './availability.ts';
import { APPLICATION_NAMES, type BuildHistory } from './builds.ts';
import { FLAGS, flagsOf, servicesOutsideSlot } from './flags.ts';
import { actionsAt, CHANGE_ACTIONS, CHANGE_KINDS, CHANGE_STATUSES, type ForwardChange, IMPACTS, statusAt } from './forward-change.ts';
import { DAY, londonTime } from './london.ts';
import type { Revision } from './maintenance-store.ts';
import { type LiveRelease, nightsOf, PATTERNS, type Schedule, WHOLE } from './schedule.ts';
import { MAINTAINED, nightAfterRelease, SERVICE_TITLES, SLOT_BEGINS, SLOT_ENDS, SLOT_RULES, SLOT_SERVICES } from './slots.ts';

const Text = Type.String();
const InstantText = Type.String({ description: 'Instant, in UTC.' });
const LondonText = Type.String({ description: 'The same by London’s clocks.' });

export const ChangeView = Type.Object({
  id: Text,
  revision: Type.Integer(),
  title: Text,
  summary: Text,
  environments: Type.Array(Type.Enum([...ENVIRONMENT_IDS])),
  services: Type.Array(Type.Enum([...MAINTAINED])),
  start: InstantText,
  end: InstantText,
  startLondon: LondonText,
  endLondon: LondonText,
  impact: Type.Enum([...IMPACTS]),
  kind: Type.Enum([...CHANGE_KINDS]),
  fromBuild: Type.Optional(Text),
  toBuild: Type.Optional(Text),
  liveReleaseRef: Type.Optional(Text),
  actionForSuppliers: Type.Optional(Text),
  oldGeneration: Type.Optional(Text),
  newGeneration: Type.Optional(Text),
  freezeFrom: Type.Optional(InstantText),
  freezeFromLondon: Type.Optional(LondonText),
  status: Type.Enum([...CHANGE_STATUSES], { description: 'As it stands now: what is approved begins and ends by itself.' }),
  recordedStatus: Type.Enum([...CHANGE_STATUSES], { description: 'As somebody last recorded it.' }),
  actions: Type.Array(Type.Enum([...CHANGE_ACTIONS]), { description: 'What can be done to it.' }),
  insideSlot: Type.Boolean(),
  flags: Type.Array(Type.Object({ flag: Type.Enum([...FLAGS]), text: Text })),
  raisedBy: Text,
  contact: Text,
  createdAt: InstantText,
  updatedAt: InstantText,
});
export type ChangeView = Static<typeof ChangeView>;

export function changeView(entry: ForwardChange, schedule: Schedule, now: Instant): ChangeView {
  const {
    start,
    end,
    certificate,
    freezeFrom,
    createdAt,
    updatedAt,
    noticeGivenAt: _notice,
    status,
    environments,
    services,
    ...rest
  } = entry;
  const flags = flagsOf(entry, schedule, now);
  return {
    ...rest,
    environments: [...environments],
    services: [...services],
    start: isoInstant(start),
    end: isoInstant(end),
    startLondon: londonTime(start),
    endLondon: londonTime(end),
    ...certificate,
    ...(freezeFrom !== undefined && { freezeFrom: isoInstant(freezeFrom), freezeFromLondon: londonTime(freezeFrom) }),
    status: statusAt(entry, now),
    recordedStatus: status,
    actions: [...actionsAt(entry, now)],
    insideSlot: servicesOutsideSlot(entry, schedule).length === 0,
    flags: flags.map((each) => ({ ...each })),
    createdAt: isoInstant(createdAt),
    updatedAt: isoInstant(updatedAt),
  };
}

export const RevisionView = Type.Object({
  revision: Type.Integer(),
  what: Text,
  actor: Text,
  reason: Type.Optional(Text),
  at: InstantText,
  entry: ChangeView,
});
export type RevisionView = Static<typeof RevisionView>;

export function revisionView({ entry, at, ...rest }: Revision, schedule: Schedule): RevisionView {
  // Flags are told as they were at that revision's time.
  return { ...rest, at: isoInstant(at), entry: changeView(entry, schedule, at) };
}

export const ReleaseView = Type.Object({
  id: Text,
  releasedAt: InstantText,
  releasedAtLondon: LondonText,
  build: Type.Optional(Text),
  note: Type.Optional(Text),
  withdrawnAt: Type.Optional(InstantText),
  slotNight: Type.String({ description: 'Day on whose evening the slot begins that it brings to e-RS.' }),
});
export type ReleaseView = Static<typeof ReleaseView>;

export function releaseView({ id, releasedAt, build, note, withdrawnAt }: LiveRelease): ReleaseView {
  return {
    id,
    releasedAt: isoInstant(releasedAt),
    releasedAtLondon: londonTime(releasedAt),
    ...(build !== undefined && { build }),
    ...(note !== undefined && { note }),
    ...(withdrawnAt !== undefined && { withdrawnAt: isoInstant(withdrawnAt) }),
    slotNight: nightAfterRelease(releasedAt),
  };
}

export const NightView = Type.Object({
  night: Text,
  start: InstantText,
  end: InstantText,
  startLondon: LondonText,
  endLondon: LondonText,
  held: Type.Enum(['as-usual', 'moved', 'skipped', 'withdrawn']),
  reason: Type.Optional(Text),
});
export const SlotView = Type.Object({
  service: Type.Enum([...SLOT_SERVICES]),
  title: Text,
  zone: Type.Literal('Europe/London'),
  weekday: Type.Integer({ description: 'Day on whose evening it begins, 0 for Sunday.' }),
  begins: Text,
  ends: Text,
  recurrence: Type.Enum(['weekly', 'after-live-release']),
  state: Type.Enum(['none', 'idle', 'active', 'overrun']),
  pattern: Type.Enum([...PATTERNS]),
  minutes: Type.Integer(),
  next: Type.Array(NightView),
});
export type SlotView = Static<typeof SlotView>;

/** How far ahead nights are told. */
const AHEAD = 36 * DAY;

/** The slots of an environment, with the nights of the weeks to come. */
export function slotViews(schedule: Schedule, now: Instant): readonly SlotView[] {
  if (!schedule.hasSlots) return [];
  return SLOT_SERVICES.map((service) => {
    const { weekday, recurrence } = SLOT_RULES[service];
    const { pattern, minutes } = schedule.patterns[service] ?? WHOLE;
    return {
      service,
      title: SERVICE_TITLES[service],
      zone: 'Europe/London' as const,
      weekday,
      begins: SLOT_BEGINS,
      ends: SLOT_ENDS,
      recurrence,
      state: slotState(service, schedule, now),
      pattern,
      minutes,
      next: nightsOf(service, { start: now, end: now + AHEAD }, schedule).map(({ night, start, end, exception }) => ({
        night,
        start: isoInstant(start),
        end: isoInstant(end),
        startLondon: londonTime(start),
        endLondon: londonTime(end),
        held: exception?.kind ?? ('as-usual' as const),
        ...(exception !== undefined && { reason: exception.reason }),
      })),
    };
  });
}

export const IntervalView = Type.Object({
  service: Type.Enum([...MAINTAINED]),
  start: InstantText,
  end: InstantText,
  startLondon: LondonText,
  endLondon: LondonText,
  impact: Type.Enum([...IMPACTS]),
  causes: Type.Array(
    Type.Object({
      kind: Type.Enum(['slot', 'change', 'dependency']),
      id: Text,
      title: Text,
      impact: Type.Enum([...IMPACTS]),
      tentative: Type.Boolean(),
    }),
  ),
});
export type IntervalView = Static<typeof IntervalView>;

export function intervalView({ service, start, end, impact, causes }: Interval): IntervalView {
  return {
    service,
    start: isoInstant(start),
    end: isoInstant(end),
    startLondon: londonTime(start),
    endLondon: londonTime(end),
    impact,
    causes: causes.map((each) => ({ ...each })),
  };
}

export const AvailabilityView = Type.Object({
  environment: Type.Enum([...ENVIRONMENT_IDS]),
  mode: Type.Enum(['announced', 'enforced']),
  now: InstantText,
  from: InstantText,
  to: InstantText,
  intervals: Type.Array(IntervalView),
});
export type AvailabilityView = Static<typeof AvailabilityView>;

const BuildView = Type.Object({
  version: Text,
  deployedAt: InstantText,
  deployedAtLondon: LondonText,
  changeId: Type.Optional(Text),
  note: Type.Optional(Text),
});
export const BuildHistoryView = Type.Object({
  application: Type.Enum([...APPLICATION_NAMES]),
  title: Text,
  version: Text,
  deployedAt: InstantText,
  history: Type.Array(BuildView),
});
export type BuildHistoryView = Static<typeof BuildHistoryView>;

export function buildHistoryView({ application, title, builds }: BuildHistory): BuildHistoryView {
  const history = builds.map(({ version, deployedAt, changeId, note }) => ({
    version,
    deployedAt: isoInstant(deployedAt),
    deployedAtLondon: londonTime(deployedAt),
    ...(changeId !== undefined && { changeId }),
    ...(note !== undefined && { note }),
  }));
  return { application, title, version: history[0]?.version ?? '', deployedAt: history[0]?.deployedAt ?? '', history };
}

export const ScheduleView = Type.Object({
  environment: Type.Enum([...ENVIRONMENT_IDS]),
  mode: Type.Enum(['announced', 'enforced']),
  now: InstantText,
  slots: Type.Array(SlotView),
  changes: Type.Array(ChangeView),
  releases: Type.Array(ReleaseView),
});
export type ScheduleView = Static<typeof ScheduleView>;

export interface Setting {
  readonly environment: EnvironmentId;
  readonly mode: 'announced' | 'enforced';
}

export function scheduleView({ environment, mode }: Setting, schedule: Schedule, now: Instant): ScheduleView {
  return {
    environment,
    mode,
    now: isoInstant(now),
    slots: [...slotViews(schedule, now)],
    changes: schedule.changes.map((each) => changeView(each, schedule, now)),
    releases: schedule.releases.map(releaseView),
  };
}
