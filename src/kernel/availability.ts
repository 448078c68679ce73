import { type Instant, isoInstant } from './clock.ts';
import { LocalRefusal } from './errors.ts';

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

/** What a decommissioning freezes: those who have it keep it, and nobody new gets it. */
export type Registered = 'users' | 'endpoints' | 'certificates';

/** Something is frozen. */
export interface Frozen {
  readonly since: Instant;
  /** What froze it, to be put into a sentence: `forward change FCS-1`. */
  readonly cause: string;
}

/**
 * Whether what a service does is open to callers just now (DESIGN.md D14). Asked on every request: it costs a comparison of times, and
 * nothing at all where maintenance is only announced.
 */
export interface Availability {
  /** Why it is closed; undefined while it is open. */
  closed(service: string): Closed | undefined;
  /** Why nothing new of a kind is registered (path-to-live.md §5.3); undefined while it is. Asked only by who registers it. */
  frozen(what: Registered): Frozen | undefined;
}

/** Throws LocalRefusal 409 while nothing new of a kind is registered. */
export function requireUnfrozen(availability: Availability, what: Registered): void {
  const frozen = availability.frozen(what);
  if (frozen !== undefined)
    throw new LocalRefusal(
      409,
      'frozen',
      `There are no new ${what} since ${isoInstant(frozen.since)}: ${frozen.cause} decommissions what they are registered with.`,
      'Use another environment. What is registered already goes on until the decommissioning.',
    );
}

/** Where nothing ever closes. */
export const ALWAYS_OPEN: Availability = { closed: () => undefined, frozen: () => undefined };
