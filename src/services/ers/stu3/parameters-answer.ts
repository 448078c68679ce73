import type { Referral } from '../model.ts';
import type { Answer } from '../operation.ts';
import { writeAppointment } from './appointment.ts';
import { type ReferralCall, referralAnswer } from './referral-access.ts';

/**
 * The answer of operations that give back a referral and, under a name of its own, its appointment (A032, A036). They send no ETag.
 *
 * @param appointmentName absent = the appointment was not part of the change
 */
export async function parametersAnswer(
  call: ReferralCall,
  profile: string,
  referral: Referral,
  appointmentName?: 'createdAppointment' | 'updatedAppointment',
): Promise<Answer> {
  const { resource } = await referralAnswer(call, referral);
  const { appointment } = referral;
  return {
    status: 200,
    resource: {
      meta: { profile: [profile] },
      resourceType: 'Parameters',
      parameter: [
        { name: 'updatedReferralRequest', resource },
        ...(appointmentName === undefined || appointment === undefined
          ? []
          : [{ name: appointmentName, resource: writeAppointment(appointment, referral, appointment.id, call.fhirBase) }]),
      ],
    },
  };
}
