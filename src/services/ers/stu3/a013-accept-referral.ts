import { operation } from '../operation.ts';
import { acceptReferral } from '../review/review.ts';
import { findReferral, referralAnswer } from './referral-access.ts';
import { changeReferral, expectedVersion } from './referral-change.ts';

/**
 * A013: the provider accepts a booked referral (ers.md §9 A013): it leaves the review list and can no longer be rejected through the
 * API. State and appointment stay.
 *
 * Refuses: 404, 412, 409, 423; 422 PATIENT_ERROR, NO_RELATIONSHIP, INVALID_REQUEST_STATE (not booked, already reviewed, past, letter
 * still owed).
 */
export const acceptReferralOperation = operation({
  id: 'A013',
  title: 'Accept referral',
  version: 'STU3',
  method: 'POST',
  paths: ['/ReferralRequest/:ubrn/$ers.acceptReferral'],
  functions: ['SERVICE_PROVIDER_CLINICIAN', 'SERVICE_PROVIDER_CLINICIAN_ADMIN'],
  applications: ['provider'],
  ifMatch: true,
  body: { kind: 'none' },
  produces: ['application/fhir+json'],
  document: {
    description:
      'The provider accepts a booked referral: it leaves the review list and can no longer be rejected through the API. State and appointment ' +
      'stay as they are.',
    answers: 'ReferralRequest',
    refusals: { 422: ['PATIENT_ERROR', 'NO_RELATIONSHIP', 'INVALID_REQUEST_STATE'] },
    example: () => ({ path: { ubrn: '000000070033' }, headers: { 'If-Match': 'W/"5"' } }),
  },
  find: findReferral,
  handle: async (call) => {
    const change = { operation: 'A013', expected: expectedVersion(call) };
    const accepted = await changeReferral(call, call.params['ubrn'] ?? '', change, async (referral) =>
      acceptReferral(referral, { now: call.world.clock.now() }),
    );
    return referralAnswer(call, accepted);
  },
});
