/** Milliseconds since 1970-01-01T00:00:00Z. */
export type Instant = number;

/**
 * The environment's two watches (DESIGN.md D6). Business time can be moved forward by the user and is shared by every replica;
 * real time is what clients sign with and what leases and certificates run on.
 */
export interface Clock {
  /** Business time: MESH expiry, slots, appointments, letters due, access-token life. */
  now(): Instant;
  /** Real time: freshness of JWTs, certificate dates, worker leases. */
  realNow(): Instant;
}

/** The machine's own watch. The only place in the product that reads it. */
export const systemTime: { readonly now: () => Instant } = { now: () => Date.now() };

/** A clock for tests: starts where told and moves only when told. */
export class ManualClock implements Clock {
  #now: Instant;

  constructor(start: Instant | string) {
    this.#now = typeof start === 'string' ? Date.parse(start) : start;
  }

  now(): Instant {
    return this.#now;
  }

  realNow(): Instant {
    return this.#now;
  }

  /** Moves time on by `milliseconds`. */
  advance(milliseconds: number): void {
    this.#now += milliseconds;
  }
}

const DAY = 86_400_000;
const THREE_DIGITS = Array.from({ length: 1_000 }, (_, n) => String(n).padStart(3, '0'));
const TWO_DIGITS = Array.from({ length: 100 }, (_, n) => String(n).padStart(2, '0'));
/** Days as they were last written: the calendar is the costly part, and the instants of many answers fall on few days. */
const writtenDays = new Map<number, string>();
const MOST_DAYS = 500;

function dayText(number: number, instant: Instant): string {
  let text = writtenDays.get(number);
  if (text === undefined) {
    text = new Date(instant).toISOString().slice(0, -13);
    if (writtenDays.size >= MOST_DAYS) writtenDays.clear();
    writtenDays.set(number, text);
  }
  return text;
}

/**
 * `2026-11-24T09:55:00.000Z`: the form of instants on every national interface (ers.md §2). As `Date.toISOString`, in a third of its time:
 * referrals and journal entries are full of instants. Throws RangeError for what is no instant.
 */
export function isoInstant(instant: Instant): string {
  const number = Math.floor(instant / DAY);
  const day = dayText(number, instant);
  const inDay = Math.trunc(instant - number * DAY);
  const seconds = Math.floor(inDay / 1_000);
  const minutes = Math.floor(seconds / 60);
  return `${day}${TWO_DIGITS[Math.floor(minutes / 60)]}:${TWO_DIGITS[minutes % 60]}:${TWO_DIGITS[seconds % 60]}.${THREE_DIGITS[inDay % 1_000]}Z`;
}

/** `2026-11-24`: the date in UTC. */
export function isoDate(instant: Instant): string {
  return isoInstant(instant).slice(0, 10);
}

/** What a person wrote as a date (`2026-12-02`, in UTC) or a date and time (`2026-12-02T19:59:00Z`); undefined when it is neither. */
export function parseInstant(text: string): Instant | undefined {
  const instant = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(instant) ? undefined : instant;
}
