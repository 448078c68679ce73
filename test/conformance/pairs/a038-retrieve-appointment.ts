import type { Row } from '../pair.ts';
import { appointment, RC, referral, reviewOutcome, reviewReason } from './records.ts';

/** A referral of 1000000001 with the appointment, as R69 sees it. */
function withAppointment(ubrn: string, version: number, state: string, current: ReturnType<typeof appointment>) {
  return { referrals: [referral(ubrn, version, { state, nhsNumber: '1000000001', specialty: 'CARDIOLOGY', appointment: current })] };
}

const DIRECT = 'Direct SVC 1';

export const rows: readonly Row[] = [
  {
    answer: 'retrieveAppointment/BookedDBS',
    by: RC,
    given: withAppointment(
      '000000070000',
      6,
      'BOOKED',
      appointment('70000', 5, 'booked', '50', DIRECT, {
        created: '2022-02-24T14:02:37.672Z',
        start: '2022-03-01T08:00:00.000Z',
        end: '2022-03-01T09:00:00.000Z',
        slotId: '410241',
      }),
    ),
  },
  {
    answer: 'retrieveAppointment/BookedIBS',
    by: RC,
    given: withAppointment(
      '000000070001',
      8,
      'BOOKED',
      appointment('70001', 5, 'booked', '50002', 'Leeds Neuro Business Service', {
        created: '2022-02-24T14:07:07.101Z',
        start: '2022-03-24T10:10:00.000Z',
        end: '2022-03-24T10:10:00.000Z',
      }),
    ),
  },
  {
    answer: 'retrieveAppointment/AppointmentDeferral',
    by: RC,
    given: withAppointment(
      '000000070002',
      8,
      'DEFERRED_TO_PROVIDER',
      appointment('70002', 5, 'proposed', '50', DIRECT, {
        created: '2022-02-24T14:13:36.636Z',
        reason: reviewReason('NO_SLOTS_AT_SERVICE'),
        comment: 'Slot unavailable',
      }),
    ),
  },
  {
    answer: 'retrieveAppointment/TriageDeferral',
    by: RC,
    given: withAppointment(
      '000000070004',
      6,
      'AWAITING_TRIAGE',
      appointment('70003', 5, 'proposed', '50110', 'Triage - 2WW', { created: '2022-02-24T14:14:38.495Z', reason: reviewReason('TRIAGE') }),
    ),
  },
  {
    answer: 'retrieveAppointment/CAAL',
    by: RC,
    given: withAppointment(
      '000000070006',
      9,
      'TRIAGED_PROVIDER_TO_ACTION',
      appointment('70005', 5, 'proposed', '50', DIRECT, {
        created: '2022-02-24T14:19:53.050Z',
        reason: reviewOutcome('CANCEL_APPOINTMENT_ACTION_LATER', 'Cancel Appointment Action Later'),
        comment: 'Please rebook later',
      }),
    ),
  },
];
