import { type Instant, isoDate } from '../../../kernel/clock.ts';
import type { Priority } from '../model.ts';
import { isBankHoliday } from './bank-holidays.ts';

const DAY = 86_400_000;

/**
 * The date `days` working days after an instant, `YYYY-MM-DD`. Saturdays, Sundays and the bank holidays of England do not count.
 */
export function addWorkingDays(from: Instant, days: number): string {
  let at = from;
  for (let left = days; left > 0; ) {
    at += DAY;
    const weekday = new Date(at).getUTCDay();
    if (weekday !== 0 && weekday !== 6 && !isBankHoliday(isoDate(at))) left -= 1;
  }
  return isoDate(at);
}

/** When a letter that is still owed is due: one working day for urgent suspected cancer, three for the rest (ers.md §12). */
export function letterDueDate(from: Instant, priority: Priority): string {
  return addWorkingDays(from, priority === 'TWO_WEEK_WAIT' ? 1 : 3);
}
