import type { Instant } from './clock.ts';

/** Something is down for maintenance. */
export interface Closed {
  /** What is down, as the environment names it: `ers`, `cis`. */
  readonly service: string;
  /** Why, to be put into a sentence: `its maintenance slot`. */
  readonly cause: string;
  /** When it will be back; absent while work overruns and nobody knows. */
  readonly until?: Instant;
  /** Seconds after which a caller may try again: until it is back, at most two minutes (path-to-live.md §5.2). */
  readonly retryAfterSeconds: number;
}

/**
 * Whether what a service does is open to callers just now (DESIGN.md D14). Asked on every request: it costs a comparison of times, and
 * nothing at all where maintenance is only announced.
 */
export interface Availability {
  /** Why it is closed; undefined while it is open. */
  closed(service: string): Closed | undefined;
}

/** Where nothing ever closes. */
export const ALWAYS_OPEN: Availability = { closed: () => undefined };
