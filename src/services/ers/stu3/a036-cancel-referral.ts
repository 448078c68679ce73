import { STU3_PROFILE } from '../codes.ts';
import { HOSPITAL_FAILURES } from '../document/common-refusals.ts';
import { codingParameter, parametersMessage } from '../document/example-messages.ts';
import { operation } from '../operation.ts';
import { referralCancellationReason } from '../reference-data/reference-data.ts';
import {
  cancelReferral,
  REFERRAL_CANCELLATION_REASON,
  type ReferralCancellation,
  requireReferralCancellation,
} from '../referral/cancel.ts';
import { endBooking } from './cancelling-appointments.ts';
import { type ParametersSpec, readParameters } from './parameters.ts';
import { parametersAnswer } from './parameters-answer.ts';
import { findReferral } from './referral-access.ts';
import { expectedVersion } from './referral-change.ts';

/** `eRS-CancelReferral-Request-Parameters-1`. Whether the reason exists and fits is one question, with one answer: INAPPROPRIATE_VALUE. */
const BODY = {
  cancellationReason: {
    kind: 'coding',
    cardinality: '1..1',
    display: 'Cancellation Reason',
    system: { endsWith: `/${REFERRAL_CANCELLATION_REASON}` },
  },
  cancellationComments: { kind: 'string', cardinality: '0..1', display: 'Cancellation Comments', maximumLength: 2000 },
} as const satisfies ParametersSpec;

/**
 * A036: ends a referral for good, by the referrer or the provider (ers.md §9 A036). A booked appointment is cancelled with it, at the
 * hospital first when it was directly booked, and is then part of the answer. There is no ETag.
 *
 * Refuses: 404, 412, 409, 423; 422 MISSING_VALUE, INVALID_VALUE, UNEXPECTED_FIELD, PATIENT_ERROR, NO_RELATIONSHIP,
 * INVALID_REQUEST_STATE, INAPPROPRIATE_VALUE, UNABLE_TO_CANCEL_APPOINTMENT; 502, 504.
 */
export const cancelReferralOperation = operation<ReferralCancellation>({
  id: 'A036',
  title: 'Cancel referral',
  version: 'STU3',
  method: 'POST',
  paths: ['/ReferralRequest/:ubrn/$ers.cancelReferral'],
  functions: ['REFERRING_CLINICIAN', 'REFERRING_CLINICIAN_ADMIN', 'SERVICE_PROVIDER_CLINICIAN', 'SERVICE_PROVIDER_CLINICIAN_ADMIN'],
  applications: ['provider'],
  ifMatch: true,
  body: { kind: 'fhir', read: readCancellation, parameters: BODY },
  produces: ['application/fhir+json'],
  document: {
    description:
      'Ends a referral for good, by the referrer or the provider. A booked appointment is cancelled with it, at the hospital first when it ' +
      'was directly booked, and is then part of the answer.',
    answers: 'Parameters',
    parts: { updatedReferralRequest: 'ReferralRequest', updatedAppointment: 'Appointment' },
    refusals: {
      422: ['PATIENT_ERROR', 'NO_RELATIONSHIP', 'INVALID_REQUEST_STATE', 'INAPPROPRIATE_VALUE', 'UNABLE_TO_CANCEL_APPOINTMENT'],
      ...HOSPITAL_FAILURES,
    },
    example: () => ({
      path: { ubrn: '000000070035' },
      headers: { 'If-Match': 'W/"5"' },
      body: parametersMessage('eRS-CancelReferral-Request-Parameters-1', [
        codingParameter(
          'cancellationReason',
          `https://localhost/referrals/FHIR/STU3/CodeSystem/${REFERRAL_CANCELLATION_REASON}`,
          'TREATMENT_NO_LONGER_REQUIRED',
        ),
        { name: 'cancellationComments', valueString: 'The patient has recovered.' },
      ]),
    }),
  },
  find: findReferral,
  handle: async (call) => {
    const { body, caller } = call;
    const facts = { now: call.world.clock.now(), caller, reason: referralCancellationReason(body.reasonCode) };
    const change = { operation: 'A036', expected: expectedVersion(call) };
    let wasBooked = false;
    const cancelled = await endBooking(call, call.params['ubrn'] ?? '', change, {
      check: (referral) => void requireReferralCancellation(referral, body, facts),
      apply: (referral) => {
        wasBooked = referral.appointment?.status === 'booked';
        return cancelReferral(referral, body, facts);
      },
    });
    const profile = `${STU3_PROFILE}eRS-CancelReferral-Response-Parameters-1`;
    return parametersAnswer(call, profile, cancelled, wasBooked ? 'updatedAppointment' : undefined);
  },
});

function readCancellation(resource: unknown): ReferralCancellation {
  const { cancellationReason, cancellationComments } = readParameters(resource, BODY);
  return { reasonCode: cancellationReason.code, ...(cancellationComments !== undefined && { comments: cancellationComments }) };
}
