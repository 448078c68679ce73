/** Puts the directory of services and its slots into an e-RS instance. */
import type { Instant } from '../../../kernel/clock.ts';
import type { SeededRandom } from '../../../kernel/seeded-random.ts';
import type { Db } from '../../../kernel/store/store.ts';
import { type ClinicPlan, dayOf, horizonOf, nextOpening, sessionsToOpen } from '../booking/clinic.ts';
import { ACTIVITY } from '../catalogue/references.ts';
import type { Slot } from '../model.ts';
import { addSessions, replaceBookSlots } from '../store/appointment-book.ts';
import { saveServices, saveSlots } from '../store/catalogue.ts';
import { saveClinics } from '../store/clinics.ts';
import { noteListsTaken } from '../store/slot-offer.ts';
import { publishedServices } from './published-services.ts';
import { publishedPlan, publishedSlots, syntheticPlan } from './slots.ts';
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
  await seedPublishedClinics(
    tx,
    instance,
    published.map((service) => publishedSlots(service, now)),
    now,
  );
  await seedSyntheticClinics(
    tx,
    instance,
    synthetic.map((service) => ({ serviceId: service.id, plan: syntheticPlan(service, random.stream('slots', service.id)) })),
    now,
  );
  await noteListsTaken(
    tx,
    instance,
    [...published, ...synthetic].map((service) => service.id),
  );
}

/** The example slots, in the hospital's book and on offer alike; then the clinic goes on by its plan. */
async function seedPublishedClinics(tx: Db, instance: string, slotsOfClinics: readonly (readonly Slot[])[], now: Instant): Promise<void> {
  const clinics = slotsOfClinics.flatMap((slots) => {
    const [plan, serviceId] = [publishedPlan(slots), slots[0]?.serviceId];
    return plan === undefined || serviceId === undefined
      ? []
      : [{ serviceId, plan, openedUntil: horizonOf(plan, now), nextOpening: nextOpening(now) }];
  });
  const slots = slotsOfClinics.flat();
  await saveClinics(tx, instance, clinics);
  await replaceBookSlots(
    tx,
    instance,
    slots.map((slot) => ({ ...slot, status: slot.status === 'free' ? 'open' : 'booked' })),
  );
  await saveSlots(tx, instance, slots);
}

/** Clinics that open their first sessions by their plan. */
async function seedSyntheticClinics(
  tx: Db,
  instance: string,
  clinics: readonly { readonly serviceId: string; readonly plan: ClinicPlan | undefined }[],
  now: Instant,
): Promise<void> {
  const planned = clinics.flatMap(({ serviceId, plan }) => (plan === undefined ? [] : [{ serviceId, plan }]));
  await saveClinics(
    tx,
    instance,
    planned.map((each) => ({ ...each, openedUntil: horizonOf(each.plan, now), nextOpening: nextOpening(now) })),
  );
  const offered: Slot[] = [];
  for (const { serviceId, plan } of planned) {
    const sessions = sessionsToOpen(serviceId, plan, dayOf(now), now);
    await addSessions(tx, instance, serviceId, sessions);
    offered.push(...sessions.flatMap((session) => session.slots.map((slot): Slot => ({ ...slot, serviceId, status: 'free' }))));
  }
  await saveSlots(tx, instance, offered);
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
