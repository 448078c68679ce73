import type { Row } from '../pair.ts';
import { adviceRequest, adviceService } from './records.ts';

export const rows: readonly Row[] = [
  {
    answer: 'convertAdviceAndGuidanceToReferral/NoAttachments',
    by: { user: '103264994981', businessFunction: 'SERVICE_PROVIDER_CLINICIAN', odsCode: 'R69' },
    given: {
      services: [adviceService('11014', 'Advice Only', { workGroup: [{ userId: '103264994981', odsCode: 'R69' }] })],
      advice: [
        adviceRequest('000000070000', 3, {
          nhsNumber: '1000000001',
          criteria: {
            priority: 'ROUTINE',
            specialty: 'CARDIOLOGY',
            clinicType: 'HEART_FAILURE',
            postcode: 'LS1 2TW',
            distanceLimit: 123,
            ageAndGenderAppropriate: true,
          },
        }),
      ],
    },
  },
];
