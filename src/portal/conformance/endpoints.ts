/** The endpoints that a product can be assured for, and in which ways each may be called (ers.md §4.3, §6, §8; path-to-live.md §3.7). */

import { ERS_USES, type ErsUse } from '../applications/index.ts';

/** How a product calls: for a signed-in user, or unattended in one of two capabilities (PTL-106, PTL-112). */
export const ACCESSES = ERS_USES;
export type Access = ErsUse;

/** Short names of accesses, in the ids of cases. */
export const ACCESS_NAMES: Readonly<Record<Access, string>> = {
  'user-restricted': 'user',
  'application-restricted-provider': 'provider',
  'application-restricted-referrer': 'referrer',
};

/** An access in words, as pages show it. */
export const ACCESS_TITLES: Readonly<Record<Access, string>> = {
  'user-restricted': 'User-restricted',
  'application-restricted-provider': 'Application-restricted, provider',
  'application-restricted-referrer': 'Application-restricted, referrer',
};

export interface Endpoint {
  /** `A004`…`A044`, or `token` for the token endpoint that every product uses. */
  readonly id: string;
  readonly title: string;
  readonly version: 'STU3' | 'R4' | 'OAuth 2';
  /** Who may call it; `use-case` where a written use case must have been reviewed. */
  readonly open: Readonly<Partial<Record<Access, true | 'use-case'>>>;
  /** Where the version of the changed record travels: such a change can meet a newer version (409). */
  readonly changes?: 'if-match' | 'in-body';
  /** Its path names a record, which may be unknown (404). */
  readonly names?: string;
  /** A030 takes any signed-in user, without organisation and business function. */
  readonly withoutRole?: true;
}

const USER = { 'user-restricted': true } as const;
const PROVIDER = { ...USER, 'application-restricted-provider': true } as const;
const PROVIDER_USE_CASE = { ...USER, 'application-restricted-provider': 'use-case' } as const;
const REFERRER = { ...USER, 'application-restricted-referrer': true } as const;
const EVERYBODY = { ...PROVIDER, ...REFERRER } as const;

const stu3 = (id: string, title: string, open: Endpoint['open'], more: Pick<Endpoint, 'changes' | 'names'> = {}): Endpoint => ({
  id,
  title,
  version: 'STU3',
  open,
  ...more,
});
const r4 = (id: string, title: string, open: Endpoint['open'], more: Pick<Endpoint, 'names' | 'withoutRole'> = {}): Endpoint => ({
  id,
  title,
  version: 'R4',
  open,
  ...more,
});
const REFERRAL = { names: 'UBRN' } as const;
const REFERRAL_CHANGE = { names: 'UBRN', changes: 'if-match' } as const;

/** In the order of their ids. Retired and never live: A001 to A003, A009, A017, A018, A039. */
export const ENDPOINTS: readonly Endpoint[] = [
  { id: 'token', title: 'Get an access token', version: 'OAuth 2', open: EVERYBODY },
  stu3('A004', 'Retrieve reference data', EVERYBODY, { names: 'code system' }),
  stu3('A005', 'Retrieve referral request', PROVIDER, REFERRAL),
  stu3('A006', 'Retrieve attachment', PROVIDER, { names: 'attachment id' }),
  stu3('A007', 'Retrieve clinical information', PROVIDER, REFERRAL),
  stu3('A008', 'Retrieve referral worklist', PROVIDER),
  stu3('A010', 'Patient service search', USER),
  stu3('A011', 'Create referral', USER),
  stu3('A012', 'Maintain referral letter', USER, REFERRAL_CHANGE),
  stu3('A013', 'Accept referral', PROVIDER_USE_CASE, REFERRAL_CHANGE),
  stu3('A014', 'Reject referral', USER, REFERRAL_CHANGE),
  stu3('A015', 'Retrieve appointment slots', USER),
  stu3('A016', 'Book or defer appointment', USER, { changes: 'in-body' }),
  stu3('A019', 'Generate patient letter', USER, REFERRAL),
  stu3('A020', 'Upload file', USER),
  stu3('A021', 'Create referral and send for triage', USER),
  stu3('A022', 'Cancel appointment, action later', USER, REFERRAL_CHANGE),
  stu3('A023', 'Retrieve advice and guidance worklist', USER),
  stu3('A024', 'Retrieve advice and guidance request', PROVIDER, REFERRAL),
  stu3('A025', 'Retrieve advice and guidance conversation', PROVIDER),
  stu3('A026', 'Send advice and guidance response', USER, REFERRAL_CHANGE),
  stu3('A027', 'Convert advice and guidance request to referral', USER, { changes: 'in-body' }),
  stu3('A028', 'Record triage outcome', PROVIDER_USE_CASE, REFERRAL_CHANGE),
  stu3('A029', 'Retrieve available actions', PROVIDER),
  r4('A030', 'Retrieve business functions', USER, { withoutRole: true }),
  stu3('A031', 'Change shortlist', USER, REFERRAL_CHANGE),
  stu3('A032', 'Change shortlist and send for triage', USER, REFERRAL_CHANGE),
  r4('A033', 'Retrieve healthcare service', REFERRER, { names: 'service id' }),
  stu3('A034', 'Update appointment', USER, { names: 'appointment id', changes: 'if-match' }),
  r4('A035', 'Search healthcare services', REFERRER),
  stu3('A036', 'Cancel referral', PROVIDER_USE_CASE, REFERRAL_CHANGE),
  r4('A037', 'Retrieve healthcare service version', REFERRER, { names: 'service id' }),
  stu3('A038', 'Retrieve appointment', USER, { names: 'appointment id' }),
  r4('A040', 'Retrieve on-behalf-of users', USER),
  r4('A041', 'Search service requests', USER),
  r4('A042', 'Retrieve attachment', PROVIDER, { names: 'attachment id' }),
  stu3('A043', 'Retrieve advice and guidance overview', PROVIDER, REFERRAL),
  stu3('A044', 'Create advice and guidance request', USER),
];

/** The endpoint of an id; undefined for none. */
export function endpointOf(id: string): Endpoint | undefined {
  return ENDPOINTS.find((each) => each.id === id);
}
