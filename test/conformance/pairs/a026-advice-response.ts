import type { Row } from '../pair.ts';
import { adviceRequest, adviceService, author, file, question } from './records.ts';

/** Waits for an answer at version 5; the provider may not convert it. */
const WAITING = adviceRequest('000000070000', 5, {
  requestId: 'a.c18c4ec4-7d0a-480e-8506-347e0ec228b0',
  nhsNumber: '9462979626',
  criteria: {
    priority: 'ROUTINE',
    specialty: 'CARDIOLOGY',
    clinicType: 'HEART_FAILURE',
    postcode: 'LS1 2TW',
    distanceLimit: 123,
    ageAndGenderAppropriate: true,
  },
  conversionAuthorisation: 'NOT_AUTHORISED_TO_CONVERT',
  referrer: author('103264992985'),
  messages: [question('70000', author('103264992985'))],
});
const respond = {
  by: { user: '103264994981', businessFunction: 'SERVICE_PROVIDER_CLINICIAN', odsCode: 'R69' },
  ubrn: '000000070000',
  ifMatch: 5,
} as const;
const SERVICES = [adviceService('11014', 'Advice Only', { workGroup: [{ userId: '103264994981', odsCode: 'R69' }] })];

export const rows: readonly Row[] = [
  {
    answer: 'sendAdviceAndGuidanceResponse/ReturnToReferrerWithAdvice',
    ...respond,
    given: { services: SERVICES, advice: [WAITING] },
  },
  {
    answer: 'sendAdviceAndGuidanceResponse/AttachmentIncluded',
    ...respond,
    given: {
      services: SERVICES,
      files: [file('19eb7224-dff3-4730-a5cb-67eac811f1a5', 'TreatmentSpecification.pdf', '000000070000')],
      advice: [WAITING],
    },
  },
];
