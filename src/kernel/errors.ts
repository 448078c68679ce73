/**
 * One way to fail (DESIGN.md, rule 5). Rules and stores throw a {@link Refusal}; each protocol has exactly one renderer that turns
 * it into bytes. What a client must not see (why, fix) travels on the error to the journal and to `doctor`.
 */

/** Plain-English account of a refusal for the journal and `doctor`; never sent to the client. */
export interface Explanation {
  /** Short name of the check that failed, for example `gateway.asid`. */
  readonly check: string;
  /** What was wrong, in one sentence. */
  readonly why: string;
  /** What the developer can do about it. */
  readonly fix?: string;
}

/** Something a caller asked for that the rules forbid. Each protocol subclasses it with the facts its renderer needs. */
export abstract class Refusal extends Error {
  readonly explanation: Explanation;

  constructor(publicText: string, explanation: Explanation) {
    super(publicText);
    this.name = new.target.name;
    this.explanation = explanation;
  }
}

/** A refusal of LocalSpine's own interfaces (admin API, command line, configuration): one clear sentence and what to do. */
export class LocalRefusal extends Refusal {
  readonly status: number;
  readonly code: string;

  /**
   * @param status HTTP status to answer with
   * @param code stable machine-readable word, e.g. `clock_backwards`
   * @param text one sentence for the user
   * @param fix what to do next
   */
  constructor(status: number, code: string, text: string, fix?: string) {
    super(text, fix === undefined ? { check: `localspine.${code}`, why: text } : { check: `localspine.${code}`, why: text, fix });
    this.status = status;
    this.code = code;
  }
}

/** The text of anything thrown, for logs. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
