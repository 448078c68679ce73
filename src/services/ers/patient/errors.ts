/** How the patient API refuses (ers.md §20.3): always an OperationOutcome of one profile. `outcome.ts` writes it out. */
import { type Explanation, Refusal } from '../../../kernel/errors.ts';

const HTTP_CODES = 'https://fhir.nhs.uk/CodeSystem/http-error-codes';
const API_CODES = 'https://fhir.nhs.uk/CodeSystem/NHSD-API-ErrorOrWarningCode';

interface CodeFacts {
  readonly status: number;
  readonly issue: string;
  readonly system: string;
}

/** Every code of the patient API with its status, issue type and code system. */
export const PATIENT_CODES = {
  ACCESS_DENIED: { status: 401, issue: 'forbidden', system: API_CODES },
  VALIDATION_ERROR: { status: 404, issue: 'not-found', system: API_CODES },
  TOO_MANY_REQUESTS: { status: 429, issue: 'throttled', system: API_CODES },
  GATEWAY_TIMEOUT: { status: 504, issue: 'exception', system: API_CODES },
  REC_BAD_REQUEST: { status: 400, issue: 'required', system: HTTP_CODES },
  REC_FORBIDDEN: { status: 403, issue: 'forbidden', system: HTTP_CODES },
  REC_NOT_FOUND: { status: 404, issue: 'not-found', system: HTTP_CODES },
  REC_UNAVAILABLE: { status: 503, issue: 'transient', system: HTTP_CODES },
  REC_SERVER_ERROR: { status: 500, issue: 'exception', system: HTTP_CODES },
} as const satisfies Record<string, CodeFacts>;
export type PatientCode = keyof typeof PATIENT_CODES;

export interface PatientIssue {
  readonly diagnostics: string;
  /** Issue type, where it is not that of the code. */
  readonly issue?: string;
  /** What the issue is about; the gateway writes a text where e-RS writes a list. */
  readonly expression?: string | readonly string[];
}

/** The patient API says no. */
export class PatientRefusal extends Refusal {
  readonly code: PatientCode;
  readonly issues: readonly PatientIssue[];
  readonly wwwAuthenticate?: string;

  constructor(code: PatientCode, issues: readonly PatientIssue[], explanation: Explanation, wwwAuthenticate?: string) {
    super(issues.map((each) => each.diagnostics).join('; '), explanation);
    this.code = code;
    this.issues = issues;
    if (wwwAuthenticate !== undefined) this.wwwAuthenticate = wwwAuthenticate;
  }
}
