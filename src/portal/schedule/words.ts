/** How maintenance is written on pages. */

import { dayInWords, timeInWords } from '../../environment/maintenance/london.ts';
import { SERVICE_TITLES } from '../../environment/maintenance/slots.ts';
import type { BuildHistoryView, ChangeView, ScheduleView } from '../../environment/maintenance/views.ts';

const STATUS_TAGS: Readonly<Record<ChangeView['status'], { readonly text: string; readonly classes: string }>> = {
  planned: { text: 'Planned', classes: 'nhsuk-tag--grey' },
  approved: { text: 'Approved', classes: 'nhsuk-tag--blue' },
  'in-progress': { text: 'In progress', classes: 'nhsuk-tag--yellow' },
  overrun: { text: 'Overrunning', classes: 'nhsuk-tag--red' },
  complete: { text: 'Complete', classes: 'nhsuk-tag--green' },
  cancelled: { text: 'Cancelled', classes: 'nhsuk-tag--white' },
};
export const IMPACT_TEXTS: Readonly<Record<ChangeView['impact'], string>> = {
  outage: 'Outage',
  degraded: 'Degraded',
  'at-risk': 'At risk',
  none: 'None',
};
const SLOT_TAGS = {
  none: { text: 'Not on', classes: 'nhsuk-tag--grey' },
  idle: { text: 'On, nothing happening', classes: 'nhsuk-tag--blue' },
  active: { text: 'On', classes: 'nhsuk-tag--yellow' },
  overrun: { text: 'Overrunning', classes: 'nhsuk-tag--red' },
} as const;
export const ACTION_TEXTS = {
  approve: 'Approve',
  start: 'Say it has begun',
  complete: 'Complete',
  overrun: 'Say it overruns',
  cancel: 'Cancel the change',
} as const;

/** An entry with what a page shows of it. */
export function entryWords(entry: ChangeView) {
  return {
    ...entry,
    tag: STATUS_TAGS[entry.status],
    impactText: IMPACT_TEXTS[entry.impact],
    startText: timeInWords(Date.parse(entry.start)),
    endText: timeInWords(Date.parse(entry.end)),
    freezeText: entry.freezeFrom === undefined ? undefined : timeInWords(Date.parse(entry.freezeFrom)),
    serviceTexts: entry.services.map((each) => SERVICE_TITLES[each]).join(', '),
    environmentTexts: entry.environments.join(', '),
    kindText: `${entry.kind.charAt(0).toUpperCase()}${entry.kind.slice(1)}`,
  };
}

/** An environment's slots for a page. */
export function slotWords({ slots }: ScheduleView) {
  return slots.map((slot) => {
    const [next] = slot.next;
    return {
      title: slot.title,
      tag: SLOT_TAGS[slot.state],
      rule: `${slot.weekday === 3 ? 'Wednesday' : 'Thursday'} 8pm to ${slot.weekday === 3 ? 'Thursday' : 'Friday'} 6am (${slot.recurrence === 'weekly' ? 'weekly' : 'following a live e-RS release'})`,
      next:
        next === undefined
          ? 'None: no live release'
          : `${timeInWords(Date.parse(next.start))} to ${timeInWords(Date.parse(next.end))}${next.held === 'as-usual' ? '' : ` (${next.held})`}`,
    };
  });
}

export function buildWords(build: BuildHistoryView & { readonly matchesLive?: boolean; readonly liveVersion?: string }) {
  return {
    ...build,
    since: timeInWords(Date.parse(build.deployedAt)),
    live: build.matchesLive === undefined ? 'Unknown' : build.matchesLive ? 'The same as live' : `Live has ${build.liveVersion}`,
    before: build.history.slice(1).map(({ version, deployedAt }) => ({ version, since: dayInWords(deployedAt.slice(0, 10)) })),
  };
}
