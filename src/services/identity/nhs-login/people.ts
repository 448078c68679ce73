import type { OfferKey } from '../../../kernel/service.ts';
import type { Db } from '../../../kernel/store/store.ts';

/** How surely NHS login knows who somebody is: P0 an e-mail address, P5 some checks, P9 photo identity. */
export type ProofingLevel = 'P0' | 'P5' | 'P9';

/** A patient who may have an NHS login. */
export interface NhsLoginPerson {
  readonly nhsNumber: string;
  readonly givenName: string;
  readonly familyName: string;
  /** `YYYY-MM-DD`. */
  readonly birthDate: string;
  readonly deathDate?: string;
  readonly email?: string;
  /** Restricted and sensitive patients cannot use NHS login (applications.md §2). */
  readonly sensitivity: 'U' | 'R' | 'V' | 'S';
}

/** Where NHS login finds patients: the service that keeps them offers itself in its manifest. */
export interface NhsLoginPeople {
  find(db: Db, nhsNumber: string): Promise<NhsLoginPerson | undefined>;
  list(db: Db, filter: { readonly text?: string; readonly limit: number }): Promise<readonly NhsLoginPerson[]>;
}

export const nhsLoginPeople: OfferKey<NhsLoginPeople> = { name: 'identity.nhs-login-people' };

/** Accounts of the simulated log-on that are there whatever the demographics hold (identity/mock-users.json). */
export const PUBLISHED_ACCOUNTS: readonly (NhsLoginPerson & { readonly proofing: ProofingLevel })[] = (
  [
    ['9912003071', 'P9'],
    ['9912003072', 'P5'],
    ['9912003073', 'P0'],
  ] as const
).map(([nhsNumber, proofing]) => ({
  nhsNumber,
  proofing,
  givenName: 'Test',
  familyName: `Account ${proofing}`,
  birthDate: '1990-01-01',
  sensitivity: 'U',
}));
