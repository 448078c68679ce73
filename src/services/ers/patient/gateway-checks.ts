/** What the API platform checks before the patient API is reached (ers.md §20.3). Pure: a grant and a header in. */
import type { AccessGrant } from '../../gateway/index.ts';
import { PatientRefusal } from './errors.ts';
import { PATIENT_SCOPE } from './product.ts';
import { TARGET, TARGET_IDENTIFIER } from './target.ts';

const VECTORS_OF_TRUST: ReadonlySet<string> = new Set(['P9.Cp.Cd', 'P9.Cp.Ck', 'P9.Cm']);

/** A fault of the platform (bad token, no product, too low a proofing level) in the words of the patient API. */
export function accessDenied(faultString: string, explanation: PatientRefusal['explanation'], wwwAuthenticate?: string): PatientRefusal {
  return new PatientRefusal('ACCESS_DENIED', [{ diagnostics: faultString }], explanation, wwwAuthenticate);
}

/** Scope and vector of trust of the token. Throws PatientRefusal 401. */
export function checkPatientGrant(grant: AccessGrant): void {
  if (!grant.scopes.includes(PATIENT_SCOPE))
    throw accessDenied(`Required scope(s): ${PATIENT_SCOPE}`, {
      check: 'ers.patient.scope',
      why: `The token carries ${grant.scopes.join(' ') || 'no scope'}.`,
      fix: 'Sign a patient in with NHS login at level P9 (scope=nhs-login at /authorize).',
    });
  if (!VECTORS_OF_TRUST.has(grant.vectorOfTrust ?? ''))
    throw new PatientRefusal(
      'ACCESS_DENIED',
      [
        {
          issue: 'login',
          diagnostics: 'Unsupported Vector of Trust value utilised for authentication.',
          expression: 'http."Authorization"',
        },
      ],
      {
        check: 'ers.patient.vector-of-trust',
        why: `The patient signed in with the vector of trust ${grant.vectorOfTrust ?? '(none)'}.`,
        fix: `Sign in with one of ${[...VECTORS_OF_TRUST].join(', ')}.`,
      },
    );
}

/** The header `NHSD-Target-Identifier`: base64 of a JSON identifier that names e-RS. Throws PatientRefusal 404. */
export function checkTarget(header: string | undefined): void {
  if (header !== undefined && isTarget(header)) return;
  throw new PatientRefusal('VALIDATION_ERROR', [{ diagnostics: 'Unknown value', expression: 'http."NHSD-Target-Identifier"' }], {
    check: 'ers.patient.target-identifier',
    why: header === undefined ? 'The header NHSD-Target-Identifier is missing.' : 'NHSD-Target-Identifier does not name e-RS.',
    fix: `Send NHSD-Target-Identifier: ${TARGET_IDENTIFIER}.`,
  });
}

function isTarget(header: string): boolean {
  try {
    const identifier: unknown = JSON.parse(Buffer.from(header, 'base64').toString('utf8'));
    return (
      typeof identifier === 'object' &&
      identifier !== null &&
      'system' in identifier &&
      'value' in identifier &&
      identifier.system === TARGET.system &&
      identifier.value === TARGET.value
    );
  } catch {
    return false;
  }
}
