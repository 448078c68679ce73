import { unknown } from '../errors.ts';
import type { Appointment, Referral } from '../model.ts';
import { type Answer, operation } from '../operation.ts';
import { referralByAppointment } from '../store/referrals.ts';
import { writeAppointment } from './appointment.ts';
import { type ReferralCall, requireAccess } from './referral-access.ts';

/** A referral with the appointment that is its current one. */
export interface FoundAppointment {
  readonly referral: Referral;
  readonly appointment: Appointment;
}

/**
 * A038: the current appointment of a referral; with a version only while that is the current one (ers.md §9 A038).
 * Refuses: 404; 422 PATIENT_ERROR, NO_RELATIONSHIP.
 */
export const retrieveAppointment = operation({
  id: 'A038',
  title: 'Retrieve appointment',
  version: 'STU3',
  method: 'GET',
  paths: ['/Appointment/:id', '/Appointment/:id/_history/:version'],
  functions: ['REFERRING_CLINICIAN', 'REFERRING_CLINICIAN_ADMIN', 'SERVICE_PROVIDER_CLINICIAN', 'SERVICE_PROVIDER_CLINICIAN_ADMIN'],
  applications: [],
  ifMatch: false,
  body: { kind: 'none' },
  produces: ['application/fhir+json'],
  document: {
    description:
      'The current appointment of a referral. Its ETag is its own version, not that of the referral. A version in the path must be the ' +
      'current one.',
    answers: 'Appointment',
    refusals: { 422: ['PATIENT_ERROR', 'NO_RELATIONSHIP'] },
    example: () => ({ path: { id: '70013', version: '0' } }),
  },
  handle: async (call) => {
    const found = await loadAppointment(call);
    const version = call.params['version'];
    if (version !== undefined && version !== String(found.appointment.version))
      throw unknown(`Version ${version} of appointment ${found.appointment.id}`);
    await requireAccess(call, found.referral, 'read');
    return appointmentAnswer(call, found);
  },
});

/** The appointment named in the path, if it is a current one. Throws 404. */
export async function loadAppointment(call: ReferralCall): Promise<FoundAppointment> {
  const id = call.params['id'] ?? '';
  const referral = /^\d{1,19}$/.test(id) ? await referralByAppointment(call.db, call.instance, id) : undefined;
  if (referral?.appointment === undefined) throw unknown(`Appointment ${id}`);
  call.exchange.ubrn = referral.ubrn;
  call.exchange.nhsNumber = referral.nhsNumber;
  return { referral, appointment: referral.appointment };
}

/** The appointment as answer: its own version is the ETag. */
export function appointmentAnswer(call: ReferralCall, { referral, appointment }: FoundAppointment): Answer {
  const resource = writeAppointment(appointment, referral, appointment.id, call.fhirBase);
  return { status: 200, resource, version: appointment.version };
}
