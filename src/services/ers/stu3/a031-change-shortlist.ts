import { SHORTLIST_CODES } from '../document/common-refusals.ts';
import { parametersMessage, shortlistParameters } from '../document/example-messages.ts';
import { operation } from '../operation.ts';
import { type ChangeShortlist, changeShortlist } from '../referral/change-shortlist.ts';
import { requireShortlistShape } from '../referral/create.ts';
import { requireTransition } from '../referral/states.ts';
import { forgetBookingFailure } from '../store/referrals.ts';
import { readChangeShortlist, servicesForChange } from './change-shortlist.ts';
import { findReferral, referralAnswer } from './referral-access.ts';
import { changeReferral, expectedVersion } from './referral-change.ts';
import { SHORTLIST_PARAMETERS } from './shortlist-parameters.ts';

/**
 * A031: other services, criteria and perhaps priority for a referral that is not booked (ers.md §9 A031). It is NOT_BOOKED afterwards,
 * without an appointment.
 *
 * Refuses: 404, 412, 409, 423; 422 as A011, and PATIENT_ERROR, NO_RELATIONSHIP, INVALID_REQUEST_STATE while it is booked, deferred, in
 * triage, with the provider or cancelled.
 */
export const changeShortlistOperation = operation<ChangeShortlist>({
  id: 'A031',
  title: 'Change shortlist',
  version: 'STU3',
  method: 'POST',
  paths: ['/ReferralRequest/:ubrn/$ers.changeShortlist'],
  functions: ['REFERRING_CLINICIAN', 'REFERRING_CLINICIAN_ADMIN'],
  applications: [],
  ifMatch: true,
  body: { kind: 'fhir', read: readChangeShortlist, parameters: SHORTLIST_PARAMETERS },
  produces: ['application/fhir+json'],
  document: {
    description:
      'Other services, criteria and perhaps another priority for a referral that is not booked. It is NOT_BOOKED afterwards, without an ' +
      'appointment. The search is run again, as when it was made (A011).',
    answers: 'ReferralRequest',
    refusals: {
      422: [...SHORTLIST_CODES, 'NO_RELATIONSHIP', 'INVALID_REQUEST_STATE'],
    },
    example: () => ({
      path: { ubrn: '000000070031' },
      headers: { 'If-Match': 'W/"5"' },
      body: parametersMessage('eRS-ChangeShortlist-Parameters-1', shortlistParameters(['11000', '11002'])),
    }),
  },
  find: findReferral,
  handle: async (call) => {
    const { body } = call;
    const change = { operation: 'A031', expected: expectedVersion(call) };
    const changed = await changeReferral(call, call.params['ubrn'] ?? '', change, async (referral, tx) => {
      const now = call.world.clock.now();
      requireTransition(referral, 'change-shortlist', now);
      requireShortlistShape(body.serviceIds);
      const services = await servicesForChange({ ...call, db: tx }, referral, body);
      await forgetBookingFailure(tx, call.instance, referral.ubrn);
      return changeShortlist(referral, body, { now, services });
    });
    return referralAnswer(call, changed);
  },
});
