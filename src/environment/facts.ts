import type { EnvironmentFacts, EnvironmentSettings } from '../kernel/service.ts';
import type { EnvironmentDefinition } from './definitions.ts';
import type { DoorPorts } from './ports.ts';

/** What the facts of an environment are made of. */
interface FactParts {
  readonly definition: EnvironmentDefinition;
  readonly ports: DoorPorts;
  readonly publicHost: string;
  /** Names of this machine, beside localhost. */
  readonly machineNames?: readonly string[];
  readonly settings: EnvironmentSettings;
}

/** What services may know of the environment they live in. */
export function factsOf(parts: FactParts): EnvironmentFacts {
  const { definition, ports, publicHost } = parts;
  const hosts = ['localhost', '127.0.0.1', '[::1]', publicHost, ...definition.publishedNames];
  const doors = [ports.https, ports.mutualTls, ...(ports.secondErs === undefined ? [] : [ports.secondErs])];
  const origins = new Set(hosts.flatMap((host) => doors.map((port) => `https://${host}:${port}`)));
  for (const host of [publicHost, ...definition.publishedNames]) origins.add(`https://${host}`); // behind a port mapping to 443
  return {
    id: definition.id,
    slug: definition.slug,
    title: definition.title,
    baseUrl: `https://${publicHost}:${ports.https}`,
    httpUrl: `http://localhost:${ports.http}`,
    mutualTlsUrl: `https://${publicHost}:${ports.mutualTls}`,
    origins,
    ersInstances: definition.ersInstances,
    ersBaseUrls: [ports.https, ...(ports.secondErs === undefined ? [] : [ports.secondErs])].map((port) => `https://${publicHost}:${port}`),
    ersPaths: definition.ersPaths,
    tokenServers: definition.tokenServers,
    access: definition.access,
    production: definition.production,
    publishedNames: [...definition.publishedNames, ...(publicHost === 'localhost' ? [] : [publicHost])],
    machineNames: parts.machineNames ?? [],
    settings: parts.settings,
  };
}
