/** Slots and forward changes, merged into one account of when what is available (PTL-092, path-to-live.md §5.1, §5.4). Pure. */
import type { Instant } from '../../kernel/clock.ts';
import { momentAt } from './closures.ts';
import { type ForwardChange, IMPACTS, type Impact, statusAt } from './forward-change.ts';
import { type HeldNight, nightsOf, type Schedule } from './schedule.ts';
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
}

/** What a service loses while another is down; it goes on otherwise (path-to-live.md §5.1). */
const SUFFERS: readonly { readonly service: Maintained; readonly from: SlotService; readonly loss: string }[] = [
  { service: 'ers', from: 'cis', loss: 'No new log-ons of users; applications and tokens already given go on.' },
  { service: 'ers', from: 'spine-core', loss: 'Messages through Spine wait until the slot is over.' },
  { service: 'api-platform', from: 'cis', loss: 'No new log-ons of smartcard users; tokens already given go on.' },
];

/** Statuses whose entries are shown as affecting a service. */
const COUNTS: ReadonlySet<string> = new Set(['planned', 'approved', 'in-progress', 'overrun']);

interface Contribution extends Span {
  readonly service: Maintained;
  readonly cause: Cause;
}

/** Name of a night, for good. */
export function nightId({ service, night }: Pick<HeldNight, 'service' | 'night'>): string {
  return `slot-${service}-${night}`;
}

/** Every service's affected times within a span, in order, cut to the span. Neighbours with the same causes are one interval. */
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

function slotContributions(schedule: Schedule, span: Span): readonly Contribution[] {
  return SLOT_SERVICES.flatMap((service) =>
    nightsOf(service, span, schedule)
      .filter((night) => !night.withdrawn)
      .map((night) => ({
        service,
        start: night.start,
        end: night.end,
        cause: {
          kind: 'slot' as const,
          id: nightId(night),
          title: `Maintenance slot of ${SERVICE_TITLES[service]}`,
          impact: 'outage' as const,
          tentative: false,
        },
      })),
  );
}

function changeContributions(entry: ForwardChange, now: Instant): readonly Contribution[] {
  const status = statusAt(entry, now);
  // An approved change that is over by now did affect its time: who asks about the past is told.
  if (!COUNTS.has(status) && entry.status !== 'approved' && status !== 'complete') return [];
  const end = status === 'overrun' ? Math.max(entry.end, now + 1) : entry.end;
  const cause: Cause = { kind: 'change', id: entry.id, title: entry.title, impact: entry.impact, tentative: status === 'planned' };
  return entry.services.map((service) => ({ service, start: entry.start, end, cause }));
}

function dependants({ service, start, end, cause }: Contribution): readonly Contribution[] {
  if (cause.impact !== 'outage') return [];
  return SUFFERS.filter((each) => each.from === service).map((each) => ({
    service: each.service,
    start,
    end,
    cause: { kind: 'dependency', id: cause.id, title: `${cause.title}. ${each.loss}`, impact: 'degraded', tentative: cause.tentative },
  }));
}

function merged(service: Maintained, contributions: readonly Contribution[], span: Span): readonly Interval[] {
  const bounds = [...new Set(contributions.flatMap(({ start, end }) => [Math.max(start, span.start), Math.min(end, span.end)]))].sort(
    (one, other) => one - other,
  );
  const result: Interval[] = [];
  for (const [index, start] of bounds.entries()) {
    const end = bounds[index + 1];
    if (end === undefined) break;
    const causes = contributions.filter((each) => each.start <= start && each.end >= end).map((each) => each.cause);
    if (causes.length > 0) result.push({ service, start, end, impact: worst(causes), causes });
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
