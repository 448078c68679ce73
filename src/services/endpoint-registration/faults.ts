import type { FaultChapter } from '../../kernel/faults/catalogue.ts';

/** Outages of endpoint registration that can be rehearsed (PTL-087). */
export const ENDPOINT_REGISTRATION_FAULTS: FaultChapter = {
  service: 'endpoint-registration',
  title: 'Endpoint registration',
  kinds: ['status', 'delay'],
  operations: [
    { id: 'register-product', title: 'Registering a product' },
    { id: 'submit', title: 'Sending a request or registration' },
    { id: 'decide', title: 'Deciding on a request' },
    { id: 'directory', title: 'Changing directory records' },
  ],
  examples: [
    {
      name: 'care-identity-closed',
      title: 'The Care Identity Service is closed for maintenance',
      rehearses: 'Registration waits until the slot is over.',
      operation: '*',
      effect: { kind: 'status', status: 503 },
    },
  ],
};
