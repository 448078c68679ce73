/** The patient of a search or referral (ers.md §4.2, §9 A010). */
import type { Db } from '../../../kernel/store/store.ts';
import { isValidNhsNumber } from '../../demographics/index.ts';
import { unprocessable } from '../errors.ts';

/** What e-RS asks of the demographics service. */
export interface PatientLookups {
  patient(db: Db, nhsNumber: string): Promise<PatientRecord | undefined>;
}

/** What e-RS needs to know of a patient. */
export interface PatientRecord {
  /** `YYYY-MM-DD`, or shorter when only the month or year is known. */
  readonly birthDate?: string;
  readonly gender: 'male' | 'female' | 'other' | 'unknown';
  /** Of the home address. */
  readonly postcode?: string;
  /** Registered practice. */
  readonly gpPractice?: string;
  /** S, sensitive: may be neither referred nor reviewed. */
  readonly sensitivity: 'U' | 'R' | 'V' | 'S';
}

/**
 * The patient, fit to be referred.
 *
 * @throws 422 INVALID_VALUE for a number that fails its check digit and is not on record, REFERENCE_NOT_FOUND, PATIENT_ERROR for a
 *   sensitive record, NO_REG_GP_PRACTICE
 */
export async function referrablePatient(
  demographics: PatientLookups,
  db: Db,
  nhsNumber: string,
): Promise<PatientRecord & { readonly gpPractice: string }> {
  const patient = await demographics.patient(db, nhsNumber);
  if (patient === undefined) {
    // Some published patients have numbers that fail the check: only unknown numbers are judged by it (ers.md §5).
    if (!isValidNhsNumber(nhsNumber)) throw unprocessable('INVALID_VALUE', `'NHS Number' (${nhsNumber}) is invalid.`);
    throw unprocessable('REFERENCE_NOT_FOUND', `'Patient' (${nhsNumber}) is not found.`);
  }
  if (patient.sensitivity === 'S') {
    throw unprocessable(
      'PATIENT_ERROR',
      `'Patient' (${nhsNumber}) cannot be accessed.`,
      'The record is flagged as sensitive (S): it can be neither referred nor reviewed.',
      'Do not try again; use another route of referral.',
    );
  }
  const { gpPractice } = patient;
  if (gpPractice === undefined) throw unprocessable('NO_REG_GP_PRACTICE', `'Patient' (${nhsNumber}) has no registered GP practice.`);
  return { ...patient, gpPractice };
}

/** Whole years on a day; undefined when the date of birth is not known. Parts that are missing count as the first. */
export function ageOn(birthDate: string | undefined, today: string): number | undefined {
  if (birthDate === undefined || !/^\d{4}/.test(birthDate)) return undefined;
  const born = `${birthDate}-01-01`.slice(0, 10);
  const years = Number(today.slice(0, 4)) - Number(born.slice(0, 4));
  return today.slice(5) < born.slice(5) ? years - 1 : years;
}
