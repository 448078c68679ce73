import { type Instant, isoDate } from '../clock.ts';
import { isBankHoliday } from './bank-holidays.ts';

const DAY = 86_400_000;

/** The date `days` working days after an instant, `YYYY-MM-DD`. See {@link afterWorkingDays}. */
export function addWorkingDays(from: Instant, days: number): string {
  return isoDate(afterWorkingDays(from, days));
}

/** The instant `days` working days later, at the same time of day. Saturdays, Sundays and the bank holidays of England do not count. */
export function afterWorkingDays(from: Instant, days: number): Instant {
  let at = from;
  for (let left = days; left > 0; ) {
    at += DAY;
    const weekday = new Date(at).getUTCDay();
    if (weekday !== 0 && weekday !== 6 && !isBankHoliday(isoDate(at))) left -= 1;
  }
  return at;
}
