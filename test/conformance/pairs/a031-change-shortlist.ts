import type { Row } from '../pair.ts';
import { RC, referral, service, triageService } from './records.ts';

/** Unbooked at version 2, before its shortlist changes. */
const UNBOOKED = referral('000000070000', 2, {
  requestId: 'r.c18c4ec4-7d0a-480e-8506-347e0ec228b0',
  shortlist: [{ serviceId: '11010', serviceName: 'Excellent Cardiology Business Service' }],
  pathwayStart: '2024-05-01T09:55:00.000Z',
  letterIntention: 'NEED_TO_ADD_LATER',
});
const LETTER = { referralLetterRequired: true };
const change = { by: RC, ubrn: '000000070000', ifMatch: 2 } as const;

export const rows: readonly Row[] = [
  {
    answer: 'changeShortlist/UnbookedReferral',
    ...change,
    given: { services: [service('11002', 'Good Cardiology Business Service', LETTER)], referrals: [UNBOOKED] },
  },
  {
    answer: 'changeShortlist/UnbookedReferralMultipleServices',
    ...change,
    given: {
      services: ['11000', '11001', '11002', '11003', '11008'].map((id, index) =>
        service(id, `Good Cardiology Business Service ${index + 1}`, LETTER),
      ),
      referrals: [UNBOOKED],
    },
  },
  {
    answer: 'changeShortlist/UnbookedReferralMixedShortlist',
    ...change,
    given: {
      services: [service('11002', 'Good Cardiology Business Service', LETTER), triageService('51002', 'Good Cardiology Triage Service')],
      referrals: [UNBOOKED],
    },
  },
];
