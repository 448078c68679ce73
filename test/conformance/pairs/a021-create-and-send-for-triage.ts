import type { Row } from '../pair.ts';
import { RC, triageService } from './records.ts';

export const rows: readonly Row[] = [
  {
    answer: 'createReferralAndSendForTriage/ReferralRequest',
    by: RC,
    given: { services: [triageService('11004', 'Cardiology Triage Business Service')] },
  },
];
