import type { Row } from '../pair.ts';
import { appointment, letter, RC, referral, reviewReason, SPC, service, triageService } from './records.ts';

const GOOD = 'Good Cardiology Business Service';
const TRIAGE = 'Cardiology Triage Service';
const SERVICES = [service('11002', GOOD), triageService('50001', TRIAGE)];
const day = '2021-11-01';

export const rows: readonly Row[] = [
  {
    answer: 'availableActionsForUserList/Empty',
    by: RC,
    given: { services: SERVICES, referrals: [referral('000000070000', 6, { status: 'cancelled', state: 'CANCELLED_REFERRAL' })] },
  },
  {
    answer: 'availableActionsForUserList/WithRecordReviewOutcome',
    by: SPC,
    given: {
      services: SERVICES,
      referrals: [
        referral('000000070001', 6, {
          state: 'AWAITING_TRIAGE',
          specialty: 'CARDIOLOGY',
          appointment: appointment('70001', 1, 'proposed', '50001', TRIAGE, { reason: reviewReason('TRIAGE') }),
          attachments: [letter('80001', '719f6045-e791-4029-8e0f-1201c02b0a55')],
          clinicalInfoFirstSubmitted: '2021-06-11T12:09:08.667Z',
        }),
      ],
    },
  },
  {
    answer: 'availableActionsForUserList/WithCreateAppointment',
    by: RC,
    given: { services: SERVICES, referrals: [referral('000000070002', 6)] },
  },
  {
    answer: 'availableActionsForUserList/WithChangeShortlistAndSendForTriage',
    by: RC,
    given: {
      services: SERVICES,
      referrals: [
        referral('000000070004', 6, {
          state: 'REJECTED',
          specialty: 'CARDIOLOGY',
          appointment: appointment('70004', 1, 'cancelled', '11002', GOOD),
        }),
      ],
    },
  },
  {
    answer: 'availableActionsForUserList/WithCancelDBAppointment',
    by: RC,
    day,
    given: {
      services: SERVICES,
      referrals: [
        referral('000000070006', 6, {
          state: 'BOOKED',
          specialty: 'CARDIOLOGY',
          appointment: appointment('70006', 0, 'booked', '11002', GOOD, {
            start: '2021-11-16T09:00:00Z',
            end: '2021-11-16T10:00:00Z',
            slotId: '11002002',
          }),
        }),
      ],
    },
  },
];
