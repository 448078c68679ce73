import type { Row } from '../pair.ts';
import { adviceService, RC } from './records.ts';

export const rows: readonly Row[] = [
  {
    answer: 'createAdviceAndGuidance/ExampleRCWithoutAttachments',
    by: RC,
    given: { services: [adviceService('11014', 'Cardiology Advice Service')] },
  },
];
