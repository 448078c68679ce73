/**
 * The port to a provider's patient administration system (PAS), which is the master of appointments (ers.md §14, §19). e-RS asks through
 * {@link HospitalSystem}; what a PAS says of its own accord comes in through `hospital-notices.ts`. Today the simulation answers; an
 * adapter that exchanges HL7 v3 messages with a real PAS takes the same place: each member names the messages it stands for.
 */
import type { Instant } from '../../../kernel/clock.ts';
import type { Slot } from '../model.ts';

/** What identifies a booking between e-RS and a PAS: UBRN and USRN (ers.md §19.4). */
export interface BookingRequest {
  readonly instance: string;
  readonly ubrn: string;
  readonly nhsNumber: string;
  readonly serviceId: string;
  readonly slotId: string;
  /** Unique slot reference number. */
  readonly usrn: string;
  readonly start: Instant;
}

export interface CancellationRequest extends Omit<BookingRequest, 'start'> {
  /** e-RS takes back a booking that it could not keep itself; no user asked for it. */
  readonly compensation?: true;
}

/** `silence`: no answer within the time e-RS waits. */
export type HospitalAnswer = 'confirmed' | 'refused' | 'error' | 'silence';

/** A clinic to poll. In practice its id is the id of the e-RS service (ers.md §19.3). */
export interface PolledClinic {
  readonly serviceId: string;
  /** Names the state of its slot list: a list that e-RS took at this revision need not be taken again. */
  readonly revision: number;
}

/** A slot that a clinic offers. */
export type OfferedSlot = Omit<Slot, 'status' | 'serviceId'>;

export interface HospitalSystem {
  /** PRSC_IN040000 RequestAppointmentConfirmation, answered by PRSC_IN050000 (confirmed) or PRSC_IN060000 (refused). */
  book(request: BookingRequest): Promise<HospitalAnswer>;
  /** PRSC_IN070000 RequestAppointmentCancellation, answered by PRSC_IN140000 (confirmed) or PRSC_IN150000 (refused). */
  cancel(request: CancellationRequest): Promise<HospitalAnswer>;
  /** The clinics of an instance that can be polled. */
  clinics(instance: string): Promise<readonly PolledClinic[]>;
  /** PRSC_IN080000 RequestAvailableSlots, answered by PRSC_IN090000: all free slots of a clinic; undefined when it did not answer. */
  availableSlots(instance: string, serviceId: string): Promise<readonly OfferedSlot[] | undefined>;
}
