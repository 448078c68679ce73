/** For tests of operations on the catalogue: an e-RS with the seeded directory of people, services and slots. */
import { SeededRandom } from '../../../kernel/seeded-random.ts';
import { directory } from '../../directory/index.ts';
import * as data from '../test-data.ts';
import { INSTANCE, type TestErs, testErs } from '../test-world.ts';
import { seedCatalogue } from './catalogue.ts';

export async function seededErs(): Promise<TestErs> {
  const ers = await testErs();
  await ers.store.transaction(async (tx) => {
    const running = await directory.create(ers);
    await running.seed?.(tx, new SeededRandom('test'));
    await seedCatalogue(tx, INSTANCE, new SeededRandom('test'), data.NOW, ers.world.directory);
  });
  return ers;
}

export type Json = Readonly<Record<string, unknown>>;

/** The value at a path of members and places in a JSON answer. */
export function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>((each, key) => (each as Json | undefined)?.[key], value);
}
