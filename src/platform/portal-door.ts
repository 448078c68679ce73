import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { gatewayOf } from '../environment/authorities.ts';
import { Doors } from '../environment/doors.ts';
import type { Environment } from '../environment/environment.ts';
import { manageHere } from '../environment/management/index.ts';
import { portalPort } from '../environment/ports.ts';
import { messageOf } from '../kernel/errors.ts';
import { StoreOutbox } from '../kernel/outbox/store-outbox.ts';
import { secureRandom } from '../kernel/random.ts';
import type { Store } from '../kernel/store/store.ts';
import { World } from '../kernel/world.ts';
import type { EnvironmentSummary, ExaminingEnvironment, Portal } from '../portal/index.ts';
import type { Configuration } from './configuration.ts';
import type { Roots } from './roots.ts';

const SETTLE_MILLISECONDS = 1_000;

/** What the portal's door stands on. */
export interface PortalDoorParts {
  readonly configuration: Configuration;
  readonly environments: readonly Environment[];
  readonly roots: Roots;
  readonly store: Store;
  /** The token of this machine's operator. */
  readonly operatorToken: string;
  readonly log: Logger;
}

/**
 * The portal's own door, above the environments. The portal behind it is made when somebody first comes; and at start when somebody has been
 * there, since decisions may be waiting.
 */
export class PortalDoor {
  readonly url: string;
  readonly #doors: Doors;
  readonly #house: PortalHouse;

  private constructor(url: string, doors: Doors, house: PortalHouse) {
    this.url = url;
    this.#doors = doors;
    this.#house = house;
  }

  /** Throws LocalRefusal 409 when its port is taken. */
  static async open(parts: PortalDoorParts): Promise<PortalDoor> {
    const { configuration, roots, store } = parts;
    const publicHost = configuration.publicUrl?.hostname ?? 'localhost';
    const { secureServerOptions } = await import('../kernel/tls/server.ts');
    const credentials = await roots.portal([...new Set([publicHost, 'localhost'])]);
    const house = new PortalHouse(parts, await World.open(store));
    const doors = new Doors({ host: configuration.host, publicHost, makeApp: () => house.app() });
    const tls = secureServerOptions({ key: credentials.privateKeyPem, cert: credentials.certificateChainPem, requireClient: false });
    const { baseUrl } = await doors.open({ name: 'https', port: await portalPort(configuration.portBase), ersInstance: '', tls });
    house.baseUrl = baseUrl;
    if (house.lived) house.wakeUp();
    return new PortalDoor(baseUrl, doors, house);
  }

  async close(): Promise<void> {
    await this.#doors.close();
    await this.#house.close();
  }
}

/** The portal itself, its outbox, and the beat by which what waits on an environment's clock is carried out. */
class PortalHouse {
  baseUrl = '';
  readonly #parts: PortalDoorParts;
  readonly #world: World;
  readonly #outbox: StoreOutbox;
  #portal: Promise<Portal> | undefined;
  #beat: NodeJS.Timeout | undefined;
  #settling: Promise<void> | undefined;

  constructor(parts: PortalDoorParts, world: World) {
    this.#parts = parts;
    this.#world = world;
    this.#outbox = new StoreOutbox({ store: parts.store, world, random: secureRandom, log: parts.log });
  }

  /** True when somebody has used the portal before. */
  get lived(): boolean {
    return this.#world.seeded;
  }

  /** Makes the portal in the background. */
  wakeUp(): void {
    this.portal().catch((error: unknown) => this.#parts.log.error({ error: messageOf(error) }, 'portal'));
  }

  portal(): Promise<Portal> {
    this.#portal ??= this.#build();
    return this.#portal;
  }

  async app(): Promise<FastifyInstance> {
    const { configuration, environments } = this.#parts;
    const { createPortalApp } = await import('../portal/app.ts');
    const app = await createPortalApp(await this.portal(), {
      environments: () => environments.map(summaryOf),
      // Where the admin API wants a token, a page without sign-in must not say what the admin API would.
      examining: () => (configuration.adminToken === undefined ? environments.flatMap(examiningOf) : []),
    });
    await app.ready();
    return app;
  }

  async close(): Promise<void> {
    clearInterval(this.#beat);
    await this.#settling;
    await this.#outbox.stop();
    await this.#parts.store.close();
  }

  async #build(): Promise<Portal> {
    const { configuration, environments, store, operatorToken, log } = this.#parts;
    const [{ buildPortal }, { adminGuard }] = await Promise.all([import('../portal/app.ts'), import('../environment/admin/guard.ts')]);
    const publicHost = configuration.publicUrl?.hostname ?? 'localhost';
    const portal = buildPortal({
      store,
      clock: this.#world,
      outbox: this.#outbox,
      random: secureRandom,
      log,
      environments: environments.map(manageHere),
      baseUrl: this.baseUrl,
      thisMachineOnly: configuration.adminToken === undefined,
      operatorToken,
      smtpUrl: configuration.smtpUrl,
      reviewers: configuration.reviewers,
      errorPages: async () => (await import('./knowledge.ts')).allErrorPages(),
      guard: adminGuard(new Set([publicHost, 'localhost', '127.0.0.1', '[::1]']), undefined),
    });
    if (!this.#world.seeded)
      await store.transaction(async (tx) => {
        if (await this.#world.claimFirstBoot(tx)) await portal.seed(tx);
      });
    await this.#world.reload();
    this.#outbox.start(portal.jobs);
    this.#beat = setInterval(() => this.#settle(portal), SETTLE_MILLISECONDS);
    this.#beat.unref();
    return portal;
  }

  #settle(portal: Portal): void {
    if (this.#settling !== undefined) return;
    this.#settling = portal
      .settle()
      .catch((error: unknown) => this.#parts.log.error({ error: messageOf(error) }, 'portal'))
      .finally(() => {
        this.#settling = undefined;
      });
  }
}

/** An environment that issues tokens, as the doctor's page asks it. */
function examiningOf(environment: Environment): readonly ExaminingEnvironment[] {
  const { id, title, tokenServers } = environment.facts;
  return tokenServers.length === 0 ? [] : [{ id, title, examine: (pasted) => gatewayOf(environment).examine(pasted) }];
}

function summaryOf(environment: Environment): EnvironmentSummary {
  const { facts, definition, doors } = environment;
  const second = doors.listeners.find((each) => each.name === 'second-ers');
  return {
    id: facts.id,
    title: facts.title,
    purpose: definition.purpose,
    up: environment.ready,
    baseUrl: facts.baseUrl,
    ersUrls: definition.ersInstances.flatMap((instance, index) => {
      const base = index === 0 ? facts.baseUrl : second?.baseUrl;
      return base === undefined ? [] : [{ instance, url: `${base}${facts.ersPaths[0] ?? '/referrals'}/FHIR` }];
    }),
    tokenUrls: facts.tokenServers.map((each) => `${facts.baseUrl}${each.path}/token`),
    caUrl: `${facts.baseUrl}/_localspine/ca.pem`,
    explorerUrl: `${facts.baseUrl}/_localspine/ers/explorer`,
  };
}
