/** Which slots are on offer (ers.md §9 A015, §14). */
import { type Instant, isoDate } from '../../../kernel/clock.ts';
import { offerPeriod } from '../booking/booking.ts';
import type { HealthcareService, Priority } from '../model.ts';
import type { SlotQuery } from '../store/catalogue.ts';
import { isCommissionedFor } from './search.ts';

/** What a slot search asks. */
export interface SlotSearch {
  readonly priority: Priority;
  readonly clinician?: string;
  /** The organisation whose commissioning rules apply to the referral. */
  readonly commissioningRuleOrganisation: string;
}

/** Whether slots of a service can be asked for: it is bookable directly. */
export function isDirectlyBookable(service: Pick<HealthcareService, 'bookableType' | 'requestFlows'>): boolean {
  return service.bookableType === 'DIRECTLY_BOOKABLE' && service.requestFlows.includes('APPOINTMENT_REQUEST');
}

/**
 * The slots on offer as a query: in the future, within the booking window of the priority. Undefined when none can be, because the service
 * does not take the priority or is not commissioned for the organisation.
 */
export function slotQuery(service: HealthcareService, search: SlotSearch, now: Instant): SlotQuery | undefined {
  if (!service.priorities.includes(search.priority) || !isCommissionedFor(service, search.commissioningRuleOrganisation, isoDate(now)))
    return undefined;
  const period = offerPeriod(service, search.priority, now);
  return {
    serviceId: service.id,
    priority: search.priority,
    ...(search.clinician !== undefined && { clinician: search.clinician }),
    from: Math.max(period.from, now + 1),
    to: period.to,
  };
}
