/** The weekly digest of a schedule: "week commencing …" (path-to-live.md §5.3). Pure. */

import Type, { type Static } from 'typebox';
import type { Instant } from '../../kernel/clock.ts';
import { ENVIRONMENT_IDS } from '../definitions.ts';
import { addDays, type CalendarDay, dayInWords, instantInLondon, londonDay, timeInWords, weekCommencing } from './london.ts';
import { nightsOf, type Schedule } from './schedule.ts';
import { overlaps, SERVICE_TITLES, SLOT_SERVICES, type Span } from './slots.ts';
import { ChangeView, changeView, ReleaseView, releaseView } from './views.ts';

export const DigestView = Type.Object({
  environment: Type.Enum([...ENVIRONMENT_IDS]),
  weekCommencing: Type.String({ description: 'A Monday.' }),
  slots: Type.Array(
    Type.Object({
      service: Type.Enum([...SLOT_SERVICES]),
      title: Type.String(),
      start: Type.String({ description: 'In words, by London’s clocks.' }),
      end: Type.String(),
      held: Type.Enum(['as-usual', 'moved', 'skipped', 'withdrawn']),
      reason: Type.String(),
    }),
  ),
  changes: Type.Array(ChangeView, { description: 'What touches the week.' }),
  news: Type.Array(ChangeView, { description: 'Later entries that were added or changed in the week before.' }),
  releases: Type.Array(ReleaseView, { description: 'Live releases of e-RS that bring a slot in the week.' }),
});
export type DigestView = Static<typeof DigestView>;

/** The week that begins on the Monday of a day. */
export function weekOf(day: CalendarDay): Span {
  const monday = weekCommencing(day);
  return { start: midnight(monday), end: midnight(addDays(monday, 7)) };
}

function midnight(day: CalendarDay): Instant {
  const instant = instantInLondon(day);
  if (instant === undefined) throw new RangeError(`${day} is no day`);
  return instant;
}

/**
 * What an environment has to say about a week.
 *
 * @param day any day of the week; today's when left out
 */
export function digestOf(
  environment: DigestView['environment'],
  schedule: Schedule,
  now: Instant,
  day: CalendarDay = londonDay(now),
): DigestView {
  const week = weekOf(day);
  const monday = weekCommencing(day);
  const before = { start: midnight(addDays(monday, -7)), end: week.start };
  const view = (entries: Schedule['changes']): ChangeView[] => entries.map((each) => changeView(each, schedule, now));
  return {
    environment,
    weekCommencing: monday,
    slots: SLOT_SERVICES.flatMap((service) =>
      nightsOf(service, week, schedule).map(({ start, end, exception }) => ({
        service,
        title: SERVICE_TITLES[service],
        start: timeInWords(start),
        end: timeInWords(end),
        held: exception?.kind ?? ('as-usual' as const),
        reason: exception?.reason ?? '',
      })),
    ),
    changes: view(schedule.changes.filter((each) => overlaps(each, week))),
    news: view(schedule.changes.filter((each) => each.start >= week.end && each.updatedAt >= before.start)),
    releases: schedule.releases
      .map(releaseView)
      .filter(({ slotNight, withdrawnAt }) => withdrawnAt === undefined && slotNight >= monday && slotNight < addDays(monday, 7)),
  };
}

/** The digests of several environments as one text, for a terminal or a letter. A change of several environments is told once. */
export function digestText(digests: readonly DigestView[]): string {
  const monday = digests[0]?.weekCommencing;
  if (monday === undefined) return 'No environment is open.\n';
  const lines = [`Path to live: week commencing ${dayInWords(monday)}`, '', 'MAINTENANCE SLOTS', ''];
  const nights = digests.flatMap(({ environment, slots }) => slots.map((slot) => ({ environment, ...slot })));
  for (const night of merged(nights, (each) => [each.title, each.start, each.end, each.held].join())) {
    const [slot] = night.items;
    const note = slot.held === 'as-usual' ? '' : ` (${slot.held}${slot.reason === '' ? '' : `: ${slot.reason}`})`;
    lines.push(`${slot.title}, ${night.environments.join(', ')}: ${slot.start} to ${slot.end}${note}`);
  }
  if (nights.length === 0) lines.push('None this week.');
  lines.push(
    '',
    'FORWARD CHANGES THIS WEEK',
    '',
    ...changeLines(digests, 'changes'),
    '',
    'NEW OR CHANGED, FOR LATER',
    '',
    ...changeLines(digests, 'news'),
  );
  lines.push('', 'Slots are leave to be unavailable, not a promise. Nothing here is real: LocalSpine is not affiliated with the NHS.', '');
  return lines.join('\n');
}

function changeLines(digests: readonly DigestView[], part: 'changes' | 'news'): readonly string[] {
  const entries = new Map<string, ChangeView>();
  for (const digest of digests)
    for (const entry of digest[part]) if ((entries.get(entry.id)?.revision ?? 0) < entry.revision) entries.set(entry.id, entry);
  if (entries.size === 0) return ['None.'];
  return [...entries.values()]
    .sort((one, other) => (one.start < other.start ? -1 : 1))
    .flatMap((entry) => [
      `${entry.id}  ${entry.title} (${entry.kind}, ${entry.impact}, ${entry.status})`,
      `  ${entry.environments.join(', ')}: ${entry.services.map((each) => SERVICE_TITLES[each]).join(', ')}`,
      `  ${timeInWords(Date.parse(entry.start))} to ${timeInWords(Date.parse(entry.end))}`,
      ...entry.flags.map(({ text }) => `  ! ${text}`),
      ...(entry.actionForSuppliers === undefined ? [] : [`  What to do: ${entry.actionForSuppliers.replaceAll('\n', '\n    ')}`]),
    ]);
}

interface Grouped<Item> {
  readonly environments: readonly string[];
  readonly items: readonly [Item, ...Item[]];
}

/** Items that differ in their environment alone, together. */
function merged<Item extends { readonly environment: string }>(
  items: readonly Item[],
  key: (item: Item) => string,
): readonly Grouped<Item>[] {
  const groups = new Map<string, [Item, ...Item[]]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group === undefined) groups.set(key(item), [item]);
    else group.push(item);
  }
  return [...groups.values()].map((group) => ({ environments: group.map((each) => each.environment), items: group }));
}
