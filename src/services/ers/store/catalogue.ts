/** Queries on the directory of services and on slots. */
import type { Instant } from '../../../kernel/clock.ts';
import { bit, type Db, prepare, tablesOf } from '../../../kernel/store/store.ts';
import type { HealthcareService, Priority, Slot } from '../model.ts';

/** What a service can be searched by (ers.md §9 A010). */
export type SearchKey = 'clinic-type' | 'clinical-term' | 'clinician';

interface ServiceRow {
  instance: string;
  id: string;
  version: number;
  provider: string;
  specialty: string;
  published: number;
  document: string;
}
export interface SlotRow {
  instance: string;
  id: string;
  service_id: string;
  usrn: string;
  clinician: string | null;
  start_at: number;
  end_at: number;
  priority: Priority | null;
  status: Slot['status'];
}
export interface CatalogueTables {
  ers_service: ServiceRow;
  ers_service_key: { instance: string; kind: SearchKey; value: string; service_id: string };
  ers_service_member: { instance: string; service_id: string; user_id: string; ods_code: string; provider: string };
  ers_slot: SlotRow;
  /** The revision of each clinic's slot list that was last taken. */
  ers_slot_list: { instance: string; service_id: string; revision: number };
}

/** Rows of one insert: SQLite takes at most 32,766 values in a statement. */
const ROWS_PER_INSERT = 500;

const documentById = prepare<{ instance: string; id: string }, CatalogueTables, { document: string }>((db, value) =>
  db.selectFrom('ers_service').select('document').where('instance', '=', value.instance).where('id', '=', value.id),
);

/** The service, published or not; undefined when there is none of that id. */
export async function serviceById(db: Db, instance: string, id: string): Promise<HealthcareService | undefined> {
  const [row] = await documentById(db, { instance, id });
  return row === undefined ? undefined : parseService(row.document);
}

/** The services that exist among those named, by id. */
export async function servicesByIds(db: Db, instance: string, ids: readonly string[]): Promise<ReadonlyMap<string, HealthcareService>> {
  if (ids.length === 0) return new Map();
  const rows = await tablesOf<CatalogueTables>(db)
    .selectFrom('ers_service')
    .select(['id', 'document'])
    .where('instance', '=', instance)
    .where('id', 'in', [...new Set(ids)])
    .execute();
  return new Map(rows.map((row) => [row.id, parseService(row.document)]));
}

const documentsByKey = prepare<{ instance: string; kind: SearchKey; value: string }, CatalogueTables, { document: string }>((db, value) =>
  db
    .selectFrom('ers_service_key')
    .innerJoin('ers_service', (join) =>
      join.onRef('ers_service.instance', '=', 'ers_service_key.instance').onRef('ers_service.id', '=', 'ers_service_key.service_id'),
    )
    .select('ers_service.document')
    .where('ers_service_key.instance', '=', value.instance)
    .where('ers_service_key.kind', '=', value.kind)
    .where('ers_service_key.value', '=', value.value)
    .where('ers_service.published', '=', 1),
);

/** The published services that carry a search key: the candidates of a search, narrowed down by `searchServices`. */
export async function publishedServicesByKey(
  db: Db,
  instance: string,
  kind: SearchKey,
  value: string,
): Promise<readonly HealthcareService[]> {
  const rows = await documentsByKey(db, { instance, kind, value });
  return rows.map((row) => parseService(row.document));
}

const idsByProvider = prepare<{ instance: string; provider: string }, CatalogueTables, { id: string }>((db, value) =>
  db.selectFrom('ers_service').select('id').where('instance', '=', value.instance).where('provider', '=', value.provider).orderBy('id'),
);

/** Ids of the services an organisation provides. */
export async function serviceIdsOfProvider(db: Db, instance: string, provider: string): Promise<readonly string[]> {
  return (await idsByProvider(db, { instance, provider })).map((row) => row.id);
}

/** ODS codes of the organisations that provide services. */
export async function providersOfServices(db: Db, instance: string): Promise<readonly string[]> {
  const rows = await tablesOf<CatalogueTables>(db)
    .selectFrom('ers_service')
    .select('provider')
    .distinct()
    .where('instance', '=', instance)
    .orderBy('provider')
    .execute();
  return rows.map((row) => row.provider);
}

const idsByMember = prepare<{ instance: string; user: string; ods: string }, CatalogueTables, { service_id: string }>((db, value) =>
  db
    .selectFrom('ers_service_member')
    .select('service_id')
    .where('instance', '=', value.instance)
    .where('user_id', '=', value.user)
    .where('ods_code', '=', value.ods)
    .orderBy('service_id'),
);

/** Ids of the services whose work group the user is in, acting at that organisation. */
export async function serviceIdsOfMember(db: Db, instance: string, userId: string, odsCode: string): Promise<readonly string[]> {
  return (await idsByMember(db, { instance, user: userId, ods: odsCode })).map((row) => row.service_id);
}

const membership = prepare<{ instance: string; service: string; user: string; ods: string }, CatalogueTables, { service_id: string }>(
  (db, value) =>
    db
      .selectFrom('ers_service_member')
      .select('service_id')
      .where('instance', '=', value.instance)
      .where('service_id', '=', value.service)
      .where('user_id', '=', value.user)
      .where('ods_code', '=', value.ods),
);

/** Whether the user, acting at that organisation, is in the work group of the service (ers.md §4.2). */
export async function isWorkGroupMember(db: Db, instance: string, serviceId: string, userId: string, odsCode: string): Promise<boolean> {
  return (await membership(db, { instance, service: serviceId, user: userId, ods: odsCode })).length > 0;
}

/** Writes services with their search keys and work groups, replacing those of the same id. */
export async function saveServices(tx: Db, instance: string, services: readonly HealthcareService[]): Promise<void> {
  const db = tablesOf<CatalogueTables>(tx);
  for (const part of partsOf(services.map((each) => each.id))) {
    await db.deleteFrom('ers_service').where('instance', '=', instance).where('id', 'in', part).execute();
    await db.deleteFrom('ers_service_key').where('instance', '=', instance).where('service_id', 'in', part).execute();
    await db.deleteFrom('ers_service_member').where('instance', '=', instance).where('service_id', 'in', part).execute();
  }
  for (const part of partsOf(services.map((each) => serviceRow(instance, each)))) await db.insertInto('ers_service').values(part).execute();
  for (const part of partsOf(services.flatMap((each) => keysOf(instance, each))))
    await db.insertInto('ers_service_key').values(part).execute();
  const members = services.flatMap((each) =>
    each.workGroup.map((member) => ({
      instance,
      service_id: each.id,
      user_id: member.userId,
      ods_code: member.odsCode,
      provider: each.providerOdsCode,
    })),
  );
  for (const part of partsOf(members)) await db.insertInto('ers_service_member').values(part).execute();
}

function serviceRow(instance: string, service: HealthcareService): ServiceRow {
  const { id, version, providerOdsCode, specialty, published } = service;
  return { instance, id, version, provider: providerOdsCode, specialty, published: bit(published), document: JSON.stringify(service) };
}

function keysOf(instance: string, service: HealthcareService): CatalogueTables['ers_service_key'][] {
  const keys: readonly (readonly [SearchKey, readonly string[]])[] = [
    ['clinic-type', service.clinicTypes],
    ['clinical-term', service.clinicalTerms],
    ['clinician', service.namedClinicians],
  ];
  return keys.flatMap(([kind, values]) => [...new Set(values)].map((value) => ({ instance, kind, value, service_id: service.id })));
}

/** Which slots of a service are asked for. */
export interface SlotQuery {
  readonly serviceId: string;
  readonly priority: Priority;
  readonly clinician?: string;
  /** Slots that start at or after `from` and before `to`. */
  readonly from: Instant;
  readonly to: Instant;
}

function freeSlotsOf(db: Db, instance: string, query: SlotQuery) {
  const slots = tablesOf<CatalogueTables>(db)
    .selectFrom('ers_slot')
    .where('instance', '=', instance)
    .where('service_id', '=', query.serviceId)
    .where('status', '=', 'free')
    .where('start_at', '>=', query.from)
    .where('start_at', '<', query.to)
    .where((where) => where.or([where('priority', 'is', null), where('priority', '=', query.priority)]));
  return query.clinician === undefined ? slots : slots.where('clinician', '=', query.clinician);
}

/** One page of free slots, earliest first, and how many there are on all pages. */
export async function freeSlots(
  db: Db,
  instance: string,
  query: SlotQuery,
  page: { readonly size: number; readonly number: number },
): Promise<{ readonly total: number; readonly slots: readonly Slot[] }> {
  const { total } = await freeSlotsOf(db, instance, query)
    .select((select) => select.fn.countAll().as('total'))
    .executeTakeFirstOrThrow();
  const rows = await freeSlotsOf(db, instance, query)
    .selectAll()
    .orderBy('start_at')
    .orderBy('id')
    .limit(page.size)
    .offset((page.number - 1) * page.size)
    .execute();
  return { total: Number(total), slots: rows.map(slotOf) };
}

/** Whether any slot is on offer: decides whether a deferral for want of slots is allowed (ers.md §9 A016). */
export async function hasFreeSlots(db: Db, instance: string, query: SlotQuery): Promise<boolean> {
  return (await freeSlotsOf(db, instance, query).select('id').limit(1).execute()).length > 0;
}

const slotRowById = prepare<{ instance: string; id: string }, CatalogueTables, SlotRow>((db, value) =>
  db.selectFrom('ers_slot').selectAll().where('instance', '=', value.instance).where('id', '=', value.id),
);

/** The slot whatever its status; undefined when there is none of that id. */
export async function slotById(db: Db, instance: string, id: string): Promise<Slot | undefined> {
  const [row] = await slotRowById(db, { instance, id });
  return row === undefined ? undefined : slotOf(row);
}

/** The hospital's own references of slots, by slot id; slots that are not kept are left out. */
export async function slotReferences(db: Db, instance: string, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
  if (ids.length === 0) return new Map();
  const rows = await tablesOf<CatalogueTables>(db)
    .selectFrom('ers_slot')
    .select(['id', 'usrn'])
    .where('instance', '=', instance)
    .where('id', 'in', [...new Set(ids)])
    .execute();
  return new Map(rows.map((row) => [row.id, row.usrn]));
}

/** Takes a slot for a booking that the hospital has confirmed; false when it is booked here or was withdrawn meanwhile. */
export async function takeSlot(tx: Db, instance: string, id: string): Promise<boolean> {
  // Gone: a poll since the confirmation found it taken, by this very booking.
  return moveSlot(tx, instance, id, ['free', 'gone'], 'booked');
}

/**
 * Lets a booked slot go after a cancellation; false when it was not booked. It is not on offer until the hospital offers it again
 * (ers.md §14), which the next poll asks.
 */
export async function releaseSlot(tx: Db, instance: string, id: string): Promise<boolean> {
  if (!(await moveSlot(tx, instance, id, ['booked'], 'gone'))) return false;
  const db = tablesOf<CatalogueTables>(tx);
  const service = db.selectFrom('ers_slot').select('service_id').where('instance', '=', instance).where('id', '=', id);
  await db.deleteFrom('ers_slot_list').where('instance', '=', instance).where('service_id', 'in', service).execute();
  return true;
}

/** Takes a slot off the offer because the hospital says so; false when it was not on offer. */
export async function withdrawSlot(tx: Db, instance: string, id: string): Promise<boolean> {
  return moveSlot(tx, instance, id, ['free', 'gone'], 'withdrawn');
}

async function moveSlot(tx: Db, instance: string, id: string, from: readonly Slot['status'][], to: Slot['status']): Promise<boolean> {
  const result = await tablesOf<CatalogueTables>(tx)
    .updateTable('ers_slot')
    .set({ status: to })
    .where('instance', '=', instance)
    .where('id', '=', id)
    .where('status', 'in', from)
    .executeTakeFirst();
  return Number(result.numUpdatedRows) === 1;
}

/** Writes slots, replacing those of the same id. */
export async function saveSlots(tx: Db, instance: string, slots: readonly Slot[]): Promise<void> {
  const db = tablesOf<CatalogueTables>(tx);
  for (const part of partsOf(slots.map((each) => each.id)))
    await db.deleteFrom('ers_slot').where('instance', '=', instance).where('id', 'in', part).execute();
  for (const part of partsOf(slots.map((each) => slotRow(instance, each)))) await db.insertInto('ers_slot').values(part).execute();
}

/** A slot as it is stored on offer. */
export function slotRow(instance: string, slot: Slot): SlotRow {
  return { ...slotColumns(instance, slot), status: slot.status };
}

function slotOf(row: SlotRow): Slot {
  return { ...slotFrom(row), serviceId: row.service_id, status: row.status };
}

/** What e-RS's offer and the hospital's book store of a slot alike. */
export function slotColumns(instance: string, slot: Omit<Slot, 'status'>): Omit<SlotRow, 'status'> {
  return {
    instance,
    id: slot.id,
    service_id: slot.serviceId,
    usrn: slot.usrn,
    clinician: slot.clinician ?? null,
    start_at: slot.start,
    end_at: slot.end,
    priority: slot.priority ?? null,
  };
}

/** What {@link slotColumns} stored. */
export function slotFrom(row: Omit<SlotRow, 'status'>): Omit<Slot, 'status' | 'serviceId'> {
  return {
    id: row.id,
    usrn: row.usrn,
    ...(row.clinician !== null && { clinician: row.clinician }),
    // PostgreSQL gives bigint as text.
    start: Number(row.start_at),
    end: Number(row.end_at),
    ...(row.priority !== null && { priority: row.priority }),
  };
}

/** Rows in parts that fit one statement. */
export function partsOf<T>(items: readonly T[]): readonly T[][] {
  const parts: T[][] = [];
  for (let start = 0; start < items.length; start += ROWS_PER_INSERT) parts.push(items.slice(start, start + ROWS_PER_INSERT));
  return parts;
}

/** What {@link serviceRow} wrote: only this file writes documents, imported ones are checked where they enter. */
function parseService(document: string): HealthcareService {
  const service: HealthcareService = JSON.parse(document);
  return service;
}
