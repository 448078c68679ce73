import type { Actor } from './actors.ts';

/** One thing that keeps a gate shut: what, who has to act next, and how. */
export interface Blocker {
  readonly reason: string;
  readonly who: Actor;
  readonly fix: string;
}
