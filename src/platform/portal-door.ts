import type { FastifyInstance } from 'fastify';
import { gatewayOf } from '../environment/authorities.ts';
import { Doors } from '../environment/doors.ts';
import type { Environment } from '../environment/environment.ts';
import { portalPort } from '../environment/ports.ts';
import { secureRandom } from '../kernel/random.ts';
import type { EnvironmentSummary, ExaminingEnvironment } from '../portal/index.ts';
import type { Configuration } from './configuration.ts';
import type { Roots } from './roots.ts';

/** The portal's own door, above the environments. Its application is made on the first request. */
export class PortalDoor {
  readonly url: string;
  readonly #doors: Doors;

  private constructor(url: string, doors: Doors) {
    this.url = url;
    this.#doors = doors;
  }

  /** Throws LocalRefusal 409 when its port is taken. */
  static async open({
    configuration,
    environments,
    roots,
  }: {
    configuration: Configuration;
    environments: readonly Environment[];
    roots: Roots;
  }): Promise<PortalDoor> {
    const publicHost = configuration.publicUrl?.hostname ?? 'localhost';
    const { secureServerOptions } = await import('../kernel/tls/server.ts');
    const credentials = await roots.portal([...new Set([publicHost, 'localhost'])]);
    const doors = new Doors({ host: configuration.host, publicHost, makeApp: () => makeApp(configuration, environments, publicHost) });
    const tls = secureServerOptions({ key: credentials.privateKeyPem, cert: credentials.certificateChainPem, requireClient: false });
    const { baseUrl } = await doors.open({ name: 'https', port: await portalPort(configuration.portBase), ersInstance: '', tls });
    return new PortalDoor(baseUrl, doors);
  }

  close(): Promise<void> {
    return this.#doors.close();
  }
}

async function makeApp(configuration: Configuration, environments: readonly Environment[], publicHost: string): Promise<FastifyInstance> {
  const [{ createPortalApp }, { adminGuard }] = await Promise.all([import('../portal/index.ts'), import('../environment/admin/guard.ts')]);
  const app = createPortalApp({
    environments: () => environments.map(summaryOf),
    // Where the admin API wants a token, a page without sign-in must not say what the admin API would.
    examining: () => (configuration.adminToken === undefined ? environments.flatMap(examiningOf) : []),
    guard: adminGuard(new Set([publicHost, 'localhost', '127.0.0.1', '[::1]']), undefined),
    random: secureRandom,
  });
  await app.ready();
  return app;
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
