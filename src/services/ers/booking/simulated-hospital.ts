import type { Clock } from '../../../kernel/clock.ts';
import type { Faults } from '../../../kernel/faults/faults.ts';
import type { Outbox } from '../../../kernel/outbox/outbox.ts';
import type { Random } from '../../../kernel/random.ts';
import type { EnvironmentSettings } from '../../../kernel/service.ts';
import type { Store } from '../../../kernel/store/store.ts';
import { openSlots } from '../store/appointment-book.ts';
import { clinicRevisions, clinicsToOpen, openDiary } from '../store/clinics.ts';
import { bookPatient, cancelPatient, unlessFull, withdrawFromBook } from './appointment-book.ts';
import { horizonOf, sessionsToOpen } from './clinic.ts';
import { BOOKING_CONFIRMED, slotsWithdrawn } from './hospital-notices.ts';
import type { BookingRequest, CancellationRequest, HospitalAnswer, HospitalSystem } from './hospital-system.ts';

/** What the simulated hospitals need of their environment. */
export interface SimulatedHospitalParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly outbox: Outbox;
  readonly faults: Faults;
  readonly settings: Pick<EnvironmentSettings, 'pasTimeoutSeconds'>;
  /** Waits; tests pass one that does not. */
  readonly pause?: (milliseconds: number) => Promise<void>;
}

/** Operations that cancel: each sends the hospital the same message, so a rule set for any of them applies to the next (ers.md §14). */
const CANCELLING = ['A014', 'A022', 'A034', 'A036'] as const;

/** Under this name, and this service, a fault rule makes clinics not answer a poll. */
export const POLLING = { service: 'hospital', operation: 'slot-poll' } as const;

/** A confirmation that comes too late does so this long after e-RS has stopped waiting. */
const LATE_BY = 1_000;

/**
 * The patient administration systems of all providers of an environment, each clinic with an appointment book of its own (ers.md §14,
 * §19.4). Answers follow from the book, unless a fault rule says otherwise: `refuse`, `error`, `silence`; `late` (the book takes the
 * patient, the answer misses its time), `withdraw` (the clinic takes the slot back and says so). Silence costs the caller the
 * environment's own time-out, not the two minutes of the national one.
 */
export function simulatedHospital(parts: SimulatedHospitalParts): HospitalSystem {
  const { store, clock, random, outbox, faults, settings, pause = wait } = parts;

  async function behaviour(operations: readonly string[]) {
    for (const operation of operations) {
      const effect = await faults.take('ers', operation, ['partner']);
      if (effect?.kind === 'partner') return effect.behaviour;
    }
    return undefined;
  }

  async function silence(): Promise<HospitalAnswer> {
    await pause(settings.pasTimeoutSeconds * 1_000);
    return 'silence';
  }

  /** Enters the booking, together with its confirmation as a message that outlives this process. */
  async function enter(request: BookingRequest): Promise<boolean> {
    const now = clock.now();
    const booking = store.transaction(async (tx) => {
      if (!(await bookPatient(tx, request, random.uuid(), now))) return false;
      const { instance, ubrn, nhsNumber, serviceId, slotId, usrn } = request;
      const message = { instance, ubrn, nhsNumber, serviceId, slotId, usrn };
      await outbox.enqueue(tx, BOOKING_CONFIRMED, message, now + settings.pasTimeoutSeconds * 1_000 + LATE_BY);
      return true;
    });
    return unlessFull(booking);
  }

  async function withdraw({ instance, serviceId, slotId }: BookingRequest): Promise<HospitalAnswer> {
    await store.transaction(async (tx) => {
      await withdrawFromBook(tx, instance, serviceId, slotId);
      await slotsWithdrawn(tx, instance, [slotId]);
    });
    return 'refused';
  }

  async function openDiaries(instance: string): Promise<void> {
    const now = clock.now();
    for (const clinic of await clinicsToOpen(store.db, instance, now)) {
      const sessions = sessionsToOpen(clinic.serviceId, clinic.plan, clinic.openedUntil, now);
      const until = Math.max(clinic.openedUntil, horizonOf(clinic.plan, now));
      await store.transaction((tx) => openDiary(tx, instance, clinic, sessions, until, now));
    }
  }

  return {
    async book(request) {
      switch (await behaviour(['A016'])) {
        case 'refuse':
          return 'refused';
        case 'error':
          return 'error';
        case 'silence':
          return silence();
        case 'withdraw':
          return withdraw(request);
        case 'late':
          return (await enter(request)) ? silence() : 'refused';
        default:
          return (await enter(request)) ? 'confirmed' : 'refused';
      }
    },
    async cancel(request: CancellationRequest) {
      switch (request.compensation === true ? undefined : await behaviour(CANCELLING)) {
        case 'refuse':
        case 'withdraw':
          return 'refused';
        case 'error':
          return 'error';
        case 'silence':
        case 'late':
          return silence();
        default:
          await store.transaction((tx) => cancelPatient(tx, request, clock.now()));
          return 'confirmed';
      }
    },
    async clinics(instance) {
      await openDiaries(instance);
      return clinicRevisions(store.db, instance);
    },
    async availableSlots(instance, serviceId) {
      if ((await faults.take(POLLING.service, POLLING.operation, ['partner'])) !== undefined) return undefined;
      return openSlots(store.db, instance, serviceId, clock.now());
    },
  };
}

function wait(milliseconds: number): Promise<void> {
  return milliseconds === 0 ? Promise.resolve() : new Promise((resolve) => setTimeout(resolve, milliseconds));
}
