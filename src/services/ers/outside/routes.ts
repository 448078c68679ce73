/** `/_localspine/ers/referrals/{ubrn}…`: what happens outside the API, for scripts and tests (docs/systems/ers.md). */
import type { FastifyInstance } from 'fastify';
import { LocalRefusal } from '../../../kernel/errors.ts';
import type { Db } from '../../../kernel/store/store.ts';
import { asLocal, instanceOf, LOCK_HOLDER, registerLocks } from '../admin/control.ts';
import { bookingRefused, slotGone } from '../booking/booking.ts';
import type { Referral } from '../model.ts';
import { CONDITIONS, TRANSITIONS } from '../referral/states.ts';
import { cancellationRefused } from '../review/review.ts';
import { isLetterOutstanding, providerListOf, referrerListOf } from '../review/worklists.ts';
import { auditOf, insertAudit } from '../store/audit.ts';
import { releaseSlot, serviceById, servicesByIds, slotById, takeSlot } from '../store/catalogue.ts';
import { requireUnlocked } from '../store/locks.ts';
import { forgetBookingFailure, nextNumber, referralByUbrn, saveReferral } from '../store/referrals.ts';
import type { ErsWorld } from '../world.ts';
import { applyOutsideEvent, type OutsideEvent, type OutsideFacts } from './events.ts';
import { type Done, type OutsideRequest, readDone, readOutsideRequest } from './requests.ts';

interface Params {
  readonly Params: { readonly ubrn: string };
  readonly Querystring: { readonly instance?: string };
}

/** Acts when nobody is named. */
const NOBODY = '000000000000';

/** Registers the control interface of referrals. */
export function registerOutside(app: FastifyInstance, world: ErsWorld): void {
  app.get<Params>('/referrals/:ubrn', async ({ params, query }) => view(world, instanceOf(world, query.instance), params.ubrn));
  app.post<Params & { Params: { event: string } }>('/referrals/:ubrn/:event', async ({ params, query, body }) => {
    const instance = instanceOf(world, query.instance);
    const request = readOutsideRequest(params.event, body);
    await asLocal(perform(world, instance, params.ubrn, request));
    return view(world, instance, params.ubrn);
  });
  app.post<Params>('/referrals/:ubrn/provider-cancels-in-pas', async ({ params, query, body }) => {
    const instance = instanceOf(world, query.instance);
    await asLocal(cancelledInPas(world, instance, params.ubrn, readDone(body)));
    return view(world, instance, params.ubrn);
  });
  registerLocks(app, world, 'referrals', (instance, ubrn) => load(world.store.db, instance, ubrn));
}

/**
 * The provider's administrators have taken an indirectly booked appointment off the hospital's book: it leaves the list "Indirectly
 * Booked Appointments to Cancel in PAS".
 *
 * Throws LocalRefusal 404, 409 when there is none to cancel or the version is stale; 423 while somebody holds the referral.
 */
async function cancelledInPas(world: ErsWorld, instance: string, ubrn: string, { version, userId }: Done): Promise<void> {
  const { store } = world;
  const before = await load(store.db, instance, ubrn);
  await requireUnlocked(store.db, instance, ubrn, world.clock.realNow(), LOCK_HOLDER);
  requireCurrent(before, version);
  const { toCancelInPas, ...kept } = before;
  if (toCancelInPas === undefined)
    throw new LocalRefusal(409, 'nothing_to_cancel', `No appointment of ${ubrn} waits to be cancelled in the hospital system.`);
  await store.transaction(async (tx) => {
    await saveReferral(tx, instance, { ...kept, version: before.version + 1, updatedAt: world.clock.now() }, before.version);
    await writeAudit(world, tx, instance, before, { operation: 'provider-cancels-in-pas', businessFunction: 'PROVIDER_WEB', userId });
  });
}

function requireCurrent(referral: Referral, version: number | undefined): void {
  if (version !== undefined && version !== referral.version)
    throw new LocalRefusal(409, 'stale_version', `Version ${version} of ${referral.ubrn} is not the current one (${referral.version}).`);
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
  requireCurrent(before, version);
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
      const businessFunction = TRANSITIONS.find((each) => each.event === event.event)?.who[0] ?? '';
      await writeAudit(world, tx, instance, before, { operation: event.event, businessFunction, userId: request.userId });
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

interface Act {
  readonly operation: string;
  readonly businessFunction: string;
  readonly userId: string | undefined;
}

async function writeAudit(world: ErsWorld, tx: Db, instance: string, referral: Referral, act: Act): Promise<void> {
  const { operation, businessFunction, userId = NOBODY } = act;
  const serviceId = referral.appointment?.serviceId;
  const service = serviceId === undefined ? undefined : await serviceById(tx, instance, serviceId);
  const provider = /^(provider|hospital)-/.test(operation) ? service?.providerOdsCode : undefined;
  await insertAudit(tx, instance, {
    id: world.random.uuid(),
    at: world.clock.now(),
    operation,
    userId,
    odsCode: provider ?? referral.referringOrganisation,
    businessFunction,
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
      referral.toCancelInPas === true ? ('INDIRECTLY_BOOKED_APPOINTMENTS_TO_CANCEL_IN_PAS' as const) : undefined,
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
