import type { Instant } from '../../kernel/clock.ts';
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
  /** Whether one of its names lies below `name`, which is of letters, digits, hyphens and dots. */
  hasBelow?(db: Db, name: string): Promise<boolean>;
  /** When its names may last have changed. */
  changedAt?(db: Db): Promise<Instant>;
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
  const registered = await registeredAmong(world, store.db, endingsOf(name));
  const zones = [...(ZONES[environment.id] ?? []), ...own.map(reverseZone)];
  const further = registered.map((each) => each.name).filter((each) => zoneOf(each, zones) === undefined);
  const all = [...zones, ...further];
  const inside = zoneOf(name, all) !== undefined;
  const pointers = inside ? await pointersOf(world, name) : [];
  const published = environment.publishedNames;
  // What lies below matters for a name alone that is not there itself.
  const there = registered.some((each) => each.name === name) || published.includes(name);
  const below =
    inside && !there && isPlain(name) && (published.some((each) => each !== name && isWithin(each, name)) || (await isAbove(world, name)));
  return {
    zoneOf: (each) => zoneOf(each, all),
    addressesOf: (each) => registered.find((entry) => entry.name === each)?.addresses ?? (published.includes(each) ? own : undefined),
    pointersOf: () => pointers,
    hasBelow: () => below,
    ownAddresses: own,
    // A clock that was set far ahead must not burst the 32 bits of a serial number.
    serial: Math.floor((await lastChange(world)) / 1_000) % 2 ** 32,
  };
}

/** Addresses of a name as the name server would answer; empty when it does not resolve. Includes the published ones. */
export async function addressesOf(world: NameWorld, db: Db, name: string): Promise<readonly string[]> {
  const [registered] = await registeredAmong(world, db, [name]);
  return registered?.addresses ?? (world.context.environment.publishedNames.includes(name) ? world.addresses() : []);
}

/** Whether a registered name lies below this one, here or at another source. */
async function isAbove({ context, sources }: NameWorld, name: string): Promise<boolean> {
  const { db } = context.store;
  if (await hasNameBelow(db, name)) return true;
  for (const source of sources) if ((await source.hasBelow?.(db, name)) === true) return true;
  return false;
}

async function lastChange({ context, sources, startedAt }: NameWorld): Promise<Instant> {
  const { db } = context.store;
  const changes = await Promise.all(sources.map((source) => source.changedAt?.(db) ?? 0));
  return Math.max(startedAt, (await zoneState(db)).changedAt, ...changes);
}

/** Registered names, those of the other sources after our own. */
async function registeredAmong({ sources, addresses }: NameWorld, db: Db, names: readonly string[]): Promise<readonly RegisteredName[]> {
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
