import type { Row } from '../pair.ts';
import { letter, RC, referral, service, slot, triageService } from './records.ts';

const day = '2021-06-30';
const START = '2021-07-11T12:00:00Z';
const END = '2021-07-11T13:00:00Z';

/** Unbooked at version 6, its letter there, with one service on its shortlist. */
function unbooked(serviceId: string, serviceName: string) {
  return referral('000000070000', 6, {
    shortlist: [{ serviceId, serviceName }],
    clinicalInfoFirstSubmitted: '2021-06-11T12:09:08.667Z',
    attachments: [letter('80000', '19eb7224-dff3-4730-a5cb-67eac811f1a5')],
  });
}

const FORTHRIGHT = 'Forthright Cardiology Business Service';
const QUIET = 'Cardiology Business Service';
const TRIAGE = 'Cardiology Triage Service';

export const rows: readonly Row[] = [
  {
    answer: 'bookOrDeferAppointment/MinimalBooking',
    by: RC,
    day,
    // The published request is a year later than its answer.
    send: { start: START, end: END },
    given: {
      services: [service('11000', FORTHRIGHT)],
      slots: [slot('11000021', '11000', START)],
      referrals: [unbooked('11000', FORTHRIGHT)],
    },
  },
  {
    answer: 'bookOrDeferAppointment/MinimalDeferral',
    by: RC,
    given: { services: [service('11021', QUIET)], referrals: [unbooked('11021', QUIET)] },
  },
  {
    answer: 'bookOrDeferAppointment/TriageDeferral',
    by: RC,
    given: { services: [triageService('50001', TRIAGE)], referrals: [unbooked('50001', TRIAGE)] },
  },
  {
    answer: 'bookOrDeferAppointment/DeferralBookingAttemptProblem',
    by: RC,
    day,
    silence: { slot: '11000021', start: START, end: END },
    given: {
      services: [service('11000', FORTHRIGHT)],
      slots: [slot('11000021', '11000', START)],
      referrals: [unbooked('11000', FORTHRIGHT)],
    },
  },
];
