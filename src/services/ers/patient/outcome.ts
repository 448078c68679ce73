import type { FastifyReply } from 'fastify';
import { type Instant, isoInstant } from '../../../kernel/clock.ts';
import { R4_PROFILE } from '../codes.ts';
import { PATIENT_CODES, type PatientRefusal } from './errors.ts';

/** The only place that writes errors of the patient API. */
export function sendPatientRefusal(reply: FastifyReply, refusal: PatientRefusal, now: Instant): FastifyReply {
  const { status, issue: type, system } = PATIENT_CODES[refusal.code];
  if (refusal.wwwAuthenticate !== undefined) void reply.header('www-authenticate', refusal.wwwAuthenticate);
  const outcome = {
    meta: { lastUpdated: isoInstant(now), profile: [`${R4_PROFILE}NHSDigital-OperationOutcome`] },
    resourceType: 'OperationOutcome',
    issue: refusal.issues.map(({ diagnostics, issue = type, expression }) => ({
      severity: 'error',
      code: issue,
      diagnostics,
      details: { coding: [{ system, code: refusal.code }] },
      ...(expression === undefined ? {} : { expression }),
    })),
  };
  return reply.code(status).type('application/fhir+json').send(JSON.stringify(outcome));
}
