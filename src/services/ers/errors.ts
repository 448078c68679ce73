/**
 * How e-RS refuses (ers.md §7). Rules throw an {@link ErsRefusal}; `stu3/outcome.ts` and `r4/outcome.ts` write it out. The table below
 * gives each code its issue type and, where the samples show one, its display.
 */
import { type Explanation, Refusal } from '../../kernel/errors.ts';

interface CodeFacts {
  /** FHIR issue type (ers.md §7.1). */
  readonly issue: string;
  /** Display in STU3; the code in sentence case where no sample shows one; null = none. */
  readonly display?: string | null;
}

export const ERROR_CODES = {
  MISSING_VALUE: { issue: 'required', display: 'A mandatory input field is missing' },
  MISSING_PARAMETER: { issue: 'required' },
  MISSING_HEADER: { issue: 'required' },
  VALUE_IS_REQUIRED: { issue: 'required' },
  FIELD_NOT_PERMITTED: { issue: 'business-rule' },
  UNEXPECTED_FIELD: { issue: 'value', display: 'Unexpected field' },
  INVALID_FHIR_STRUCTURE: { issue: 'structure' },
  INVALID_VALUE: { issue: 'value', display: 'Invalid value' },
  INVALID_CODE: { issue: 'code-invalid' },
  INAPPROPRIATE_VALUE: { issue: 'business-rule', display: 'Inappropriate value' },
  CONFLICTING_VALUES: { issue: 'business-rule' },
  REFERENCE_NOT_FOUND: { issue: 'not-found' },
  REFERENCED_USER_IS_NOT_ACTIVE: { issue: 'business-rule' },
  REFERENCED_USER_IS_NOT_RC: { issue: 'business-rule' },
  REFERENCED_USER_IS_NOT_SPC: { issue: 'business-rule' },
  REFERENCED_USER_NOT_IN_ORG: { issue: 'business-rule' },
  REFERENCED_USER_IS_NOT_RC_AT_ORG: { issue: 'business-rule' },
  ORGANISATION_IS_CLOSED: { issue: 'business-rule' },
  ORGANISATION_NOT_APPROPRIATE: { issue: 'business-rule' },
  NO_REG_GP_PRACTICE: { issue: 'business-rule' },
  PATIENT_ERROR: { issue: 'business-rule' },
  SNOMED_NOT_FOUND: { issue: 'not-found' },
  TOO_MANY_ITEMS: { issue: 'business-rule' },
  DUPLICATE_SERVICE: { issue: 'business-rule' },
  SHORTLISTED_SERVICE_NOT_IN_RESULTS: { issue: 'business-rule' },
  INVALID_REQUEST_TYPE: { issue: 'business-rule' },
  INVALID_REQUEST_STATE: { issue: 'business-rule' },
  INVALID_STATE: { issue: 'business-rule' },
  NO_RELATIONSHIP: { issue: 'forbidden' },
  NO_CHANGES_DETECTED: { issue: 'business-rule' },
  DUPLICATE_FILENAME: { issue: 'business-rule' },
  UNSUPPORTED_PRIORITY: { issue: 'business-rule' },
  PRIORITY_NOT_CURRENT: { issue: 'conflict' },
  UNABLE_TO_CANCEL_APPOINTMENT: { issue: 'business-rule' },
  SERVICE_UNAVAILABLE: { issue: 'business-rule' },
  INAPPROPRIATE_SLOT: { issue: 'business-rule' },
  SLOT_NOT_AVAILABLE: { issue: 'business-rule' },
  UNABLE_TO_CONFIRM_APPOINTMENT: { issue: 'business-rule' },
  SLOTS_CURRENTLY_AVAILABLE: { issue: 'business-rule' },
  THIS_SLOT_IS_AVAILABLE: { issue: 'business-rule' },
  HISTORY_NOT_SUPPORTED: { issue: 'not-supported' },
  NO_ACCESS_CODE: { issue: 'business-rule' },
  FILE_SIZE_ERROR: { issue: 'business-rule' },
  PENDING: { issue: 'invalid' },
  THREATS_FOUND: { issue: 'invalid' },
  VALIDATION_FAILED: { issue: 'invalid' },
  FORBIDDEN: { issue: 'forbidden', display: 'Forbidden' },
  NO_ACCESS: { issue: 'forbidden', display: null },
  PAS_NOT_RESPONDING: { issue: 'timeout', display: 'No response from PAS' },
  PAS_RESPONDED_WITH_ERROR: { issue: 'exception', display: 'Error received from PAS' },
  SYSTEM_UNAVAILABLE: { issue: 'transient', display: 'System Unavailable' },
} as const satisfies Record<string, CodeFacts>;
export type ErsCode = keyof typeof ERROR_CODES;

/** One issue of an OperationOutcome. */
export interface ErsIssue {
  readonly code: ErsCode;
  /** Text the client sees: quoted display name of the field, value in brackets, sentence (ers.md §7.1). */
  readonly diagnostics?: string;
}

/** e-RS refuses with an OperationOutcome. */
export class ErsRefusal extends Refusal {
  readonly status: number;
  readonly issues: readonly ErsIssue[];
  readonly retryAfterSeconds?: number;

  constructor(status: number, issues: readonly ErsIssue[], explanation: Explanation, retryAfterSeconds?: number) {
    super(issues.map((each) => each.diagnostics ?? each.code).join('; '), explanation);
    this.status = status;
    this.issues = issues;
    if (retryAfterSeconds !== undefined) this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** e-RS refuses with a status alone (STU3: empty body; R4: the matching `REC_*` outcome). */
export class ErsStatus extends Refusal {
  readonly status: 400 | 404 | 406 | 409 | 412 | 415 | 423 | 500;

  constructor(status: ErsStatus['status'], explanation: Explanation) {
    super(`HTTP ${status}`, explanation);
    this.status = status;
  }
}

/**
 * A 422 with one issue.
 *
 * @param code the public code
 * @param diagnostics what the client reads
 * @param why plain English for the journal, when the diagnostics do not say it
 * @param fix what to do
 */
export function unprocessable(code: ErsCode, diagnostics: string, why = diagnostics, fix?: string): ErsRefusal {
  const check = `ers.${code.toLowerCase().replaceAll('_', '-')}`;
  return new ErsRefusal(422, [{ code, diagnostics }], fix === undefined ? { check, why } : { check, why, fix });
}

/** 503: e-RS is down for now (ers.md §7.2, path-to-live.md §5.2). */
export function systemUnavailable(explanation: Explanation, retryAfterSeconds: number): ErsRefusal {
  return new ErsRefusal(503, [{ code: 'SYSTEM_UNAVAILABLE' }], explanation, retryAfterSeconds);
}

/** Status 404, the resource is not known here. */
export function unknown(what: string): ErsStatus {
  return new ErsStatus(404, {
    check: 'ers.not-found',
    why: `${what} is not known in this e-RS instance.`,
    fix: 'Check the id, and that you call the environment (and e-RS instance) where it was made.',
  });
}

/** The display that STU3 shows for a code, or undefined for none. */
export function displayOf(code: ErsCode): string | undefined {
  const facts: CodeFacts = ERROR_CODES[code];
  if (facts.display === null) return undefined;
  return facts.display ?? `${code.charAt(0)}${code.slice(1).toLowerCase().replaceAll('_', ' ')}`;
}
