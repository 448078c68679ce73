import { type BookingCancellationFacts, cancelBooking, requireCancellableBooking } from '../booking/cancel-booking.ts';
import { HOSPITAL_FAILURES } from '../document/common-refusals.ts';
import { cancellationMessage } from '../document/example-messages.ts';
import { unprocessable } from '../errors.ts';
import type { HealthcareService } from '../model.ts';
import { operation } from '../operation.ts';
import { appointmentCancellationReason } from '../reference-data/reference-data.ts';
import { notCurrent } from '../store/referrals.ts';
import { appointmentAnswer, type FoundAppointment, loadAppointment } from './a038-retrieve-appointment.ts';
import { CANCELLATION_SCHEMA } from './appointment-schema.ts';
import { type AppointmentUpdate, readAppointmentUpdate } from './appointment-update.ts';
import { endBooking } from './cancelling-appointments.ts';
import { expectedVersion } from './referral-change.ts';

/**
 * A034: the referrer cancels a directly booked appointment for the patient (ers.md §9 A034). `If-Match` is the version of the
 * appointment; the version of the referral is in the body. The hospital is asked first; then the appointment is cancelled and the
 * referral, APPT_CANCELLED_BY_PATIENT, waits to be booked again.
 *
 * Refuses: 404, 412, 409, 423; 422 MISSING_VALUE, INVALID_VALUE, UNEXPECTED_FIELD, PATIENT_ERROR, NO_RELATIONSHIP,
 * INVALID_REQUEST_STATE, INAPPROPRIATE_VALUE, UNABLE_TO_CANCEL_APPOINTMENT; 502, 504.
 */
export const updateAppointment = operation<AppointmentUpdate>({
  id: 'A034',
  title: 'Update appointment',
  version: 'STU3',
  method: 'PUT',
  paths: ['/Appointment/:id'],
  functions: ['REFERRING_CLINICIAN', 'REFERRING_CLINICIAN_ADMIN'],
  applications: [],
  ifMatch: true,
  body: { kind: 'fhir', read: readAppointmentUpdate, schema: CANCELLATION_SCHEMA },
  produces: ['application/fhir+json'],
  document: {
    description:
      'The referrer cancels a directly booked appointment for the patient, who may then be booked again. If-Match is the version of the ' +
      'appointment; the body names the version of the referral. The hospital is asked first; when it fails nothing changes.',
    answers: 'Appointment',
    refusals: {
      422: ['PATIENT_ERROR', 'NO_RELATIONSHIP', 'INVALID_REQUEST_STATE', 'INAPPROPRIATE_VALUE', 'UNABLE_TO_CANCEL_APPOINTMENT'],
      ...HOSPITAL_FAILURES,
    },
    example: () => ({
      path: { id: '70009' },
      headers: { 'If-Match': 'W/"0"' },
      body: cancellationMessage('70009', { ubrn: '000000070001', version: 5 }, '11002', 'PATIENT_ILL'),
    }),
  },
  find: async (call) => void (await loadAppointment(call)),
  handle: async (call) => {
    const { cancellation, referralVersion } = call.body;
    const found = await loadAppointment(call);
    const expected = expectedVersion(call);
    const factsOf = (service: HealthcareService | undefined): BookingCancellationFacts => ({
      now: call.world.clock.now(),
      businessFunction: call.caller.businessFunction,
      reason: appointmentCancellationReason(cancellation.reasonCode),
      service,
    });
    const referral = await endBooking(
      call,
      found.referral.ubrn,
      { operation: 'A034', expected: referralVersion },
      {
        check: (current, service) => {
          requireNamed(call.body, found);
          if (current.appointment?.version !== expected) throw notCurrent(`Appointment ${cancellation.appointmentId}`, expected);
          requireCancellableBooking(current, cancellation, factsOf(service));
        },
        apply: (current, service) => cancelBooking(current, cancellation, factsOf(service)),
      },
    );
    if (referral.appointment === undefined) throw new TypeError('a cancelled booking keeps its appointment');
    return appointmentAnswer(call, { referral, appointment: referral.appointment });
  },
});

/** The body speaks of the appointment in the path. Throws INAPPROPRIATE_VALUE (422). */
function requireNamed({ cancellation: { appointmentId }, ubrn }: AppointmentUpdate, found: FoundAppointment): void {
  if (appointmentId !== found.appointment.id) {
    throw unprocessable(
      'INAPPROPRIATE_VALUE',
      `'id' (${appointmentId}) is not appropriate.`,
      `The address names appointment ${found.appointment.id}.`,
    );
  }
  if (ubrn !== found.referral.ubrn) {
    throw unprocessable(
      'INAPPROPRIATE_VALUE',
      `'incomingReferral' (${ubrn}) is not appropriate.`,
      'The appointment belongs to another referral.',
    );
  }
}
