import type { ApiProduct } from '../gateway/index.ts';
import { SCOPES } from './proxy.ts';

/** Requests per minute and per application that the platform allows on the path to live (path-to-live.md §2.6). */
const LIMITS = { quotaPerMinute: 600, spikeArrestPerMinute: 720 } as const;

/** The two API products of e-RS (PTL-107, PTL-108), under the names of an environment's variant. */
export function ersProducts(variant: string, display: string, pathPrefixes: readonly string[]): readonly ApiProduct[] {
  return [
    {
      name: `e-referrals-service-api-${variant}-healthcare-worker`,
      displayName: `e-Referral Service - Healthcare Worker ( ${display} )`,
      accessMode: 'user-restricted',
      scopes: [SCOPES.userAal3, SCOPES.userAal2],
      pathPrefixes,
      callbackRequired: true,
      ...LIMITS,
      attributes: { EUOAllowlistRequired: 'false' },
    },
    {
      name: `e-referrals-service-api-${variant}-application-restricted`,
      displayName: `e-Referral Service - Application Restricted ( ${display} )`,
      accessMode: 'application-restricted',
      scopes: [SCOPES.application],
      pathPrefixes,
      callbackRequired: false,
      ...LIMITS,
      attributes: { EUOAllowlistRequired: 'false' },
    },
  ];
}
