/** The life of a request (sds.md §9.3): a table to be read. Pure. */
import { LocalRefusal } from '../../kernel/errors.ts';
import type { RequestEvent, RequestState, Wish } from './model.ts';

export const TRANSITIONS: Readonly<Record<RequestState, Readonly<Partial<Record<RequestEvent, RequestState>>>>> = {
  draft: { submit: 'submitted', withdraw: 'withdrawn' },
  submitted: { 'approve-dns': 'dns-approved', approve: 'live', refuse: 'draft', withdraw: 'withdrawn' },
  'dns-approved': { approve: 'live', refuse: 'draft', withdraw: 'withdrawn' },
  live: {},
  withdrawn: {},
};

/** The life of a request for a name alone: the approval of the name is all there is to it. */
export const NAME_TRANSITIONS: typeof TRANSITIONS = {
  draft: TRANSITIONS.draft,
  submitted: { 'approve-dns': 'live', refuse: 'draft', withdraw: 'withdrawn' },
  'dns-approved': {},
  live: {},
  withdrawn: {},
};

/** The events by which a request is approved, in their order. */
export function approvals(wish: Wish): readonly RequestEvent[] {
  if (wish.kind === 'register-name') return ['approve-dns'];
  return needsDnsApproval(wish) ? ['approve-dns', 'approve'] : ['approve'];
}

/** Whether a host name has to be approved first. */
export function needsDnsApproval(wish: Wish): boolean {
  return (wish.kind === 'register' && wish.fqdn !== undefined) || wish.kind === 'change-address';
}

/** The state after an event. Throws LocalRefusal 409 when the table has none, or a host name waits for its approval. */
export function after(state: RequestState, event: RequestEvent, wish: Wish): RequestState {
  const next = (wish.kind === 'register-name' ? NAME_TRANSITIONS : TRANSITIONS)[state][event];
  if (next === undefined)
    throw new LocalRefusal(409, 'request_state', `A request that is ${state} cannot be changed in this way (${event}).`, 'Read it again.');
  if (event === 'approve' && state === 'submitted' && needsDnsApproval(wish))
    throw new LocalRefusal(409, 'dns_approval', 'The host name of this request has not been approved.', 'Have the DNS approver act first.');
  return next;
}
