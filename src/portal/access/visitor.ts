import type { Role } from './permissions.ts';

/** A team the visitor is in. */
export interface Membership {
  readonly teamId: string;
  readonly name: string;
  readonly administrator: boolean;
}

/** Who a request comes from. */
export interface Visitor {
  readonly role: Role;
  /** Undefined for who has not signed in. The local operator of the command line has an account like everybody. */
  readonly accountId: string | undefined;
  readonly name: string;
  readonly email: string | undefined;
  readonly teams: readonly Membership[];
  /** NHS organisation they speak for (EUO). */
  readonly odsCode: string | undefined;
  /** Desks they decide at (reviewers). */
  readonly desks: readonly string[];
  /** The operator who acts for this person, recorded with everything they do. */
  readonly actedBy?: string;
  readonly by: 'nobody' | 'session' | 'token' | 'operator-token';
}

export const ANYONE: Visitor = {
  role: 'anyone',
  accountId: undefined,
  name: 'Somebody who has not signed in',
  email: undefined,
  teams: [],
  odsCode: undefined,
  desks: [],
  by: 'nobody',
};

/** Desks of the path to live that decide (path-to-live.md §4, actors). An EUO's CIO is not a desk but speaks for an organisation. */
export const DESKS = {
  'ers-partners': 'e-RS Partners',
  'solution-assurance': 'Solution Assurance',
  'live-services': 'Live Services Onboarding',
  'service-desk': 'National service desk',
} as const;
export type Desk = keyof typeof DESKS;
