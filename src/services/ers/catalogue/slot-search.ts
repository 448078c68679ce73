/** Which slots are on offer (ers.md §9 A015, §14). */
import { type Instant, isoDate } from '../../../kernel/clock.ts';
import type { Db } from '../../../kernel/store/store.ts';
import type { HealthcareService, Priority } from '../model.ts';
import { hasFreeSlots, type SlotQuery } from '../store/catalogue.ts';
import { isCommissionedFor } from './search.ts';

const DAY = 86_400_000;
/** Beyond any slot that a hospital offers. */
const FAR_AHEAD_DAYS = 3650;

/** What a slot search asks. */
export interface SlotSearch {
  readonly priority: Priority;
  readonly clinician?: string;
  /** The organisation whose commissioning rules apply to the referral. */
  readonly commissioningRuleOrganisation: string;
}

/** Whether slots of a service can be asked for: it is bookable directly. */
export function isDirectlyBookable(service: HealthcareService): boolean {
  return service.bookableType === 'DIRECTLY_BOOKABLE' && service.requestFlows.includes('APPOINTMENT_REQUEST');
}

/**
 * The slots on offer as a query: in the future, within the booking window of the priority. Undefined when none can be, because the service
 * does not take the priority or is not commissioned for the organisation.
 */
export function slotQuery(service: HealthcareService, search: SlotSearch, now: Instant): SlotQuery | undefined {
  if (!service.priorities.includes(search.priority) || !isCommissionedFor(service, search.commissioningRuleOrganisation, isoDate(now)))
    return undefined;
  const days = service.bookingWindowDays?.[search.priority] ?? { from: 0, to: FAR_AHEAD_DAYS };
  return {
    serviceId: service.id,
    priority: search.priority,
    ...(search.clinician !== undefined && { clinician: search.clinician }),
    from: now + days.from * DAY + 1,
    to: now + (days.to + 1) * DAY,
  };
}

/** Whether any slot is on offer: what forbids a deferral for want of slots (ers.md §9 A016). */
export async function areSlotsOnOffer(
  db: Db,
  instance: string,
  service: HealthcareService,
  search: SlotSearch,
  now: Instant,
): Promise<boolean> {
  const query = slotQuery(service, search, now);
  return query !== undefined && (await hasFreeSlots(db, instance, query));
}
