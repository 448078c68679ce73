import type { Instant } from '../clock.ts';
import type { Db } from '../store/store.ts';

/** Work to be done later, written in the transaction that decided it (DESIGN.md D7). */
export interface Job {
  readonly id: string;
  /** `service.verb-noun`, e.g. `ers.scan-file`. */
  readonly kind: string;
  readonly payload: Readonly<Record<string, unknown>>;
  /** Number of earlier tries. */
  readonly attempts: number;
}

/** Does a job. Throwing makes it be tried again later; it may run more than once, so it must be idempotent. */
export type JobHandler = (job: Job) => Promise<void>;

export interface Outbox {
  /** Writes a job that is due at `dueAt` (business time). */
  enqueue(tx: Db, kind: string, payload: Readonly<Record<string, unknown>>, dueAt: Instant): Promise<void>;
  /** Looks for due work now instead of at the next poll. */
  wake(): void;
}
