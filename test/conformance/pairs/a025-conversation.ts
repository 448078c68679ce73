import type { Row } from '../pair.ts';
import { adviceRequest, adviceService, author, letter, question, reply, SPC, service } from './records.ts';

const ADVICE = [adviceService('11014', 'Advice Only')];
const PROVIDER = 'SERVICE_PROVIDER_CLINICIAN';
const R68_CLINICIAN = author('021600556514', 'R68');
const R68_REFERRER = author('921600556514', 'R68');
const R69_PROVIDER = author('103264994981', 'R69', PROVIDER);

const QUESTION_FILE = letter('70000', '3816ca48-897a-4be0-907d-a4e830b4e213', {
  type: 'ADVICE_REQUEST',
  title: 'testResultsA.pdf',
  description: 'test results A',
  indexed: '2021-09-23T14:43:49.565Z',
  creation: '2021-09-23',
  attachedBy: '921600556514',
  attachedOnBehalfOf: '004377014925',
});
const REPLY_FILE = letter('70001', '719f6045-e791-4029-8e0f-1201c02b0a55', {
  type: 'GUIDANCE_RESPONSE',
  title: 'testXXXInfo.pdf',
  size: 11,
  description: 'test xxx info',
  indexed: '2021-09-24T11:21:00.000Z',
  creation: '2021-09-24',
  attachedBy: '103264994981',
  attachedOnBehalfOf: '004377014925',
});
const QUESTION = question('70000', R68_REFERRER, { sent: '2021-09-23T14:43:45.869Z', attachmentIds: ['70000'] });

export const rows: readonly Row[] = [
  {
    answer: 'retrieveAdviceAndGuidanceConversation/SingleMessageFromReferrer',
    by: SPC,
    given: {
      services: ADVICE,
      advice: [
        adviceRequest('000000070000', 1, {
          referrer: author('103264992985'),
          messages: [question('70000', author('103264992985'), { sent: '2021-09-23T13:40:06.259Z' })],
        }),
      ],
    },
  },
  {
    answer: 'retrieveAdviceAndGuidanceConversation/OneMessageEachWay',
    by: SPC,
    given: {
      services: [
        service('11000', 'Forthright Cardiology Business Service', {
          requestFlows: ['APPOINTMENT_REQUEST', 'ADVICE_AND_GUIDANCE_REQUEST'],
        }),
      ],
      advice: [
        adviceRequest('000000070000', 2, {
          category: 'REFERRER_TO_SUBMIT_FURTHER_INFORMATION',
          service: { serviceId: '11000', serviceName: 'Forthright Cardiology Business Service' },
          referringOrganisation: 'R68',
          referrer: R68_CLINICIAN,
          messages: [
            question('70000', R68_CLINICIAN, { sent: '2021-09-23T11:21:11.740Z' }),
            reply('70001', author('021600556514', 'R68', PROVIDER), { sent: '2021-09-23T13:49:09.947Z' }),
          ],
        }),
      ],
    },
  },
  {
    answer: 'retrieveAdviceAndGuidanceConversation/AttachmentPresentInEachDirection',
    by: SPC,
    given: {
      services: ADVICE,
      advice: [
        adviceRequest('000000070001', 6, {
          category: 'REFERRER_TO_SUBMIT_FURTHER_INFORMATION',
          referrer: R68_REFERRER,
          messages: [QUESTION, reply('70001', R69_PROVIDER, { sent: '2021-09-23T14:43:46.991Z', attachmentIds: ['70001'] })],
          attachments: [QUESTION_FILE, REPLY_FILE],
        }),
      ],
    },
  },
  {
    answer: 'retrieveAdviceAndGuidanceConversation/UnavailableAttachments',
    by: SPC,
    given: {
      services: ADVICE,
      advice: [
        adviceRequest('000000070004', 3, {
          category: 'REFERRER_TO_SUBMIT_FURTHER_INFORMATION',
          referrer: R68_REFERRER,
          messages: [QUESTION, reply('70003', R69_PROVIDER, { sent: '2021-09-23T14:43:46.991Z', attachmentIds: ['70001', '70002'] })],
          attachments: [
            { ...QUESTION_FILE, availability: 'PENDING' },
            { ...REPLY_FILE, availability: 'THREATS_FOUND' },
            {
              ...REPLY_FILE,
              id: '70002',
              fileId: '874ef853-131a-48e9-8a0a-1417eaa79d8d',
              title: 'moreTestXXXInfo.pdf',
              availability: 'VALIDATION_FAILED',
            },
          ],
        }),
      ],
    },
  },
];
