import type { FaultChapter } from '../../kernel/faults/catalogue.ts';
import { operations } from './operations.ts';

/** Outages of e-RS and of the hospital systems behind it that can be rehearsed (ers.md §14). */
export const ERS_FAULTS: FaultChapter = {
  service: 'ers',
  title: 'e-Referral Service',
  kinds: ['status', 'delay', 'disconnect', 'partner'],
  operations: operations.map(({ id, title }) => ({ id, title })),
  examples: [
    {
      name: 'ers-unavailable',
      title: 'e-RS is down for maintenance',
      rehearses: 'Wait as long as Retry-After says, try again, and tell the user meanwhile.',
      operation: '*',
      effect: { kind: 'status', status: 503, retryAfterSeconds: 120 },
    },
    {
      name: 'ers-internal-error',
      title: 'The next request fails inside e-RS',
      rehearses: 'Do not repeat a change without looking first whether it was made.',
      operation: '*',
      effect: { kind: 'status', status: 500 },
      count: 1,
    },
    {
      name: 'ers-slow',
      title: 'Every answer takes ten seconds',
      rehearses: 'Time-outs that are long enough, and a page that says it is working.',
      operation: '*',
      effect: { kind: 'delay', milliseconds: 10_000 },
    },
    {
      name: 'ers-cut-off',
      title: 'The next answer never comes',
      rehearses: 'Nobody knows whether the change was made: read before repeating.',
      operation: '*',
      effect: { kind: 'disconnect' },
      count: 1,
    },
    {
      name: 'ers-rate-limit',
      title: 'The next three requests are too many',
      rehearses: 'Back off on 429, longer each time.',
      operation: '*',
      effect: { kind: 'status', status: 429, retryAfterSeconds: 5 },
      count: 3,
    },
    {
      name: 'hospital-refuses',
      title: 'The hospital refuses the next booking',
      rehearses: 'UNABLE_TO_CONFIRM_APPOINTMENT: choose another slot, or defer.',
      operation: 'A016',
      effect: { kind: 'partner', behaviour: 'refuse' },
      count: 1,
    },
    {
      name: 'hospital-error',
      title: 'The hospital answers the next booking with an error',
      rehearses: '502 PAS_RESPONDED_WITH_ERROR: choose another slot, or defer.',
      operation: 'A016',
      effect: { kind: 'partner', behaviour: 'error' },
      count: 1,
    },
    {
      name: 'hospital-silent',
      title: 'The hospital does not answer the next booking',
      rehearses: '504 PAS_NOT_RESPONDING: the slot may or may not be booked.',
      operation: 'A016',
      effect: { kind: 'partner', behaviour: 'silence' },
      count: 1,
    },
    {
      name: 'hospital-late',
      title: 'The hospital books, but answers too late',
      rehearses: '504 first, and the booking appears a moment later: retrieve the request.',
      operation: 'A016',
      effect: { kind: 'partner', behaviour: 'late' },
      count: 1,
    },
    {
      name: 'hospital-withdraws',
      title: 'The hospital takes the slot back as it is booked',
      rehearses: 'SLOT_NOT_AVAILABLE, and the slot is gone from the next search.',
      operation: 'A016',
      effect: { kind: 'partner', behaviour: 'withdraw' },
      count: 1,
    },
  ],
};

/** The hospital systems’ side of the free slots that e-RS polls. */
export const HOSPITAL_FAULTS: FaultChapter = {
  service: 'hospital',
  title: 'Hospital systems: polling of free slots',
  kinds: ['partner'],
  operations: [{ id: 'slot-poll', title: 'Poll of a clinic’s free slots' }],
  examples: [
    {
      name: 'hospital-unpolled',
      title: 'Hospitals give no free slots away',
      rehearses: 'Slots that e-RS offers grow stale: a booking may find its slot gone.',
      operation: 'slot-poll',
      effect: { kind: 'partner', behaviour: 'silence' },
    },
  ],
};
