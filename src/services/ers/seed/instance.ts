import type { SeededRandom } from '../../../kernel/seeded-random.ts';
import type { Db } from '../../../kernel/store/store.ts';
import { allowActingFor } from '../store/on-behalf-of.ts';
import type { ErsWorld } from '../world.ts';
import { seedCatalogue } from './catalogue.ts';

/** Clinicians for whom R69's clinician admin may act (A040); from the published examples. */
const ACTS_FOR: readonly (readonly [admin: string, clinician: string, odsCode: string])[] = [
  ['103264992985', '021600556514', 'R69'],
  ['103264992985', '921600556514', 'R69'],
  ['103264992985', '021600556111', 'R69'],
  ['555031998104', '555031999105', 'RCD'],
];

/** What a fresh e-RS instance holds: the directory of services, slots, who may act for whom. */
export async function seedInstance(world: ErsWorld, tx: Db, instance: string, random: SeededRandom): Promise<void> {
  await seedCatalogue(tx, instance, random, world.clock.now(), world.directory);
  for (const [admin, clinician, odsCode] of ACTS_FOR) await allowActingFor(tx, instance, admin, clinician, odsCode);
}
