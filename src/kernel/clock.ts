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

/** `2026-11-24T09:55:00.000Z`: the form of instants on every national interface (ers.md §2). */
export function isoInstant(instant: Instant): string {
  return new Date(instant).toISOString();
}

/** `2026-11-24`: the date in UTC. */
export function isoDate(instant: Instant): string {
  return isoInstant(instant).slice(0, 10);
}
