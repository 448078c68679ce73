import type { Instant } from '../kernel/clock.ts';
import type { SlotName } from './connection/model.ts';

/** A weekly maintenance slot in London's wall-clock time; it ends on the morning after (path-to-live.md §5.1, PTL-093, PTL-094). */
interface WeeklySlot {
  readonly service: SlotName;
  readonly day: 'Wed' | 'Thu';
  readonly nextDay: 'Thu' | 'Fri';
}

const STARTS_AT = 20;
const ENDS_AT = 6;

/** e-RS has its slot only after a live release (PTL-095), of which an environment knows none by itself. */
export const WEEKLY_SLOTS: readonly WeeklySlot[] = [
  { service: 'cis', day: 'Wed', nextDay: 'Thu' },
  { service: 'spine-core', day: 'Thu', nextDay: 'Fri' },
];

const londonTime = new Intl.DateTimeFormat('en-GB', { timeZone: 'Europe/London', weekday: 'short', hour: '2-digit', hourCycle: 'h23' });

/** The services whose announced slot an instant of business time lies in: from 20:00 until, not including, 06:00. */
export function slotsAt(now: Instant): ReadonlySet<SlotName> {
  const parts = Object.fromEntries(londonTime.formatToParts(now).map(({ type, value }) => [type, value]));
  const hour = Number(parts['hour']);
  const within = ({ day, nextDay }: WeeklySlot): boolean =>
    (parts['weekday'] === day && hour >= STARTS_AT) || (parts['weekday'] === nextDay && hour < ENDS_AT);
  return new Set(WEEKLY_SLOTS.filter(within).map(({ service }) => service));
}
