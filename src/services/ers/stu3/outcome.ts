import type { FastifyReply } from 'fastify';
import { STU3_CODES, STU3_PROFILE } from '../codes.ts';
import { displayOf, ERROR_CODES, type ErsIssue, type ErsRefusal, ErsStatus } from '../errors.ts';
import type { ProxyRefusal } from '../proxy.ts';

/**
 * How STU3 paths say no (ers.md §3.4, §7.1): an OperationOutcome, or a status alone. The only place that writes STU3 errors.
 */
export function sendStu3Refusal(reply: FastifyReply, refusal: ErsRefusal | ErsStatus): FastifyReply {
  if (refusal instanceof ErsStatus) return sendStatus(reply, refusal.status);
  if (refusal.retryAfterSeconds !== undefined) void reply.header('retry-after', String(refusal.retryAfterSeconds));
  return reply
    .code(refusal.status)
    .type('application/fhir+json')
    .send(
      JSON.stringify({
        meta: { profile: [`${STU3_PROFILE}eRS-OperationOutcome-1`] },
        resourceType: 'OperationOutcome',
        issue: refusal.issues.map(issueOf),
      }),
    );
}

function issueOf({ code, diagnostics }: ErsIssue): object {
  const display = displayOf(code);
  return {
    severity: 'error',
    code: ERROR_CODES[code].issue,
    details: { coding: [{ system: `${STU3_CODES}eRS-APIErrorCode-1`, code, ...(display === undefined ? {} : { display }) }] },
    ...(diagnostics === undefined ? {} : { diagnostics }),
  };
}

/** Status alone; 406 and 415 carry the type `text/plain` (ers.md §2). */
function sendStatus(reply: FastifyReply, status: number): FastifyReply {
  if (status === 406 || status === 415) return reply.code(status).type('text/plain;charset=utf-8').send('');
  return reply.code(status).send();
}

/** A refusal of the API gateway on an STU3 path: empty unless the table of ers.md §3.4 says otherwise. */
export function sendStu3ProxyRefusal(reply: FastifyReply, refusal: ProxyRefusal, now: string): FastifyReply {
  if (refusal.wwwAuthenticate !== undefined) void reply.header('www-authenticate', refusal.wwwAuthenticate);
  const { outcome } = refusal;
  if (outcome === undefined || !outcome.inStu3) {
    if (refusal.plain) void reply.type('text/plain');
    return reply.code(refusal.status).send(refusal.rawBody ?? '');
  }
  return reply
    .code(refusal.status)
    .type('application/fhir+json')
    .send(
      JSON.stringify({
        resourceType: 'OperationOutcome',
        meta: { lastUpdated: now, profile: [`${STU3_PROFILE}eRS-OperationOutcome-1`] },
        issue: [
          {
            severity: 'error',
            code: outcome.issue,
            details: { coding: [{ system: `${STU3_CODES}eRS-APIErrorCode-1`, code: outcome.stu3Code ?? 'NO_ACCESS' }] },
            diagnostics: outcome.diagnostics,
          },
        ],
      }),
    );
}
