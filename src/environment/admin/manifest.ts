import type { Environment } from '../environment.ts';

/** Machine-readable account of an environment: what it is, where its doors are, what runs in it (PTL-001, path-to-live.md §8). */
export function manifestOf(environment: Environment): object {
  const { facts, definition } = environment;
  return {
    id: facts.id,
    title: facts.title,
    purpose: definition.purpose,
    production: facts.production,
    baseUrl: facts.baseUrl,
    listeners: environment.doors.listeners.map(({ name, port, baseUrl, ersInstance }) => ({ name, port, baseUrl, ersInstance })),
    doors: environment.serviceDoors.list,
    ers: definition.ersInstances.map((instance, index) => ({
      instance,
      baseUrl: environment.doors.listeners.find((listener) => (index === 0 ? listener.name === 'https' : listener.name === 'second-ers'))
        ?.baseUrl,
      paths: facts.ersPaths.map((path) => `${path}/FHIR`),
    })),
    tokenServers: facts.tokenServers.map((server) => ({ ...server, tokenUrl: `${facts.baseUrl}${server.path}/token` })),
    publishedNames: facts.publishedNames,
    services: environment.services.map(({ manifest }) => ({ name: manifest.name, title: manifest.title })),
    clock: { offsetSeconds: Math.round(environment.world.clockOffset / 1_000) },
    notAffiliated: 'LocalSpine is not affiliated with the NHS. Nothing here is real patient data.',
  };
}
