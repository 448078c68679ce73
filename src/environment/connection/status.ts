import type { EnvironmentDefinition } from '../definitions.ts';
import type { ConnectionRow, SlotName } from './model.ts';

/** `not-in-this-version`: LocalSpine does not have it yet, or not in this environment. */
export type RowState = 'up' | 'degraded' | 'maintenance' | 'not-in-this-version';

/** What is really there, when a row is looked at. */
export interface Reality {
  /** Service that has a route, if one has. */
  routeOwner(method: string, path: string): string | undefined;
  readonly listeners: readonly { readonly name: string; readonly port: number; readonly baseUrl: string }[];
  readonly doors: readonly { readonly name: string; readonly service: string; readonly port: number; readonly url: string }[];
  /** Kinds of the outbox jobs that somebody does, by service. */
  readonly jobs: readonly { readonly service: string; readonly kind: string }[];
  /** Where services answer rows whose path the table does not know. */
  readonly answers: readonly {
    readonly row: string;
    readonly path: string;
    readonly listener: 'https' | 'mutual-tls';
    readonly method: string;
  }[];
  /** Services that a fault rule disturbs or that are unwell; `*` stands for all. */
  readonly disturbed: ReadonlySet<string>;
  /** Applications in their slot, or down for a forward change. */
  readonly slots: ReadonlySet<SlotName>;
  /** Whether they are really down. */
  readonly enforced: boolean;
  /** The portal's page about this environment; undefined where no portal is above it. */
  readonly portalPage: string | undefined;
  /** Address that outgoing calls come from. */
  readonly sourceAddress: string;
}

/** Where a row is answered on this machine. */
export interface LocalAddress {
  readonly url: string;
  readonly port?: number;
  /** Service behind it. */
  readonly service: string;
}

export interface RowStatus {
  readonly state: RowState;
  /** Why it is not plainly up. */
  readonly reason?: string;
  readonly local?: LocalAddress;
}

/** A row and how it is with it now. A row without a place here is never said to be up. */
export function statusOf(row: ConnectionRow, reality: Reality): RowStatus {
  if (row.place.kind === 'portal') return ofPortal(reality);
  const local = localAddress({ ...row, place: row.place }, reality);
  if (local === undefined) return { state: 'not-in-this-version', reason: 'LocalSpine does not have it yet.' };
  if (reality.disturbed.has(local.service) || reality.disturbed.has('*'))
    return { state: 'degraded', reason: `A fault rule disturbs the service ${local.service}, or it is unwell.`, local };
  if (row.slot !== undefined && reality.slots.has(row.slot))
    return {
      state: 'maintenance',
      reason: reality.enforced
        ? 'It is in maintenance, and maintenance is enforced here.'
        : 'Its maintenance is on, as announced; it answers all the same.',
      local,
    };
  return { state: 'up', local };
}

/** The portal is not a service here: neither faults nor maintenance of the environment touch it. */
function ofPortal({ portalPage }: Reality): RowStatus {
  if (portalPage === undefined) return { state: 'not-in-this-version', reason: 'This environment runs without a portal.' };
  const { port } = new URL(portalPage);
  return { state: 'up', local: { url: portalPage, service: 'portal', ...(port !== '' && { port: Number(port) }) } };
}

type PlaceHere = Exclude<ConnectionRow['place'], { kind: 'portal' }>;

function localAddress({ id, place }: { readonly id: string; readonly place: PlaceHere }, reality: Reality): LocalAddress | undefined {
  switch (place.kind) {
    case 'route':
      return atRoute(place, reality) ?? offered(id, reality);
    case 'offered':
      return offered(id, reality);
    case 'door': {
      const door = reality.doors.find((each) => each.name === place.door);
      return door && { url: door.url, port: door.port, service: door.service };
    }
    case 'deliveries': {
      const job = reality.jobs.find(({ kind }) => kind.startsWith(place.jobs));
      return job && { url: reality.sourceAddress, service: job.service };
    }
  }
}

function offered(id: string, reality: Reality): LocalAddress | undefined {
  const answer = reality.answers.find((each) => each.row === id);
  return answer && atRoute(answer, reality);
}

function atRoute(
  place: { readonly listener: string; readonly method: string; readonly path: string },
  reality: Reality,
): LocalAddress | undefined {
  const service = reality.routeOwner(place.method, place.path);
  const listener = reality.listeners.find((each) => each.name === place.listener);
  if (service === undefined || listener === undefined) return undefined;
  // A pattern is shown up to its first parameter: that is the base a client takes.
  const path = place.path.replace(/\/(?:STU3\/CodeSystem\/)?:.*$/, '').replace('/.well-known/openid-configuration', '');
  return { url: `${listener.baseUrl}${path}`, port: listener.port, service };
}

/** What an environment is for (PTL-002, path-to-live.md §2.1). */
export const PURPOSES: Readonly<Record<EnvironmentDefinition['id'], readonly string[]>> = {
  SANDBOX: ['First tries without registration.', 'Learning the e-RS API by its published examples.'],
  INT: [
    'Formal, supervised testing of a supplier’s product.',
    'Conformance runs and witness testing, on which DEP access and the certificate rest.',
  ],
  DEP: [
    'Testing a product in place before it goes live.',
    'Helping suppliers and NHS organisations to build the processes and procedures of a local site.',
    'Creating a local change process.',
    'User acceptance testing with NHS organisations.',
  ],
  PROD: ['Rehearsing registration, the PROD form and go-live.'],
};

/** What it is not for (PTL-002, PTL-004). */
export const NOT_FOR: Readonly<Record<EnvironmentDefinition['id'], readonly string[]>> = {
  SANDBOX: ['Proof that a product works: nobody is authorised here.'],
  INT: ['Live use.', 'Taking the place of DEP or PROD while they are down: credentials are good in one environment only.'],
  DEP: [
    'Live use.',
    'Proof of concept or early tests, which belong in development.',
    'Taking the place of another environment while it is down.',
  ],
  PROD: ['Live use: it is a twin for rehearsal.'],
};
