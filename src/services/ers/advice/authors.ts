/** Who a message is from: the person responsible and the person at the keyboard (ers.md §10.5). */
import type { Caller } from '../model.ts';
import type { Author } from './model.ts';

export interface Authorship {
  /** The clinician in whose name it is. */
  readonly responsible: Author;
  /** The person at the keyboard. */
  readonly sender: Author;
}

/**
 * A referrer's authorship.
 *
 * @param clinician whom an administrator writes for; a clinician writes in their own name
 */
export function referrerAuthorship(caller: Caller, clinician = caller.userId): Authorship {
  return { responsible: { userId: clinician, odsCode: caller.odsCode, businessFunction: 'REFERRING_CLINICIAN' }, sender: inRole(caller) };
}

/** A provider's authorship: administrators act on behalf of a clinician. */
export function providerAuthorship(caller: Caller): Authorship {
  const clinician = caller.mode === 'user' ? (caller.onBehalfOf ?? caller.userId) : caller.userId;
  return {
    responsible: { userId: clinician, odsCode: caller.odsCode, businessFunction: 'SERVICE_PROVIDER_CLINICIAN' },
    sender: inRole(caller),
  };
}

function inRole(caller: Caller): Author {
  return { userId: caller.userId, odsCode: caller.odsCode, businessFunction: caller.businessFunction };
}
