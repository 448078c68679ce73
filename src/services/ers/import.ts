/** The member `ers` of `POST /_localspine/import`: one instance's services, clinics, slots, files and requests. */
import { LocalRefusal } from '../../kernel/errors.ts';
import type { Db } from '../../kernel/store/store.ts';
import { importAdvice } from './advice/import-advice.ts';
import { startPolling } from './booking/slot-polling.ts';
import { importClinics, importServices, importSlots } from './catalogue/import.ts';
import { importReferrals } from './referral/import-referrals.ts';
import { clearInstance } from './store/clear-instance.ts';
import type { ErsWorld } from './world.ts';

interface Part {
  readonly member: string;
  /** Stores what is given and says how much it was. Throws LocalRefusal 400. */
  readonly store: (world: ErsWorld, tx: Db, instance: string, value: unknown) => Promise<number>;
}

/** In this order: what comes later may name what came before. */
const PARTS: readonly Part[] = [
  { member: 'services', store: (_, tx, instance, value) => importServices(tx, instance, value) },
  {
    member: 'clinics',
    store: async (world, tx, instance, value) => {
      await startPolling(world, tx); // what they offer is polled at once
      return importClinics(tx, instance, value, world.clock.now());
    },
  },
  { member: 'slots', store: (_, tx, instance, value) => importSlots(tx, instance, value) },
  {
    member: 'files',
    store: async ({ blobs, clock }, tx, instance, value) =>
      (await import('./files/import-files.ts')).importFiles(blobs, tx, instance, clock.now(), value),
  },
  {
    member: 'onBehalfOf',
    store: async (_, tx, instance, value) => (await import('./import-on-behalf-of.ts')).importOnBehalfOf(tx, instance, value),
  },
  { member: 'referrals', store: importReferrals },
  { member: 'advice', store: importAdvice },
];

/**
 * Stores the member `ers` of an import, `{instance, clear, …}`; `clear` empties the instance first, and counts as one thing done.
 *
 * @param tables e-RS's own, that `clear` empties
 * @returns how many records were stored; 0 when there is no such member
 * @throws LocalRefusal 400 naming the first fault
 */
export async function importErs(
  world: ErsWorld,
  tx: Db,
  document: Readonly<Record<string, unknown>>,
  tables: readonly string[],
): Promise<number> {
  const part = document['ers'];
  if (part === undefined) return 0;
  if (typeof part !== 'object' || part === null || Array.isArray(part)) throw badImport('it is not an object');
  const { instance, clear = false, ...members }: Record<string, unknown> = { ...part };
  const named = instance ?? world.environment.ersInstances[0];
  const known = world.environment.ersInstances.find((each) => each === named);
  if (known === undefined) throw badImport(`there is no instance ${String(named)}; there are ${world.environment.ersInstances.join(', ')}`);
  const stray = Object.keys(members).find((name) => !PARTS.some((each) => each.member === name));
  if (stray !== undefined) throw badImport(`it has an unknown member ${stray}`);
  if (typeof clear !== 'boolean') throw badImport('"clear" is neither true nor false');
  if (clear) await clearInstance(tx, known, tables);
  let count = clear ? 1 : 0;
  for (const { member, store } of PARTS) {
    if (members[member] !== undefined) count += await store(world, tx, known, members[member]);
  }
  return count;
}

function badImport(fault: string): LocalRefusal {
  return new LocalRefusal(400, 'bad_import', `The member "ers" of the import is not right: ${fault}.`, 'See docs/import.md.');
}
