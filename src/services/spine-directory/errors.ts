import { type Explanation, Refusal } from '../../kernel/errors.ts';

/** How the Spine Directory Service API says no (sds.md §8.3): one kind per status. */
const ANSWERS = {
  400: { code: 'required', spineCode: 'BAD_REQUEST', display: 'Bad request' },
  404: { code: 'not-found', spineCode: 'NO_RECORD_FOUND', display: 'No record found' },
  405: { code: 'not-supported', spineCode: 'NOT_IMPLEMENTED', display: 'Not implemented' },
  406: { code: 'not-supported', spineCode: 'MISSING_OR_INVALID_HEADER', display: 'There is a required header missing or invalid' },
  500: { code: 'exception', spineCode: 'INTERNAL_SERVER_ERROR', display: 'Unexpected internal server error' },
  502: { code: 'exception', spineCode: 'INTERNAL_SERVER_ERROR', display: 'Unexpected internal server error' },
  504: { code: 'timeout', spineCode: 'INTERNAL_SERVER_ERROR', display: 'Unexpected internal server error' },
} as const;

export type SdsStatus = keyof typeof ANSWERS;

/** A refusal of the FHIR API of the directory. Its text is the diagnostics. */
export class SdsRefusal extends Refusal {
  readonly status: SdsStatus;

  constructor(status: SdsStatus, diagnostics: string, explanation: Explanation) {
    super(diagnostics, explanation);
    this.status = status;
  }
}

/** 400 with the text inside the brackets that the national API gives. */
export function badRequest(check: string, text: string, fix: string): SdsRefusal {
  return new SdsRefusal(400, `HTTP 400: Bad Request (${text})`, { check: `sds.${check}`, why: text, fix });
}

/** The body of a refusal. */
export function outcomeOf(refusal: SdsRefusal, correlationId: string): object {
  const { code, spineCode, display } = ANSWERS[refusal.status];
  return {
    resourceType: 'OperationOutcome',
    id: correlationId,
    issue: [
      {
        severity: 'error',
        code,
        details: {
          coding: [{ system: 'https://fhir.nhs.uk/STU3/ValueSet/Spine-ErrorOrWarningCode-1', code: spineCode, display }],
        },
        diagnostics: refusal.message,
      },
    ],
  };
}

/** The body the API platform gives when it refuses an API key or a rate (sds.md §8.3). */
export function platformOutcome(faultString: string): object {
  return {
    resourceType: 'OperationOutcome',
    issue: [
      {
        severity: 'error',
        code: 'forbidden',
        details: {
          coding: [
            {
              system: 'https://fhir.nhs.uk/R4/CodeSystem/Spine-ErrorOrWarningCode',
              version: '1',
              code: 'ACCESS_DENIED',
              display: faultString,
            },
          ],
        },
      },
    ],
  };
}
