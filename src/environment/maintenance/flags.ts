/** What a reader of the Forward Change Schedule must be warned of (path-to-live.md §5.3). Computed, never stored. Pure. */
import type { Instant } from '../../kernel/clock.ts';
import { type ForwardChange, statusAt } from './forward-change.ts';
import { londonDay } from './london.ts';
import type { Schedule } from './schedule.ts';
import { nightsOf } from './schedule.ts';
import { type Maintained, SERVICE_TITLES, SLOT_SERVICES } from './slots.ts';
import { workingDaysUntil } from './working-days.ts';

/** Working days of notice that suppliers can expect. Modelled: no figure is published. */
export const NOTICE_WORKING_DAYS = 5;

export const FLAGS = ['outside-slot', 'short-notice', 'overrun'] as const;
export interface Flag {
  readonly flag: (typeof FLAGS)[number];
  readonly text: string;
}

/** The services whose slots an entry does not keep to. */
export function servicesOutsideSlot(entry: Pick<ForwardChange, 'services' | 'start' | 'end'>, schedule: Schedule): readonly Maintained[] {
  return entry.services.filter((service) => {
    const own = SLOT_SERVICES.find((each) => each === service);
    if (own === undefined) return true;
    return !nightsOf(own, { start: entry.start, end: entry.end }, schedule).some(
      (night) => !night.withdrawn && entry.start >= night.start && entry.end <= night.end,
    );
  });
}

/** Everything that is to be flagged about an entry. A cancelled one needs no warning. */
export function flagsOf(entry: ForwardChange, schedule: Schedule, now: Instant): readonly Flag[] {
  if (entry.status === 'cancelled') return [];
  const flags: Flag[] = [];
  const outside = servicesOutsideSlot(entry, schedule);
  if (outside.length > 0)
    flags.push({
      flag: 'outside-slot',
      text: `Outside the maintenance slots of ${outside.map((each) => SERVICE_TITLES[each]).join(', ')}.`,
    });
  const notice = workingDaysUntil(londonDay(entry.noticeGivenAt), londonDay(entry.start), NOTICE_WORKING_DAYS);
  if (notice < NOTICE_WORKING_DAYS)
    flags.push({
      flag: 'short-notice',
      text: `Short notice: ${notice} working ${notice === 1 ? 'day' : 'days'}, where ${NOTICE_WORKING_DAYS} can be expected.`,
    });
  if (statusAt(entry, now) === 'overrun') flags.push({ flag: 'overrun', text: 'The work goes on past its announced end.' });
  return flags;
}
