import type { Instant } from '../../kernel/clock.ts';
import type { AccessMode } from './products.ts';

/** A product an application subscribes to; in production an operator approves it (path-to-live.md §2.6, PTL-118). */
export interface Subscription {
  readonly product: string;
  readonly status: 'approved' | 'pending';
  /** In production: an operator approved it in the act of registering, past the reviewers; shown as such. */
  readonly override?: boolean;
}

/** Suspended: refused like a revoked one until the operator resumes it. */
export type ApplicationStatus = 'approved' | 'suspended' | 'revoked';

/**
 * How far an application of production may go (PTL-119): not at all, with calls that only read while its smoke test is open, or live.
 * Elsewhere every application is live from the start.
 */
export type LiveStage = 'not-live' | 'smoke-test' | 'live';
export const LIVE_STAGES: readonly LiveStage[] = ['not-live', 'smoke-test', 'live'];

/** An application as the API platform knows it (identity.md C.11): one per environment, with one callback URL. */
export interface Application {
  readonly appId: string;
  readonly name: string;
  readonly accessMode: AccessMode;
  readonly status: ApplicationStatus;
  readonly callbackUrl: string | undefined;
  readonly subscriptions: readonly Subscription[];
  readonly attributes: Readonly<Record<string, string>>;
  readonly asid: string | undefined;
  /** Key set hosted here, as JSON text. */
  readonly jwks: string | undefined;
  /** Key set hosted by the supplier. */
  readonly jwksUrl: string | undefined;
  readonly stage: LiveStage;
  /** Whose registering it is, as the caller drew it; undefined for an operator's. */
  readonly registration: string | undefined;
  readonly createdAt: Instant;
}

/** An application that nobody else changes until the transaction ends: what is written over it loses nothing. */
export type HeldApplication = Application & { readonly held: true };

/** A client id and what is known of its secret. Several may be active, so that a supplier can rotate (identity.md C.11). */
export interface ApiKey {
  readonly apiKey: string;
  readonly appId: string;
  readonly secretSalt: string;
  readonly secretHash: string;
  readonly status: 'approved' | 'revoked';
  readonly createdAt: Instant;
}

/** Names of the products that the application may use now. */
export function approvedProducts(application: Application): readonly string[] {
  return application.subscriptions.filter((each) => each.status === 'approved').map((each) => each.product);
}

/** Why a client that {@link keyFault} calls revoked is refused, for the journal. */
export function standingOf(application: Pick<Application, 'name' | 'status'>): string {
  return application.status === 'suspended'
    ? `The application ${application.name} is suspended.`
    : 'The application or this API key is revoked.';
}

/** Why a client may not use a key, in the order the platform finds out; undefined when it may. */
export function keyFault(key: ApiKey, application: Application): 'revoked' | 'no-product' | undefined {
  if (key.status !== 'approved' || application.status !== 'approved') return 'revoked';
  return approvedProducts(application).length === 0 ? 'no-product' : undefined;
}

/** Attributes as an API sees them: the ASID is one of them on the real platform (path-to-live.md §2.6). */
export function visibleAttributes(
  attributes: Readonly<Record<string, string>>,
  asid: string | undefined,
): Readonly<Record<string, string>> {
  return asid === undefined ? attributes : { ...attributes, asid };
}
