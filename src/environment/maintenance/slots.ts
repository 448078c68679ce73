/** The scheduled maintenance slots (PTL-092 to PTL-095, path-to-live.md §5.1). Pure. */
import type { Instant } from '../../kernel/clock.ts';
import { addDays, type CalendarDay, instantInLondon, KNOWN_TIME, londonDay, weekday } from './london.ts';

/** What a forward change can be about: the national applications with a slot of their own, and the API platform, which has none. */
export const MAINTAINED = ['cis', 'spine-core', 'ers', 'api-platform'] as const;
export type Maintained = (typeof MAINTAINED)[number];
export const SLOT_SERVICES = ['cis', 'spine-core', 'ers'] as const;
export type SlotService = (typeof SLOT_SERVICES)[number];

export const SERVICE_TITLES: Readonly<Record<Maintained, string>> = {
  cis: 'Spine CIS',
  'spine-core': 'Spine Core',
  ers: 'e-RS',
  'api-platform': 'API platform',
};

/** A slot: its night, and whether it comes every week or only after a live release. */
export interface SlotRule {
  readonly service: SlotService;
  /** Day of the week on whose evening it begins, 0 for Sunday. */
  readonly weekday: number;
  readonly recurrence: 'weekly' | 'after-live-release';
}

export const SLOT_RULES: Readonly<Record<SlotService, SlotRule>> = {
  cis: { service: 'cis', weekday: 3, recurrence: 'weekly' },
  'spine-core': { service: 'spine-core', weekday: 4, recurrence: 'weekly' },
  ers: { service: 'ers', weekday: 3, recurrence: 'after-live-release' },
};

/** By the clock on the wall: a slot begins at eight and ends at six on the morning after. It is always ten hours: no clock changes in it. */
export const SLOT_BEGINS = '20:00';
export const SLOT_ENDS = '06:00';

/** From its start until, not including, its end. */
export interface Span {
  readonly start: Instant;
  readonly end: Instant;
}

/** One night of a slot. `night` is the day on whose evening it is due, and its name for good, even when it is moved. */
export interface SlotNight extends Span {
  readonly service: SlotService;
  readonly night: CalendarDay;
}

export function contains({ start, end }: Span, instant: Instant): boolean {
  return instant >= start && instant < end;
}

export function overlaps(one: Span, other: Span): boolean {
  return one.start < other.end && other.start < one.end;
}

/** The hours of a slot that begins on the evening of a day. */
export function nightOf(service: SlotService, night: CalendarDay): SlotNight {
  return { service, night, start: at(night, SLOT_BEGINS), end: at(addDays(night, 1), SLOT_ENDS) };
}

function at(day: CalendarDay, time: string): Instant {
  const instant = instantInLondon(`${day}T${time}`);
  if (instant === undefined) throw new RangeError(`${day} ${time} is no time in London`);
  return instant;
}

/** The night that a live release of e-RS brings: the first Wednesday evening strictly after it. */
export function nightAfterRelease(releasedAt: Instant): CalendarDay {
  const day = londonDay(releasedAt);
  const night = addDays(day, (SLOT_RULES.ers.weekday - weekday(day) + 7) % 7);
  return nightOf('ers', night).start > releasedAt ? night : addDays(night, 7);
}

/** The nights of a service that touch a span, in order; there are none outside {@link KNOWN_TIME}. Several releases of one week share a night. */
export function slotNights(service: SlotService, span: Span, releases: readonly Instant[]): readonly SlotNight[] {
  const rule = SLOT_RULES[service];
  if (rule.recurrence === 'after-live-release')
    return [...new Set(releases.map(nightAfterRelease))]
      .sort()
      .map((night) => nightOf(service, night))
      .filter((night) => overlaps(night, span));
  const nights: SlotNight[] = [];
  // A slot that began the evening before reaches into the first day.
  const before = addDays(londonDay(Math.max(span.start, KNOWN_TIME.start)), -1);
  const end = Math.min(span.end, KNOWN_TIME.end);
  let day = addDays(before, (rule.weekday - weekday(before) + 7) % 7);
  for (let night = nightOf(service, day); night.start < end; night = nightOf(service, day)) {
    if (overlaps(night, span)) nights.push(night);
    day = addDays(day, 7);
  }
  return nights;
}
