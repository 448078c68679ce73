/**
 * Work of the portal that asks an environment for something and that only one may do: whoever does it claims its row first, and another takes
 * it over when the claim has run out. Every table with a claim is held to the same times.
 */
import { LocalRefusal } from '../kernel/errors.ts';

/** How long a claim holds, in real time. Longer than any call to an environment. */
export const CLAIM_MILLISECONDS = 60_000;

/** What passes, in real time, before simulated staff try again what could not be done. */
export const RETRY_MILLISECONDS = 3_000;

/**
 * Whether an error says nothing about what was asked for, so that it is tried again and not refused: a failure, an environment that is not
 * open, or one of the codes given.
 */
export function isForLater(error: unknown, codes: readonly string[] = []): boolean {
  return !(error instanceof LocalRefusal) || error.status >= 500 || error.code === 'environment_closed' || codes.includes(error.code);
}
