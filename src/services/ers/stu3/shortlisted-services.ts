import { findServices } from '../catalogue/find-services.ts';
import { unprocessable } from '../errors.ts';
import type { HealthcareService, Referral } from '../model.ts';
import { type CreateReferral, requireShortlistedServices } from '../referral/create.ts';
import { servicesByIds } from '../store/catalogue.ts';
import type { ReferralCall } from './referral-access.ts';

/**
 * The services of a shortlist, in its order, after the search has been run again with its criteria and has found them all
 * (ers.md §9 A011, A031).
 *
 * @param existing the referral whose shortlist changes: its commissioning rule organisation stays
 *
 * Throws (422) what the search throws; REFERENCE_NOT_FOUND for an unknown service; INAPPROPRIATE_VALUE,
 * SHORTLISTED_SERVICE_NOT_IN_RESULTS.
 */
export async function shortlistedServices(
  call: ReferralCall,
  wanted: Pick<CreateReferral, 'nhsNumber' | 'criteria' | 'serviceIds' | 'referringClinician'>,
  existing?: Referral,
): Promise<readonly HealthcareService[]> {
  const { world, db, instance, caller } = call;
  const found = await findServices(world, db, instance, caller, {
    requestType: 'APPOINTMENT_REQUEST',
    sortBy: 'IWT',
    nhsNumber: wanted.nhsNumber,
    criteria: wanted.criteria,
    ...(wanted.referringClinician !== undefined && { referringClinician: wanted.referringClinician }),
    ...(existing !== undefined && {
      commissioningRuleOrganisation: existing.commissioningRuleOrganisation,
      forExistingReferral: true as const,
    }),
  });
  const known = await servicesByIds(db, instance, wanted.serviceIds);
  const services = wanted.serviceIds.map((id) => {
    const service = known.get(id);
    if (service === undefined) throw unprocessable('REFERENCE_NOT_FOUND', `'Shortlist/Service Id' (${id}) is not found.`);
    return service;
  });
  requireShortlistedServices(services, new Set(found.map((each) => each.service.id)));
  return services;
}
