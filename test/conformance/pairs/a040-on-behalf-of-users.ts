import type { Row } from '../pair.ts';

export const rows: readonly Row[] = [
  {
    answer: 'retrieveOboUsers/PractitionerBundle',
    by: { user: '103264992985', businessFunction: 'SERVICE_PROVIDER_CLINICIAN_ADMIN', odsCode: 'R69' },
    given: { onBehalfOf: [{ admin: '103264992985', odsCode: 'R69', clinicians: ['111111111111'] }] },
  },
];
