import type { Row } from '../pair.ts';
import { RC, service } from './records.ts';

const SITE = { locationOdsCode: 'R6901', locationName: 'Cicero-Clinic Main Site' };

export const rows: readonly Row[] = [
  {
    answer: 'getService/sampleServiceWithFullAttributes',
    by: RC,
    given: {
      services: [
        service('2', 'Direct SVC 1', {
          ...SITE,
          appointmentType: 'DAY_CASE',
          hoursOfOperation: '9-5 Mon-Fri',
          instructions: 'Instructions',
          telephone: '01234567890',
          professionalContacts: [{ system: 'email', value: 'service@email.com' }],
        }),
      ],
    },
  },
  {
    answer: 'searchForServices/searchServiceWithMinmumalAttributes',
    by: RC,
    given: {
      services: [
        service('1', 'Direct SVC 1', { ...SITE, appointmentType: undefined }),
        service('2', 'Direct SVC 2', { ...SITE, appointmentType: undefined }),
      ],
    },
  },
  { answer: 'searchForServices/searchServiceWithEmptyResponse', by: RC, given: { services: [service('1', 'Direct SVC 1', SITE)] } },
];
