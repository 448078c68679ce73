import type { ErsUse } from '../applications/access-mode.ts';

/** An endpoint of the e-RS API, as use cases, certificates and smoke tests speak of it (path-to-live.md §3.7). */
export interface Endpoint {
  /** `A005`. */
  readonly id: string;
  readonly title: string;
  /** Whether it only reads, whatever its method: a smoke test may call it on live data. */
  readonly reads: boolean;
  /** What applications may use it for besides signed-in users. */
  readonly unattended: readonly ('referrer' | 'provider')[];
  /** Changes data without a user: the use case is reviewed for it. */
  readonly unattendedReview?: true;
  /** Not for new products. */
  readonly deprecated?: true;
}

const BOTH: Endpoint['unattended'] = ['referrer', 'provider'];
const PROVIDER: Endpoint['unattended'] = ['provider'];
const REFERRER: Endpoint['unattended'] = ['referrer'];

function read(id: string, title: string, unattended: Endpoint['unattended'] = []): Endpoint {
  return { id, title, reads: true, unattended };
}

function write(id: string, title: string, unattended: Endpoint['unattended'] = []): Endpoint {
  return { id, title, reads: false, unattended, ...(unattended.length === 0 ? {} : { unattendedReview: true }) };
}

/** The capability table of the published specification, endpoint by endpoint. */
export const ENDPOINTS: readonly Endpoint[] = [
  read('A004', 'Retrieve reference data', BOTH),
  read('A005', 'Retrieve referral request', PROVIDER),
  { ...read('A006', 'Retrieve attachment', PROVIDER), deprecated: true },
  read('A007', 'Retrieve clinical information', PROVIDER),
  read('A008', 'Retrieve worklist', PROVIDER),
  read('A010', 'Patient service search'),
  write('A011', 'Create referral'),
  write('A012', 'Maintain referral letter'),
  write('A013', 'Accept referral', PROVIDER),
  write('A014', 'Reject referral'),
  read('A015', 'Retrieve appointment slots'),
  write('A016', 'Book or defer appointment'),
  write('A019', 'Generate patient letter'),
  write('A020', 'Upload file'),
  write('A021', 'Create referral and send for triage'),
  write('A022', 'Cancel appointment, action later'),
  read('A023', 'Retrieve advice and guidance worklist'),
  read('A024', 'Retrieve advice and guidance request', PROVIDER),
  read('A025', 'Retrieve advice and guidance conversation', PROVIDER),
  write('A026', 'Send advice and guidance response'),
  write('A027', 'Convert advice and guidance request to referral'),
  write('A028', 'Record triage outcome', PROVIDER),
  read('A029', 'Available actions', PROVIDER),
  read('A030', 'Retrieve business functions'),
  write('A031', 'Change shortlist'),
  write('A032', 'Change shortlist and send for triage'),
  read('A033', 'Retrieve healthcare service', REFERRER),
  write('A034', 'Update appointment'),
  read('A035', 'Search for healthcare services', REFERRER),
  write('A036', 'Cancel referral', PROVIDER),
  read('A037', 'Retrieve healthcare service version', REFERRER),
  read('A038', 'Retrieve appointment'),
  read('A040', 'Retrieve practitioner information'),
  read('A041', 'Search service requests'),
  read('A042', 'Retrieve attachment by link', PROVIDER),
  read('A043', 'Retrieve advice and guidance overview', PROVIDER),
  write('A044', 'Create advice and guidance request'),
];

const byId = new Map(ENDPOINTS.map((each) => [each.id, each]));

/** Undefined when there is no such endpoint. */
export function endpoint(id: string): Endpoint | undefined {
  return byId.get(id);
}

/** Whether a use of the API covers an endpoint: signed-in users may call every one, applications those of their capability. */
export function mayCall(use: ErsUse, { unattended }: Endpoint): boolean {
  if (use === 'user-restricted') return true;
  return unattended.includes(use === 'application-restricted-referrer' ? 'referrer' : 'provider');
}
