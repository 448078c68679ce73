import { HOSPITAL_FAILURES } from '../document/common-refusals.ts';
import { codingParameter, parametersMessage } from '../document/example-messages.ts';
import { operation } from '../operation.ts';
import { appointmentCancellationReason } from '../reference-data/reference-data.ts';
import { APPOINTMENT_CANCELLATION_REASON, type Rejection, rejectReferral, requireRejectable } from '../review/review.ts';
import { endBooking } from './cancelling-appointments.ts';
import { type ParametersSpec, readParameters } from './parameters.ts';
import { findReferral, referralAnswer } from './referral-access.ts';
import { expectedVersion } from './referral-change.ts';

const BODY = {
  rejectionReason: {
    kind: 'coding',
    cardinality: '1..1',
    display: 'Rejection Reason',
    system: { endsWith: `/${APPOINTMENT_CANCELLATION_REASON}` },
    isCode: (code: string) => appointmentCancellationReason(code) !== undefined,
  },
  rejectionComments: { kind: 'string', cardinality: '0..1', display: 'Rejection Comments', maximumLength: 2000 },
  appointmentCancelledInPAS: { kind: 'boolean', cardinality: '0..1', display: 'Appointment Cancelled In PAS' },
} as const satisfies ParametersSpec;

/**
 * A014: the provider rejects a booked referral (ers.md §9 A014). A directly booked appointment is cancelled at the hospital first; when
 * that fails nothing changes. The referral is REJECTED, the appointment cancelled, and the referrer finds both on their list. The slot
 * is on offer again once the hospital offers it.
 *
 * Refuses: 404, 412, 409, 423; 422 INVALID_CODE, INVALID_VALUE, MISSING_VALUE, UNEXPECTED_FIELD, PATIENT_ERROR, NO_RELATIONSHIP,
 * INVALID_REQUEST_STATE, INAPPROPRIATE_VALUE, VALUE_IS_REQUIRED, FIELD_NOT_PERMITTED, UNABLE_TO_CANCEL_APPOINTMENT; 502, 504.
 */
export const rejectReferralOperation = operation<Rejection>({
  id: 'A014',
  title: 'Reject referral',
  version: 'STU3',
  method: 'POST',
  paths: ['/ReferralRequest/:ubrn/$ers.rejectReferral'],
  functions: ['SERVICE_PROVIDER_CLINICIAN', 'SERVICE_PROVIDER_CLINICIAN_ADMIN'],
  applications: [],
  ifMatch: true,
  body: { kind: 'fhir', read: readRejection, parameters: BODY },
  produces: ['application/fhir+json'],
  document: {
    description:
      'The provider rejects a booked referral. A directly booked appointment is cancelled at the hospital first; when that fails nothing ' +
      'changes. The referral becomes REJECTED and returns to the referrer.',
    answers: 'ReferralRequest',
    refusals: {
      422: [
        'PATIENT_ERROR',
        'NO_RELATIONSHIP',
        'INVALID_REQUEST_STATE',
        'INAPPROPRIATE_VALUE',
        'VALUE_IS_REQUIRED',
        'FIELD_NOT_PERMITTED',
        'UNABLE_TO_CANCEL_APPOINTMENT',
      ],
      ...HOSPITAL_FAILURES,
    },
    example: () => ({
      path: { ubrn: '000000070002' },
      headers: { 'If-Match': 'W/"5"' },
      body: parametersMessage('eRS-RejectReferral-Parameters-1', [
        codingParameter(
          'rejectionReason',
          `https://localhost/referrals/FHIR/STU3/CodeSystem/${APPOINTMENT_CANCELLATION_REASON}`,
          'FURTHER_INFORMATION_REQUIRED',
        ),
        { name: 'appointmentCancelledInPAS', valueBoolean: true },
        { name: 'rejectionComments', valueString: 'Please add the latest echocardiogram.' },
      ]),
    }),
  },
  find: findReferral,
  handle: async (call) => {
    const ubrn = call.params['ubrn'] ?? '';
    const change = { operation: 'A014', expected: expectedVersion(call) };
    const facts = { now: call.world.clock.now(), reason: appointmentCancellationReason(call.body.reasonCode) };
    const rejected = await endBooking(call, ubrn, change, {
      check: (referral, service) => void requireRejectable(referral, call.body, { ...facts, service }),
      apply: (referral, service) => rejectReferral(referral, call.body, { ...facts, service }),
    });
    return referralAnswer(call, rejected);
  },
});

function readRejection(resource: unknown): Rejection {
  const { rejectionReason, rejectionComments, appointmentCancelledInPAS } = readParameters(resource, BODY);
  return {
    reasonCode: rejectionReason.code,
    ...(rejectionComments !== undefined && { comments: rejectionComments }),
    ...(appointmentCancelledInPAS !== undefined && { cancelledInPas: appointmentCancelledInPAS }),
  };
}
