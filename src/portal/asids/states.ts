/** The life of an ASID, from request to retirement (path-to-live.md §3.2): whether it is bound at the moment is read from its environment. Pure. */

import { LocalRefusal } from '../../kernel/errors.ts';

/** As stored. */
export const REQUEST_STATES = ['requested', 'allocating', 'withdrawn', 'allocated', 'retired'] as const;
export type RequestState = (typeof REQUEST_STATES)[number];
/** As shown. */
export type AsidState = RequestState | 'bound';
export type AsidEvent = 'allocate' | 'finish' | 'putBack' | 'refuse' | 'withdraw' | 'bind' | 'unbind' | 'retire';

/** An ASID is asked for and not there yet. */
export const WAITING: readonly RequestState[] = ['requested', 'allocating'];

/**
 * What follows on an event; what is not here cannot happen. Who allocates claims the request first (`allocating`): it is not withdrawn
 * meanwhile, and goes on when it was broken off. A retired ASID is never used again.
 */
export const ASID_TRANSITIONS: Readonly<Record<AsidState, Readonly<Partial<Record<AsidEvent, AsidState>>>>> = {
  requested: { allocate: 'allocating', withdraw: 'withdrawn' },
  allocating: { allocate: 'allocating', finish: 'allocated', putBack: 'requested', refuse: 'withdrawn' },
  withdrawn: {},
  allocated: { bind: 'bound', retire: 'retired' },
  bound: { unbind: 'allocated', retire: 'retired' },
  retired: {},
};

/**
 * The state that follows.
 *
 * @throws LocalRefusal 409 for what cannot happen in a state
 */
export function nextState(state: AsidState, event: AsidEvent): AsidState {
  const next = ASID_TRANSITIONS[state][event];
  if (next !== undefined) return next;
  throw new LocalRefusal(409, 'not_in_this_state', `An ASID that is ${state} cannot be asked to ${event}.`, FIX[state]);
}

/** What can be done instead. */
const FIX: Readonly<Record<AsidState, string>> = {
  requested: 'The operator allocates it first.',
  allocating: 'It is being allocated: look again in a minute.',
  withdrawn: 'Ask for another ASID.',
  allocated: 'Bind it first.',
  bound: 'Take it off its application first.',
  retired: 'A retired ASID is never used again: ask for another one.',
};

/** The state as shown. */
export function asidState(stored: RequestState, bound: boolean): AsidState {
  return stored === 'allocated' && bound ? 'bound' : stored;
}
