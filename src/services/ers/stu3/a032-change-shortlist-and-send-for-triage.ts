import { applyBooking } from '../booking/booking.ts';
import { STU3_PROFILE } from '../codes.ts';
import { SHORTLIST_CODES } from '../document/common-refusals.ts';
import { parametersMessage, shortlistParameters } from '../document/example-messages.ts';
import { operation } from '../operation.ts';
import { type ChangeShortlist, changeShortlist, requireTriageService, requireTriageShape } from '../referral/change-shortlist.ts';
import { requireTransition } from '../referral/states.ts';
import { forgetBookingFailure, nextNumber } from '../store/referrals.ts';
import { readChangeShortlist, servicesForChange } from './change-shortlist.ts';
import { parametersAnswer } from './parameters-answer.ts';
import { findReferral } from './referral-access.ts';
import { changeReferral, expectedVersion } from './referral-change.ts';
import { SHORTLIST_PARAMETERS } from './shortlist-parameters.ts';

/**
 * A032 (deprecated): one triage service instead of the shortlist, and the referral sent there (ers.md §9 A032). The answer holds the
 * referral, AWAITING_TRIAGE, and the appointment; there is no ETag.
 *
 * Refuses: 404, 412, 409, 423; 422 as A031; TOO_MANY_ITEMS for a second service, INAPPROPRIATE_VALUE for one that does not triage, a
 * reminder, or no letter intended while none is attached.
 */
export const changeShortlistAndSendForTriage = operation<ChangeShortlist>({
  id: 'A032',
  title: 'Change shortlist and send for triage',
  version: 'STU3',
  method: 'POST',
  paths: ['/ReferralRequest/:ubrn/$ers.changeShortlistAndSendForTriage'],
  functions: ['REFERRING_CLINICIAN', 'REFERRING_CLINICIAN_ADMIN'],
  applications: [],
  ifMatch: true,
  body: { kind: 'fhir', read: readChangeShortlist, parameters: SHORTLIST_PARAMETERS },
  produces: ['application/fhir+json'],
  document: {
    description:
      'Deprecated: change the shortlist (A031) and send for triage (A016) instead. One triage service takes the place of the shortlist and gets ' +
      'the referral, which is AWAITING_TRIAGE. The answer holds the referral and its appointment.',
    deprecated: true,
    answers: 'Parameters',
    parts: { updatedReferralRequest: 'ReferralRequest', createdAppointment: 'Appointment' },
    refusals: {
      422: [...SHORTLIST_CODES, 'NO_RELATIONSHIP', 'INVALID_REQUEST_STATE'],
    },
    example: () => ({
      path: { ubrn: '000000070032' },
      headers: { 'If-Match': 'W/"5"' },
      body: parametersMessage('eRS-ChangeShortlistAndSendForTriage-Request-Parameters-1', shortlistParameters(['11004'])),
    }),
  },
  find: findReferral,
  handle: async (call) => {
    const { body, instance } = call;
    const change = { operation: 'A032', expected: expectedVersion(call) };
    const sent = await changeReferral(call, call.params['ubrn'] ?? '', change, async (referral, tx) => {
      const now = call.world.clock.now();
      requireTransition(referral, 'change-shortlist-and-send-for-triage', now);
      requireTriageShape(body.serviceIds, body.firstReminderLetterFollowUpDays);
      const services = await servicesForChange({ ...call, db: tx }, referral, body);
      const service = requireTriageService(services);
      const changed = changeShortlist(referral, body, { now, services }, 'change-shortlist-and-send-for-triage');
      const command = { kind: 'TRIAGE', ubrn: referral.ubrn, nhsNumber: referral.nhsNumber, serviceId: service.id } as const;
      const appointmentId = String(await nextNumber(tx, instance, 'appointment'));
      await forgetBookingFailure(tx, instance, referral.ubrn);
      return applyBooking(changed, command, { service, slot: undefined }, { now, appointmentId });
    });
    return parametersAnswer(call, `${STU3_PROFILE}eRS-ChangeShortlistAndSendForTriage-Response-Parameters-1`, sent, 'createdAppointment');
  },
});
