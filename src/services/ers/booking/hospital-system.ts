import type { Instant } from '../../../kernel/clock.ts';

/** What e-RS asks the provider's patient administration system (PAS) to do, and what it answers (ers.md §14, §19.2). */
export interface BookingRequest {
  readonly instance: string;
  readonly ubrn: string;
  readonly nhsNumber: string;
  readonly serviceId: string;
  readonly slotId: string;
  readonly usrn: string;
  readonly start: Instant;
}

export type HospitalAnswer = 'confirmed' | 'refused' | 'error' | 'silence';

/** The port to a hospital. Today simulated; later HL7 v3 messages to a registered endpoint take the same place. */
export interface HospitalSystem {
  book(request: BookingRequest): Promise<HospitalAnswer>;
  cancel(request: Omit<BookingRequest, 'start'>): Promise<HospitalAnswer>;
}
