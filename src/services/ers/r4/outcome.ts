import type { FastifyReply } from 'fastify';
import { ERROR_CODES, ErsRefusal, type ErsStatus } from '../errors.ts';
import type { ProxyRefusal } from '../proxy.ts';

const HTTP_CODES = 'https://fhir.nhs.uk/CodeSystem/http-error-codes';
const ERS_CODES = 'https://fhir.nhs.uk/CodeSystem/ers-error-codes';
const API_CODES = 'https://fhir.nhs.uk/CodeSystem/NHSD-API-ErrorOrWarningCode';

/** Codes that keep their own name in R4 (ers.md §7.1). */
const ERS_OWN: ReadonlySet<string> = new Set(['NO_RELATIONSHIP', 'PENDING', 'THREATS_FOUND', 'VALIDATION_FAILED']);

/** What a status is called in R4 (ers.md §7.2). */
const STATUS_CODES: Readonly<Record<number, { readonly code: string; readonly issue: string }>> = {
  400: { code: 'REC_BAD_REQUEST', issue: 'invalid' },
  403: { code: 'REC_FORBIDDEN', issue: 'forbidden' },
  404: { code: 'REC_NOT_FOUND', issue: 'not-found' },
  406: { code: 'REC_NOT_ACCEPTABLE', issue: 'not-supported' },
  415: { code: 'REC_UNSUPPORTED_MEDIA_TYPE', issue: 'not-supported' },
  500: { code: 'REC_SERVER_ERROR', issue: 'exception' },
  503: { code: 'REC_UNAVAILABLE', issue: 'transient' },
};

/** The code of a refusal that has none of its own; undefined for a status that has none. */
export function r4StatusCode(status: number): string | undefined {
  return STATUS_CODES[status]?.code;
}

/** How R4 paths say no (ers.md §7.1): always an OperationOutcome. The only place that writes R4 errors. */
export function sendR4Refusal(reply: FastifyReply, refusal: ErsRefusal | ErsStatus, now: string): FastifyReply {
  if (refusal instanceof ErsRefusal && refusal.retryAfterSeconds !== undefined)
    void reply.header('retry-after', String(refusal.retryAfterSeconds));
  return send(
    reply,
    refusal.status,
    now,
    refusal instanceof ErsRefusal
      ? refusal.issues.map((issue) => issueOf(issue.code, issue.diagnostics, refusal.status))
      : [statusIssue(refusal.status, undefined)],
  );
}

function issueOf(code: keyof typeof ERROR_CODES, diagnostics: string | undefined, status: number): object {
  if (!ERS_OWN.has(code)) return statusIssue(status, diagnostics, code === 'MISSING_PARAMETER' ? 'required' : undefined);
  return issue(ERROR_CODES[code].issue, ERS_CODES, code, diagnostics);
}

/** `type` where an operation says otherwise than its status: A041's 400 is `required` (ers.md §7.2). */
function statusIssue(status: number, diagnostics: string | undefined, type?: string): object {
  const named = STATUS_CODES[status] ?? { code: 'REC_BAD_REQUEST', issue: 'invalid' };
  return issue(type ?? named.issue, HTTP_CODES, named.code, diagnostics);
}

function issue(type: string, system: string, code: string, diagnostics: string | undefined): object {
  return { severity: 'error', code: type, details: { coding: [{ system, code }] }, ...(diagnostics === undefined ? {} : { diagnostics }) };
}

/** A refusal of the API gateway on an R4 path (ers.md §3.4). */
export function sendR4ProxyRefusal(reply: FastifyReply, refusal: ProxyRefusal, now: string): FastifyReply {
  if (refusal.wwwAuthenticate !== undefined) void reply.header('www-authenticate', refusal.wwwAuthenticate);
  const { outcome } = refusal;
  if (outcome === undefined) {
    if (refusal.plain) void reply.type('text/plain');
    return reply.code(refusal.status).send(refusal.rawBody ?? '');
  }
  return send(
    reply,
    refusal.status,
    now,
    [issue(outcome.issue, API_CODES, outcome.r4Code ?? 'ACCESS_DENIED', outcome.diagnostics)],
    ['https://www.hl7.org/fhir/R4/operationoutcome.html'],
  );
}

function send(reply: FastifyReply, status: number, now: string, issues: readonly object[], profile?: readonly string[]): FastifyReply {
  const meta = profile === undefined ? { lastUpdated: now } : { lastUpdated: now, profile };
  return reply
    .code(status)
    .type('application/fhir+json')
    .send(JSON.stringify({ resourceType: 'OperationOutcome', meta, issue: issues }));
}
