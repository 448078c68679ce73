import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import type { BlobStore } from '../kernel/blobs/blobs.ts';
import { messageOf } from '../kernel/errors.ts';
import type { StoreFaults } from '../kernel/faults/store-faults.ts';
import type { Listener } from '../kernel/http/exchange.ts';
import { createWebApp } from '../kernel/http/web-app.ts';
import type { Journal } from '../kernel/journal/journal.ts';
import { RequestMetrics } from '../kernel/metrics.ts';
import type { StoreOutbox } from '../kernel/outbox/store-outbox.ts';
import { type Random, secureRandom } from '../kernel/random.ts';
import type { Sealer } from '../kernel/sealer.ts';
import { SeededRandom } from '../kernel/seeded-random.ts';
import { type EnvironmentFacts, type EnvironmentSettings, type OfferKey, offeredBy, type Service } from '../kernel/service.ts';
import { type Db, type Store, tablesOf } from '../kernel/store/store.ts';
import { World } from '../kernel/world.ts';
import { credentialsOf, dnsOf, pkiOf } from './authorities.ts';
import { adviseClients } from './connection/advice.ts';
import type { EnvironmentDefinition } from './definitions.ts';
import { type DoorPlan, Doors } from './doors.ts';
import { type Kernel, kernelOf } from './environment-kernel.ts';
import { factsOf } from './facts.ts';
import type { Maintenance } from './maintenance/maintenance.ts';
import { ENVIRONMENT_TABLES } from './maintenance/migrations.ts';
import { plainHttpServesNoNationalPath } from './plain-http.ts';
import type { DoorPorts } from './ports.ts';
import type { Recordings } from './recording/recordings.ts';
import { recordingsOf } from './recording/recordings-of.ts';
import { recordRefusedClient } from './refused-client.ts';
import { RouteFacts } from './route-facts.ts';
import { type BuiltService, buildServices } from './service-building.ts';
import { serviceDoorPlans } from './service-door-plans.ts';
import { ServiceDoors } from './service-doors.ts';
import { noteVisit } from './visit-note.ts';

/** What the platform hands an environment to live on. */
export interface EnvironmentParts {
  readonly definition: EnvironmentDefinition;
  readonly services: readonly Service<unknown>[];
  readonly store: Store;
  readonly journalStore: Store;
  readonly blobs: BlobStore;
  readonly sealer: Sealer;
  readonly settings: EnvironmentSettings;
  readonly ports: DoorPorts;
  /** Address the doors bind to. */
  readonly host: string;
  /** Host name that clients are told. */
  readonly publicHost: string;
  /** Names of the machine itself, for server certificates. */
  readonly machineNames?: readonly string[];
  readonly adminToken: string | undefined;
  readonly journalKeep: number;
  readonly log: Logger;
  /** Puts the admin API on the web application. */
  readonly registerAdmin: (app: FastifyInstance, environment: Environment) => Promise<void>;
  /** Told as slow work begins: "making keys". */
  readonly progress: (step: string) => void;
}

/** One isolated world: store, clock, services, doors (DESIGN.md, "Environment"). */
export class Environment {
  readonly facts: EnvironmentFacts;
  readonly definition: EnvironmentDefinition;
  readonly parts: EnvironmentParts;
  readonly store: Store;
  readonly world: World;
  readonly journal: Journal;
  readonly faults: StoreFaults;
  readonly outbox: StoreOutbox;
  readonly maintenance: Maintenance;
  readonly metrics = new RequestMetrics();
  readonly services: readonly BuiltService[];
  readonly doors: Doors;
  /** Doors of services that speak something other than HTTP. */
  readonly serviceDoors: ServiceDoors;
  /** Routes of its web application, once that is made. */
  readonly routes = new RouteFacts();
  readonly random: Random = secureRandom;
  /** Where the portal above it answers, told by who opens both; an environment alone has none, and says so. */
  portalUrl: string | undefined;
  /** Evidence: what chosen applications sent and were told. */
  readonly recordings: Recordings;
  #ready = false;
  #bornNow = false;

  private constructor(parts: EnvironmentParts, world: World, facts: EnvironmentFacts, kernel: Kernel, services: readonly BuiltService[]) {
    this.parts = parts;
    this.definition = parts.definition;
    this.facts = facts;
    this.store = parts.store;
    this.world = world;
    this.journal = kernel.journal;
    this.faults = kernel.faults;
    this.outbox = kernel.outbox;
    this.maintenance = kernel.maintenance;
    this.services = services;
    this.recordings = recordingsOf(this);
    this.doors = new Doors({
      host: parts.host,
      publicHost: parts.publicHost,
      makeApp: () => this.#makeApp(),
      onRefused: (refused) => recordRefusedClient(this.journal, refused),
    });
    this.serviceDoors = new ServiceDoors({
      host: parts.host,
      publicHost: parts.publicHost,
      availability: this.maintenance,
      note: (door, note) => noteVisit(this, door, note),
      failed: (door, error) => parts.log.error({ door: door.name, error: messageOf(error) }, 'door'),
    });
  }

  /** Builds the services over an open store, seeding it on first boot. Opens no door yet. */
  static async build(parts: EnvironmentParts): Promise<Environment> {
    const world = await World.open(parts.store);
    const facts = factsOf(parts);
    const kernel = await kernelOf(parts, world);
    const services = await buildServices(parts, facts, world, kernel);
    const environment = new Environment(parts, world, facts, kernel, services);
    if (!world.seeded) await environment.#firstBoot();
    return environment;
  }

  /** What its services offer under a key. */
  offered<T>(key: OfferKey<T>): readonly T[] {
    return offeredBy(this.parts.services, key);
  }

  /** True when this start made the environment's data. */
  get bornNow(): boolean {
    return this.#bornNow;
  }

  /** True once every door is open. */
  get ready(): boolean {
    return this.#ready;
  }

  /** Opens the doors and starts the background work. */
  async open(): Promise<readonly Listener[]> {
    const { ports, definition } = this.parts;
    const [first, second] = definition.ersInstances;
    const pki = pkiOf(this);
    const { secureServerOptions } = await import('../kernel/tls/server.ts');
    const tls = await credentialsOf(this);
    const plans: DoorPlan[] = [
      { name: 'https', port: ports.https, ersInstance: first, tls: secureServerOptions({ ...tls, requireClient: false }) },
      {
        name: 'mutual-tls',
        port: ports.mutualTls,
        ersInstance: first,
        tls: secureServerOptions({ ...tls, requireClient: true }),
        admit: (der) => pki.admitSystem(der),
      },
      { name: 'http', port: ports.http, ersInstance: first },
    ];
    if (second !== undefined && ports.secondErs !== undefined)
      plans.push({
        name: 'second-ers',
        port: ports.secondErs,
        ersInstance: second,
        tls: secureServerOptions({ ...tls, requireClient: false }),
      });
    const listeners: Listener[] = [];
    try {
      const { addresses, range } = await dnsOf(this).settleAddresses();
      const further = range === undefined ? [] : addresses;
      for (const plan of plans) listeners.push(await this.doors.open(plan, further));
      for (const plan of serviceDoorPlans(this, tls)) await this.serviceDoors.open(plan, further);
    } catch (error) {
      await this.close();
      throw error;
    }
    pki.onAuthorityReplaced(async () => {
      const renewed = await credentialsOf(this);
      this.doors.renewTls((door) => secureServerOptions({ ...renewed, requireClient: door === 'mutual-tls' }));
      this.serviceDoors.renewTls(serviceDoorPlans(this, renewed));
    });
    this.outbox.start(
      Object.assign({}, ...this.services.map((each) => each.running.jobs ?? {})),
      Object.assign({}, ...this.services.map((each) => each.running.jobsWait ?? {})),
    );
    this.#ready = true;
    return listeners;
  }

  /** Drains and closes everything, in the order that loses nothing: doors, work, journal, store. */
  async close(): Promise<void> {
    this.#ready = false;
    await Promise.all([this.doors.close(), this.serviceDoors.close()]);
    await this.outbox.stop();
    await this.journal.close();
    await this.store.close();
  }

  /** Tables of all services by what `reset` does with them. */
  tables(kind: 'data' | 'kept'): readonly string[] {
    return this.services.flatMap(({ manifest }) =>
      Object.entries(manifest.tables)
        .filter(([, each]) => each === kind)
        .map(([table]) => table),
    );
  }

  /** Business time goes back to real time, and services plan anew what they had planned for the time that was. */
  async releaseClock(): Promise<void> {
    await this.world.releaseClock();
    await this.store.transaction(async (tx) => {
      for (const { running } of this.services) await running.clockSetBack?.(tx);
    });
  }

  /**
   * Puts seed data back in one transaction; CA, keys, applications and people stay.
   * Replicas see the new data at once; nothing of the old is cached.
   */
  async reset(): Promise<void> {
    await this.world.releaseClock();
    await this.faults.clear();
    await this.store.transaction(async (tx) => {
      for (const table of [...this.tables('data')].reverse())
        await tablesOf<Record<string, object>>(tx)
          .deleteFrom(table as never)
          .execute();
      await tablesOf<Record<string, object>>(tx)
        .deleteFrom('kernel_outbox' as never)
        .execute();
      await this.#seed(tx);
    });
  }

  /** Starts the environment anew, keys and applications included; the doors keep their certificate until the next start. */
  async resetAll(): Promise<void> {
    await this.recordings.stopAll('reset');
    await this.world.releaseClock();
    await this.faults.clear();
    const stores = await this.#prepareServices();
    await this.store.transaction(async (tx) => {
      for (const table of [...this.tables('data'), ...this.tables('kept')].filter((each) => !each.startsWith('pki_')).reverse())
        await tablesOf<Record<string, object>>(tx)
          .deleteFrom(table as never)
          .execute();
      await tablesOf<Record<string, object>>(tx)
        .deleteFrom('kernel_outbox' as never)
        .execute();
      for (const table of ENVIRONMENT_TABLES)
        await tablesOf<Record<string, object>>(tx)
          .deleteFrom(table as never)
          .execute();
      await this.world.changeAgreed(tx);
      for (const { name, store } of stores) if (name !== 'pki') await store(tx);
      await this.#seed(tx);
    });
    await this.world.reload();
  }

  /** Tables a snapshot holds: everything but the environment's certificates, which its open doors go on using. */
  snapshotTables(): readonly string[] {
    return [...this.tables('data'), ...this.tables('kept').filter((table) => !table.startsWith('pki_')), 'kernel_outbox'];
  }

  /** The seed's random stream of this environment: the same for the same `LOCALSPINE_SEED` on every machine. */
  seedRandom(): SeededRandom {
    return new SeededRandom(this.parts.settings.seed);
  }

  async #firstBoot(): Promise<void> {
    this.parts.progress('making keys and certificates');
    const stores = await this.#prepareServices();
    this.parts.progress('writing seed data');
    await this.store.transaction(async (tx) => {
      // The row lock makes a second process that starts at the same time wait here, and then find the work done.
      if (!(await this.world.claimFirstBoot(tx))) return;
      for (const { store } of stores) await store(tx);
      await this.#seed(tx);
    });
    await this.world.reload();
    this.#bornNow = true;
  }

  async #prepareServices(): Promise<{ name: string; store: (tx: Db) => Promise<void> }[]> {
    const prepared = await Promise.all(
      this.services.map(async ({ manifest, running }) => ({ name: manifest.name, store: await running.prepare?.() })),
    );
    return prepared.flatMap(({ name, store }) => (store === undefined ? [] : [{ name, store }]));
  }

  async #seed(tx: Db): Promise<void> {
    const random = this.seedRandom();
    for (const { manifest, running } of this.services) await running.seed?.(tx, random.stream(manifest.name, 0));
  }

  async #makeApp(): Promise<FastifyInstance> {
    const app = createWebApp({
      log: this.parts.log,
      clock: this.world,
      world: this.world,
      journal: this.journal,
      metrics: this.metrics,
      witness: this.recordings,
      listenerOf: (request) => this.doors.listenerOf(request),
      announce: (exchange, reply) => this.maintenance.announce(exchange, reply),
    });
    if (this.facts.production) app.addHook('onRequest', plainHttpServesNoNationalPath);
    this.routes.watch(app);
    adviseClients(app, { clock: this.world, journal: this.journal });
    await app.register(async (scope) => this.parts.registerAdmin(scope, this), { prefix: '/_localspine' });
    for (const { manifest, running } of this.services) {
      const { routes } = running;
      this.routes.owner(manifest.name);
      if (routes !== undefined) await app.register(async (scope) => routes(scope));
    }
    await app.ready();
    return app;
  }
}
