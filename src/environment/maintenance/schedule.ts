/** Everything an environment knows of its maintenance, as plain data, and what follows from it. Pure. */
import type { Instant } from '../../kernel/clock.ts';
import type { ForwardChange } from './forward-change.ts';
import { type CalendarDay, DAY } from './london.ts';
import { nightAfterRelease, overlaps, SLOT_RULES, type SlotNight, type SlotService, type Span, slotNights } from './slots.ts';

/** A live release, which brings e-RS its slot (PTL-095). */
export interface LiveRelease {
  readonly id: string;
  readonly releasedAt: Instant;
  readonly build?: string;
  readonly note?: string;
  readonly recordedAt: Instant;
  readonly withdrawnAt?: Instant;
}

/** One night of a slot that is not as the rule says: left out, held at another time, or called off after it was announced. */
export interface SlotException {
  readonly service: SlotService;
  readonly night: CalendarDay;
  /** `as-usual`: it was otherwise for a while, and is as the rule says again. */
  readonly kind: 'skipped' | 'moved' | 'withdrawn' | 'as-usual';
  /** Where it is held instead, when moved. */
  readonly to?: Span;
  readonly reason: string;
  /** How often this night was changed; revisions of calendar events go by it. */
  readonly revision: number;
  readonly at: Instant;
}

/** How a rehearsed slot takes its service down: all night, not at all, for its first minutes, or on and off. */
export const PATTERNS = ['whole', 'none', 'partial', 'flap'] as const;
export interface SlotPattern {
  readonly pattern: (typeof PATTERNS)[number];
  /** Of `partial`, how long it is down; of `flap`, how long it stays down, and then up. */
  readonly minutes: number;
}
export const WHOLE: SlotPattern = { pattern: 'whole', minutes: 0 };

export interface Schedule {
  /** SANDBOX has no slots: the public sandbox is always there. */
  readonly hasSlots: boolean;
  readonly releases: readonly LiveRelease[];
  readonly changes: readonly ForwardChange[];
  readonly exceptions: readonly SlotException[];
  readonly patterns: Readonly<Partial<Record<SlotService, SlotPattern>>>;
}

export const NOTHING_PLANNED: Schedule = { hasSlots: true, releases: [], changes: [], exceptions: [], patterns: {} };

/** A night as it is really held. */
export interface HeldNight extends SlotNight {
  readonly exception?: SlotException;
  /** Called off, or left out: nothing happens in it. */
  readonly withdrawn: boolean;
}

/** Furthest that a night may be moved, either way, and longest that it then lasts. */
export const FURTHEST_MOVE = 14 * DAY;

/** The nights of a service that touch a span, those moved into it too, in order of their start. */
export function nightsOf(service: SlotService, span: Span, schedule: Schedule): readonly HeldNight[] {
  if (!schedule.hasSlots) return [];
  // A night is moved this far at most, and then lasts as long at most: its usual hours can lie twice as far before where it is held.
  const around = { start: span.start - 2 * FURTHEST_MOVE, end: span.end + FURTHEST_MOVE };
  const exceptions = new Map(schedule.exceptions.filter((each) => each.service === service).map((each) => [each.night, each]));
  return slotNights(service, around, liveReleases(schedule))
    .map((night) => held(night, exceptions.get(night.night)))
    .filter((night) => overlaps(night, span))
    .sort((one, other) => one.start - other.start);
}

function held(night: SlotNight, exception: SlotException | undefined): HeldNight {
  if (exception === undefined || exception.kind === 'as-usual') return { ...night, withdrawn: false };
  return { ...night, ...exception.to, exception, withdrawn: exception.kind !== 'moved' };
}

/** The releases that count. */
export function liveReleases({ releases }: Schedule): readonly Instant[] {
  return releases.filter((each) => each.withdrawnAt === undefined).map((each) => each.releasedAt);
}

/** Whether a slot's rule puts a night on this day. */
export function isNightOf(service: SlotService, night: CalendarDay, schedule: Schedule): boolean {
  if (SLOT_RULES[service].recurrence === 'after-live-release') return liveReleases(schedule).map(nightAfterRelease).includes(night);
  return new Date(`${night}T00:00:00Z`).getUTCDay() === SLOT_RULES[service].weekday;
}
