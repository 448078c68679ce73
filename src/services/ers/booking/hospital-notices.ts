/**
 * What a hospital tells e-RS of its own accord (ers.md §19.2, §19.4): the inbound half of the port in `hospital-system.ts`. The simulation
 * calls these; an HL7 v3 adapter will, when the messages named arrive.
 */
import type { JobHandler } from '../../../kernel/outbox/outbox.ts';
import type { Db } from '../../../kernel/store/store.ts';
import { withdrawSlot } from '../store/catalogue.ts';
import { releaseLock, takeLock } from '../store/locks.ts';
import { referralByUbrn } from '../store/referrals.ts';
import type { ErsWorld } from '../world.ts';

/** PRSC_IN100000 CancelledSlotList: the slots leave the offer at once. */
export async function slotsWithdrawn(tx: Db, instance: string, slotIds: readonly string[]): Promise<void> {
  for (const slotId of slotIds) await withdrawSlot(tx, instance, slotId);
}

/** Outbox job for a confirmation that may have come too late. */
export const BOOKING_CONFIRMED = 'ers.booking-confirmed';

const LEASE = 30_000;

/**
 * PRSC_IN050000 after e-RS stopped waiting: a booking that the referral does not hold is taken back at the hospital (ers.md §19.4). So a
 * time-out, a lost race or a crash between the confirmation and its saving leaves no patient in the hospital's book that e-RS does not
 * know. Tried again until the hospital confirms.
 */
export function settleConfirmation(world: ErsWorld): JobHandler {
  return async (job) => {
    const read = (name: string): string => String(job.payload[name] ?? '');
    const [instance, ubrn, slotId] = [read('instance'), read('ubrn'), read('slotId')];
    const holder = `job-${job.id}`;
    const now = world.clock.realNow();
    const held = await world.store.transaction((tx) => takeLock(tx, instance, ubrn, holder, now, now + LEASE));
    if (!held) throw new Error(`${ubrn} is being changed`);
    try {
      const appointment = (await referralByUbrn(world.store.db, instance, ubrn))?.appointment;
      if (appointment?.slotId === slotId && appointment.status === 'booked') return;
      const answer = await world.hospital.cancel({
        instance,
        ubrn,
        slotId,
        nhsNumber: read('nhsNumber'),
        serviceId: read('serviceId'),
        usrn: read('usrn'),
        compensation: true,
      });
      if (answer !== 'confirmed') throw new Error(`the hospital answered ${answer} to the cancellation`);
    } finally {
      await world.store.transaction((tx) => releaseLock(tx, instance, ubrn, holder));
    }
  };
}
