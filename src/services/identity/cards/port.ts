/**
 * What sign-in asks of the registration authority's world: does this person have the means, is the secret right, are they locked out.
 * `issued.ts` answers for cards, `seeded.ts` for everything else.
 */
import type { Db } from '../../../kernel/store/store.ts';
import type { MethodId } from '../methods.ts';

/** Somebody tries to prove who they are. */
export interface Attempt {
  readonly userId: string;
  readonly method: MethodId;
  /** Passcode, PIN, code or password as typed; undefined when none was sent. */
  readonly secret: string | undefined;
}

/** What came of an attempt. */
export type Verdict =
  | { readonly outcome: 'accepted'; readonly cardNumber?: string }
  /** The person has no card, key or account of that kind. */
  | { readonly outcome: 'none' }
  /** The secret was not sent. */
  | { readonly outcome: 'missing' }
  | { readonly outcome: 'wrong'; readonly attemptsLeft: number }
  /** Until somebody unlocks it, or for a while. */
  | { readonly outcome: 'locked'; readonly until: 'unlocked' | 'later' }
  /** There is a card, but it does not work. */
  | { readonly outcome: 'unusable'; readonly state: 'requested' | 'issued' | 'expired' | 'revoked' };

export interface Cards {
  /** Judges an attempt and counts it; runs inside a transaction of its own. */
  attempt(tx: Db, attempt: Attempt): Promise<Verdict>;
  /** The secret that the sign-in page fills in, so that nobody has to know it; undefined to leave the field empty. */
  suggestedSecret(method: MethodId): string | undefined;
}
