import { createSocket } from 'node:dgram';
import { createServer, type Server } from 'node:net';
import { secureRandom } from '../kernel/random.ts';
import type { ServiceDoor } from '../kernel/service-door.ts';
import { DOOR_PORTS, type EnvironmentDefinition, PORTAL_PORT } from './definitions.ts';

/** The ports of an environment's doors. */
export interface DoorPorts {
  readonly https: number;
  readonly mutualTls: number;
  readonly http: number;
  readonly secondErs?: number;
  /** Doors of services that speak something other than HTTP, by name. */
  readonly services: Readonly<Record<string, number>>;
}

/**
 * Ports of an environment: base + block + door (DESIGN.md, fixed points). With base 0 free ports are chosen, for tests.
 */
export async function doorPorts(base: number, definition: EnvironmentDefinition, doors: readonly ServiceDoor[]): Promise<DoorPorts> {
  const port = async (door: keyof typeof DOOR_PORTS): Promise<number> => (base === 0 ? freePort() : base + doorPort(definition, door));
  const services: Record<string, number> = {};
  for (const door of doors)
    services[door.name] = base === 0 ? await freePort(door.transports.includes('udp')) : base + definition.portBlock + door.portOffset;
  const ports = { https: await port('https'), mutualTls: await port('mutual-tls'), http: await port('http'), services };
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

/** Below the ports that systems give to outgoing connections: one of those could take a port between its choice and its opening. */
const FREE_PORTS = { from: 11_000, count: 20_000 };
/** Ports looked at in this process: what is chosen now is opened later. */
const chosen = new Set<number>();
/**
 * Chosen ports, kept from other processes until their doors open: on first boot that is many seconds, in which another LocalSpine that starts
 * at the same time could choose the same.
 */
const kept = new Map<number, Server>();

/** A port nobody listens on now, over UDP too when asked; another one each time. */
async function freePort(udp = false): Promise<number> {
  for (let tries = 0; tries < 200; tries += 1) {
    const port = FREE_PORTS.from + (secureRandom.bytes(4).readUInt32BE() % FREE_PORTS.count);
    if (chosen.has(port)) continue;
    chosen.add(port);
    if (!(await keep(port))) continue;
    if (!udp || (await isFreeForDatagrams(port))) return port;
    await letGo(port);
  }
  throw new Error('no free port');
}

/** Takes a port until its door opens; false when somebody else listens on it. */
function keep(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const keeper = createServer((socket) => socket.destroy()).unref();
    keeper.once('error', () => resolve(false));
    keeper.listen(port, '127.0.0.1', () => {
      kept.set(port, keeper);
      resolve(true);
    });
  });
}

/** Gives a chosen port to the door that opens now; nothing for any other port. */
export async function letGo(port: number): Promise<void> {
  const keeper = kept.get(port);
  if (keeper === undefined) return;
  kept.delete(port);
  await new Promise<void>((resolve) => keeper.close(() => resolve()));
}

function isFreeForDatagrams(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createSocket('udp4');
    probe.once('error', () => resolve(false));
    probe.bind(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}
