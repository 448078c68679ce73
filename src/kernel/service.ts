import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import type { Availability } from './availability.ts';
import type { BlobStore } from './blobs/blobs.ts';
import type { Clock } from './clock.ts';
import type { Faults } from './faults/faults.ts';
import type { JournalReader } from './journal/journal.ts';
import type { JobHandler, Outbox } from './outbox/outbox.ts';
import type { Random } from './random.ts';
import type { Sealer } from './sealer.ts';
import type { SeededRandom } from './seeded-random.ts';
import type { DoorKeeper, ServiceDoor } from './service-door.ts';
import type { Db, Migrations, Store } from './store/store.ts';

/** `open`: e-RS answers without a token, as the public sandbox does. `token`: everything the gateway checks is checked. */
export type Access = 'open' | 'token';

/** The facts of an environment that a service may read. */
export interface EnvironmentFacts {
  /** `SANDBOX`, `INT`, `DEP` or `PROD`. */
  readonly id: string;
  /** `sandbox`, `int`, `dep` or `prod`: for file names and paths. */
  readonly slug: string;
  /** `Integration`, `Deployment`, `Production`. */
  readonly title: string;
  /** Base URL of the HTTPS listener, e.g. `https://localhost:8143`: what goes into links, issuers and `aud`. */
  readonly baseUrl: string;
  /** Base URL of the plain HTTP listener on loopback, e.g. `http://localhost:8180`: where certificates say that revocation is published. */
  readonly httpUrl: string;
  /** Every `https://host:port` under which this environment's listeners may be called; includes {@link baseUrl}. */
  readonly origins: ReadonlySet<string>;
  /** Base URL of the mutual TLS listener: where registered messaging endpoints are. */
  readonly mutualTlsUrl: string;
  /** e-RS instances of this environment, first the one on the main listener (PTL-003, PTL-058). */
  readonly ersInstances: readonly string[];
  /** Base URL of the door of each of them, in the same order. */
  readonly ersBaseUrls: readonly string[];
  /** Path prefixes under which the e-RS API answers, e.g. `/referrals` and in DEP `/referrals-dep`. */
  readonly ersPaths: readonly string[];
  /** Token servers by the way they sign users in. */
  readonly tokenServers: readonly TokenServer[];
  readonly access: Access;
  /** Path-to-live environments auto-approve products; production waits for an operator (PTL-118). */
  readonly production: boolean;
  /** Published DNS names of this environment, for certificates (path-to-live.md §2.2). */
  readonly publishedNames: readonly string[];
  /** Names of the machine itself, for server certificates; nothing is told to clients by them. */
  readonly machineNames?: readonly string[];
  readonly settings: EnvironmentSettings;
}

export interface TokenServer {
  /** `/oauth2`, `/oauth2-mock`, `/oauth2-dep`. */
  readonly path: string;
  /** `cis2`: the CIS2 sign-in page; `mock`: the simulated log-on of the API platform. */
  readonly signIn: 'cis2' | 'mock';
}

/** Settings that change how an environment behaves; each is documented in docs/settings.md. */
export interface EnvironmentSettings {
  /** Text from which all seed data is derived. */
  readonly seed: string;
  /** Whether quotas and spike arrest are enforced. */
  readonly quota: boolean;
  /** Seconds of business time that the virus scan of an upload takes. */
  readonly scanSeconds: number;
  /** Days of business time after which an upload that is linked to nothing is deleted. */
  readonly uploadDays: number;
  /** How an open environment refuses a business function: as e-RS does, or with the published sandbox's own text (ers.md §3.5). */
  readonly sandboxRefusals?: 'national' | 'published';
  /** Who decides on registrations: simulated staff at once (also when absent), or a person. */
  readonly registrationApproval?: 'at-once' | 'person';
  /** Seconds for which the API platform keeps answers of the directory’s FHIR API (real: 1,800); 0 keeps none. */
  readonly directoryCacheSeconds?: number;
  /** Seconds that e-RS waits for a hospital system (real: 120). */
  readonly pasTimeoutSeconds: number;
  /** Seconds of business time between two polls of the hospitals' free slots. */
  readonly pasPollSeconds: number;
  /** Requests a minute of one application to one API; the product's own when absent (path-to-live.md §2.6). */
  readonly quotaPerMinute?: number;
  /** Rate a minute at which spike arrest evens out the requests of an application; the product's own when absent. */
  readonly spikeArrestPerMinute?: number;
  /** Whether key sets and logout addresses on loopback and private networks may be called. */
  readonly fetchPrivate: boolean;
  /** Address that the published names resolve to, in the environment's zones. */
  readonly nameAddress: string;
  /** Whether the environment draws a new loopback address at each start, so that only names can be relied on (PTL-024). */
  readonly rotateAddresses: boolean;
  /** How the LDAP directory behaves; its defaults when absent. */
  readonly ldap?: LdapSettings;
  /** Whether CIS2 calls itself by its local address, or by its published one. */
  readonly cis2Issuer: 'local' | 'published';
  /** Whether services close in their maintenance, or only say that they would; `announced` when not set. */
  readonly maintenance?: 'announced' | 'enforced';
  /** Whether user-restricted access has an ASID for each organisation, or one for the connecting party with an allow list; `perEuo` when not set. */
  readonly asidModel?: 'perEuo' | 'perConnectingParty';
  /** Minutes without use after which a Spine session ends; announced as sso_session_time. 600 when not set. */
  readonly spineIdleMinutes?: number;
}

/** Settings of the LDAP directory, each documented in docs/settings.md. */
export interface LdapSettings {
  /** Whether a client must show a certificate, or is only asked for one. */
  readonly clientCertificate: 'optional' | 'required';
  /** Password that readers of people and the change log bind with; everybody reads them when there is none. */
  readonly readerPassword?: string;
  /** Entries one search gives at most; 0 for all. */
  readonly sizeLimit: number;
  /** Whether types without an equality rule compare never (as published) or without case. */
  readonly matching: 'published' | 'lenient';
  /** Whether there is a plain door on loopback, with StartTLS. */
  readonly plain: boolean;
}

/** What a service is given to live in. */
export interface ServiceContext {
  readonly environment: EnvironmentFacts;
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly blobs: BlobStore;
  readonly faults: Faults;
  readonly outbox: Outbox;
  readonly journal: JournalReader;
  /** Whether national applications are open just now; a service asks about the one it is part of. */
  readonly availability: Availability;
  /** Seals private keys and secrets before they are stored. */
  readonly sealer: Sealer;
  readonly log: Logger;
  /** The functions that a service to the left offers (DESIGN.md, "Services are built in this order"). Throws when it is not there. */
  use<Api>(service: Service<Api>): Api;
  /** What all services of the environment offer under `key` in their manifest, e.g. API products for the gateway. */
  offered<T>(key: OfferKey<T>): readonly T[];
}

/** A typed name for something services put in their manifest for another service to collect. */
export interface OfferKey<T> {
  readonly name: string;
  /** Only for the type checker. */
  readonly type?: T;
}

/** A value a service offers to whoever collects `key`. Made by {@link offer}. */
export interface Offer {
  readonly key: string;
  readonly value: unknown;
}

/** Puts `value` on offer under `key`. */
export function offer<T>(key: OfferKey<T>, value: T): Offer {
  return { key: key.name, value };
}

/** What services offer under a key in their manifests, in the order of the services. */
export function offeredBy<T>(services: readonly Pick<Service<unknown>, 'offers'>[], key: OfferKey<T>): readonly T[] {
  return services
    .flatMap((each) => each.offers ?? [])
    .filter((each) => each.key === key.name)
    .map((each) => each.value as T);
}

/** A service, running in one environment. */
export interface RunningService<Api> {
  /** The functions other services may call. */
  readonly api: Api;
  /** Registers its national paths on the environment's web server. Loaded on the first request that needs it. */
  readonly routes?: (app: FastifyInstance) => Promise<void> | void;
  /** Registers its part of the admin API; `app` is mounted under `/_localspine/{service}`. */
  readonly admin?: (app: FastifyInstance) => Promise<void> | void;
  /** Puts its seed data into a database whose `data` tables are empty. Called inside the transaction of first boot and of `reset`. */
  readonly seed?: (tx: Db, random: SeededRandom) => Promise<void>;
  /**
   * First boot only, before `seed` and outside a transaction: slow work such as key generation. Gives what must be stored, as a
   * function that runs inside the boot transaction.
   */
  readonly prepare?: () => Promise<((tx: Db) => Promise<void>) | undefined>;
  /** Takes its part of `POST /_localspine/import`; gives how many records it took. Throws LocalRefusal 400 for bad input. */
  readonly importData?: (tx: Db, document: Readonly<Record<string, unknown>>) => Promise<number>;
  /** Told, in a transaction, that business time was set back to real time: work planned for the time that was is planned anew here. */
  readonly clockSetBack?: (tx: Db) => Promise<void>;
  /** Handlers of the outbox jobs it writes, by kind, e.g. `ers.scan-file`. */
  readonly jobs?: Readonly<Record<string, JobHandler>>;
  /** Those of its jobs that wait while a national application is closed, and go in their order afterwards: application by kind. */
  readonly jobsWait?: Readonly<Record<string, string>>;
  /** Who keeps the doors that its manifest declares, by name. */
  readonly doors?: Readonly<Record<string, DoorKeeper>>;
  /** Throws when the service cannot do its work. */
  readonly health?: () => Promise<void>;
}

/**
 * The manifest of a service: the one value its `index.ts` exports for the environment, together with its types
 * (engineering.md §4.3).
 */
export interface Service<Api> {
  /** Folder name, table prefix and name in the journal, e.g. `ers`. */
  readonly name: string;
  readonly title: string;
  readonly migrations: Migrations;
  /** Its tables: `data` is put back by `reset`; `kept` (keys, applications, people) survives all but `reset --all`. */
  readonly tables: Readonly<Record<string, 'data' | 'kept'>>;
  readonly offers?: readonly Offer[];
  /** Doors it opens that speak something other than HTTP; `create` gives a keeper for each. */
  readonly doors?: readonly ServiceDoor[];
  create(context: ServiceContext): RunningService<Api> | Promise<RunningService<Api>>;
}
