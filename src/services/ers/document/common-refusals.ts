/** Refusals that several operations have in common, as the API document lists them. */
import type { ErsCode } from '../errors.ts';

/** The services of a shortlist, found again by its criteria. */
export const SHORTLIST_CODES = [
  'PATIENT_ERROR',
  'REFERENCE_NOT_FOUND',
  'TOO_MANY_ITEMS',
  'DUPLICATE_SERVICE',
  'SHORTLISTED_SERVICE_NOT_IN_RESULTS',
  'INAPPROPRIATE_VALUE',
] as const satisfies readonly ErsCode[];

/** A new referral: the same, and who names the referring clinician. */
export const NEW_REFERRAL_CODES = [...SHORTLIST_CODES, 'VALUE_IS_REQUIRED', 'FIELD_NOT_PERMITTED'] as const satisfies readonly ErsCode[];

/** Files that a provider's message names. */
export const NAMED_FILE_CODES = ['REFERENCE_NOT_FOUND', 'INVALID_STATE', 'DUPLICATE_FILENAME'] as const satisfies readonly ErsCode[];

/** A hospital that fails, or does not answer in time. */
export const HOSPITAL_FAILURES = {
  502: ['PAS_RESPONDED_WITH_ERROR'],
  504: ['PAS_NOT_RESPONDING'],
} as const satisfies Readonly<Record<number, readonly ErsCode[]>>;
