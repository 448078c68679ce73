import type { Referral } from '../model.ts';
import { operation } from '../operation.ts';
import { appointmentCancellationReason } from '../reference-data/reference-data.ts';
import {
  APPOINTMENT_CANCELLATION_REASON,
  cancellationRefused,
  isDirectlyBooked,
  type Rejection,
  rejectReferral,
  requireRejectable,
} from '../review/review.ts';
import { releaseSlot, serviceById, slotById } from '../store/catalogue.ts';
import { type ParametersSpec, readParameters } from './parameters.ts';
import { findReferral, type ReferralCall, referralAnswer } from './referral-access.ts';
import { expectedVersion, holdReferral, saveChange } from './referral-change.ts';

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
  body: { kind: 'fhir', read: readRejection },
  produces: ['application/fhir+json'],
  find: findReferral,
  handle: async (call) => {
    const ubrn = call.params['ubrn'] ?? '';
    const change = { operation: 'A014', expected: expectedVersion(call) };
    const rejected = await holdReferral(call, ubrn, change.expected, async (referral) => {
      const booked =
        referral.appointment === undefined ? undefined : await serviceById(call.db, call.instance, referral.appointment.serviceId);
      const facts = { now: call.world.clock.now(), reason: appointmentCancellationReason(call.body.reasonCode), service: booked };
      requireRejectable(referral, call.body, facts);
      const slotId = isDirectlyBooked(referral, booked) ? referral.appointment?.slotId : undefined;
      if (slotId !== undefined) await cancelAtHospital(call, referral, slotId);
      return call.world.store.transaction(async (tx) => {
        const result = rejectReferral(referral, call.body, facts);
        await saveChange(tx, call, change, result);
        if (slotId !== undefined) await releaseSlot(tx, call.instance, slotId);
        return result;
      });
    });
    return referralAnswer(call, rejected);
  },
});

/**
 * Asks the hospital to cancel the booking of a referral. Throws UNABLE_TO_CANCEL_APPOINTMENT (422), PAS_RESPONDED_WITH_ERROR (502) or
 * PAS_NOT_RESPONDING (504).
 */
export async function cancelAtHospital(call: ReferralCall, referral: Referral, slotId: string): Promise<void> {
  const slot = await slotById(call.db, call.instance, slotId);
  const answer = await call.world.hospital.cancel({
    instance: call.instance,
    ubrn: referral.ubrn,
    nhsNumber: referral.nhsNumber,
    serviceId: referral.appointment?.serviceId ?? '',
    slotId,
    usrn: slot?.usrn ?? '',
  });
  if (answer !== 'confirmed') throw cancellationRefused(answer, slotId, referral.ubrn);
}

function readRejection(resource: unknown): Rejection {
  const { rejectionReason, rejectionComments, appointmentCancelledInPAS } = readParameters(resource, BODY);
  return {
    reasonCode: rejectionReason.code,
    ...(rejectionComments !== undefined && { comments: rejectionComments }),
    ...(appointmentCancelledInPAS !== undefined && { cancelledInPas: appointmentCancelledInPAS }),
  };
}
