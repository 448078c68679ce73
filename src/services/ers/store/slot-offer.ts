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

interface ListTables extends CatalogueTables {
  ers_clinic: { instance: string; service_id: string; revision: number };
}

/** Those among some services whose clinic has nothing that e-RS has not taken: its list is current, or it has none yet. */
export async function servicesUpToDate(db: Db, instance: string, serviceIds: readonly string[]): Promise<readonly string[]> {
  const behind = new Set<string>();
  for (const part of partsOf([...new Set(serviceIds)])) {
    const rows = await tablesOf<ListTables>(db)
      .selectFrom('ers_clinic as clinic')
      .leftJoin('ers_slot_list as list', (join) =>
        join.onRef('list.instance', '=', 'clinic.instance').onRef('list.service_id', '=', 'clinic.service_id'),
      )
      .select('clinic.service_id')
      .where('clinic.instance', '=', instance)
      .where('clinic.service_id', 'in', part)
      .where((where) => where.or([where('list.revision', 'is', null), where('list.revision', '!=', where.ref('clinic.revision'))]))
      .execute();
    for (const row of rows) behind.add(row.service_id);
  }
  return serviceIds.filter((each) => !behind.has(each));
}

/** Notes that the lists of some clinics are taken as they are now: what was just written into book and offer alike need not be polled. */
export async function noteListsTaken(tx: Db, instance: string, serviceIds: readonly string[]): Promise<void> {
  const db = tablesOf<ListTables>(tx);
  for (const part of partsOf([...new Set(serviceIds)])) {
    await db.deleteFrom('ers_slot_list').where('instance', '=', instance).where('service_id', 'in', part).execute();
    await db
      .insertInto('ers_slot_list')
      .columns(['instance', 'service_id', 'revision'])
      .expression(
        db
          .selectFrom('ers_clinic')
          .select(['instance', 'service_id', 'revision'])
          .where('instance', '=', instance)
          .where('service_id', 'in', part),
      )
      .execute();
  }
}
