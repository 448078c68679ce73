import type { FaultChapter } from '../../kernel/faults/catalogue.ts';

/** Outages of the directory’s FHIR API that can be rehearsed (sds.md §8.3). */
export const SPINE_DIRECTORY_FAULTS: FaultChapter = {
  service: 'spine-directory',
  title: 'Spine Directory Service FHIR API',
  kinds: ['status', 'delay', 'disconnect'],
  operations: [
    { id: 'find-devices', title: 'Search of devices' },
    { id: 'find-endpoints', title: 'Search of endpoints' },
  ],
  examples: [
    {
      name: 'directory-timeout',
      title: 'The directory behind the API does not answer',
      rehearses: '504: send with the address known before, or queue the message.',
      operation: '*',
      effect: { kind: 'status', status: 504 },
    },
    {
      name: 'directory-bad-answer',
      title: 'The directory behind the API answers nonsense',
      rehearses: '502: try again later.',
      operation: '*',
      effect: { kind: 'status', status: 502 },
      count: 3,
    },
  ],
};
