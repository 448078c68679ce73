/** The life of an ASID, from request to retirement (path-to-live.md §3.2): whether it is bound at the moment is read from its environment. Pure. */

/** As stored. */
export type RequestState = 'requested' | 'withdrawn' | 'allocated' | 'retired';
/** As shown. */
export type AsidState = 'requested' | 'withdrawn' | 'allocated' | 'bound' | 'retired';
export type AsidEvent = 'allocate' | 'withdraw' | 'bind' | 'unbind' | 'retire';

/** What follows on an event; what is not here cannot happen. A retired ASID is never used again. */
export const ASID_TRANSITIONS: Readonly<Record<AsidState, Readonly<Partial<Record<AsidEvent, AsidState>>>>> = {
  requested: { allocate: 'allocated', withdraw: 'withdrawn' },
  withdrawn: {},
  allocated: { bind: 'bound', retire: 'retired' },
  bound: { unbind: 'allocated', retire: 'retired' },
  retired: {},
};

/** The state as shown. */
export function asidState(stored: RequestState, bound: boolean): AsidState {
  return stored === 'allocated' && bound ? 'bound' : stored;
}
