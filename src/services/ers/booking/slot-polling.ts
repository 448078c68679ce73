/**
 * e-RS polls the clinics for their free slots (ers.md §19.4): the answer replaces the offer of that clinic, no answer leaves the old one.
 * Between two polls a slot can be on offer and yet be gone.
 */
import type { JobHandler, Outbox } from '../../../kernel/outbox/outbox.ts';
import type { EnvironmentFacts } from '../../../kernel/service.ts';
import type { Db } from '../../../kernel/store/store.ts';
import { listsTaken, replaceOffer } from '../store/slot-offer.ts';
import { nextTurn, startTurns } from '../store/turns.ts';
import type { ErsWorld } from '../world.ts';

/** Outbox job: poll every instance, then again after the polling interval. */
export const POLL_HOSPITALS = 'ers.poll-hospitals';

/**
 * Polls the clinics of an instance whose list has changed since it was taken.
 *
 * @returns how many lists were taken
 */
export async function pollHospitals(world: Pick<ErsWorld, 'hospital' | 'store'>, instance: string): Promise<number> {
  const { hospital, store } = world;
  const taken = await listsTaken(store.db, instance);
  let count = 0;
  for (const { serviceId, revision } of await hospital.clinics(instance)) {
    if (taken.get(serviceId) === revision) continue;
    const offered = await hospital.availableSlots(instance, serviceId);
    if (offered === undefined) continue;
    await store.transaction((tx) => replaceOffer(tx, instance, serviceId, revision, offered));
    count += 1;
  }
  return count;
}

type PollingWorld = Pick<ErsWorld, 'hospital' | 'store' | 'clock' | 'outbox'> & { readonly environment: EnvironmentFacts };

/** Begins regular polling, or begins it anew when the clock was set back: polls planned before no longer count. */
export async function startPolling(world: { readonly outbox: Outbox; readonly clock: ErsWorld['clock'] }, tx: Db): Promise<void> {
  await world.outbox.enqueue(tx, POLL_HOSPITALS, { turn: await startTurns(tx, POLL_HOSPITALS) }, world.clock.now());
}

/** The job: one chain of polls per environment, whatever crashes or runs twice. */
export function polling(world: PollingWorld): JobHandler {
  return async (job) => {
    const turn = Number(job.payload['turn']);
    const due = world.clock.now() + Math.max(1, world.environment.settings.pasPollSeconds) * 1_000;
    const current = await world.store.transaction(async (tx) => {
      const next = await nextTurn(tx, POLL_HOSPITALS, turn);
      if (next !== undefined) await world.outbox.enqueue(tx, POLL_HOSPITALS, { turn: next }, due);
      return next !== undefined;
    });
    if (!current) return;
    for (const instance of world.environment.ersInstances) await pollHospitals(world, instance);
  };
}
