import type { Row } from '../pair.ts';
import { adviceRequest, adviceService, author, question, reply, SPC } from './records.ts';

export const rows: readonly Row[] = [
  {
    answer: 'retrieveAdviceAndGuidanceWorklist/AdviceAndGuidanceRequests',
    by: SPC,
    given: {
      services: [adviceService('11014', 'Advice Only')],
      advice: [
        adviceRequest('000000070000', 10, {
          nhsNumber: '1000000001',
          firstRequested: '2021-09-08T13:17:27.655Z',
          lastUpdated: '2021-09-08T13:17:27.655Z',
        }),
        adviceRequest('000000070002', 10, {
          nhsNumber: '9462979626',
          priority: 'TWO_WEEK_WAIT',
          category: 'REFERRER_TO_SUBMIT_FURTHER_INFORMATION',
          referrer: author('921600556514'),
          firstRequested: '2021-09-08T13:17:29.248Z',
          lastUpdated: '2021-09-08T13:17:29.860Z',
          messages: [
            question('70002', author('921600556514'), { sent: '2021-09-08T13:17:29.248Z' }),
            reply('70003', author('021600556514', 'R69', 'SERVICE_PROVIDER_CLINICIAN'), { sent: '2021-09-08T13:17:29.860Z' }),
          ],
        }),
      ],
    },
  },
];
