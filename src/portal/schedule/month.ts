/** A month of the schedule as a table of weeks: read by screen readers as any table is. Pure. */
import { addDays, type CalendarDay, dayInWords, weekCommencing } from '../../environment/maintenance/london.ts';
import { SERVICE_TITLES } from '../../environment/maintenance/slots.ts';
import type { ChangeView, ScheduleView } from '../../environment/maintenance/views.ts';

export interface CalendarItem {
  readonly text: string;
  readonly href?: string;
  /** A slot, or a forward change. */
  readonly kind: 'slot' | 'change';
}
export interface MonthDay {
  readonly day: CalendarDay;
  /** `2 December`; its column says which day of the week it is. */
  readonly name: string;
  readonly inMonth: boolean;
  readonly items: readonly CalendarItem[];
}
export interface Month {
  readonly title: string;
  readonly weeks: readonly (readonly MonthDay[])[];
  readonly previous: string;
  readonly next: string;
}

/** A night of a slot as availability tells it. */
export interface Night {
  readonly environment: string;
  readonly service: ScheduleView['slots'][number]['service'];
  readonly startLondon: string;
}

/** First and last day that the table of a month shows. */
export function monthSpan(month: string): { readonly first: CalendarDay; readonly last: CalendarDay } {
  const first = weekCommencing(`${month}-01`);
  return { first, last: addDays(weekCommencing(addDays(`${nextMonth(month)}-01`, -1)), 6) };
}

/**
 * @param month `2026-12`
 * @param nights of slots, one for each environment
 */
export function monthOf(month: string, nights: readonly Night[], entries: readonly ChangeView[]): Month {
  const { first, last } = monthSpan(month);
  const weeks: MonthDay[][] = [];
  for (let monday = first; monday <= last; monday = addDays(monday, 7))
    weeks.push(Array.from({ length: 7 }, (_, index) => dayOf(addDays(monday, index), month, nights, entries)));
  return {
    title: dayInWords(`${month}-01`).split(' ').slice(2).join(' '),
    weeks,
    previous: addDays(`${month}-01`, -1).slice(0, 7),
    next: nextMonth(month),
  };
}

function nextMonth(month: string): string {
  return addDays(`${month}-28`, 4).slice(0, 7);
}

function dayOf(day: CalendarDay, month: string, nights: readonly Night[], entries: readonly ChangeView[]): MonthDay {
  const slots = new Map<string, string[]>();
  for (const { environment, service, startLondon } of nights)
    if (startLondon.startsWith(day)) slots.set(service, [...(slots.get(service) ?? []), environment]);
  const items: CalendarItem[] = [
    ...[...slots].map(([service, environments]) => ({
      kind: 'slot' as const,
      text: `${startOf(nights, day, service)} ${SERVICE_TITLES[service as keyof typeof SERVICE_TITLES]} slot: ${environments.join(', ')}`,
    })),
    ...entries
      .filter(
        ({ startLondon, endLondon, status }) => startLondon.slice(0, 10) <= day && endLondon > `${day}T00:00:00` && status !== 'cancelled',
      )
      .map(({ id, title, startLondon, environments }) => ({
        kind: 'change' as const,
        text: `${startLondon.startsWith(day) ? `${startLondon.slice(11, 16)} ` : ''}${title}: ${environments.join(', ')}`,
        href: `/schedule/changes/${id}`,
      })),
  ];
  return { day, name: dayInWords(day).split(' ').slice(1, 3).join(' '), inMonth: day.startsWith(month), items };
}

function startOf(nights: readonly Night[], day: CalendarDay, service: string): string {
  return nights.find((each) => each.service === service && each.startLondon.startsWith(day))?.startLondon.slice(11, 16) ?? '';
}
