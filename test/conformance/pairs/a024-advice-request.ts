import type { Row } from '../pair.ts';
import { adviceRequest, adviceService, author, letter, question, SPC } from './records.ts';

const SERVICE = { serviceId: '11014', serviceName: 'Cardiology Advice Service' };
const SERVICES = [adviceService('11014', 'Cardiology Advice Service')];
const CRITERIA = {
  priority: 'ROUTINE',
  specialty: 'CARDIOLOGY',
  clinicType: 'HEART_FAILURE',
  ageAndGenderAppropriate: true,
  commissioningProvisioning: 'ALL_AVAILABLE_FOR_BOOKING',
};
const FROM_R68 = author('921600556514', 'R68');
const FROM_R69 = author('103264992985');

export const rows: readonly Row[] = [
  {
    answer: 'retrieveAdviceAndGuidanceRequest/MinimalExample',
    by: SPC,
    given: {
      services: SERVICES,
      advice: [
        adviceRequest('000000070000', 5, {
          requestId: 'a.c18c4ec4-7d0a-480e-8506-347e0ec228b0',
          service: SERVICE,
          criteria: CRITERIA,
          referringOrganisation: 'R68',
          referrer: FROM_R68,
          messages: [question('70000', FROM_R68)],
        }),
      ],
    },
  },
  {
    answer: 'retrieveAdviceAndGuidanceRequest/WithAttachmentFileReference',
    by: SPC,
    given: {
      services: SERVICES,
      advice: [
        adviceRequest('000000070001', 5, {
          requestId: 'a.c18c4ec4-7d0a-480e-8506-347e0ec228b1',
          service: SERVICE,
          criteria: CRITERIA,
          referrer: FROM_R69,
          messages: [question('70001', FROM_R69)],
          attachments: [
            letter('70002', '719f6045-e791-4029-8e0f-1201c02b0a55', {
              title: 'upload.png',
              contentType: 'image/png',
              size: 18592,
              description: 'upload.png',
              indexed: '2021-09-17T12:20:00.742Z',
              creation: '2021-09-17',
              attachedBy: '103264992985',
              attachedOnBehalfOf: '021600556514',
            }),
          ],
        }),
      ],
    },
  },
];
