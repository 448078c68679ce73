import { addWorkingDays } from '../../../kernel/calendar/working-days.ts';
import type { Instant } from '../../../kernel/clock.ts';
import type { Priority } from '../model.ts';

/** When a letter that is still owed is due: one working day for urgent suspected cancer, three for the rest (ers.md §12). */
export function letterDueDate(from: Instant, priority: Priority): string {
  return addWorkingDays(from, priority === 'TWO_WEEK_WAIT' ? 1 : 3);
}
