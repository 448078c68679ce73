/**
 * A hospital's appointment book: what may happen to a slot there. One transaction each; the conditions are in the statements themselves,
 * so that two processes that want the same slot, or the last place in a session, cannot both have it.
 */
import type { Instant } from '../../../kernel/clock.ts';
import type { Db } from '../../../kernel/store/store.ts';
import { bookSlotById, cancelEntry, givePlaceBack, holderOf, insertEntry, moveBookSlot, takePlace } from '../store/appointment-book.ts';
import { touchClinics } from '../store/clinics.ts';
import type { BookingRequest } from './hospital-system.ts';

/** Thrown inside a transaction to undo it: the session is full although the slot was open. */
class SessionFull extends Error {}

/** Runs a booking as one transaction, and gives false when the session turned out to be full. */
export async function unlessFull(transaction: Promise<boolean>): Promise<boolean> {
  try {
    return await transaction;
  } catch (error) {
    if (error instanceof SessionFull) return false;
    throw error;
  }
}

/**
 * Books a patient into a slot. Asking again for what one has already is answered with yes: a confirmation may have been lost.
 *
 * @param id of the entry
 * @returns false when the slot is unknown, at another clinic, begun, taken or withdrawn
 * @throws what {@link unlessFull} turns into false: the session has no place left
 */
export async function bookPatient(
  tx: Db,
  request: Pick<BookingRequest, 'instance' | 'slotId' | 'serviceId' | 'ubrn' | 'nhsNumber'>,
  id: string,
  now: Instant,
): Promise<boolean> {
  const { instance, slotId, serviceId, ubrn, nhsNumber } = request;
  const slot = await bookSlotById(tx, instance, slotId);
  if (slot === undefined || slot.serviceId !== serviceId || slot.start <= now) return false;
  if (!(await moveBookSlot(tx, instance, slotId, 'open', 'booked'))) return (await holderOf(tx, instance, slotId)) === ubrn;
  if (slot.sessionId !== undefined) {
    const left = await takePlace(tx, instance, slot.sessionId);
    if (left === undefined) throw new SessionFull();
    // The other slots of a session that is now full are no longer on offer: e-RS will see it when it polls.
    if (left === 0) await touchClinics(tx, instance, [serviceId]);
  }
  await insertEntry(tx, instance, { id, slotId, ubrn, nhsNumber, bookedAt: now });
  return true;
}

/**
 * Ends a patient's booking; the slot is open again, and e-RS finds it when it polls. A booking that is not in the book (made before the
 * book began, or cancelled already) counts as cancelled.
 */
export async function cancelPatient(
  tx: Db,
  request: Pick<BookingRequest, 'instance' | 'slotId' | 'serviceId' | 'ubrn'>,
  now: Instant,
): Promise<void> {
  const { instance, slotId, serviceId, ubrn } = request;
  if (!(await cancelEntry(tx, instance, slotId, ubrn, now))) return;
  await moveBookSlot(tx, instance, slotId, 'booked', 'open');
  const slot = await bookSlotById(tx, instance, slotId);
  if (slot?.sessionId !== undefined) await givePlaceBack(tx, instance, slot.sessionId);
  await touchClinics(tx, instance, [serviceId]);
}

/** Takes an open slot out of the book, as when the clinic is cut short; false when it was not open. */
export async function withdrawFromBook(tx: Db, instance: string, serviceId: string, slotId: string): Promise<boolean> {
  if (!(await moveBookSlot(tx, instance, slotId, 'open', 'withdrawn'))) return false;
  await touchClinics(tx, instance, [serviceId]);
  return true;
}
