import type { Row } from '../pair.ts';
import { RC, referral } from './records.ts';

export const rows: readonly Row[] = [
  {
    answer: 'searchServiceRequest/ResponseExampleReferral',
    by: RC,
    given: { referrals: [referral('000000070000', 5, { requestId: 'r.832db7fa-ebdd-44b6-ab3b-8329c2d43149' })] },
  },
  { answer: 'searchServiceRequest/ResponseExampleEmpty', by: RC, given: {} },
];
