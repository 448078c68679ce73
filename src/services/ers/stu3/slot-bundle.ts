/** The answer of a slot search: a Bundle of slots and their schedules (ers.md §14). */
import { isoInstant } from '../../../kernel/clock.ts';
import { SYSTEMS } from '../codes.ts';
import type { Slot } from '../model.ts';
import type { SlotPageQuery } from './slot-query.ts';

const CARE_CONNECT = 'https://fhir.hl7.org.uk/STU3/StructureDefinition/';

/** One page of a slot search. */
export interface SlotPage {
  readonly id: string;
  readonly lastUpdated: number;
  /** Slots on all pages. */
  readonly total: number;
  readonly slots: readonly Slot[];
}

/**
 * The page as a searchset: slots first, then each schedule they are in, once.
 *
 * @param base the caller's base address with `/FHIR`
 */
export function writeSlotBundle(query: SlotPageQuery, page: SlotPage, base: string): object {
  const schedules = new Map(page.slots.map((slot) => [scheduleIdOf(slot), slot]));
  return {
    id: page.id,
    meta: { lastUpdated: isoInstant(page.lastUpdated), profile: ['http://hl7.org/fhir/STU3/StructureDefinition/Bundle'] },
    resourceType: 'Bundle',
    type: 'searchset',
    total: page.total,
    link: linksOf(query, page.total, base),
    entry: [
      ...page.slots.map((slot) => ({ fullUrl: `${base}/STU3/Slot/${slot.id}`, resource: writeSlot(slot), search: { mode: 'match' } })),
      ...[...schedules].map(([id, slot]) => ({
        fullUrl: `${base}/STU3/Schedule/${id}`,
        resource: writeSchedule(id, slot),
        search: { mode: 'include' },
      })),
    ],
  };
}

function linksOf(query: SlotPageQuery, total: number, base: string): readonly object[] {
  const clinician = query.clinician === undefined ? '' : `&schedule.actor%3APractitioner=${encodeURIComponent(query.clinician)}`;
  const start = `${base}/STU3/Slot?schedule.actor%3AHealthcareService=${encodeURIComponent(query.serviceId)}${clinician}`;
  const link = (relation: string, page: number) => ({
    relation,
    url: `${start}&appointmentType=${query.priority}&_count=${query.size}&status=free&_include=Slot%3Aschedule&page=${page}`,
  });
  const links = [link('self', query.page)];
  if (query.page > 1) links.push(link('previous', query.page - 1));
  if (query.page * query.size < total) links.push(link('next', query.page + 1));
  return links;
}

/** Slots with a clinician are in a schedule of their own. */
function scheduleIdOf(slot: Slot): string {
  return slot.clinician === undefined ? slot.serviceId : `${slot.serviceId}-${slot.clinician}`;
}

function writeSlot(slot: Slot): object {
  return {
    id: slot.id,
    meta: { profile: [`${CARE_CONNECT}CareConnect-Slot-1`] },
    resourceType: 'Slot',
    identifier: [{ system: SYSTEMS.alternativeSlot, value: slot.usrn }],
    schedule: { reference: `Schedule/${scheduleIdOf(slot)}` },
    status: 'free',
    start: isoInstant(slot.start),
    end: isoInstant(slot.end),
  };
}

function writeSchedule(id: string, { serviceId, clinician }: Slot): object {
  const service = { identifier: { system: SYSTEMS.serviceStu3, value: serviceId } };
  return {
    id,
    meta: { profile: [`${CARE_CONNECT}CareConnect-Schedule-1`] },
    resourceType: 'Schedule',
    identifier: [{ system: SYSTEMS.schedule, value: id }],
    actor: clinician === undefined ? [service] : [service, { identifier: { system: SYSTEMS.userStu3, value: clinician } }],
  };
}
