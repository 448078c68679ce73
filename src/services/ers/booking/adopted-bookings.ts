import type { Instant } from '../../../kernel/clock.ts';
import type { Random } from '../../../kernel/random.ts';
import type { Db } from '../../../kernel/store/store.ts';
import type { Referral } from '../model.ts';
import { bookSlotsByIds, insertEntry, moveBookSlot, nameHolder, takePlace } from '../store/appointment-book.ts';
import { takeSlot } from '../store/catalogue.ts';

/**
 * Enters the bookings of referrals that come from outside (seed, import) into the hospital's book, so that both sides agree. A slot that
 * the book does not have is left alone; one that the hospital had booked for a patient unknown gets its name.
 */
export async function adoptBookings(tx: Db, instance: string, referrals: readonly Referral[], random: Random, now: Instant): Promise<void> {
  const booked = referrals.flatMap(({ appointment, ubrn, nhsNumber }) =>
    appointment?.status === 'booked' && appointment.slotId !== undefined ? [{ slotId: appointment.slotId, ubrn, nhsNumber }] : [],
  );
  const slots = await bookSlotsByIds(
    tx,
    instance,
    booked.map((each) => each.slotId),
  );
  for (const { slotId, ubrn, nhsNumber } of booked) {
    const slot = slots.get(slotId);
    if (slot === undefined || (await nameHolder(tx, instance, slotId, ubrn, nhsNumber))) continue;
    const free = await moveBookSlot(tx, instance, slotId, 'open', 'booked');
    if (free) {
      await takeSlot(tx, instance, slotId);
      if (slot.sessionId !== undefined) await takePlace(tx, instance, slot.sessionId);
    }
    if (free || slot.status === 'booked') await insertEntry(tx, instance, { id: random.uuid(), slotId, ubrn, nhsNumber, bookedAt: now });
  }
}
