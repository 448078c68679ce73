import type { Row } from '../pair.ts';
import { RC, RCA, service } from './records.ts';

/** The pathway start that is sent lies four weeks before. */
const day = '2024-05-29';
const GOOD = [service('11002', 'Good Cardiology Business Service', { referralLetterRequired: true })];

export const rows: readonly Row[] = [
  { answer: 'createReferral/ReferralRequest', request: 'MinimalRequest', by: RC, day, given: { services: GOOD } },
  { answer: 'createReferral/ReferralRequest', request: 'MinimalRequestWithReferringClinician', by: RCA, day, given: { services: GOOD } },
  {
    answer: 'createReferral/ReferralRequestTwentyServices',
    by: RC,
    day,
    given: {
      services: Array.from({ length: 20 }, (_, index) =>
        service(String(12_000 + index), `Good Cardiology Business Service ${index + 1}`, {
          referralLetterRequired: true,
          clinicalTerms: ['1003'],
          namedClinicians: ['021600556514'],
          indicativeAppointmentWait: 20,
        }),
      ),
    },
  },
];
