/**
 * ReferralRequests prepared for A005: written when the referral changes, in the same row and transaction, because referrals are read far
 * more often than they change (docs/decisions/0030). What a reader adds is its own base address.
 */

import type { AvailabilityStatus, Referral } from '../model.ts';
import { specialty } from '../reference-data/reference-data.ts';
import { writeReferralRequest } from './referral-request.ts';

/**
 * Which form prepared texts have. To be raised with any change of what {@link writeReferralRequest} writes: texts of other forms are not
 * used. A test holds a fingerprint of the form beside this number.
 */
export const PREPARED_FORM = 1;

/** Stands where the caller's base address goes, and how it looks in JSON. */
const BASE = '\u0001';
const BASE_IN_JSON = JSON.stringify(BASE).slice(1, -1);
const ALL_AVAILABLE: ReadonlyMap<string, AvailabilityStatus> = new Map();

/**
 * The text to keep beside a referral: its ReferralRequest with all files available. Null for a referral whose own text has what stands
 * for the base address in it.
 *
 * @param document the referral as JSON
 */
export function prepareReferral(referral: Referral, document: string): string | null {
  if (document.includes(BASE_IN_JSON)) return null;
  return JSON.stringify(writeReferralRequest(referral, { base: BASE, availability: ALL_AVAILABLE, specialtyDisplay }));
}

/** A prepared text as it is sent to a caller whose base address, with `/FHIR`, is `base`. */
export function preparedFor(base: string, prepared: string): string {
  return prepared.split(BASE_IN_JSON).join(JSON.stringify(base).slice(1, -1));
}

/** Display of a specialty code. */
export function specialtyDisplay(code: string): string | undefined {
  return specialty(code)?.display;
}
