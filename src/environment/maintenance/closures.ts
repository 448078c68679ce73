/** When services are down, for those environments that enforce their maintenance (DESIGN.md D14, path-to-live.md §5.1, §5.2). Pure. */
import type { Instant } from '../../kernel/clock.ts';
import { statusAt } from './forward-change.ts';
import { DAY } from './london.ts';
import { type HeldNight, nightsOf, type Schedule, type SlotPattern, WHOLE } from './schedule.ts';
import { MAINTAINED, type Maintained, SLOT_SERVICES, type SlotService, type Span } from './slots.ts';

const MINUTE = 60_000;

/** A time in which a service is down, and why. The end is infinite while work overruns: nobody knows it. */
export interface Closure extends Span {
  readonly cause: string;
}

/** What else is down while something is: the API platform carries the interfaces of e-RS. What only suffers is in `availability.ts`. */
export const CARRIED_BY: Readonly<Partial<Record<Maintained, Maintained>>> = { ers: 'api-platform' };

/** The times within a night at which the pattern has its service down. */
export function downTimes(night: Span, { pattern, minutes }: SlotPattern): readonly Span[] {
  const length = minutes * MINUTE;
  switch (pattern) {
    case 'none':
      return [];
    case 'whole':
      return [night];
    case 'partial':
      return length <= 0 ? [] : [{ start: night.start, end: Math.min(night.end, night.start + length) }];
    case 'flap': {
      if (length <= 0) return [night];
      const spans: Span[] = [];
      for (let start = night.start; start < night.end; start += 2 * length) spans.push({ start, end: Math.min(night.end, start + length) });
      return spans;
    }
  }
}

/** Closures of a service that touch a span, joined where they meet, seen from `now`. */
export function closuresOf(service: Maintained, schedule: Schedule, now: Instant, span: Span = around(now)): readonly Closure[] {
  const carrier = CARRIED_BY[service];
  const all = [
    ...slotClosures(service, schedule, span),
    ...changeClosures(service, schedule, now),
    ...(carrier === undefined ? [] : changeClosures(carrier, schedule, now)),
  ];
  return joined(all.filter((each) => each.start < span.end && span.start < each.end));
}

function around(now: Instant): Span {
  return { start: now - 2 * DAY, end: now + 9 * DAY };
}

function slotClosures(service: Maintained, schedule: Schedule, span: Span): readonly Closure[] {
  const own = SLOT_SERVICES.find((each) => each === service);
  if (own === undefined) return [];
  return nightsOf(own, span, schedule)
    .filter((night) => !night.withdrawn)
    .flatMap((night) => downTimes(night, schedule.patterns[own] ?? WHOLE).map((each) => ({ ...each, cause: 'its maintenance slot' })));
}

function changeClosures(service: Maintained, schedule: Schedule, now: Instant): readonly Closure[] {
  return schedule.changes
    .filter((each) => each.impact === 'outage' && each.services.includes(service) && CLOSING.has(statusAt(each, now)))
    .map(({ id, start, end, status, ...rest }) => ({
      start,
      end: statusAt({ start, end, status, ...rest }, now) === 'overrun' ? Number.POSITIVE_INFINITY : end,
      cause: `forward change ${id}`,
    }));
}

/** Statuses in which an outage is, was or will be real. What is only planned may yet not come. */
const CLOSING: ReadonlySet<string> = new Set(['approved', 'in-progress', 'overrun']);

function joined(closures: readonly Closure[]): readonly Closure[] {
  const result: Closure[] = [];
  for (const each of [...closures].sort((one, other) => one.start - other.start)) {
    const last = result.at(-1);
    if (last === undefined || each.start > last.end) result.push(each);
    else if (each.end > last.end)
      result[result.length - 1] = {
        ...last,
        end: each.end,
        cause: last.cause === each.cause ? last.cause : `${last.cause} and ${each.cause}`,
      };
  }
  return result;
}

/** How it is with every service at an instant, and for how long that answer is good. */
export interface Moment {
  readonly closed: ReadonlyMap<Maintained, Closure>;
  /** Nights that are on, work in them or not. */
  readonly nights: ReadonlyMap<SlotService, HeldNight>;
  readonly from: Instant;
  readonly until: Instant;
}

/** Looks at an instant once, so that requests until the next boundary need not. */
export function momentAt(schedule: Schedule, now: Instant): Moment {
  const span = around(now);
  const closed = new Map<Maintained, Closure>();
  const nights = new Map<SlotService, HeldNight>();
  const bounds: Instant[] = [span.start, span.end];
  for (const service of MAINTAINED)
    for (const closure of closuresOf(service, schedule, now, span)) {
      bounds.push(closure.start, closure.end);
      if (now >= closure.start && now < closure.end) closed.set(service, closure);
    }
  for (const service of SLOT_SERVICES)
    for (const night of nightsOf(service, span, schedule)) {
      bounds.push(night.start, night.end);
      if (!night.withdrawn && now >= night.start && now < night.end) nights.set(service, night);
    }
  for (const { start, end } of schedule.changes) bounds.push(start, end);
  return {
    closed,
    nights,
    from: Math.max(...bounds.filter((each) => each <= now)),
    until: Math.min(...bounds.filter((each) => each > now)),
  };
}
