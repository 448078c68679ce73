/**
 * A clinic as its hospital plans it, and what follows from the plan: which sessions are held on a day, and the slots of each. Pure, so
 * that the same plan gives the same slots on every machine, whenever they are opened.
 */
import type { Instant } from '../../../kernel/clock.ts';
import type { Priority } from '../model.ts';
import type { OfferedSlot } from './hospital-system.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** A session held every week: so many slots in a row, for at most `capacity` patients. */
export interface WeeklySession {
  /** 1 Monday to 7 Sunday. */
  readonly weekdays: readonly number[];
  /** When its first slot begins, `HH:MM` (UTC). */
  readonly from: string;
  readonly slots: number;
  /** Length of a slot. */
  readonly minutes: number;
  /** Patients the session can take; every slot one when absent. */
  readonly capacity?: number;
  readonly clinician?: string;
  /** Slots for this priority alone; for all when absent. */
  readonly priority?: Priority;
}

/** How far ahead a clinic opens its diary, and its week. A clinic without sessions offers only slots put in by hand. */
export interface ClinicPlan {
  readonly workingDaysAhead: number;
  readonly sessions: readonly WeeklySession[];
}

/** A session on its day. */
export interface OpenedSession {
  readonly id: string;
  readonly start: Instant;
  readonly capacity: number;
  readonly slots: readonly OfferedSlot[];
}

/** At most this many slots on one day: slot ids have two digits for them. */
export const SLOTS_A_DAY = 99;

/** Midnight of the day of an instant. */
export function dayOf(instant: Instant): Instant {
  return Math.floor(instant / DAY) * DAY;
}

/** Midnight of the `count`-th working day after `now`; Saturday and Sunday do not count. */
export function workingDay(now: Instant, count: number): Instant {
  let day = dayOf(now);
  for (let left = count; left > 0; ) {
    day += DAY;
    if (weekdayOf(day) < 6) left -= 1;
  }
  return day;
}

/**
 * The sessions a clinic opens when its diary moves on: those of the days after `openedUntil` (and not before today) up to its horizon.
 *
 * @param openedUntil midnight of the last day opened
 */
export function sessionsToOpen(serviceId: string, plan: ClinicPlan, openedUntil: Instant, now: Instant): readonly OpenedSession[] {
  const last = horizonOf(plan, now);
  const opened: OpenedSession[] = [];
  for (let day = Math.max(openedUntil + DAY, dayOf(now)); day <= last; day += DAY) opened.push(...sessionsOn(serviceId, plan, day));
  return opened;
}

/** The last day for which a clinic's diary is open. */
export function horizonOf(plan: ClinicPlan, now: Instant): Instant {
  return workingDay(now, plan.workingDaysAhead);
}

/** Midnight of the day on which the diary moves on next. */
export function nextOpening(now: Instant): Instant {
  return dayOf(now) + DAY;
}

/** The sessions a plan holds on a day. Slot ids are the service's, the number of the day and a running number: never given twice. */
export function sessionsOn(serviceId: string, plan: ClinicPlan, day: Instant): readonly OpenedSession[] {
  const date = String(day / DAY);
  let number = 0;
  return plan.sessions
    .filter((session) => session.weekdays.includes(weekdayOf(day)))
    .map((session, index) => {
      const begin = day + minutesOf(session.from) * MINUTE;
      const slots = Array.from({ length: session.slots }, (_, place): OfferedSlot => {
        number += 1;
        const id = `${serviceId}${date}${String(number).padStart(2, '0')}`;
        const start = begin + place * session.minutes * MINUTE;
        return {
          id,
          usrn: `USRN-${id}`,
          start,
          end: start + session.minutes * MINUTE,
          ...(session.clinician !== undefined && { clinician: session.clinician }),
          ...(session.priority !== undefined && { priority: session.priority }),
        };
      });
      return { id: `${serviceId}-${date}-${index + 1}`, start: begin, capacity: session.capacity ?? session.slots, slots };
    });
}

/** What is wrong with a plan, or undefined. */
export function planFault(plan: ClinicPlan): string | undefined {
  for (let weekday = 1; weekday <= 7; weekday += 1) {
    const sessions = plan.sessions.filter((each) => each.weekdays.includes(weekday));
    if (sessions.reduce((sum, each) => sum + each.slots, 0) > SLOTS_A_DAY) return `weekday ${weekday} has more than ${SLOTS_A_DAY} slots`;
  }
  const late = plan.sessions.find((each) => minutesOf(each.from) + each.slots * each.minutes > 24 * 60);
  return late === undefined ? undefined : `the session from ${late.from} ends after midnight`;
}

function weekdayOf(day: Instant): number {
  return new Date(day).getUTCDay() || 7;
}

function minutesOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return hours * 60 + minutes;
}
