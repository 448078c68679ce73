import type { Instant } from '../clock.ts';

/**
 * How a simulated partner, such as a hospital system of e-RS, can misbehave. `late`: it does as asked, but its answer misses its time;
 * `withdraw`: it takes back what it had on offer, and says so.
 */
export const PARTNER_BEHAVIOURS = ['refuse', 'error', 'silence', 'late', 'withdraw'] as const;
export type PartnerBehaviour = (typeof PARTNER_BEHAVIOURS)[number];

/** What a fault does to the matching request (DESIGN.md D9). */
export type FaultEffect =
  /** Answer with this HTTP status, rendered by the protocol's own error renderer (503, 500, 429 …). */
  | { readonly kind: 'status'; readonly status: number; readonly retryAfterSeconds?: number }
  /** Wait before going on. */
  | { readonly kind: 'delay'; readonly milliseconds: number }
  /** Close the connection without an answer. */
  | { readonly kind: 'disconnect' }
  /** Make a simulated partner behave. */
  | { readonly kind: 'partner'; readonly behaviour: PartnerBehaviour };

/** A rule that a user set: "the next two bookings are refused by the hospital". */
export interface FaultRule {
  readonly id: string;
  /** Service name or `*`. */
  readonly service: string;
  /** Public operation id (`A016`), or `*`. */
  readonly operation: string;
  readonly effect: FaultEffect;
  /** How often it still applies; null = until cleared. */
  readonly remaining: number | null;
  readonly createdAt: Instant;
}

export interface Faults {
  /**
   * The effect of the first rule that matches, of the wanted kinds; its count goes down by one, for all replicas together.
   * Costs nothing while no rule is set: then it answers at once.
   */
  take(service: string, operation: string, kinds: readonly FaultEffect['kind'][]): Promise<FaultEffect | undefined> | undefined;
}
