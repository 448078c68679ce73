/** The body of A031 and A032 (ers.md §9), and the services it names. */
import type { HealthcareService, Referral } from '../model.ts';
import type { ChangeShortlist } from '../referral/change-shortlist.ts';
import { readParameters } from './parameters.ts';
import type { ReferralCall } from './referral-access.ts';
import { SHORTLIST_PARAMETERS, shortlistOfMessage } from './shortlist-parameters.ts';
import { shortlistedServices } from './shortlisted-services.ts';

/** Reads `eRS-ChangeShortlist-Parameters-1` or `eRS-ChangeShortlistAndSendForTriage-Request-Parameters-1`. Throws ErsRefusal 422. */
export function readChangeShortlist(resource: unknown): ChangeShortlist {
  return shortlistOfMessage(readParameters(resource, SHORTLIST_PARAMETERS));
}

/** The shortlisted services, found again under the referral's own commissioning rules. Throws as {@link shortlistedServices}. */
export function servicesForChange(call: ReferralCall, referral: Referral, change: ChangeShortlist): Promise<readonly HealthcareService[]> {
  return shortlistedServices(call, { ...change, nhsNumber: referral.nhsNumber }, referral);
}
