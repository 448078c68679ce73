import type { ErsUse } from '../applications/access-mode.ts';
import { ENDPOINTS as ASSURED } from '../conformance/index.ts';

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
  readonly unattendedReview: boolean;
  /** Not for new products. */
  readonly deprecated: boolean;
}

const WRITES = new Set('A011 A012 A013 A014 A016 A019 A020 A021 A022 A026 A027 A028 A031 A032 A034 A036 A044'.split(' '));
/** The one that A042 has taken the place of. */
const DEPRECATED = 'A006';

/** The endpoints of the published specification, in the order of their ids. */
export const ENDPOINTS: readonly Endpoint[] = ASSURED.filter(({ id }) => id !== 'token').map(({ id, title, open }) => ({
  id,
  title,
  reads: !WRITES.has(id),
  unattended: (['referrer', 'provider'] as const).filter((each) => open[`application-restricted-${each}`] !== undefined),
  unattendedReview: Object.values(open).includes('use-case'),
  deprecated: id === DEPRECATED,
}));

const byId = new Map(ENDPOINTS.map((each) => [each.id, each]));

/** Undefined when there is no such endpoint. */
export function endpoint(id: string): Endpoint | undefined {
  return byId.get(id);
}

/** Whether a use of the API covers an endpoint: signed-in users may call every one, applications those of their capability. */
export function mayCall(use: ErsUse, { unattended }: Pick<Endpoint, 'unattended'>): boolean {
  if (use === 'user-restricted') return true;
  return unattended.includes(use === 'application-restricted-referrer' ? 'referrer' : 'provider');
}
