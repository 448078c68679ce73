import { afterWorkingDays } from '../../kernel/calendar/working-days.ts';
import type { Instant } from '../../kernel/clock.ts';

/** What a person waits for when reviewers are people: in working days (England). `documented` waits are published, others modelled. */
export interface Wait {
  readonly workingDays: number;
  readonly documented: boolean;
  readonly forWhat: string;
}

function modelled(workingDays: number, forWhat: string): Wait {
  return { workingDays, documented: false, forWhat };
}

/** Published is only the SCAL's five working days (path-to-live.md §3.2); the other figures are ours and fit the totals of §6 row 8. */
export const WAITS = {
  none: modelled(0, 'nothing'),
  'use-case': modelled(10, 'e-RS Partners to validate the use case'),
  'integration-form': modelled(5, 'the service desk to review the integration testing form'),
  'data-pack': modelled(5, 'ASIDs to be bound and test data to be issued'),
  'scal-issue': modelled(3, 'Solution Assurance to issue the SCAL'),
  'scal-review': { workingDays: 5, documented: true, forWhat: 'Solution Assurance to reply on the SCAL' },
  'witness-pack': modelled(2, 'Solution Assurance to send the witness-test pack'),
  'witness-session': modelled(10, 'a witness-test session to be scheduled'),
  'witness-result': modelled(3, 'the result of the witness test'),
  certificate: modelled(5, 'the Technical Conformance Certificate'),
  agreement: modelled(5, 'Live Services Onboarding to issue the connection agreement'),
  countersignature: modelled(5, 'Live Services Onboarding to countersign'),
  'euo-approval': modelled(10, 'the chief information officer’s written authority'),
  'prod-form-issue': modelled(2, 'e-RS Partners to send the PROD form'),
  'prod-form-check': modelled(3, 'e-RS Partners to check the PROD form'),
  'prod-set-up': modelled(5, 'ASIDs to be bound and products approved in PROD'),
  'smoke-test': modelled(1, 'e-RS Partners to look at the smoke test'),
  'go-live': modelled(1, 'the email that confirms go-live'),
} as const satisfies Record<string, Wait>;
export type WaitId = keyof typeof WAITS;

/** When a reviewer would be done who took up something at `since`. */
export function dueAfter(since: Instant, wait: WaitId): Instant {
  return afterWorkingDays(since, WAITS[wait].workingDays);
}

/** `5 working days`. */
export function waitInWords(wait: WaitId): string {
  const { workingDays } = WAITS[wait];
  return workingDays === 1 ? '1 working day' : `${workingDays} working days`;
}
