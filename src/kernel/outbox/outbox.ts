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

/** A job as people look at it. */
export interface JobView {
  readonly id: string;
  readonly kind: string;
  /** Business time. */
  readonly dueAt: Instant;
  /** `waiting`: its time has not come; `due`: it is about to be done; `failing`: it was tried and will be tried again; `done`. */
  readonly state: 'waiting' | 'due' | 'failing' | 'done';
  readonly attempts: number;
  readonly lastError?: string;
  /** Real time. */
  readonly doneAt?: Instant;
  /** Without what could be a secret. */
  readonly payload: unknown;
}

/** Which jobs are wanted. */
export interface JobFilter {
  /** Also those done within the last hour. */
  readonly done?: boolean;
  readonly kind?: string;
  /** Only those that were tried and failed. */
  readonly failing?: boolean;
  /** Goes on after this job, in the order of their times. */
  readonly after?: string;
  readonly limit: number;
}

export interface Outbox {
  /** Writes a job that is due at `dueAt` (business time). */
  enqueue(tx: Db, kind: string, payload: Readonly<Record<string, unknown>>, dueAt: Instant): Promise<void>;
  /** Looks for due work now instead of at the next poll. */
  wake(): void;
}
