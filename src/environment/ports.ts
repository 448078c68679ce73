import { createServer } from 'node:net';
import { DOOR_PORTS, type EnvironmentDefinition, PORTAL_PORT } from './definitions.ts';

/** The ports of an environment's doors. */
export interface DoorPorts {
  readonly https: number;
  readonly mutualTls: number;
  readonly http: number;
  readonly secondErs?: number;
}

/**
 * Ports of an environment: base + block + door (DESIGN.md, fixed points). With base 0 free ports are chosen, for tests.
 */
export async function doorPorts(base: number, definition: EnvironmentDefinition): Promise<DoorPorts> {
  const port = async (door: keyof typeof DOOR_PORTS): Promise<number> => (base === 0 ? freePort() : base + doorPort(definition, door));
  const ports = { https: await port('https'), mutualTls: await port('mutual-tls'), http: await port('http') };
  return definition.ersInstances.length > 1 ? { ...ports, secondErs: await port('second-ers') } : ports;
}

/** Where a door of an environment is above the base. */
export function doorPort(definition: EnvironmentDefinition, door: keyof typeof DOOR_PORTS): number {
  return definition.portBlock + (door === 'https' ? (definition.httpsPort ?? DOOR_PORTS.https) : DOOR_PORTS[door]);
}

/** The portal's port. */
export async function portalPort(base: number): Promise<number> {
  return base === 0 ? freePort() : base + PORTAL_PORT;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => (typeof address === 'object' && address !== null ? resolve(address.port) : reject(new Error('no free port'))));
    });
  });
}
