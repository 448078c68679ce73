/** Queries on the simulated hospitals' clinics: their plans, diaries, and how far e-RS has read them. */
import type { Instant } from '../../../kernel/clock.ts';
import { type Db, tablesOf } from '../../../kernel/store/store.ts';
import { type ClinicPlan, nextOpening, type OpenedSession } from '../booking/clinic.ts';
import type { PolledClinic } from '../booking/hospital-system.ts';
import { addSessions, type BookSlot, type BookTables } from './appointment-book.ts';
import { partsOf } from './catalogue.ts';

interface ClinicRow {
  instance: string;
  service_id: string;
  plan: string;
  opened_until: number;
  next_opening: number;
  revision: number;
}
interface ClinicTables extends BookTables {
  ers_clinic: ClinicRow;
}

/** Writes the plans of clinics; the books they have stay, and the diary goes on from `openedUntil`. */
export async function saveClinics(
  tx: Db,
  instance: string,
  clinics: readonly {
    readonly serviceId: string;
    readonly plan: ClinicPlan;
    readonly openedUntil: Instant;
    readonly nextOpening: Instant;
  }[],
): Promise<void> {
  for (const part of partsOf(clinics)) {
    const rows = part.map((each) => ({
      instance,
      service_id: each.serviceId,
      plan: JSON.stringify(each.plan),
      opened_until: each.openedUntil,
      next_opening: each.nextOpening,
      revision: 1,
    }));
    await tablesOf<ClinicTables>(tx)
      .insertInto('ers_clinic')
      .values(rows)
      .onConflict((conflict) =>
        conflict.columns(['instance', 'service_id']).doUpdateSet((set) => ({
          plan: set.ref('excluded.plan'),
          opened_until: set.ref('excluded.opened_until'),
          next_opening: set.ref('excluded.next_opening'),
          revision: set('ers_clinic.revision', '+', 1),
        })),
      )
      .execute();
  }
}

/** Says that the slot lists of clinics have changed, making a clinic without a plan where there is none. */
export async function touchClinics(tx: Db, instance: string, serviceIds: readonly string[]): Promise<void> {
  for (const part of partsOf([...new Set(serviceIds)].sort())) {
    await tablesOf<ClinicTables>(tx)
      .insertInto('ers_clinic')
      .values(part.map((service_id) => ({ instance, service_id, plan: NO_PLAN, opened_until: 0, next_opening: 0, revision: 1 })))
      .onConflict((conflict) =>
        conflict.columns(['instance', 'service_id']).doUpdateSet((set) => ({ revision: set('ers_clinic.revision', '+', 1) })),
      )
      .execute();
  }
}

const NO_PLAN = JSON.stringify({ workingDaysAhead: 0, sessions: [] } satisfies ClinicPlan);

/** Every clinic with the revision of its slot list. */
export async function clinicRevisions(db: Db, instance: string): Promise<readonly PolledClinic[]> {
  const rows = await tablesOf<ClinicTables>(db)
    .selectFrom('ers_clinic')
    .select(['service_id', 'revision'])
    .where('instance', '=', instance)
    .orderBy('service_id')
    .execute();
  return rows.map((row) => ({ serviceId: row.service_id, revision: row.revision }));
}

/** A clinic whose diary may move on. */
export interface DueClinic {
  readonly serviceId: string;
  readonly plan: ClinicPlan;
  readonly openedUntil: Instant;
}

/** The clinics that have not looked at their diary today. */
export async function clinicsToOpen(db: Db, instance: string, now: Instant): Promise<readonly DueClinic[]> {
  const rows = await tablesOf<ClinicTables>(db)
    .selectFrom('ers_clinic')
    .select(['service_id', 'plan', 'opened_until'])
    .where('instance', '=', instance)
    .where('next_opening', '<=', now)
    .orderBy('service_id')
    .execute();
  return rows.map((row) => ({ serviceId: row.service_id, plan: parsePlan(row.plan), openedUntil: Number(row.opened_until) }));
}

/**
 * Moves a clinic's diary on; false when another process has done it. Slots of past days that nobody booked leave the book.
 */
export async function openDiary(
  tx: Db,
  instance: string,
  clinic: DueClinic,
  sessions: readonly OpenedSession[],
  openedUntil: Instant,
  now: Instant,
): Promise<boolean> {
  const db = tablesOf<ClinicTables>(tx);
  const claimed = await db
    .updateTable('ers_clinic')
    .set((set) => ({
      opened_until: openedUntil,
      next_opening: nextOpening(now),
      revision: sessions.length === 0 ? set.ref('revision') : set('revision', '+', 1),
    }))
    .where('instance', '=', instance)
    .where('service_id', '=', clinic.serviceId)
    .where('next_opening', '<=', now)
    .executeTakeFirst();
  if (Number(claimed.numUpdatedRows) === 0) return false;
  const past = db.deleteFrom('ers_clinic_slot').where('instance', '=', instance).where('service_id', '=', clinic.serviceId);
  await past
    .where('start_at', '<', nextOpening(now) - 86_400_000)
    .where('status', '!=', 'booked')
    .execute();
  await addSessions(tx, instance, clinic.serviceId, sessions);
  return true;
}

/** How many slots of each status a clinic has from now on. */
export interface ClinicCounts {
  readonly serviceId: string;
  readonly plan: ClinicPlan;
  readonly open: number;
  readonly booked: number;
  readonly withdrawn: number;
}

/** The clinics of some services with their future slots counted. */
export async function clinicCounts(
  db: Db,
  instance: string,
  serviceIds: readonly string[],
  now: Instant,
): Promise<readonly ClinicCounts[]> {
  if (serviceIds.length === 0) return [];
  const clinics = await tablesOf<ClinicTables>(db)
    .selectFrom('ers_clinic')
    .select(['service_id', 'plan'])
    .where('instance', '=', instance)
    .where('service_id', 'in', serviceIds)
    .orderBy('service_id')
    .execute();
  const counted = await tablesOf<ClinicTables>(db)
    .selectFrom('ers_clinic_slot')
    .select((select) => ['service_id', 'status', select.fn.countAll().as('slots')])
    .where('instance', '=', instance)
    .where('service_id', 'in', serviceIds)
    .where('start_at', '>', now)
    .groupBy(['service_id', 'status'])
    .execute();
  const count = (serviceId: string, status: BookSlot['status']): number =>
    Number(counted.find((each) => each.service_id === serviceId && each.status === status)?.slots ?? 0);
  return clinics.map(({ service_id, plan }) => ({
    serviceId: service_id,
    plan: parsePlan(plan),
    open: count(service_id, 'open'),
    booked: count(service_id, 'booked'),
    withdrawn: count(service_id, 'withdrawn'),
  }));
}

/** Only this file writes plans; imported ones are checked where they enter. */
function parsePlan(text: string): ClinicPlan {
  const plan: ClinicPlan = JSON.parse(text);
  return plan;
}
