/** The life of a request for a certificate (path-to-live.md §3.2, "Certificate": csrReceived → issued): a table to be read. Pure. */
import { LocalRefusal } from '../../kernel/errors.ts';

export type RequestState = 'requested' | 'issued' | 'refused';
export type RequestEvent = 'issue' | 'refuse';

export const REQUEST_TRANSITIONS: Readonly<Record<RequestState, Readonly<Partial<Record<RequestEvent, RequestState>>>>> = {
  requested: { issue: 'issued', refuse: 'refused' },
  issued: {},
  refused: {},
};

/** The state after a decision. Throws LocalRefusal 409 when it has been decided on already. */
export function decided(state: RequestState, event: RequestEvent): RequestState {
  const next = REQUEST_TRANSITIONS[state][event];
  if (next === undefined)
    throw new LocalRefusal(
      409,
      'request_decided',
      `This request is ${state} already.`,
      'Send a new signing request to have another certificate.',
    );
  return next;
}
