import { errorShelf } from '../../kernel/knowledge.ts';
import { type OfferKey, offer, type Service, type ServiceContext } from '../../kernel/service.ts';
import type { ServiceDoor } from '../../kernel/service-door.ts';
import type { Db } from '../../kernel/store/store.ts';
import { type FqdnRegister, fqdnRegister } from '../pki/index.ts';
import { addressRange, drawAddress } from './addresses.ts';
import type { NameRequest } from './host-name.ts';
import { nameTables } from './migrations/0001-names.ts';
import type { RegisteredName } from './store.ts';
import type { NameSource, NameWorld } from './zone-data.ts';
import { ZONES } from './zones.ts';

export { readHostName } from './host-name.ts';
export type { RegisteredName } from './store.ts';
export type { NameSource } from './zone-data.ts';
export { ZONES, zoneOf } from './zones.ts';

/** Services that know further names put a source of them in their manifest: `offers: [offer(nameSource, { find })]`. */
export const nameSource: OfferKey<NameSource> = { name: 'dns.names' };

/** Where the names of an environment point. */
export interface NameAddresses {
  readonly addresses: readonly string[];
  /** The range they are drawn from anew at each start; absent when they stay (PTL-024). */
  readonly range?: string;
}

export interface ZonesView extends NameAddresses {
  readonly zones: readonly string[];
  readonly publishedNames: readonly string[];
}

/** The name server of an environment, and the register of names in its zones (PTL-011). */
export interface DnsApi {
  /** Called as the doors are opened: draws a new address where addresses rotate. */
  settleAddresses(): Promise<NameAddresses>;
  describe(): ZonesView;
  names(): Promise<readonly RegisteredName[]>;
  /** Where the environment would send whoever asks for a name: empty when it does not resolve. */
  resolve(db: Db, name: string): Promise<readonly string[]>;
  /** The registration of a name; undefined when it was not registered here. */
  registration(db: Db, name: string): Promise<RegisteredName | undefined>;
  /**
   * Registers a name, over its addresses of before when it names some; in a transaction of its own, or in `tx`. Throws LocalRefusal 400, and
   * 409 for a published name or one of another organisation.
   */
  register(request: NameRequest, tx?: Db): Promise<RegisteredName>;
  /** Takes a name away and gives it as it was written. Throws LocalRefusal 404. */
  withdraw(name: string): Promise<string>;
}

/** Whose the names are that were registered here (PTL-011). */
export const nameOwners: FqdnRegister = {
  async ownersOf(db, fqdn) {
    const { findNames } = await import('./store.ts');
    const [found] = await findNames(db, [fqdn]);
    return found && (found.odsCode === undefined ? [] : [found.odsCode]);
  },
};

const DOORS: readonly ServiceDoor[] = [{ name: 'dns', portOffset: 53, transports: ['udp', 'tcp'], scheme: 'dns', secure: false }];

export const dns: Service<DnsApi> & { readonly doors: readonly ServiceDoor[] } = {
  name: 'dns',
  title: 'Name server',
  migrations: { '0001-names': nameTables },
  tables: { dns_name: 'kept', dns_name_address: 'kept', dns_zone: 'kept' },
  offers: [
    offer(fqdnRegister, nameOwners),
    offer(errorShelf, { title: 'Name server', load: async () => (await import('./known-errors.ts')).DNS_ERRORS }),
  ],
  doors: DOORS,
  create(context) {
    const world = worldOf(context);
    const api = dnsApi(context, world);
    return {
      api,
      admin: async (app) => {
        const { registerAdmin } = await import('./routes.ts');
        registerAdmin(app, api);
      },
      doors: {
        dns: {
          maxConnections: 256,
          async load() {
            const [{ nameServer }, { zoneData }] = await Promise.all([import('./name-server.ts'), import('./zone-data.ts')]);
            return nameServer({
              clock: context.clock,
              load: (question) => zoneData(world, question),
              failed: (error) => context.log.error({ error: String(error) }, 'name server'),
            });
          },
        },
      },
    };
  },
};

interface SettledWorld extends NameWorld {
  settled: readonly string[];
}

function worldOf(context: ServiceContext): SettledWorld {
  const world: SettledWorld = {
    context,
    sources: context.offered(nameSource),
    settled: [context.environment.settings.nameAddress],
    addresses: () => world.settled,
    startedAt: context.clock.realNow(),
  };
  return world;
}

function dnsApi(context: ServiceContext, world: SettledWorld): DnsApi {
  const { environment, store, clock, random } = context;
  const where = (): NameAddresses => ({
    addresses: world.settled,
    ...(environment.settings.rotateAddresses && { range: addressRange(environment.id) }),
  });
  const pointing = (each: RegisteredName): RegisteredName => (each.addresses.length > 0 ? each : { ...each, addresses: world.settled });
  return {
    async settleAddresses() {
      if (environment.settings.rotateAddresses) {
        const { keepDrawnAddress, zoneState } = await import('./store.ts');
        const address = drawAddress(environment.id, random, (await zoneState(store.db)).drawnAddress);
        await store.transaction((tx) => keepDrawnAddress(tx, address, clock.realNow()));
        world.settled = [address];
      }
      return where();
    },
    describe: () => ({ zones: ZONES[environment.id] ?? [], publishedNames: environment.publishedNames, ...where() }),
    names: async () => (await (await import('./store.ts')).allNames(store.db)).map(pointing),
    async resolve(db, name) {
      const { addressesOf } = await import('./zone-data.ts');
      return addressesOf(world, db, name.toLowerCase());
    },
    registration: async (db, name) => (await (await import('./store.ts')).findNames(db, [name.toLowerCase()]))[0],
    async register(request, tx) {
      const { registerName } = await import('./registration.ts');
      const registered = (db: Db): Promise<RegisteredName> => registerName(context, db, request);
      return pointing(await (tx === undefined ? store.transaction(registered) : registered(tx)));
    },
    withdraw: async (name) => (await import('./registration.ts')).withdrawName(context, name),
  };
}
