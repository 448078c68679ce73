/** The cache of the API platform in front of the directory (sds.md §8.3): half an hour on the real one, off here unless it is set. */
import type { Instant } from '../../kernel/clock.ts';

export interface CachedAnswer {
  readonly body: string;
  readonly type: string;
}

const MOST = 1_000;

/** Answers by method, path, query string and Accept; the oldest go first. */
export class ResponseCache {
  readonly #milliseconds: number;
  readonly #answers = new Map<string, { readonly answer: CachedAnswer; readonly until: Instant }>();

  /** @param seconds how long an answer is kept; 0 keeps none */
  constructor(seconds: number) {
    this.#milliseconds = seconds * 1_000;
  }

  get(key: string, now: Instant): CachedAnswer | undefined {
    const kept = this.#answers.get(key);
    return kept !== undefined && kept.until > now ? kept.answer : undefined;
  }

  put(key: string, answer: CachedAnswer, now: Instant): void {
    if (this.#milliseconds === 0) return;
    this.#answers.delete(key);
    this.#answers.set(key, { answer, until: now + this.#milliseconds });
    const [oldest] = this.#answers.keys();
    if (this.#answers.size > MOST && oldest !== undefined) this.#answers.delete(oldest);
  }
}
