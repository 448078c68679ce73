/** Working days in England: notice of a change is counted in them (path-to-live.md §5.3). Pure. */
import { addDays, type CalendarDay, weekday } from './london.ts';

/** Easter Sunday of a year (the anonymous Gregorian computation, as published in 1876). */
function easter(year: number): CalendarDay {
  const a = year % 19;
  const b = Math.floor(year / 100);
  const c = year % 100;
  const h = (19 * a + b - Math.floor(b / 4) - Math.floor((b - Math.floor((b + 8) / 25) + 1) / 3) + 15) % 30;
  const l = (32 + 2 * (b % 4) + 2 * Math.floor(c / 4) - h - (c % 4)) % 7;
  const m = Math.floor((a + 11 * h + 22 * l) / 451);
  const month = Math.floor((h + l - 7 * m + 114) / 31);
  const day = ((h + l - 7 * m + 114) % 31) + 1;
  return dateOf(year, month, day);
}

function dateOf(year: number, month: number, day: number): CalendarDay {
  return `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
}

function firstMonday(year: number, month: number): CalendarDay {
  const first = dateOf(year, month, 1);
  return addDays(first, (8 - weekday(first)) % 7);
}

function lastMonday(year: number, month: number): CalendarDay {
  const last = dateOf(year, month, 31);
  return addDays(last, -((weekday(last) + 6) % 7));
}

const isWeekend = (day: CalendarDay): boolean => weekday(day) === 0 || weekday(day) === 6;

const known = new Map<number, readonly CalendarDay[]>();

/** The regular bank holidays of England and Wales in a year, with their substitute days. One-off holidays are not known ahead. */
export function bankHolidays(year: number): readonly CalendarDay[] {
  const days = known.get(year) ?? holidaysOf(year);
  if (known.size < 100) known.set(year, days);
  return days;
}

function holidaysOf(year: number): readonly CalendarDay[] {
  const sunday = easter(year);
  const days = [addDays(sunday, -2), addDays(sunday, 1), firstMonday(year, 5), lastMonday(year, 5), lastMonday(year, 8)];
  for (const fixed of [dateOf(year, 1, 1), dateOf(year, 12, 25), dateOf(year, 12, 26)]) {
    let day = fixed;
    while (isWeekend(day) || days.includes(day)) day = addDays(day, 1);
    days.push(day);
  }
  return days.sort();
}

/** Monday to Friday, bank holidays excepted. */
export function isWorkingDay(day: CalendarDay): boolean {
  return !isWeekend(day) && !bankHolidays(Number(day.slice(0, 4))).includes(day);
}

/** Working days from one day to another, as notice is counted: not the day it is given, but the day it ends on. No more than `most`. */
export function workingDaysUntil(from: CalendarDay, to: CalendarDay, most = 366): number {
  let found = 0;
  for (let day = addDays(from, 1); day <= to && found < most; day = addDays(day, 1)) if (isWorkingDay(day)) found += 1;
  return found;
}
