import type { OfferKey } from '../service.ts';
import type { FaultEffect } from './faults.ts';

/** An outage to rehearse, ready to be set. */
export interface FaultExample {
  /** For scripts: `gateway-slow-tokens`. */
  readonly name: string;
  /** What happens: "The next booking loses its slot". */
  readonly title: string;
  /** What a client should be seen to do then. */
  readonly rehearses: string;
  readonly operation: string;
  readonly effect: FaultEffect;
  /** How often; until cleared when absent. */
  readonly count?: number;
}

/** What can be made to go wrong in one service. */
export interface FaultChapter {
  readonly service: string;
  readonly title: string;
  readonly kinds: readonly FaultEffect['kind'][];
  readonly operations: readonly { readonly id: string; readonly title: string }[];
  readonly examples: readonly FaultExample[];
}

/** Key under which services offer what can go wrong in them; read when somebody looks. */
export const faultChapter: OfferKey<() => Promise<FaultChapter>> = { name: 'faults.chapter' };
