import type { Row } from '../pair.ts';
import { appointment, RC, referral, service } from './records.ts';

/** Booked for 1000000001 at the service 50: the referral's version is 6, the appointment's 1. */
function booked(ubrn: string, appointmentId: string) {
  return {
    services: [service('50', 'Direct SVC 1')],
    referrals: [
      referral(ubrn, 6, {
        state: 'BOOKED',
        nhsNumber: '1000000001',
        specialty: 'CARDIOLOGY',
        shortlist: [{ serviceId: '50', serviceName: 'Direct SVC 1' }],
        appointment: appointment(appointmentId, 1, 'booked', '50', 'Direct SVC 1', {
          created: '2022-02-22T10:16:57.748Z',
          start: '2022-03-10T09:00:00Z',
          end: '2022-03-10T10:00:00Z',
          slotId: '50001',
        }),
      }),
    ],
  };
}

const cancel = { by: RC, ifMatch: 1, day: '2022-02-22' } as const;

export const rows: readonly Row[] = [
  {
    answer: 'updateAppointment/MinimalCancellationReasonOnlyCommentNotMandatory',
    ...cancel,
    appointmentId: '70003',
    given: booked('000000070004', '70003'),
  },
  {
    answer: 'updateAppointment/CancellationReasonOnlyCommentMandatory',
    ...cancel,
    appointmentId: '70005',
    given: booked('000000070005', '70005'),
  },
  { answer: 'updateAppointment/CancellationInvalidReason', ...cancel, appointmentId: '70006', given: booked('000000070006', '70006') },
];
