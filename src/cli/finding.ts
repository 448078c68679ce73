import { messageOf } from '../kernel/errors.ts';

/** One thing the doctor looked at. */
export interface Finding {
  readonly check: string;
  readonly ok: boolean;
  readonly detail: string;
  /** What to do, when it is not well. */
  readonly fix?: string;
}

/** Carries out a check; what it throws becomes the finding. */
export async function finding(check: string, fix: string, look: () => Promise<string> | string): Promise<Finding> {
  try {
    return { check, ok: true, detail: await look() };
  } catch (error) {
    return { check, ok: false, detail: messageOf(error), fix };
  }
}
