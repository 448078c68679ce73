import { LocalRefusal } from '../../kernel/errors.ts';

export type RequestState = 'open' | 'submitted' | 'deciding' | 'granted' | 'refused';
export type RequestEvent = 'submit' | 'claim' | 'release' | 'grant' | 'refuse' | 'give-back';

/**
 * A request for a prerequisite: who may move it where. Whoever decides claims it first, so that it is carried out once; a claim that has run out
 * may be taken over, and one that came to nothing is released.
 */
export const REQUEST_STATES: Readonly<
  Record<RequestState, Readonly<Partial<Record<RequestEvent, { readonly to: RequestState; readonly by: 'supplier' | 'desk' }>>>>
> = {
  open: { submit: { to: 'submitted', by: 'supplier' } },
  submitted: { claim: { to: 'deciding', by: 'desk' } },
  deciding: {
    claim: { to: 'deciding', by: 'desk' },
    release: { to: 'submitted', by: 'desk' },
    grant: { to: 'granted', by: 'desk' },
    refuse: { to: 'refused', by: 'desk' },
  },
  refused: { submit: { to: 'submitted', by: 'supplier' } },
  granted: { 'give-back': { to: 'open', by: 'supplier' } },
};

/** The state after an event. Throws LocalRefusal 409 when the table does not have it. */
export function nextState(state: RequestState, event: RequestEvent): RequestState {
  const step = REQUEST_STATES[state][event];
  if (step === undefined)
    throw new LocalRefusal(
      409,
      'request_state',
      `A request that is ${state} cannot be ${PAST[event]}.`,
      'Look at the checklist again: somebody may have acted.',
    );
  return step.to;
}

const PAST: Readonly<Record<RequestEvent, string>> = {
  submit: 'submitted',
  claim: 'decided',
  release: 'put back',
  grant: 'granted',
  refuse: 'refused',
  'give-back': 'given back',
};

/** Access of a product version to an environment (path-to-live.md §3.2). */
export type Access = 'prerequisites-open' | 'granted' | 'suspended';

/** How access stands: granted once every needed prerequisite is, unless the desk has suspended it. */
export function accessOf(needed: readonly { readonly needed: boolean; readonly state: RequestState }[], suspended: boolean): Access {
  if (suspended) return 'suspended';
  return needed.every((each) => !each.needed || each.state === 'granted') ? 'granted' : 'prerequisites-open';
}
