/** The code systems of e-RS as data (ers.md §16), and the questions rules ask of them. */

import { type Instant, isoInstant } from '../../../kernel/clock.ts';
import type { Priority } from '../model.ts';
import appointmentCancellationReasons from './appointment-cancellation-reasons.json' with { type: 'json' };
import clinicTypeRows from './clinic-types.json' with { type: 'json' };
import referralCancellationReasons from './referral-cancellation-reasons.json' with { type: 'json' };
import specialtyRows from './specialties.json' with { type: 'json' };

/** A code with the time it may be used in: from `effectiveFrom`, until `effectiveTo` where there is one (ers.md §9 A004). */
export interface Concept {
  readonly code: string;
  readonly display: string;
  /** ISO instants; specialties and clinic types are dated by the day. */
  readonly effectiveFrom: string;
  readonly effectiveTo?: string;
}

export interface ClinicType extends Concept {
  readonly specialty: string;
}

export interface PriorityConcept extends Concept {
  readonly code: Priority;
  /** Working days within which a provider contacts the patient after a deferral. */
  readonly deferToProviderContactDays: number;
  /** The same for triage. */
  readonly triageContactDays: number;
}

/** Why an appointment is cancelled or a referral rejected. */
export interface AppointmentCancellationReason extends Concept {
  /** PATIENT, PROVIDER, PROVIDER_REJECT or UNKNOWN. */
  readonly type: string;
  readonly commentIsMandatory: boolean;
  /** Functions that may choose it; absent = none. */
  readonly businessFunctions?: readonly string[];
  /** REJECT (A014) or CANCEL (A034); absent = not selectable. */
  readonly usage?: string;
}

/** Why a whole referral is cancelled (A036). */
export interface ReferralCancellationReason extends Concept {
  /** PATIENT, PROVIDER, PROVIDER_TRIAGE or UNKNOWN. */
  readonly type: string;
  readonly commentIsMandatory: boolean;
  readonly canCancelAppointment: boolean;
  readonly businessFunctions?: readonly string[];
  readonly referrerUsage?: string;
}

const SINCE_2004 = '2004-06-01T00:00:00.000Z';

export const APPOINTMENT_CANCELLATION_REASONS: readonly AppointmentCancellationReason[] = appointmentCancellationReasons;
export const REFERRAL_CANCELLATION_REASONS: readonly ReferralCancellationReason[] = referralCancellationReasons;

export const NON_ATTENDANCE_REASONS: readonly Concept[] = [
  { code: 'CANCELLED_TOO_LATE', display: 'Cancelled too late', effectiveFrom: SINCE_2004 },
  { code: 'ARRIVED_TOO_LATE', display: 'Patient arrived too late to be seen', effectiveFrom: SINCE_2004 },
  { code: 'PATIENT_FORGOT', display: 'Patient forgot about appointment', effectiveFrom: SINCE_2004 },
  { code: 'PATIENT_DIED', display: 'Patient died', effectiveFrom: SINCE_2004 },
  { code: 'PATIENT_ILL', display: 'Patient ill', effectiveFrom: SINCE_2004 },
  { code: 'UNKNOWN', display: 'Reason not known', effectiveFrom: SINCE_2004 },
  { code: 'NOT_SPECIFIED', display: 'Not specified', effectiveFrom: SINCE_2004 },
  {
    code: 'OTHER_MIGRATION_FROM_CAB',
    display: 'Other (Migration from CAB)',
    effectiveFrom: SINCE_2004,
    effectiveTo: '2012-01-31T00:00:00.000Z',
  },
];

export const PRIORITIES: readonly PriorityConcept[] = [
  { code: 'ROUTINE', display: 'Routine', effectiveFrom: SINCE_2004, deferToProviderContactDays: 40, triageContactDays: 40 },
  { code: 'URGENT', display: 'urgent', effectiveFrom: SINCE_2004, deferToProviderContactDays: 10, triageContactDays: 5 },
  { code: 'TWO_WEEK_WAIT', display: 'Two Week Wait', effectiveFrom: SINCE_2004, deferToProviderContactDays: 5, triageContactDays: 2 },
];

export const SPECIALTIES: readonly Concept[] = specialtyRows.map(([code = '', display = '', from = '', to]) => ({
  code,
  display,
  ...datesOf(from, to),
}));
export const CLINIC_TYPES: readonly ClinicType[] = clinicTypeRows.map(([code = '', display = '', specialty = '', from = '', to]) => ({
  code,
  display,
  ...datesOf(from, to),
  specialty,
}));

function datesOf(from: string, to: string | undefined): { effectiveFrom: string; effectiveTo?: string } {
  const midnight = (date: string) => `${date}T00:00:00.000Z`;
  return { effectiveFrom: midnight(from), ...(to !== undefined && { effectiveTo: midnight(to) }) };
}

const appointmentReasons = byCode(APPOINTMENT_CANCELLATION_REASONS);
const referralReasons = byCode(REFERRAL_CANCELLATION_REASONS);
const nonAttendanceReasons = byCode(NON_ATTENDANCE_REASONS);
const specialties = byCode(SPECIALTIES);
const clinicTypes = byCode(CLINIC_TYPES);
const priorities = byCode(PRIORITIES);

function byCode<C extends Concept>(concepts: readonly C[]): ReadonlyMap<string, C> {
  return new Map(concepts.map((each) => [each.code, each]));
}

/** Whether a code may be used at a moment. */
export function isInForce(concept: Concept, now: Instant): boolean {
  const at = isoInstant(now);
  return concept.effectiveFrom <= at && (concept.effectiveTo === undefined || concept.effectiveTo > at);
}

/** The reason, in force or not; undefined when the code is not in APPOINTMENT-CANCELLATION-REASON. */
export function appointmentCancellationReason(code: string): AppointmentCancellationReason | undefined {
  return appointmentReasons.get(code);
}

/** The reason, in force or not; undefined when the code is not in REFERRAL-CANCELLATION-REASON. */
export function referralCancellationReason(code: string): ReferralCancellationReason | undefined {
  return referralReasons.get(code);
}

/** The reason, in force or not; undefined when the code is not in APPOINTMENT-NON-ATTENDANCE-REASON. */
export function nonAttendanceReason(code: string): Concept | undefined {
  return nonAttendanceReasons.get(code);
}

/** The specialty, in force or not; undefined when the code is not in SPECIALTY. */
export function specialty(code: string): Concept | undefined {
  return specialties.get(code);
}

/** Whether the code is in SPECIALTY, in force or not. */
export function isSpecialty(code: string): boolean {
  return specialties.has(code);
}

/** The clinic type, in force or not; undefined when the code is not in CLINIC-TYPE. */
export function clinicType(code: string): ClinicType | undefined {
  return clinicTypes.get(code);
}

/** Working days within which a provider must contact the patient (ers.md §14, §16). */
export function contactDays(priority: Priority): { readonly deferToProvider: number; readonly triage: number } {
  const concept = priorities.get(priority);
  return { deferToProvider: concept?.deferToProviderContactDays ?? 0, triage: concept?.triageContactDays ?? 0 };
}
