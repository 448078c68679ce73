import type { Row } from '../pair.ts';

export const rows: readonly Row[] = [
  { answer: 'retrieveBusinessFunctions/PractitionerRoleBundle', by: { user: '000000000101' }, given: {} },
];
