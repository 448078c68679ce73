/** Queries on the simulated hospitals' appointment books: the master of which e-RS's slots are a copy. */
import type { Instant } from '../../../kernel/clock.ts';
import { type Db, tablesOf } from '../../../kernel/store/store.ts';
import type { OpenedSession } from '../booking/clinic.ts';
import type { OfferedSlot } from '../booking/hospital-system.ts';
import { partsOf, type SlotRow, slotColumns, slotFrom } from './catalogue.ts';

/** A slot in a clinic's book. */
export interface BookSlot extends OfferedSlot {
  readonly serviceId: string;
  readonly sessionId?: string;
  readonly status: 'open' | 'booked' | 'withdrawn';
}

/** A booking in the book. One without UBRN was made by the hospital for a patient of its own. */
export interface BookEntry {
  readonly id: string;
  readonly slotId: string;
  readonly ubrn?: string;
  readonly nhsNumber?: string;
  readonly bookedAt: Instant;
  readonly cancelledAt?: Instant;
}

interface BookSlotRow extends Omit<SlotRow, 'status'> {
  session_id: string | null;
  status: BookSlot['status'];
}
interface BookingRow {
  id: string;
  instance: string;
  slot_id: string;
  ubrn: string | null;
  nhs_number: string | null;
  booked_at: number;
  cancelled_at: number | null;
}
export interface BookTables {
  ers_clinic_session: { instance: string; id: string; service_id: string; start_at: number; capacity: number; booked: number };
  ers_clinic_slot: BookSlotRow;
  ers_clinic_booking: BookingRow;
}

/** Puts sessions with their slots, all open, into a clinic's book. */
export async function addSessions(tx: Db, instance: string, serviceId: string, sessions: readonly OpenedSession[]): Promise<void> {
  for (const part of partsOf(sessions)) {
    await tablesOf<BookTables>(tx)
      .insertInto('ers_clinic_session')
      .values(
        part.map((each) => ({ instance, id: each.id, service_id: serviceId, start_at: each.start, capacity: each.capacity, booked: 0 })),
      )
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }
  const slots = sessions.flatMap((session) =>
    session.slots.map((each): BookSlot => ({ ...each, serviceId, sessionId: session.id, status: 'open' })),
  );
  for (const part of partsOf(slots.map((each) => slotRow(instance, each))))
    await tablesOf<BookTables>(tx)
      .insertInto('ers_clinic_slot')
      .values(part)
      .onConflict((conflict) => conflict.doNothing())
      .execute();
}

/** Writes slots into the book, replacing those of the same id and whatever was booked there. */
export async function replaceBookSlots(tx: Db, instance: string, slots: readonly BookSlot[]): Promise<void> {
  const db = tablesOf<BookTables>(tx);
  for (const part of partsOf(slots.map((each) => each.id))) {
    await db.deleteFrom('ers_clinic_booking').where('instance', '=', instance).where('slot_id', 'in', part).execute();
    await db.deleteFrom('ers_clinic_slot').where('instance', '=', instance).where('id', 'in', part).execute();
  }
  for (const part of partsOf(slots.map((each) => slotRow(instance, each)))) await db.insertInto('ers_clinic_slot').values(part).execute();
}

/** Slots a clinic offers: open, not begun, in a session that has room. */
export async function openSlots(db: Db, instance: string, serviceId: string, now: Instant): Promise<readonly OfferedSlot[]> {
  const rows = await tablesOf<BookTables>(db)
    .selectFrom('ers_clinic_slot as slot')
    .leftJoin('ers_clinic_session as session', (join) =>
      join.onRef('session.instance', '=', 'slot.instance').onRef('session.id', '=', 'slot.session_id'),
    )
    .selectAll('slot')
    .where('slot.instance', '=', instance)
    .where('slot.service_id', '=', serviceId)
    .where('slot.start_at', '>', now)
    .where('slot.status', '=', 'open')
    .where((where) => where.or([where('session.id', 'is', null), where('session.booked', '<', where.ref('session.capacity'))]))
    .orderBy('slot.start_at')
    .orderBy('slot.id')
    .execute();
  return rows.map(slotFrom);
}

/** A slot of the book; undefined when there is none of that id. */
export async function bookSlotById(db: Db, instance: string, slotId: string): Promise<BookSlot | undefined> {
  const row = await tablesOf<BookTables>(db)
    .selectFrom('ers_clinic_slot')
    .selectAll()
    .where('instance', '=', instance)
    .where('id', '=', slotId)
    .executeTakeFirst();
  return row === undefined ? undefined : bookSlotOf(row);
}

/** The slots of the book among those named, by id. */
export async function bookSlotsByIds(db: Db, instance: string, slotIds: readonly string[]): Promise<ReadonlyMap<string, BookSlot>> {
  const found = new Map<string, BookSlot>();
  for (const part of partsOf([...new Set(slotIds)])) {
    const rows = await tablesOf<BookTables>(db)
      .selectFrom('ers_clinic_slot')
      .selectAll()
      .where('instance', '=', instance)
      .where('id', 'in', part)
      .execute();
    for (const row of rows) found.set(row.id, bookSlotOf(row));
  }
  return found;
}

/** Moves a slot of the book from one status to another; false when it was not in the first. */
export async function moveBookSlot(
  tx: Db,
  instance: string,
  slotId: string,
  from: BookSlot['status'],
  to: BookSlot['status'],
): Promise<boolean> {
  const result = await tablesOf<BookTables>(tx)
    .updateTable('ers_clinic_slot')
    .set({ status: to })
    .where('instance', '=', instance)
    .where('id', '=', slotId)
    .where('status', '=', from)
    .executeTakeFirst();
  return Number(result.numUpdatedRows) === 1;
}

/** Takes a place in a session: how many are left afterwards, or undefined when it was full. */
export async function takePlace(tx: Db, instance: string, sessionId: string): Promise<number | undefined> {
  const row = await tablesOf<BookTables>(tx)
    .updateTable('ers_clinic_session')
    .set((set) => ({ booked: set('booked', '+', 1) }))
    .where('instance', '=', instance)
    .where('id', '=', sessionId)
    .whereRef('booked', '<', 'capacity')
    .returning(['booked', 'capacity'])
    .executeTakeFirst();
  return row === undefined ? undefined : row.capacity - row.booked;
}

/** Gives a place in a session back. */
export async function givePlaceBack(tx: Db, instance: string, sessionId: string): Promise<void> {
  await tablesOf<BookTables>(tx)
    .updateTable('ers_clinic_session')
    .set((set) => ({ booked: set('booked', '-', 1) }))
    .where('instance', '=', instance)
    .where('id', '=', sessionId)
    .where('booked', '>', 0)
    .execute();
}

/** Writes a booking. Throws when the slot has one. */
export async function insertEntry(tx: Db, instance: string, entry: BookEntry): Promise<void> {
  await tablesOf<BookTables>(tx)
    .insertInto('ers_clinic_booking')
    .values({
      id: entry.id,
      instance,
      slot_id: entry.slotId,
      ubrn: entry.ubrn ?? null,
      nhs_number: entry.nhsNumber ?? null,
      booked_at: entry.bookedAt,
      cancelled_at: entry.cancelledAt ?? null,
    })
    .execute();
}

/** Whether a slot has a booking; one that has no name yet gets this one. */
export async function nameHolder(tx: Db, instance: string, slotId: string, ubrn: string, nhsNumber: string): Promise<boolean> {
  const result = await tablesOf<BookTables>(tx)
    .updateTable('ers_clinic_booking')
    .set((set) => ({
      ubrn: set.fn.coalesce('ubrn', set.val(ubrn)),
      nhs_number: set.fn.coalesce('nhs_number', set.val(nhsNumber)),
    }))
    .where('instance', '=', instance)
    .where('slot_id', '=', slotId)
    .where('cancelled_at', 'is', null)
    .executeTakeFirst();
  return Number(result.numUpdatedRows) === 1;
}

/** The UBRN that holds a slot, if any does. */
export async function holderOf(db: Db, instance: string, slotId: string): Promise<string | undefined> {
  const row = await tablesOf<BookTables>(db)
    .selectFrom('ers_clinic_booking')
    .select('ubrn')
    .where('instance', '=', instance)
    .where('slot_id', '=', slotId)
    .where('cancelled_at', 'is', null)
    .executeTakeFirst();
  return row?.ubrn ?? undefined;
}

/** Ends the booking that a UBRN has in a slot; false when it has none. */
export async function cancelEntry(tx: Db, instance: string, slotId: string, ubrn: string, at: Instant): Promise<boolean> {
  const result = await tablesOf<BookTables>(tx)
    .updateTable('ers_clinic_booking')
    .set({ cancelled_at: at })
    .where('instance', '=', instance)
    .where('slot_id', '=', slotId)
    .where('ubrn', '=', ubrn)
    .where('cancelled_at', 'is', null)
    .executeTakeFirst();
  return Number(result.numUpdatedRows) === 1;
}

/** A clinic's book: its slots with the bookings made there, cancelled ones included. */
export async function readBook(
  db: Db,
  instance: string,
  serviceId: string,
): Promise<readonly (BookSlot & { readonly bookings: readonly BookEntry[] })[]> {
  const slots = await tablesOf<BookTables>(db)
    .selectFrom('ers_clinic_slot')
    .selectAll()
    .where('instance', '=', instance)
    .where('service_id', '=', serviceId)
    .orderBy('start_at')
    .orderBy('id')
    .execute();
  const bookings = await tablesOf<BookTables>(db)
    .selectFrom('ers_clinic_booking as booking')
    .innerJoin('ers_clinic_slot as slot', (join) =>
      join.onRef('slot.instance', '=', 'booking.instance').onRef('slot.id', '=', 'booking.slot_id'),
    )
    .selectAll('booking')
    .where('slot.instance', '=', instance)
    .where('slot.service_id', '=', serviceId)
    .orderBy('booking.booked_at')
    .orderBy('booking.id')
    .execute();
  const bySlot = Map.groupBy(bookings.map(entryOf), (entry) => entry.slotId);
  return slots.map((row) => ({ ...bookSlotOf(row), bookings: bySlot.get(row.id) ?? [] }));
}

function slotRow(instance: string, slot: BookSlot): BookSlotRow {
  return { ...slotColumns(instance, slot), session_id: slot.sessionId ?? null, status: slot.status };
}

function bookSlotOf(row: BookSlotRow): BookSlot {
  return {
    ...slotFrom(row),
    serviceId: row.service_id,
    status: row.status,
    ...(row.session_id !== null && { sessionId: row.session_id }),
  };
}

function entryOf(row: BookingRow): BookEntry {
  return {
    id: row.id,
    slotId: row.slot_id,
    ...(row.ubrn !== null && { ubrn: row.ubrn }),
    ...(row.nhs_number !== null && { nhsNumber: row.nhs_number }),
    bookedAt: Number(row.booked_at),
    ...(row.cancelled_at !== null && { cancelledAt: Number(row.cancelled_at) }),
  };
}
