import type { Db } from '../../../kernel/store/store.ts';
import {
  applyBooking,
  type BookingFacts,
  bookingRefused,
  type CheckedBooking,
  checkBooking,
  failureFor,
  offerPeriod,
  slotGone,
} from '../booking/booking.ts';
import { HOSPITAL_FAILURES } from '../document/common-refusals.ts';
import { bookingMessage } from '../document/example-messages.ts';
import { ErsStatus, unprocessable } from '../errors.ts';
import type { Referral, Slot } from '../model.ts';
import { type Answer, type Call, operation } from '../operation.ts';
import { firstFreeSlot } from '../seed/slots.ts';
import { hasFreeSlots, serviceById, slotById, takeSlot } from '../store/catalogue.ts';
import { bookingFailureOf, forgetBookingFailure, nextNumber, rememberBookingFailure } from '../store/referrals.ts';
import { type BookingRequestBody, readBookingRequest, writeAppointment } from './appointment.ts';
import { BOOKING_SCHEMA } from './appointment-schema.ts';
import { type Change, holdReferral, saveChange } from './referral-change.ts';

/**
 * A016: books a slot, defers to the provider, or sends for triage (ers.md §9 A016, §14). A booking is confirmed by the hospital first,
 * outside any transaction, while the referral is locked; if the result then cannot be saved the hospital is told to cancel.
 *
 * Refuses: 409, 423; 422 MISSING_VALUE, INVALID_VALUE, INVALID_CODE, REFERENCE_NOT_FOUND, PATIENT_ERROR, NO_RELATIONSHIP, and what
 * {@link checkBooking} throws; UNABLE_TO_CONFIRM_APPOINTMENT (422), PAS_RESPONDED_WITH_ERROR (502), PAS_NOT_RESPONDING (504).
 */
export const bookOrDeferAppointment = operation<BookingRequestBody>({
  id: 'A016',
  title: 'Book or defer appointment',
  version: 'STU3',
  method: 'POST',
  paths: ['/Appointment'],
  functions: ['REFERRING_CLINICIAN', 'REFERRING_CLINICIAN_ADMIN'],
  applications: [],
  ifMatch: false,
  body: { kind: 'fhir', read: readBookingRequest, schema: BOOKING_SCHEMA },
  produces: ['application/fhir+json'],
  document: {
    description:
      'Books a slot for a referral, defers the referral to the provider, or sends it for triage, by status and reason. A booking is confirmed by ' +
      'the hospital before it is kept. The referral named must be at its current version, which moves on by two.',
    success: 201,
    answers: 'Appointment',
    refusals: {
      409: [],
      423: [],
      422: [
        'MISSING_VALUE',
        'INVALID_VALUE',
        'INVALID_CODE',
        'INAPPROPRIATE_VALUE',
        'REFERENCE_NOT_FOUND',
        'PATIENT_ERROR',
        'NO_RELATIONSHIP',
        'INVALID_REQUEST_STATE',
        'INVALID_STATE',
        'SERVICE_UNAVAILABLE',
        'INAPPROPRIATE_SLOT',
        'SLOT_NOT_AVAILABLE',
        'SLOTS_CURRENTLY_AVAILABLE',
        'THIS_SLOT_IS_AVAILABLE',
        'UNABLE_TO_CONFIRM_APPOINTMENT',
      ],
      ...HOSPITAL_FAILURES,
    },
    example: (now) => ({ body: bookingMessage({ ubrn: '000000070000', version: 5 }, firstFreeSlot('11002', now)) }),
  },
  handle: async (call) => {
    const { command, version } = call.body;
    const change: Change = { operation: 'A016', expected: version };
    const booked = await holdReferral(call, command.ubrn, version, async (referral) => {
      const checked = checkBooking(referral, command, await bookingFacts(call, referral));
      if (checked.slot === undefined) return save(call, change, referral, checked);
      await confirmAtHospital(call, referral, checked.slot);
      return saveConfirmed(call, change, referral, checked, checked.slot);
    }).catch(unknownUbrnIsReference);
    return appointmentAnswer(call, booked);
  },
});

async function bookingFacts(call: Call<BookingRequestBody>, referral: Referral): Promise<BookingFacts> {
  const { db, instance } = call;
  const { command } = call.body;
  const now = call.world.clock.now();
  const service = await serviceById(db, instance, command.serviceId);
  const lacksSlots = command.kind === 'NO_SLOTS_AT_SERVICE' && service !== undefined;
  return {
    now,
    service,
    slot: command.slotId === undefined ? undefined : await slotById(db, instance, command.slotId),
    slotsOnOffer:
      lacksSlots &&
      (await hasFreeSlots(db, instance, {
        serviceId: service.id,
        priority: referral.priority,
        ...offerPeriod(service, referral.priority, now),
      })),
    failure: command.kind === 'BOOK' ? undefined : await bookingFailureOf(db, instance, referral.ubrn),
  };
}

/** Throws the refusal of the hospital, having noted which deferral it opens. The referral itself does not change. */
async function confirmAtHospital(call: Call<BookingRequestBody>, referral: Referral, slot: Slot): Promise<void> {
  const answer = await call.world.hospital.book({ ...atHospital(call, referral, slot), start: slot.start });
  if (answer === 'confirmed') return;
  // The hospital may have said while it answered that the slot is withdrawn: then e-RS knows that it has gone (ers.md §19.4).
  const withdrawn = answer === 'refused' && (await slotById(call.db, call.instance, slot.id))?.status === 'withdrawn';
  const failure = failureFor(answer, slot.id, slot.serviceId);
  await call.world.store.transaction((tx) => rememberBookingFailure(tx, call.instance, referral.ubrn, failure, call.world.clock.now()));
  throw withdrawn ? slotGone(slot.id) : bookingRefused(answer, slot.id, referral.ubrn);
}

/** Saves a booking that the hospital has confirmed; if that fails (slot taken by another, referral changed) the hospital cancels it. */
async function saveConfirmed(
  call: Call<BookingRequestBody>,
  change: Change,
  referral: Referral,
  checked: CheckedBooking,
  slot: Slot,
): Promise<Referral> {
  try {
    return await save(call, change, referral, checked, async (tx) => {
      if (!(await takeSlot(tx, call.instance, slot.id))) throw slotGone(slot.id);
    });
  } catch (error) {
    await call.world.hospital.cancel({ ...atHospital(call, referral, slot), compensation: true });
    throw error;
  }
}

async function save(
  call: Call<BookingRequestBody>,
  change: Change,
  referral: Referral,
  checked: CheckedBooking,
  first?: (tx: Db) => Promise<void>,
): Promise<Referral> {
  return call.world.store.transaction(async (tx) => {
    await first?.(tx);
    const appointmentId = String(await nextNumber(tx, call.instance, 'appointment'));
    const booked = applyBooking(referral, call.body.command, checked, { now: call.world.clock.now(), appointmentId });
    await saveChange(tx, call, change, booked);
    await forgetBookingFailure(tx, call.instance, referral.ubrn);
    return booked;
  });
}

function atHospital(call: Call<BookingRequestBody>, referral: Referral, slot: Slot) {
  return {
    instance: call.instance,
    ubrn: referral.ubrn,
    nhsNumber: referral.nhsNumber,
    serviceId: slot.serviceId,
    slotId: slot.id,
    usrn: slot.usrn,
  };
}

function appointmentAnswer(call: Call<BookingRequestBody>, referral: Referral): Answer {
  const { appointment } = referral;
  if (appointment === undefined) throw new TypeError('a booking makes an appointment');
  return {
    status: 201,
    resource: writeAppointment(appointment, referral, appointment.id, call.fhirBase),
    version: appointment.version,
    headers: { location: `${call.fhirBase}/STU3/Appointment/${appointment.id}/_history/${appointment.version}` },
  };
}

/** The UBRN travels in the body here: one that is not known is a reference not found, not a missing page. */
function unknownUbrnIsReference(error: unknown): never {
  if (error instanceof ErsStatus && error.status === 404) {
    throw unprocessable('REFERENCE_NOT_FOUND', `'Incoming Referral' is not found.`, error.explanation.why, error.explanation.fix);
  }
  throw error;
}
