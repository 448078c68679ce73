import type { FastifyInstance, FastifyRequest } from 'fastify';
import Type, { type Static } from 'typebox';
import { Compile } from 'typebox/compile';
import { isoInstant } from '../../../kernel/clock.ts';
import { LocalRefusal } from '../../../kernel/errors.ts';
import type { Db } from '../../../kernel/store/store.ts';
import { withdrawFromBook } from '../booking/appointment-book.ts';
import { slotsWithdrawn } from '../booking/hospital-notices.ts';
import { pollHospitals } from '../booking/slot-polling.ts';
import { isDirectlyBookable } from '../catalogue/slot-search.ts';
import type { HealthcareService } from '../model.ts';
import { type BookEntry, type BookSlot, bookSlotById, readBook, replaceBookSlots } from '../store/appointment-book.ts';
import { providersOfServices, serviceById, serviceIdsOfProvider, slotById } from '../store/catalogue.ts';
import { clinicCounts, touchClinics } from '../store/clinics.ts';
import type { ErsWorld } from '../world.ts';

const Instant = Type.String({
  pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,3})?)?(Z|[+-][0-9]{2}:[0-9]{2})$',
});
const NewSlots = Type.Object(
  {
    slots: Type.Array(
      Type.Object(
        {
          id: Type.String({ pattern: '^[0-9]{1,20}$' }),
          usrn: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
          start: Instant,
          end: Instant,
          clinician: Type.Optional(Type.String({ pattern: '^[0-9]{1,12}$' })),
          priority: Type.Optional(Type.Union([Type.Literal('ROUTINE'), Type.Literal('URGENT'), Type.Literal('TWO_WEEK_WAIT')])),
        },
        { additionalProperties: false },
      ),
      { minItems: 1, maxItems: 1_000 },
    ),
  },
  { additionalProperties: false },
);
const checkNewSlots = Compile(NewSlots);

interface ClinicPath {
  readonly odsCode: string;
  readonly serviceId: string;
  readonly slotId: string;
}

/**
 * The simulated hospitals on the admin API, under `/_localspine/ers/hospitals`: their clinics and books, slots put in and taken out behind
 * e-RS's back (or with notice), and polling by hand. `?instance=` names the e-RS instance; the environment's first when it does not.
 */
export function registerHospitals(app: FastifyInstance, world: ErsWorld): void {
  const { store } = world;
  app.get('/hospitals', async (request) => {
    const instance = instanceOf(world, request);
    const providers = await providersOfServices(store.db, instance);
    const hospitals: object[] = [];
    for (const odsCode of providers) {
      const clinics = await clinicsOf(world, instance, odsCode);
      if (clinics.length > 0) hospitals.push({ odsCode, clinics });
    }
    return { instance, hospitals };
  });
  app.get<{ Params: ClinicPath }>('/hospitals/:odsCode', async (request) => {
    const instance = instanceOf(world, request);
    const { odsCode } = request.params;
    const clinics = await clinicsOf(world, instance, odsCode);
    if (clinics.length === 0) throw unknown(`There is no hospital ${odsCode} with clinics in ${instance}.`);
    return { instance, odsCode, clinics };
  });
  app.get<{ Params: ClinicPath }>('/hospitals/:odsCode/clinics/:serviceId', async (request) => {
    const instance = instanceOf(world, request);
    const service = await requireClinic(store.db, instance, request.params);
    const book = await readBook(store.db, instance, service.id);
    return { instance, ...clinicNames(service), slots: book.map(showSlot) };
  });
  app.post<{ Params: ClinicPath }>('/hospitals/:odsCode/clinics/:serviceId/slots', async (request, reply) => {
    const instance = instanceOf(world, request);
    const slots = await store.transaction(async (tx) => {
      const service = await requireClinic(tx, instance, request.params);
      return addSlots(tx, instance, service, request.body);
    });
    return reply.code(201).send({ instance, slots: slots.map((each) => showSlot({ ...each, bookings: [] })) });
  });
  app.delete<{ Params: ClinicPath; Querystring: { notice?: string } }>(
    '/hospitals/:odsCode/clinics/:serviceId/slots/:slotId',
    async (request) => {
      const instance = instanceOf(world, request);
      const { slotId } = request.params;
      const notice = request.query.notice === 'true';
      await store.transaction(async (tx) => {
        const service = await requireClinic(tx, instance, request.params);
        await withdrawOne(tx, instance, service.id, slotId);
        if (notice) await slotsWithdrawn(tx, instance, [slotId]);
      });
      return { instance, withdrawn: slotId, ersKnows: notice };
    },
  );
  app.post('/hospitals/poll', async (request) => {
    const instance = instanceOf(world, request);
    return { instance, listsTaken: await pollHospitals(world, instance) };
  });
}

async function clinicsOf(world: ErsWorld, instance: string, odsCode: string): Promise<readonly object[]> {
  const { db } = world.store;
  const ids = await serviceIdsOfProvider(db, instance, odsCode);
  const counts = await clinicCounts(db, instance, ids, world.clock.now());
  return counts.map(({ plan, ...each }) => ({ ...each, ...(plan.sessions.length > 0 && { plan }) }));
}

/** Throws LocalRefusal 404 unless the organisation has that clinic. */
async function requireClinic(db: Db, instance: string, path: ClinicPath): Promise<HealthcareService> {
  const service = await serviceById(db, instance, path.serviceId);
  if (service === undefined || service.providerOdsCode !== path.odsCode || !isDirectlyBookable(service))
    throw unknown(`The hospital ${path.odsCode} has no clinic ${path.serviceId} in ${instance}.`);
  return service;
}

/** Throws LocalRefusal 400 for what are not slots, 409 for an id that is taken. */
async function addSlots(tx: Db, instance: string, service: HealthcareService, body: unknown): Promise<readonly BookSlot[]> {
  if (!checkNewSlots.Check(body))
    throw new LocalRefusal(
      400,
      'bad_slots',
      'These are not slots.',
      'Send {"slots":[{"id":"990000001","start":"2030-01-15T09:00:00Z","end":"2030-01-15T09:30:00Z","clinician"?,"priority"?,"usrn"?}]}.',
    );
  const { slots }: Static<typeof NewSlots> = body;
  const added = slots.map(
    ({ start, end, usrn, ...slot }): BookSlot => ({
      ...slot,
      serviceId: service.id,
      usrn: usrn ?? `USRN-${slot.id}`,
      start: Date.parse(start),
      end: Date.parse(end),
      status: 'open',
    }),
  );
  if (new Set(added.map((each) => each.id)).size < added.length)
    throw new LocalRefusal(400, 'bad_slots', 'A slot id is given twice.', 'Give every slot its own id.');
  for (const slot of added) {
    if (!(slot.end > slot.start))
      throw new LocalRefusal(400, 'bad_slots', `Slot ${slot.id} ends before it starts, or at no time.`, 'Give start and end as instants.');
    if ((await bookSlotById(tx, instance, slot.id)) !== undefined || (await slotById(tx, instance, slot.id)) !== undefined)
      throw new LocalRefusal(409, 'slot_exists', `There is a slot ${slot.id} already.`, 'Choose another id.');
  }
  await replaceBookSlots(tx, instance, added);
  await touchClinics(tx, instance, [service.id]);
  return added;
}

/** Throws LocalRefusal 404 for a slot that the clinic does not have, 409 for one that is booked or withdrawn. */
async function withdrawOne(tx: Db, instance: string, serviceId: string, slotId: string): Promise<void> {
  const slot = await bookSlotById(tx, instance, slotId);
  if (slot === undefined || slot.serviceId !== serviceId) throw unknown(`The clinic ${serviceId} has no slot ${slotId}.`);
  if (!(await withdrawFromBook(tx, instance, serviceId, slotId)))
    throw new LocalRefusal(409, 'slot_not_open', `The slot ${slotId} is ${slot.status}.`, 'Only open slots are withdrawn.');
}

function showSlot(slot: BookSlot & { readonly bookings: readonly BookEntry[] }): object {
  const { id, usrn, sessionId, status, start, end, clinician, priority, bookings } = slot;
  return {
    id,
    usrn,
    status,
    start: isoInstant(start),
    end: isoInstant(end),
    ...(sessionId !== undefined && { sessionId }),
    ...(clinician !== undefined && { clinician }),
    ...(priority !== undefined && { priority }),
    bookings: bookings.map(({ ubrn, nhsNumber, bookedAt, cancelledAt }) => ({
      ...(ubrn !== undefined && { ubrn }),
      ...(nhsNumber !== undefined && { nhsNumber }),
      bookedAt: isoInstant(bookedAt),
      ...(cancelledAt !== undefined && { cancelledAt: isoInstant(cancelledAt) }),
    })),
  };
}

function clinicNames(service: HealthcareService): object {
  return { odsCode: service.providerOdsCode, serviceId: service.id, serviceName: service.name };
}

/** Throws LocalRefusal 404 for an instance the environment does not have. */
function instanceOf(world: ErsWorld, request: FastifyRequest): string {
  const { ersInstances } = world.environment;
  const wanted: unknown =
    typeof request.query === 'object' && request.query !== null && 'instance' in request.query ? request.query.instance : ersInstances[0];
  const found = ersInstances.find((each) => each === wanted);
  if (found === undefined) throw unknown(`There is no instance ${String(wanted)}; there are ${ersInstances.join(', ')}.`);
  return found;
}

function unknown(text: string): LocalRefusal {
  return new LocalRefusal(404, 'hospital_unknown', text, 'List hospitals and clinics with GET /_localspine/ers/hospitals.');
}
