/** Changes that end a booking: the hospital is asked first, then everything is saved at once (ers.md §9 A014, A022, A034, A036). */
import type { Db } from '../../../kernel/store/store.ts';
import type { HealthcareService, Referral } from '../model.ts';
import { cancellationRefused, isDirectlyBooked } from '../review/review.ts';
import { releaseSlot, serviceById, slotById } from '../store/catalogue.ts';
import type { ReferralCall } from './referral-access.ts';
import { type Change, holdReferral, saveChange } from './referral-change.ts';

/** The two halves of such a change. */
export interface EndingBooking {
  /** All rules; throws their refusals. Runs before the hospital is asked. */
  readonly check: (referral: Referral, booked: HealthcareService | undefined) => void | Promise<void>;
  /** The changed referral; runs in the transaction that saves it. */
  readonly apply: (referral: Referral, booked: HealthcareService | undefined, tx: Db) => Promise<Referral> | Referral;
}

/**
 * Changes a referral and with it ends its booking, if it has one. A directly booked appointment is cancelled at the hospital while the
 * referral is locked; when that fails nothing changes.
 *
 * Throws as `changeReferral`, what the rules throw, and UNABLE_TO_CANCEL_APPOINTMENT (422), PAS_RESPONDED_WITH_ERROR (502) or
 * PAS_NOT_RESPONDING (504).
 */
export async function endBooking(call: ReferralCall, ubrn: string, change: Change, rules: EndingBooking): Promise<Referral> {
  return holdReferral(call, ubrn, change.expected, async (referral) => {
    const { appointment } = referral;
    const booked = appointment?.status === 'booked' ? await serviceById(call.db, call.instance, appointment.serviceId) : undefined;
    await rules.check(referral, booked);
    const slotId = appointment?.status === 'booked' && isDirectlyBooked(referral, booked) ? appointment.slotId : undefined;
    if (slotId !== undefined) await cancelAtHospital(call, referral, slotId);
    return call.world.store.transaction(async (tx) => {
      const changed = await rules.apply(referral, booked, tx);
      await saveChange(tx, call, change, changed);
      if (slotId !== undefined) await releaseSlot(tx, call.instance, slotId);
      return changed;
    });
  });
}

async function cancelAtHospital(call: ReferralCall, referral: Referral, slotId: string): Promise<void> {
  const slot = await slotById(call.db, call.instance, slotId);
  const answer = await call.world.hospital.cancel({
    instance: call.instance,
    ubrn: referral.ubrn,
    nhsNumber: referral.nhsNumber,
    serviceId: referral.appointment?.serviceId ?? '',
    slotId,
    usrn: slot?.usrn ?? '',
  });
  if (answer !== 'confirmed') throw cancellationRefused(answer, slotId, referral.ubrn);
}
