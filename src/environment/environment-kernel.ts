import { StoreFaults } from '../kernel/faults/store-faults.ts';
import { Journal } from '../kernel/journal/journal.ts';
import { StoreOutbox } from '../kernel/outbox/store-outbox.ts';
import { secureRandom } from '../kernel/random.ts';
import type { World } from '../kernel/world.ts';
import type { EnvironmentParts } from './environment.ts';
import { Maintenance } from './maintenance/maintenance.ts';

/** What the kernel does for one environment. */
export interface Kernel {
  readonly journal: Journal;
  readonly faults: StoreFaults;
  readonly outbox: StoreOutbox;
  readonly maintenance: Maintenance;
}

/** Makes it. */
export async function kernelOf(parts: EnvironmentParts, world: World): Promise<Kernel> {
  const maintenance = await Maintenance.open({
    environment: parts.definition.id,
    store: parts.store,
    world,
    random: secureRandom,
    mode: parts.settings.maintenance ?? 'announced',
  });
  return {
    maintenance,
    journal: new Journal({
      store: parts.journalStore,
      clock: world,
      random: secureRandom,
      keep: parts.journalKeep,
      onError: (text) => parts.log.error({ text }, 'journal'),
    }),
    faults: new StoreFaults(parts.store, world, secureRandom),
    outbox: new StoreOutbox({ store: parts.store, world, random: secureRandom, log: parts.log, availability: maintenance }),
  };
}
