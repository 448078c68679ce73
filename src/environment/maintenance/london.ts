/** Wall-clock time in London: what people write, and the instants it means (path-to-live.md §5.1). Pure. */
import { type Instant, isoInstant } from '../../kernel/clock.ts';

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;
export const LONDON = 'Europe/London';

/** A day of the calendar as `2026-12-02`, independent of any zone. */
export type CalendarDay = string;

const WALL_TIME = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2}))?)?$/;

/** 01:00Z of the last Sunday of a month, counted from 0: the moment the clocks change. */
function clockChange(year: number, month: number): Instant {
  const last = Date.UTC(year, month + 1, 0);
  return last - new Date(last).getUTCDay() * DAY + HOUR;
}

/** How far London's clocks are ahead of UTC at an instant. The rule in force since 1996; slots are not asked about earlier years. */
export function londonOffset(instant: Instant): number {
  const year = new Date(instant).getUTCFullYear();
  return instant >= clockChange(year, 2) && instant < clockChange(year, 9) ? HOUR : 0;
}

/** London's wall clock at an instant: `2026-12-02T20:00:00`. */
export function londonTime(instant: Instant): string {
  return isoInstant(instant + londonOffset(instant)).slice(0, 19);
}

/** London's day at an instant. */
export function londonDay(instant: Instant): CalendarDay {
  return londonTime(instant).slice(0, 10);
}

/**
 * The instant at which London's clocks show a time. In the hour that comes twice in autumn it is the first of the two.
 *
 * @param wall `2026-12-02T20:00`, with or without seconds; a day alone is its midnight
 * @returns undefined for what is no time, and for the hour that is left out in spring
 */
export function instantInLondon(wall: string): Instant | undefined {
  const [, day, hour = '00', minute = '00', second = '00'] = WALL_TIME.exec(wall) ?? [];
  if (day === undefined) return undefined;
  const shown = `${day}T${hour}:${minute}:${second}`;
  const asUtc = Date.parse(`${shown}Z`);
  if (Number.isNaN(asUtc)) return undefined;
  return [asUtc - HOUR, asUtc].find((each) => londonTime(each) === shown);
}

/**
 * The years that schedules are about: London's rule is in force since 1996, and what is far beyond a working life is a slip of the pen. Days of
 * years with more than four digits could not be written either.
 */
export const KNOWN_TIME = { start: Date.UTC(1996, 0, 1), end: Date.UTC(2201, 0, 1) } as const;

/** Whether a text is a day that the calendar has, within {@link KNOWN_TIME}. */
export function isDay(text: string): text is CalendarDay {
  const midnight = /^\d{4}-\d{2}-\d{2}$/.test(text) ? instantInLondon(text) : undefined;
  return midnight !== undefined && midnight >= KNOWN_TIME.start && midnight < KNOWN_TIME.end;
}

/** The calendar day some days after another, or before it. */
export function addDays(day: CalendarDay, days: number): CalendarDay {
  return isoInstant(Date.parse(`${day}T00:00:00Z`) + days * DAY).slice(0, 10);
}

/** Day of the week, 0 for Sunday. */
export function weekday(day: CalendarDay): number {
  return new Date(`${day}T00:00:00Z`).getUTCDay();
}

/** The Monday of a day's week. */
export function weekCommencing(day: CalendarDay): CalendarDay {
  return addDays(day, -((weekday(day) + 6) % 7));
}

const DAY_NAMES = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const MONTH_NAMES = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

/** `Wednesday 2 December 2026`. */
export function dayInWords(day: CalendarDay): string {
  const [year, month, date] = day.split('-').map(Number);
  return `${DAY_NAMES[weekday(day)]} ${date} ${MONTH_NAMES[(month ?? 1) - 1]} ${year}`;
}

/** `Wednesday 2 December 2026 at 20:00`, by London's clocks. */
export function timeInWords(instant: Instant): string {
  const wall = londonTime(instant);
  return `${dayInWords(wall.slice(0, 10))} at ${wall.slice(11, 16)}`;
}
