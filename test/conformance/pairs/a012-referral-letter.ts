import type { Row } from '../pair.ts';
import { file, letter, RC, referral, service } from './records.ts';

const SERVICES = [service('11002', 'Good Cardiology Business Service', { referralLetterRequired: true })];
/** Both requests name this file. */
const UPLOADED = '50f0c0d5-7ed1-4587-8fce-889c8685eb54';

export const rows: readonly Row[] = [
  {
    answer: 'maintainReferralLetter/ReferralRequestWithSingleDocumentReference',
    by: RC,
    ifMatch: 4,
    given: {
      files: [file(UPLOADED, 'testResults.pdf', '000000070000')],
      services: SERVICES,
      referrals: [
        referral('000000070000', 4, { requestId: 'r.c18c4ec4-7d0a-480e-8506-347e0ec228b0', letterIntention: 'NEED_TO_ADD_LATER' }),
      ],
    },
  },
  {
    answer: 'maintainReferralLetter/ReferralRequestWithUpdatedDocumentReferences',
    by: RC,
    ifMatch: 4,
    given: {
      files: [file(UPLOADED, 'testResult2.pdf', '000000070001')],
      services: SERVICES,
      referrals: [
        referral('000000070001', 4, {
          requestId: 'r.c18c4ec4-7d0a-480e-8506-347e0ec228b1',
          clinicalInfoFirstSubmitted: '2021-06-24T13:21:41.238Z',
          attachments: [letter('70005', '11111111-1111-4111-8111-111111111111', { title: 'testResult1.pdf' })],
        }),
      ],
    },
  },
];
