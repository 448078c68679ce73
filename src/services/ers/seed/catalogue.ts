/** Puts the directory of services and its slots into an e-RS instance. */
import type { Instant } from '../../../kernel/clock.ts';
import type { SeededRandom } from '../../../kernel/seeded-random.ts';
import type { Db } from '../../../kernel/store/store.ts';
import { ACTIVITY } from '../catalogue/references.ts';
import { saveServices, saveSlots } from '../store/catalogue.ts';
import { publishedServices } from './published-services.ts';
import { publishedSlots, syntheticSlots } from './slots.ts';
import { type ProvidingTrust, syntheticServices } from './synthetic-services.ts';

/** What seeding asks of the directory, whose own seed has run before. */
export interface SeedDirectory {
  organisations(
    db: Db,
    odsCodes: readonly string[],
  ): Promise<readonly { readonly odsCode: string; readonly name: string; readonly postcode?: string }[]>;
  usersWithActivityAt(db: Db, odsCode: string, activityCode: string): Promise<readonly string[]>;
}

const PUBLISHED_PROVIDER = 'R69';
/** Invented trusts of the directory, each with two sites. */
const TRUSTS = ['ZT1', 'ZT2', 'ZT3', 'ZT4'] as const;

/**
 * Seeds services and slots: those of the published examples at R69, and forty invented ones at the invented trusts. The same for the same
 * seed and the same moment.
 *
 * @param now the environment's time: slots lie in its future
 */
export async function seedCatalogue(tx: Db, instance: string, random: SeededRandom, now: Instant, directory: SeedDirectory): Promise<void> {
  const reviewers = await directory.usersWithActivityAt(tx, PUBLISHED_PROVIDER, ACTIVITY.serviceProviderClinician);
  const published = publishedServices(reviewers.map((userId) => ({ userId, odsCode: PUBLISHED_PROVIDER })));
  const synthetic = syntheticServices(random.stream('services', 'synthetic'), await trusts(tx, directory));
  await saveServices(tx, instance, [...published, ...synthetic]);
  await saveSlots(tx, instance, [
    ...published.flatMap((service) => publishedSlots(service, now)),
    ...synthetic.flatMap((service) => syntheticSlots(service, random.stream('slots', service.id), now)),
  ]);
}

async function trusts(tx: Db, directory: SeedDirectory): Promise<readonly ProvidingTrust[]> {
  const found: ProvidingTrust[] = [];
  for (const odsCode of TRUSTS) {
    const sites = await directory.organisations(tx, [`${odsCode}01`, `${odsCode}02`]);
    if (sites.length === 0) continue;
    found.push({ odsCode, sites, clinicians: await directory.usersWithActivityAt(tx, odsCode, ACTIVITY.serviceProviderClinician) });
  }
  return found;
}
