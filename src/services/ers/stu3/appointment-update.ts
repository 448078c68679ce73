/** The body of A034: the whole appointment as it should become (ers.md §9). */
import type { BookingCancellation } from '../booking/cancel-booking.ts';
import { unprocessable } from '../errors.ts';
import { appointmentCancellationReason, referralCancellationReason } from '../reference-data/reference-data.ts';
import { APPOINTMENT_CANCELLATION_REASON } from '../review/review.ts';
import { APPOINTMENT_STATUSES, invalid, readFrame, readIncomingReferral, readParticipants } from './appointment.ts';
import { list, record, text } from './elements.ts';

/** Longest comment of a cancellation. */
export const MAXIMUM_CANCELLATION_COMMENT = 2000;

export interface AppointmentUpdate {
  readonly cancellation: BookingCancellation;
  readonly ubrn: string;
  readonly referralVersion: number;
}

/**
 * Reads the body of A034.
 *
 * Throws (422) MISSING_VALUE; INVALID_VALUE for a wrong shape or format, an unknown status or a reason that e-RS does not have;
 * INAPPROPRIATE_VALUE for a status other than cancelled; UNEXPECTED_FIELD for what a cancelled appointment does not have.
 */
export function readAppointmentUpdate(resource: unknown): AppointmentUpdate {
  const body = readFrame(resource);
  const status = text(body['status'], 'status');
  if (!APPOINTMENT_STATUSES.has(status)) throw invalid('status', status);
  if (status !== 'cancelled')
    throw unprocessable('INAPPROPRIATE_VALUE', `'status' (${status}) is not appropriate.`, 'The only update is a cancellation.');
  for (const field of ['start', 'end', 'slot', 'minutesDuration']) {
    if (body[field] !== undefined)
      throw unprocessable('UNEXPECTED_FIELD', `'${field}' is not expected.`, 'A cancelled appointment has no time and no slot.');
  }
  const { ubrn, version } = readIncomingReferral(body['incomingReferral']);
  const { serviceId, nhsNumber } = readParticipants(body['participant']);
  const comment = readComment(body['comment']);
  return {
    ubrn,
    referralVersion: version,
    cancellation: {
      appointmentId: text(body['id'], 'id'),
      serviceId,
      nhsNumber,
      reasonCode: readReason(body['reason']),
      ...(comment !== undefined && { comment }),
    },
  };
}

/** A code of the other list of cancellation reasons is known to e-RS, only wrong here: the rule says so later. */
function readReason(value: unknown): string {
  const concept = record(list(value, 'reason', 'INVALID_VALUE')[0], 'reason', 'INVALID_VALUE');
  const coding = record(list(concept['coding'], 'reason', 'INVALID_VALUE')[0], 'reason', 'INVALID_VALUE');
  const code = text(coding['code'], 'reason');
  const system = text(coding['system'], 'reason/system');
  if (!system.endsWith(`/${APPOINTMENT_CANCELLATION_REASON}`)) throw invalid('reason', `${system}|${code}`);
  if (appointmentCancellationReason(code) === undefined && referralCancellationReason(code) === undefined) throw invalid('reason', code);
  return code;
}

function readComment(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  const comment = text(value, 'comment');
  if (comment.length > MAXIMUM_CANCELLATION_COMMENT)
    throw unprocessable('INVALID_VALUE', `'comment' is longer than ${MAXIMUM_CANCELLATION_COMMENT} characters.`);
  return comment;
}
