import type { Row } from '../pair.ts';
import { adviceRequest, RC, referral } from './records.ts';

export const rows: readonly Row[] = [
  {
    answer: 'searchServiceRequest/ResponseExampleReferral',
    by: RC,
    given: { referrals: [referral('000000070000', 5, { requestId: 'r.832db7fa-ebdd-44b6-ab3b-8329c2d43149' })] },
  },
  {
    answer: 'searchServiceRequest/ResponseExampleAdvice',
    by: RC,
    given: { advice: [adviceRequest('000000070001', 5, { requestId: 'a.86b486e8-13fc-4623-8c25-3c0af85c649f' })] },
  },
  { answer: 'searchServiceRequest/ResponseExampleEmpty', by: RC, given: {} },
];
