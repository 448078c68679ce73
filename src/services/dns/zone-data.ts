import type { ServiceContext } from '../../kernel/service.ts';
import type { Db } from '../../kernel/store/store.ts';
import { MOST_LABELS } from './host-name.ts';
import type { Question, ZoneData } from './resolution.ts';
import { addressOfReverse, reverseZone } from './reverse.ts';
import { findNames, hasNameBelow, namesAt, type RegisteredName, zoneState } from './store.ts';
import { isWithin, ZONES, zoneOf } from './zones.ts';

/** Where names come from besides the published ones and those registered here: the register of endpoints, for one. */
export interface NameSource {
  /** The known ones among some names in lower case. Without addresses a name points to the environment itself. */
  find(db: Db, names: readonly string[]): Promise<readonly { readonly name: string; readonly addresses: readonly string[] }[]>;
}

export interface NameWorld {
  readonly context: ServiceContext;
  readonly sources: readonly NameSource[];
  /** Where the published names point. */
  readonly addresses: () => readonly string[];
  readonly startedAt: number;
}

/** Gathers what bears on one question: nothing is kept from one to the next (DESIGN.md D15). */
export async function zoneData(world: NameWorld, question: Question): Promise<ZoneData> {
  const { environment, store } = world.context;
  const name = question.name.toLowerCase();
  const own = world.addresses();
  const registered = await registeredAmong(world, endingsOf(name));
  const zones = [...(ZONES[environment.id] ?? []), ...own.map(reverseZone)];
  const further = registered.map((each) => each.name).filter((each) => zoneOf(each, zones) === undefined);
  const all = [...zones, ...further];
  const inside = zoneOf(name, all) !== undefined;
  const pointers = inside ? await pointersOf(world, name) : [];
  const { changedAt } = await zoneState(store.db);
  const published = environment.publishedNames;
  const below =
    inside && isPlain(name) && (published.some((each) => each !== name && isWithin(each, name)) || (await hasNameBelow(store.db, name)));
  return {
    zoneOf: (each) => zoneOf(each, all),
    addressesOf: (each) => registered.find((entry) => entry.name === each)?.addresses ?? (published.includes(each) ? own : undefined),
    pointersOf: () => pointers,
    hasBelow: () => below,
    ownAddresses: own,
    serial: Math.floor(Math.max(changedAt, world.startedAt) / 1_000),
  };
}

/** Registered names, those of the other sources after our own. */
async function registeredAmong({ context, sources, addresses }: NameWorld, names: readonly string[]): Promise<readonly RegisteredName[]> {
  const { db } = context.store;
  const found = await Promise.all([findNames(db, names), ...sources.map((source) => source.find(db, names))]);
  return found.flat().map((each) => (each.addresses.length > 0 ? each : { ...each, addresses: addresses() }));
}

/** A name and the domains it lies in, as deep as registered names go. */
function endingsOf(name: string): readonly string[] {
  const labels = name.split('.');
  const first = Math.max(0, labels.length - MOST_LABELS);
  return labels.slice(first, -1).map((_, index) => labels.slice(first + index).join('.'));
}

/** The names at the address of a reverse name: the first published one for our own, and those registered at it. */
async function pointersOf({ context, addresses }: NameWorld, name: string): Promise<readonly string[]> {
  const address = addressOfReverse(name);
  if (address === undefined) return [];
  const first = addresses().includes(address) ? context.environment.publishedNames.slice(0, 1) : [];
  return [...first, ...(await namesAt(context.store.db, address))];
}

function isPlain(name: string): boolean {
  return /^[a-z\d.-]+$/.test(name);
}
