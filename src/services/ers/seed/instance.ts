import { Readable } from 'node:stream';
import type { SeededRandom } from '../../../kernel/seeded-random.ts';
import type { Db } from '../../../kernel/store/store.ts';
import { adoptBookings } from '../booking/adopted-bookings.ts';
import { MAXIMUM_FILE_SIZE } from '../files/file-types.ts';
import { replaceAdvice } from '../store/advice.ts';
import { replaceFile } from '../store/files.ts';
import { allowActingFor } from '../store/on-behalf-of.ts';
import { replaceReferral } from '../store/referrals.ts';
import type { ErsWorld } from '../world.ts';
import { seededAdvice } from './advice.ts';
import { seedCatalogue } from './catalogue.ts';
import { publishedReferrals } from './referrals.ts';

/** Clinicians for whom R69's clinician admin may act (A040); from the published examples. */
const ACTS_FOR: readonly (readonly [admin: string, clinician: string, odsCode: string])[] = [
  ['103264992985', '021600556514', 'R69'],
  ['103264992985', '921600556514', 'R69'],
  ['103264992985', '021600556111', 'R69'],
  ['555031998104', '555031999105', 'RCD'],
];

/** What a fresh e-RS instance holds: the directory of services, slots, the referrals and advice requests of the published examples, who may act for whom. */
export async function seedInstance(world: ErsWorld, tx: Db, instance: string, random: SeededRandom): Promise<void> {
  await seedCatalogue(tx, instance, random, world.clock.now(), world.directory);
  const { referrals, files } = publishedReferrals(world.clock.now());
  const advice = seededAdvice(world.clock.now());
  for (const { file, content } of [...files, ...advice.files]) {
    await world.blobs.put(Readable.from(content), MAXIMUM_FILE_SIZE); // named by its hash: putting it twice changes nothing
    await replaceFile(tx, instance, file);
  }
  for (const referral of referrals) await replaceReferral(tx, instance, referral);
  for (const request of advice.requests) await replaceAdvice(tx, instance, request);
  await adoptBookings(tx, instance, referrals, world.random, world.clock.now());
  for (const [admin, clinician, odsCode] of ACTS_FOR) await allowActingFor(tx, instance, admin, clinician, odsCode);
}
