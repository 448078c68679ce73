import type { FastifyInstance } from 'fastify';
import { Doors } from '../environment/doors.ts';
import type { Environment } from '../environment/environment.ts';
import { portalPort } from '../environment/ports.ts';
import type { EnvironmentSummary } from '../portal/index.ts';
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
    const doors = new Doors({ host: configuration.host, publicHost, makeApp: () => makeApp(environments) });
    const tls = secureServerOptions({ key: credentials.privateKeyPem, cert: credentials.certificateChainPem, requireClient: false });
    const { baseUrl } = await doors.open({ name: 'https', port: await portalPort(configuration.portBase), ersInstance: '', tls });
    return new PortalDoor(baseUrl, doors);
  }

  close(): Promise<void> {
    return this.#doors.close();
  }
}

async function makeApp(environments: readonly Environment[]): Promise<FastifyInstance> {
  const { createPortalApp } = await import('../portal/index.ts');
  const app = createPortalApp(() => environments.map(summaryOf));
  await app.ready();
  return app;
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
