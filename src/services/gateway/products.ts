import type { OfferKey } from '../../kernel/service.ts';

export type AccessMode = 'user-restricted' | 'application-restricted';

/** An API that applications subscribe to (path-to-live.md §2.6). Offered by the service that answers it, under {@link apiProduct}. */
export interface ApiProduct {
  /** e.g. `e-referrals-service-api-int-healthcare-worker`. */
  readonly name: string;
  readonly displayName: string;
  readonly accessMode: AccessMode;
  readonly scopes: readonly string[];
  /** Base paths it covers, e.g. `/referrals`. */
  readonly pathPrefixes: readonly string[];
  /** Whether an application must have a callback URL before it may subscribe. */
  readonly callbackRequired: boolean;
  readonly quotaPerMinute: number;
  readonly spikeArrestPerMinute: number;
  readonly attributes: Readonly<Record<string, string>>;
  /** Subscribed to by name only, never chosen for an application that names no product. */
  readonly byNameOnly?: true;
  /** Environments (`INT`, `DEP`, `PROD`) in which it exists; all when absent. */
  readonly environments?: readonly string[];
}

/** Under this key a service offers its API products in its manifest. */
export const apiProduct: OfferKey<ApiProduct> = { name: 'gateway.api-product' };

/** Whether a path belongs to the product: one of its base paths, or below it. */
export function covers(product: ApiProduct, path: string): boolean {
  return product.pathPrefixes.some((prefix) => path === prefix || path.startsWith(`${prefix}/`));
}

/** How a token was come by, for the choice of scopes: `app:level3`, a user at an assurance level, a patient at a proofing level. */
export type ScopeLevel =
  | { readonly kind: 'app' }
  | { readonly kind: 'patient'; readonly proofing: string | undefined }
  | { readonly kind: 'user'; readonly assurance: number | undefined };

/**
 * Scopes of the subscribed products that fit the level reached (identity.md C.3, C.4, C.6): what a client asks for in `scope` plays no
 * part. Empty when the application's products carry none.
 */
export function scopesFor(products: readonly ApiProduct[], level: ScopeLevel): string[] {
  const fits = (scope: string): boolean =>
    level.kind === 'app'
      ? scope.startsWith('urn:nhsd:apim:app:level3:')
      : level.kind === 'patient'
        ? level.proofing !== undefined && scope.startsWith(`urn:nhsd:apim:user-nhs-login:${level.proofing}:`)
        : level.assurance !== undefined && scope.startsWith('urn:nhsd:apim:user-') && scope.includes(`:aal${level.assurance}:`);
  return [...new Set(products.flatMap((product) => product.scopes).filter(fits))];
}
