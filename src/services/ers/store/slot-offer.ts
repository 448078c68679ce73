/** e-RS's copy of the hospitals' free slots: which lists were taken, and what a poll brings. */
import { type Db, tablesOf } from '../../../kernel/store/store.ts';
import type { OfferedSlot } from '../booking/hospital-system.ts';
import { type CatalogueTables, partsOf, slotRow } from './catalogue.ts';

/** The revision of each clinic's list that was last taken. */
export async function listsTaken(db: Db, instance: string): Promise<ReadonlyMap<string, number>> {
  const rows = await tablesOf<CatalogueTables>(db)
    .selectFrom('ers_slot_list')
    .select(['service_id', 'revision'])
    .where('instance', '=', instance)
    .execute();
  return new Map(rows.map((row) => [row.service_id, row.revision]));
}

/**
 * Takes a clinic's list over: what it offers is free here, what it no longer offers is gone. A slot booked here stays booked, whatever an
 * answer says that was written before the booking.
 */
export async function replaceOffer(
  tx: Db,
  instance: string,
  serviceId: string,
  revision: number,
  offered: readonly OfferedSlot[],
): Promise<void> {
  const db = tablesOf<CatalogueTables>(tx);
  await db
    .updateTable('ers_slot')
    .set({ status: 'gone' })
    .where('instance', '=', instance)
    .where('service_id', '=', serviceId)
    .where('status', '=', 'free')
    .execute();
  for (const part of partsOf(offered)) {
    await db
      .insertInto('ers_slot')
      .values(part.map((slot) => slotRow(instance, { ...slot, serviceId, status: 'free' })))
      .onConflict((conflict) =>
        conflict
          .columns(['instance', 'id'])
          .doUpdateSet((set) => ({
            usrn: set.ref('excluded.usrn'),
            clinician: set.ref('excluded.clinician'),
            start_at: set.ref('excluded.start_at'),
            end_at: set.ref('excluded.end_at'),
            priority: set.ref('excluded.priority'),
            status: set.ref('excluded.status'),
          }))
          .where('ers_slot.status', '!=', 'booked'),
      )
      .execute();
  }
  await db
    .insertInto('ers_slot_list')
    .values({ instance, service_id: serviceId, revision })
    .onConflict((conflict) => conflict.columns(['instance', 'service_id']).doUpdateSet({ revision }))
    .execute();
}
