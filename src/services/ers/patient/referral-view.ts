/** What a patient sees of their referrals (ers.md §20.3), as rules over plain data. */

import { addWorkingDays } from '../../../kernel/calendar/working-days.ts';
import type { Instant } from '../../../kernel/clock.ts';
import type { Appointment, HealthcareService, Referral } from '../model.ts';
import { contactDays } from '../reference-data/reference-data.ts';

/** Codes of `https://fhir.nhs.uk/CodeSystem/eRS-ReferralState`, which differ from those of the other API. */
const STATES: Readonly<Partial<Record<Referral['state'], string>>> = {
  NOT_BOOKED: 'NOT_BOOKED',
  BOOKED: 'BOOKED',
  DEFERRED_TO_PROVIDER: 'DEFER_TO_PROVIDER',
  AWAITING_TRIAGE: 'AWAITING_TRIAGE',
  TRIAGE_RESPONSE: 'TRIAGE_RESPONSE',
  REJECTED: 'REJECTED',
  APPT_CANCELLED_BY_PATIENT: 'APPOINTMENT_CANCELLED_BY_PATIENT',
  APPT_CANCELLED_BY_PROVIDER: 'APPOINTMENT_CANCELLED_BY_PROVIDER',
};
/** The three ways in which a provider has a referral to act on, by the reason of the state. */
const TO_ACTION: Readonly<Record<string, string>> = {
  CANCEL_APPOINTMENT_ACTION_LATER: 'CARL',
  ACCEPT_REFER_BOOK_LATER: 'ARBL',
};
const OTHER_TO_ACTION = 'CARBL_OR_ARL';

/** The state a patient sees; undefined for states that have no code here: such referrals are back with the referrer and not shown. */
export function patientStateOf(referral: Pick<Referral, 'state' | 'stateReason'>): string | undefined {
  if (referral.state === 'TRIAGED_PROVIDER_TO_ACTION') return TO_ACTION[referral.stateReason?.code ?? ''] ?? OTHER_TO_ACTION;
  return STATES[referral.state];
}

/** How urgent, in FHIR's words: suspected cancer is `asap`. */
export const REQUEST_PRIORITIES = { ROUTINE: 'routine', URGENT: 'urgent', TWO_WEEK_WAIT: 'asap' } as const;

/** What stands beside a referral: a booking, something the provider has to do, or nothing; never both. */
export type CurrentStep =
  | { readonly kind: 'appointment'; readonly appointment: Appointment }
  | {
      readonly kind: 'task';
      readonly appointment: Appointment;
      readonly code: 'APPOINTMENT_DEFERRAL' | 'TRIAGE_DEFERRAL';
      readonly due: string;
    };

/**
 * The step a referral is at.
 *
 * @param serviceOf the service of an appointment, as far as it is known
 */
export function currentStepOf(referral: Referral, serviceOf: (id: string) => HealthcareService | undefined): CurrentStep | undefined {
  const { appointment } = referral;
  if (appointment?.status === 'booked') return { kind: 'appointment', appointment };
  if (appointment?.status !== 'proposed') return undefined;
  const triage = isTriage(referral, serviceOf(appointment.serviceId));
  const due = dueDate(referral.receivedAt ?? appointment.created, referral, triage);
  return { kind: 'task', appointment, code: triage ? 'TRIAGE_DEFERRAL' : 'APPOINTMENT_DEFERRAL', due };
}

function isTriage(referral: Referral, service: HealthcareService | undefined): boolean {
  if (referral.state === 'AWAITING_TRIAGE' || referral.state === 'TRIAGE_RESPONSE') return true;
  return referral.state === 'TRIAGED_PROVIDER_TO_ACTION' && service?.requestFlows.includes('TRIAGE_REQUEST') === true;
}

/** By when the provider should have reviewed the referral or found an appointment (ers.md §14). */
function dueDate(received: Instant, { priority }: Referral, triage: boolean): string {
  const days = contactDays(priority);
  return addWorkingDays(received, triage ? days.triage : days.deferToProvider);
}

/** An instant with the offset written out, without milliseconds when there are none: `2022-01-11T16:40:00+00:00`. */
export function offsetInstant(at: Instant): string {
  return new Date(at).toISOString().replace('.000Z', 'Z').replace('Z', '+00:00');
}
