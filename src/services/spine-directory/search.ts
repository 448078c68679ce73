import type { Db } from '../../kernel/store/store.ts';
import { type DirectoryApi, intermediaryOf, type MessageHandlingSystem, type SystemFilter } from '../directory/index.ts';
import { SdsRefusal } from './errors.ts';
import type { Resource } from './query.ts';
import { deviceOf, endpointsOf, type ResourceBody } from './resources.ts';

/** Organisation under which an environment's own Spine is registered (sds.md §7, rule 4). */
const SPINE_CORE = 'YES';

/** Runs a search. Every answer is read from the register as it is now. Throws SdsRefusal 500 where the national API fails. */
export async function search(
  directory: DirectoryApi,
  db: Db,
  resource: Resource,
  filter: SystemFilter,
  newId: () => string,
): Promise<readonly ResourceBody[]> {
  if (resource === 'Device') return (await directory.register.findAccreditedSystems(db, filter)).map((each) => deviceOf(each, newId()));
  const found: ResourceBody[] = [];
  for (const system of await directory.register.findMessageHandlingSystems(db, filter))
    found.push(...endpointsOf(system, await forwardingAddress(directory, db, system), newId));
  return found;
}

/** Where to send an interaction that Spine carries on; undefined for one that goes straight to its party (sds.md §8.4). */
async function forwardingAddress(directory: DirectoryApi, db: Db, system: MessageHandlingSystem): Promise<string | undefined> {
  const intermediary = intermediaryOf(system.interactionId);
  if (intermediary === undefined) return undefined;
  const interactionId = `urn:nhs:names:services:tms:${intermediary === 'reliable' ? 'ReliableIntermediary' : 'ExpressIntermediary'}`;
  const records = await directory.register.findMessageHandlingSystems(db, { odsCode: SPINE_CORE, interactionId });
  const addresses = records.flatMap((record) => record.endpoints);
  const [address] = addresses;
  if (address !== undefined && addresses.length === 1) return address;
  throw new SdsRefusal(500, `Expected 1 result for forward reliable/express routing and reliability but got ${addresses.length}`, {
    check: 'sds.intermediary',
    why: `Spine has ${addresses.length} addresses for ${interactionId}.`,
    fix: 'Put the seed data back: localspine reset.',
  });
}
