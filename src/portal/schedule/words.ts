/** How maintenance is written on pages. */

import type { ComparedBuild } from '../../environment/maintenance/compared-builds.ts';
import { dayInWords, timeInWords } from '../../environment/maintenance/london.ts';
import { SERVICE_TITLES } from '../../environment/maintenance/slots.ts';
import type { ChangeView, ScheduleView, SlotView } from '../../environment/maintenance/views.ts';
import type { Difference } from './copies.ts';

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

/** How a night of a slot is held. */
export const HELD_TEXTS = { skipped: 'Left out', moved: 'Held at another time', withdrawn: 'Called off', 'as-usual': 'As usual' } as const;
/** How a slot takes its service down. */
export const PATTERN_TEXTS = { whole: 'All night', none: 'Not at all', partial: 'At first', flap: 'On and off' } as const;

/** How a slot takes its service down, as a sentence without its end. */
export function patternWords({ pattern, minutes }: Pick<SlotView, 'pattern' | 'minutes'>): string {
  switch (pattern) {
    case 'whole':
      return 'Where maintenance is enforced, it is down all night';
    case 'none':
      return 'It is not down, though the slot is on';
    case 'partial':
      return `Where maintenance is enforced, it is down for the first ${minutes} minutes`;
    case 'flap':
      return `Where maintenance is enforced, it is down for ${minutes} minutes, then up for ${minutes}, all night`;
  }
}

const DIFFERENCE_TEXTS: Readonly<Record<Difference['how'], string>> = {
  missing: 'the change is missing there',
  'other-status': 'its status is another one there',
  'other-details': 'its details are others there',
  'no-answer': 'the environment does not answer',
};

/** `Differs in DEP: …` */
export function differenceWords({ environment, how }: Difference): string {
  return how === 'no-answer'
    ? `Not known in ${environment}: ${DIFFERENCE_TEXTS[how]}`
    : `Differs in ${environment}: ${DIFFERENCE_TEXTS[how]}`;
}

/** An entry with what a page shows of it. */
export function entryWords(entry: ChangeView & { readonly differsIn?: readonly string[] }) {
  return {
    ...entry,
    differsText: (entry.differsIn ?? []).join(', '),
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

export function buildWords(build: ComparedBuild) {
  return {
    ...build,
    since: timeInWords(Date.parse(build.deployedAt)),
    live: build.matchesLive === undefined ? 'Unknown' : build.matchesLive ? 'The same as live' : `Live has ${build.liveVersion}`,
    before: build.history.slice(1).map(({ version, deployedAt }) => ({ version, since: dayInWords(deployedAt.slice(0, 10)) })),
  };
}
