/** Slots and forward changes, merged into one account of when what is available (PTL-092, path-to-live.md §5.1, §5.4). Pure. */
import type { Instant } from '../../kernel/clock.ts';
import { CARRIED_BY, downTimes, momentAt } from './closures.ts';
import { type ForwardChange, IMPACTS, type Impact, statusAt } from './forward-change.ts';
import { type HeldNight, nightsOf, type Schedule, WHOLE } from './schedule.ts';
import { MAINTAINED, type Maintained, overlaps, SERVICE_TITLES, SLOT_SERVICES, type SlotService, type Span } from './slots.ts';

/** Why a service is affected. */
export interface Cause {
  readonly kind: 'slot' | 'change' | 'dependency';
  /** `slot-cis-2026-12-02`, id of the change, or the service it depends on. */
  readonly id: string;
  readonly title: string;
  readonly impact: Impact;
  /** Planned and not approved yet. */
  readonly tentative: boolean;
}

/** A stretch of time in which one service is affected in one way. */
export interface Interval extends Span {
  readonly service: Maintained;
  /** The worst of its causes. */
  readonly impact: Impact;
  readonly causes: readonly Cause[];
  /** It goes on after the span that was asked about. */
  readonly cut: boolean;
}

/** What a service loses while another is down; it goes on otherwise (path-to-live.md §5.1). */
const SUFFERS: readonly { readonly service: Maintained; readonly from: SlotService; readonly loss: string }[] = [
  { service: 'ers', from: 'cis', loss: 'No new log-ons of users; applications and tokens already given go on.' },
  { service: 'ers', from: 'spine-core', loss: 'Messages through Spine wait until the slot is over.' },
  { service: 'api-platform', from: 'cis', loss: 'No new log-ons of smartcard users; tokens already given go on.' },
];

interface Contribution extends Span {
  readonly service: Maintained;
  readonly cause: Cause;
}

/** Name of a night, for good. */
export function nightId({ service, night }: Pick<HeldNight, 'service' | 'night'>): string {
  return `slot-${service}-${night}`;
}

/**
 * Every service's affected times within a span, in order, cut to the span. What is an outage at `now` is what `closures.ts` has closed then, and
 * the other way about.
 */
export function availability(schedule: Schedule, span: Span, now: Instant): readonly Interval[] {
  const direct = [...slotContributions(schedule, span), ...schedule.changes.flatMap((each) => changeContributions(each, now))];
  const all = [...direct, ...direct.flatMap(dependants)].filter((each) => overlaps(each, span));
  return MAINTAINED.flatMap((service) =>
    merged(
      service,
      all.filter((each) => each.service === service),
      span,
    ),
  );
}

/** The nights of the slots: an outage while the pattern has the service down; in the rest of a night it may go down, and is at risk. */
function slotContributions(schedule: Schedule, span: Span): readonly Contribution[] {
  return SLOT_SERVICES.flatMap((service) =>
    nightsOf(service, span, schedule)
      .filter((night) => !night.withdrawn)
      .flatMap((night) => {
        const down = downTimes(night, schedule.patterns[service] ?? WHOLE);
        return [
          ...down.map(({ start, end }) => slotContribution(night, start, end, 'outage')),
          ...between(night, down).map(({ start, end }) => slotContribution(night, start, end, 'at-risk')),
        ];
      }),
  );
}

function slotContribution(night: HeldNight, start: Instant, end: Instant, impact: Impact): Contribution {
  const title = `Maintenance slot of ${SERVICE_TITLES[night.service]}`;
  return { service: night.service, start, end, cause: { kind: 'slot', id: nightId(night), title, impact, tentative: false } };
}

/** What is left of a span without parts of it, which are in order. */
function between(span: Span, parts: readonly Span[]): readonly Span[] {
  const starts = [span.start, ...parts.map((each) => each.end)];
  const ends = [...parts.map((each) => each.start), span.end];
  return starts.map((start, index) => ({ start, end: ends[index] ?? span.end })).filter(({ start, end }) => start < end);
}

function changeContributions(entry: ForwardChange, now: Instant): readonly Contribution[] {
  const status = statusAt(entry, now);
  if (status === 'cancelled') return [];
  // What nobody has approved by its start has not begun. It may yet, at any moment.
  const late = status === 'planned' && now >= entry.start && entry.impact !== 'none';
  const impact = late ? 'at-risk' : entry.impact;
  const cause: Cause = { kind: 'change', id: entry.id, title: entry.title, impact, tentative: status === 'planned' };
  return entry.services.map((service) => ({ service, start: entry.start, end: endOf(entry, now), cause }));
}

/** When a change really ends: as planned, once somebody said that it is done, or nobody knows. */
function endOf(entry: ForwardChange, now: Instant): Instant {
  if (statusAt(entry, now) === 'overrun') return Number.POSITIVE_INFINITY;
  // A clock that was put back can be before the moment at which it was completed.
  return entry.status === 'complete' ? Math.min(entry.updatedAt, now) : entry.end;
}

/** What else is down or suffers while something is down. */
function dependants({ service, start, end, cause }: Contribution): readonly Contribution[] {
  if (cause.impact !== 'outage') return [];
  const lost = (to: Maintained, impact: Impact, loss: string): Contribution => ({
    service: to,
    start,
    end,
    cause: { kind: 'dependency', id: cause.id, title: `${cause.title}. ${loss}`, impact, tentative: cause.tentative },
  });
  return [
    ...MAINTAINED.filter((each) => CARRIED_BY[each] === service).map((each) =>
      lost(each, 'outage', `The ${SERVICE_TITLES[service]} carries the interfaces of ${SERVICE_TITLES[each]}.`),
    ),
    ...SUFFERS.filter((each) => each.from === service).map((each) => lost(each.service, 'degraded', each.loss)),
  ];
}

function merged(service: Maintained, contributions: readonly Contribution[], span: Span): readonly Interval[] {
  const bounds = [...new Set(contributions.flatMap(({ start, end }) => [Math.max(start, span.start), Math.min(end, span.end)]))].sort(
    (one, other) => one - other,
  );
  const result: Interval[] = [];
  for (const [index, start] of bounds.entries()) {
    const end = bounds[index + 1];
    if (end === undefined) break;
    const on = contributions.filter((each) => each.start <= start && each.end >= end);
    const causes = on.map((each) => each.cause);
    const cut = end === span.end && on.some((each) => each.end > end);
    if (causes.length > 0) result.push({ service, start, end, impact: worst(causes), causes, cut });
  }
  return result;
}

function worst(causes: readonly Cause[]): Impact {
  return IMPACTS.find((impact) => causes.some((each) => each.impact === impact)) ?? 'none';
}

/** How a slot stands (path-to-live.md §5.1): a slot is leave to be unavailable, not a promise. */
export type SlotState = 'none' | 'idle' | 'active' | 'overrun';

/** `idle`: on, and nothing is done in it just now; `active`: work is under way; `overrun`: past its end, and work is still open. */
export function slotState(service: SlotService, schedule: Schedule, now: Instant): SlotState {
  const moment = momentAt(schedule, now);
  if (moment.nights.has(service)) return moment.closed.has(service) || workUnderWay(service, schedule, now) ? 'active' : 'idle';
  const late = schedule.changes.some(
    (each) => each.services.includes(service) && statusAt(each, now) === 'overrun' && beganInSlot(each, service, schedule),
  );
  return late ? 'overrun' : 'none';
}

function workUnderWay(service: SlotService, schedule: Schedule, now: Instant): boolean {
  return schedule.changes.some((each) => each.services.includes(service) && ['in-progress', 'overrun'].includes(statusAt(each, now)));
}

function beganInSlot(entry: Span, service: SlotService, schedule: Schedule): boolean {
  return nightsOf(service, entry, schedule).some((night) => !night.withdrawn && overlaps(night, entry));
}
