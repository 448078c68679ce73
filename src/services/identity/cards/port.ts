/**
 * What sign-in asks of the registration authority's world: does this person have the means, is the secret right, are they locked out.
 * Whoever builds real cards gives another {@link Cards}; the default below is what people have before any are issued.
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
  | { readonly outcome: 'accepted' }
  /** The person has no card, key or account of that kind. */
  | { readonly outcome: 'none' }
  /** The secret was not sent. */
  | { readonly outcome: 'missing' }
  | { readonly outcome: 'wrong'; readonly attemptsLeft: number }
  | { readonly outcome: 'locked' };

export interface Cards {
  /** Judges an attempt and counts it; runs inside a transaction of its own. */
  attempt(tx: Db, attempt: Attempt): Promise<Verdict>;
  /** The secret that the sign-in page fills in, so that nobody has to know it; undefined to leave the field empty. */
  suggestedSecret(method: MethodId): string | undefined;
}
