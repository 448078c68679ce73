import type { Availability } from '../../kernel/availability.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Faults } from '../../kernel/faults/faults.ts';
import type { Outgoing } from '../../kernel/http/outgoing.ts';
import type { Random } from '../../kernel/random.ts';
import type { EnvironmentFacts } from '../../kernel/service.ts';
import type { Db, Store } from '../../kernel/store/store.ts';
import type { ApiProduct } from './products.ts';

/** The identity providers that sign users in, as far as the token server uses them; the identity service answers to it. */
export interface SignIn {
  /** Where to send the browser: absolute, or a path of the same origin. */
  authorizeUrl(
    db: Db,
    request: {
      readonly provider: SignInProvider;
      readonly redirectUri: string;
      readonly state: string;
      readonly acrValues: string;
      readonly scope: string;
      readonly maxAge: number;
    },
  ): Promise<string>;
  /** The log-on behind a code. Throws a Refusal for a code that is unknown, spent, or was made for another redirect URI. */
  redeemCode(
    db: Db,
    request: { readonly provider: SignInProvider; readonly code: string; readonly redirectUri: string },
  ): Promise<{ readonly idToken: string; readonly userinfo: object }>;
  /** Public keys of a provider. */
  jwks(db: Db, provider: SignInProvider): Promise<{ readonly keys: readonly object[] }>;
  issuers(): readonly { readonly provider: SignInProvider; readonly issuer: string }[];
  /** The client of the simulated log-on's realm that belongs to an application; made when it is first asked for. */
  realmClient(
    tx: Db,
    application: { readonly id: string; readonly name: string; readonly redirectUri: string },
  ): Promise<{ readonly client_id: string; readonly client_secret: string }>;
  /** The client of NHS login that all suppliers share. */
  nhsLoginClient(): Promise<{ readonly client_id: string; readonly client_secret: string }>;
  /** The client id under which the platform itself is known to a provider. */
  platformClientId(provider: SignInProvider): string;
}
export type SignInProvider = 'cis2' | 'mock' | 'nhs-login';

/** Where ASIDs come from; the directory answers to it. */
export interface AsidRegistry {
  /** Registers an accredited system for an end-user organisation under a new 12-digit ASID. */
  allocateAsid(
    tx: Db,
    system: {
      readonly odsCode: string;
      readonly productName: string;
      readonly displayName: string;
      readonly interactions: readonly string[];
    },
  ): Promise<string>;
  /** The system registered under an ASID. */
  accreditedSystem(db: Db, asid: string): Promise<{ readonly asid: string } | undefined>;
}

/** What the gateway's parts reach of the environment they run in. */
export interface GatewayWorld {
  readonly environment: EnvironmentFacts;
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly faults: Faults;
  readonly availability: Availability;
  /** Products on offer in this environment. */
  readonly products: ReadonlyMap<string, ApiProduct>;
  readonly signIn: SignIn;
  readonly asids: AsidRegistry;
  /** Reads key sets at suppliers' addresses. */
  readonly outgoing: Pick<Outgoing, 'read'>;
}
