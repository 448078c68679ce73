/** Services, clinics and slots in an import (`POST /_localspine/import`, member `ers`): checked where they enter. */
import type { Instant } from '../../../kernel/clock.ts';
import { LocalRefusal } from '../../../kernel/errors.ts';
import type { Db } from '../../../kernel/store/store.ts';
import { type ClinicPlan, dayOf, planFault } from '../booking/clinic.ts';
import type { HealthcareService, Slot } from '../model.ts';
import { clinicType, isSpecialty } from '../reference-data/reference-data.ts';
import { replaceBookSlots } from '../store/appointment-book.ts';
import { saveServices, saveSlots, servicesByIds } from '../store/catalogue.ts';
import { saveClinics, touchClinics } from '../store/clinics.ts';
import { noteListsTaken, servicesUpToDate } from '../store/slot-offer.ts';
import { isDirectlyBookable } from './slot-search.ts';

/**
 * Writes services of an import, replacing those of the same id.
 *
 * @param services shaped as `HealthcareService`
 * @returns how many
 * @throws LocalRefusal 400 naming the first fault: shape, or a specialty or clinic type that does not exist or do not belong together
 */
export async function importServices(tx: Db, instance: string, services: unknown): Promise<number> {
  const checked: readonly HealthcareService[] = take('services', services, (await schemas()).services);
  for (const service of checked) {
    if (!isSpecialty(service.specialty)) throw bad('services', `${service.specialty} of ${service.id} is not a specialty`);
    const stray = service.clinicTypes.find((each) => clinicType(each)?.specialty !== service.specialty);
    if (stray !== undefined) throw bad('services', `${stray} of ${service.id} is not a clinic type of ${service.specialty}`);
  }
  requireDistinct('services', checked);
  await saveServices(tx, instance, checked);
  return checked.length;
}

/**
 * Writes slots of an import, replacing those of the same id, into the hospital's book and on offer alike.
 *
 * @param slots shaped as `Slot`, with `start` and `end` as ISO instants; `status` is `free` unless given
 * @returns how many
 * @throws LocalRefusal 400 naming the first fault: shape, an end before its start, a service that does not exist
 */
export async function importSlots(tx: Db, instance: string, slots: unknown): Promise<number> {
  const checked = take('slots', slots, (await schemas()).slots).map(
    ({ start, end, status = 'free', ...slot }): Slot => ({ ...slot, start: Date.parse(start), end: Date.parse(end), status }),
  );
  requireDistinct('slots', checked);
  const services = await servicesByIds(
    tx,
    instance,
    checked.map((each) => each.serviceId),
  );
  for (const slot of checked) {
    if (!services.has(slot.serviceId)) throw bad('slots', `the service ${slot.serviceId} of slot ${slot.id} does not exist`);
    if (!(slot.end >= slot.start)) throw bad('slots', `slot ${slot.id} ends before it starts, or at no time`);
  }
  const upToDate = await servicesUpToDate(tx, instance, [...services.keys()]);
  await saveSlots(tx, instance, checked);
  await replaceBookSlots(
    tx,
    instance,
    checked.map((slot) => ({ ...slot, status: BOOK_STATUS[slot.status] })),
  );
  await touchClinics(tx, instance, [...services.keys()]);
  await noteListsTaken(tx, instance, upToDate);
  return checked.length;
}

/** How a slot that comes with an import stands in the hospital's book. */
const BOOK_STATUS = { free: 'open', booked: 'booked', withdrawn: 'withdrawn', gone: 'withdrawn' } as const;

/**
 * Writes the plans of clinics and opens their diaries; slots they have already stay.
 *
 * @param clinics `{serviceId, plan}` each; a plan is shaped as `ClinicPlan`
 * @returns how many
 * @throws LocalRefusal 400 naming the first fault: shape, a session past midnight, a service that does not exist or is not bookable
 */
export async function importClinics(tx: Db, instance: string, clinics: unknown, now: Instant): Promise<number> {
  const checked: readonly { readonly serviceId: string; readonly plan: ClinicPlan }[] = take('clinics', clinics, (await schemas()).clinics);
  requireDistinct(
    'clinics',
    checked.map((each) => ({ id: each.serviceId })),
  );
  const services = await servicesByIds(
    tx,
    instance,
    checked.map((each) => each.serviceId),
  );
  for (const { serviceId, plan } of checked) {
    const service = services.get(serviceId);
    if (service === undefined || !isDirectlyBookable(service)) throw bad('clinics', `the service ${serviceId} is not directly bookable`);
    const fault = planFault(plan);
    if (fault !== undefined) throw bad('clinics', `${fault} at ${serviceId}`);
  }
  await saveClinics(
    tx,
    instance,
    checked.map((each) => ({ ...each, openedUntil: dayOf(now), nextOpening: 0 })),
  );
  return checked.length;
}

/** Loaded by the first import: start-up does without. */
function schemas() {
  return import('./import-schemas.ts');
}

interface Validator<T> {
  Check(value: unknown): value is T;
  Errors(value: unknown): { instancePath: string; message: string }[];
}

function take<T>(name: string, value: unknown, validator: Validator<T>): T {
  const given = value ?? [];
  if (validator.Check(given)) return given;
  const [fault] = validator.Errors(given);
  throw bad(name, `${fault?.instancePath ?? ''} ${fault?.message ?? ''}`.trim());
}

function requireDistinct(name: string, records: readonly { readonly id: string }[]): void {
  const seen = new Set<string>();
  for (const { id } of records) {
    if (seen.has(id)) throw bad(name, `the id ${id} is used twice`);
    seen.add(id);
  }
}

function bad(name: string, fault: string): LocalRefusal {
  return new LocalRefusal(400, 'bad_import', `The e-RS ${name} of the import are not right: ${fault}.`, 'See docs/import.md.');
}
