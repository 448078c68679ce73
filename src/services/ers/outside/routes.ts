/** `/_localspine/ers/referrals/{ubrn}…`: what happens outside the API, for scripts and tests (docs/systems/ers.md). */
import type { FastifyInstance } from 'fastify';
import { LocalRefusal } from '../../../kernel/errors.ts';
import type { Db } from '../../../kernel/store/store.ts';
import { bookingRefused, slotGone } from '../booking/booking.ts';
import { ErsRefusal, ErsStatus } from '../errors.ts';
import type { Referral } from '../model.ts';
import { CONDITIONS, TRANSITIONS } from '../referral/states.ts';
import { cancellationRefused } from '../review/review.ts';
import { isLetterOutstanding, providerListOf, referrerListOf } from '../review/worklists.ts';
import { auditOf, insertAudit } from '../store/audit.ts';
import { releaseSlot, serviceById, servicesByIds, slotById, takeSlot } from '../store/catalogue.ts';
import { releaseLock, requireUnlocked, takeLock } from '../store/locks.ts';
import { forgetBookingFailure, nextNumber, referralByUbrn, saveReferral } from '../store/referrals.ts';
import type { ErsWorld } from '../world.ts';
import { applyOutsideEvent, type OutsideEvent, type OutsideFacts } from './events.ts';
import { type OutsideRequest, readLock, readOutsideRequest } from './requests.ts';

interface Params {
  readonly Params: { readonly ubrn: string };
  readonly Querystring: { readonly instance?: string };
}

/** Whoever has a referral open in the professional application, as far as the API can tell. */
const LOCK_HOLDER = 'professional-application';
const LOCK_SECONDS = 300;
/** Acts when nobody is named. */
const NOBODY = '000000000000';

/** Registers the control interface of referrals. */
export function registerOutside(app: FastifyInstance, world: ErsWorld): void {
  const { store, clock } = world;
  app.get<Params>('/referrals/:ubrn', async ({ params, query }) => view(world, instanceOf(world, query.instance), params.ubrn));
  app.post<Params & { Params: { event: string } }>('/referrals/:ubrn/:event', async ({ params, query, body }) => {
    const instance = instanceOf(world, query.instance);
    const request = readOutsideRequest(params.event, body);
    await asLocal(perform(world, instance, params.ubrn, request));
    return view(world, instance, params.ubrn);
  });
  app.put<Params>('/referrals/:ubrn/lock', async ({ params, query, body }) => {
    const instance = instanceOf(world, query.instance);
    const { seconds = LOCK_SECONDS } = readLock(body);
    await load(store.db, instance, params.ubrn);
    const now = clock.realNow();
    const until = now + seconds * 1000;
    const taken = await store.transaction((tx) => takeLock(tx, instance, params.ubrn, LOCK_HOLDER, now, until));
    if (!taken) throw new LocalRefusal(409, 'locked', `${params.ubrn} is being changed.`, 'Try again.');
    return { ubrn: params.ubrn, heldUntil: new Date(until).toISOString() };
  });
  app.delete<Params>('/referrals/:ubrn/lock', async ({ params, query }, reply) => {
    const instance = instanceOf(world, query.instance);
    await store.transaction((tx) => releaseLock(tx, instance, params.ubrn, LOCK_HOLDER));
    return reply.code(204).send();
  });
}

/**
 * Lets an event happen: the rules first, then the hospital, for it is the master of bookings, then one transaction with the referral, its
 * slot and the audit entry. A booking that cannot be saved is taken back at the hospital.
 *
 * Throws LocalRefusal 404 and 409; the refusals of `applyOutsideEvent` and of the hospital; 409 or 423 for a referral that changes
 * meanwhile or is held.
 */
async function perform(world: ErsWorld, instance: string, ubrn: string, request: OutsideRequest): Promise<void> {
  const { store } = world;
  const { event, version } = request;
  const before = await load(store.db, instance, ubrn);
  await requireUnlocked(store.db, instance, ubrn, world.clock.realNow(), LOCK_HOLDER);
  if (version !== undefined && version !== before.version)
    throw new LocalRefusal(409, 'stale_version', `Version ${version} of ${ubrn} is not the current one (${before.version}).`);
  const { freed, taken } = slotsOf(before, applyOutsideEvent(before, event, await factsOf(world, store.db, instance, event, '0')));
  if (freed !== undefined) await cancelAtHospital(world, instance, before, freed, event);
  if (taken !== undefined) await bookAtHospital(world, instance, before, taken);
  try {
    await store.transaction(async (tx) => {
      const appointmentId = String(await nextNumber(tx, instance, 'appointment'));
      const changed = applyOutsideEvent(before, event, await factsOf(world, tx, instance, event, appointmentId));
      if (freed !== undefined) await releaseSlot(tx, instance, freed);
      if (taken !== undefined && !(await takeSlot(tx, instance, taken))) throw slotGone(taken);
      await saveReferral(tx, instance, changed, before.version);
      await forgetBookingFailure(tx, instance, ubrn);
      await writeAudit(world, tx, instance, before, request);
    });
  } catch (error) {
    if (taken !== undefined) await world.hospital.cancel(await atHospital(world, instance, before, taken));
    throw error;
  }
}

async function factsOf(world: ErsWorld, db: Db, instance: string, event: OutsideEvent, appointmentId: string): Promise<OutsideFacts> {
  const ids = 'serviceIds' in event ? event.serviceIds : 'serviceId' in event ? [event.serviceId] : [];
  const known = await servicesByIds(db, instance, ids);
  const slotId = 'slotId' in event ? event.slotId : undefined;
  return {
    now: world.clock.now(),
    services: ids.map((id) => known.get(id)),
    slot: slotId === undefined ? undefined : await slotById(db, instance, slotId),
    appointmentId,
  };
}

/** The slots that a change lets go and takes. One of an appointment that has been missed or kept stays taken. */
function slotsOf(before: Referral, after: Referral): { readonly freed: string | undefined; readonly taken: string | undefined } {
  const cancelled = before.appointment?.status === 'booked' && after.appointment?.status === 'cancelled';
  return {
    freed: cancelled ? before.appointment?.slotId : undefined,
    taken: after.state === 'BOOKED' ? after.appointment?.slotId : undefined,
  };
}

async function bookAtHospital(world: ErsWorld, instance: string, referral: Referral, slotId: string): Promise<void> {
  const slot = await slotById(world.store.db, instance, slotId);
  const answer = await world.hospital.book({ ...(await atHospital(world, instance, referral, slotId)), start: slot?.start ?? 0 });
  if (answer !== 'confirmed') throw bookingRefused(answer, slotId, referral.ubrn);
}

/** What the hospital has cancelled itself it only takes off its book. */
async function cancelAtHospital(world: ErsWorld, instance: string, referral: Referral, slotId: string, event: OutsideEvent): Promise<void> {
  const answer = await world.hospital.cancel(await atHospital(world, instance, referral, slotId));
  if (answer !== 'confirmed' && event.event !== 'hospital-cancels-appointment') throw cancellationRefused(answer, slotId, referral.ubrn);
}

async function atHospital(world: ErsWorld, instance: string, { ubrn, nhsNumber }: Referral, slotId: string) {
  const slot = await slotById(world.store.db, instance, slotId);
  return { instance, ubrn, nhsNumber, slotId, serviceId: slot?.serviceId ?? '', usrn: slot?.usrn ?? '' };
}

async function writeAudit(world: ErsWorld, tx: Db, instance: string, referral: Referral, { event, userId }: OutsideRequest): Promise<void> {
  const serviceId = referral.appointment?.serviceId;
  const service = serviceId === undefined ? undefined : await serviceById(tx, instance, serviceId);
  const provider = /^(provider|hospital)-/.test(event.event) ? service?.providerOdsCode : undefined;
  await insertAudit(tx, instance, {
    id: world.random.uuid(),
    at: world.clock.now(),
    operation: event.event,
    userId: userId ?? NOBODY,
    odsCode: provider ?? referral.referringOrganisation,
    businessFunction: TRANSITIONS.find((each) => each.event === event.event)?.who[0] ?? '',
    ubrn: referral.ubrn,
    nhsNumber: referral.nhsNumber,
  });
}

async function view(world: ErsWorld, instance: string, ubrn: string): Promise<object> {
  const { db } = world.store;
  const referral = await load(db, instance, ubrn);
  const now = world.clock.now();
  const possible = TRANSITIONS.filter(
    (each) => each.from.includes(referral.state) && each.when.every((condition) => CONDITIONS[condition](referral, now)),
  );
  return {
    instance,
    referral,
    worklists: [
      providerListOf(referral),
      referrerListOf(referral),
      isLetterOutstanding(referral) ? ('LETTERS_OUTSTANDING' as const) : undefined,
    ].filter((each) => each !== undefined),
    possible: possible.map(({ event, who, to }) => ({ event, who, to: to === 'same' ? referral.state : to })),
    audit: await auditOf(db, instance, ubrn),
  };
}

async function load(db: Db, instance: string, ubrn: string): Promise<Referral> {
  const referral = await referralByUbrn(db, instance, ubrn);
  if (referral !== undefined) return referral;
  throw new LocalRefusal(
    404,
    'unknown_referral',
    `There is no referral ${ubrn} in ${instance}.`,
    'Name another instance with ?instance=….',
  );
}

function instanceOf(world: ErsWorld, named: string | undefined): string {
  const { ersInstances } = world.environment;
  const instance = named === undefined ? ersInstances[0] : ersInstances.find((each) => each === named);
  if (instance !== undefined) return instance;
  throw new LocalRefusal(404, 'unknown_instance', `There is no instance ${String(named)}.`, `There are: ${ersInstances.join(', ')}.`);
}

/** The refusals of e-RS rules as the admin API tells them: 409, with the national code in its own spelling. */
async function asLocal<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof ErsRefusal)
      throw new LocalRefusal(409, (error.issues[0]?.code ?? 'refused').toLowerCase(), error.explanation.why, error.explanation.fix);
    if (error instanceof ErsStatus) throw new LocalRefusal(409, error.status === 423 ? 'locked' : 'stale_version', error.explanation.why);
    throw error;
  }
}
