/** The legitimate relationship between a caller and an advice request (ers.md §4.2). */
import type { Caller } from '../model.ts';
import { type RelationshipTest, relationshipByService } from '../referral/relationship.ts';
import type { AdviceRequest } from './model.ts';

/**
 * A referrer's relationship is decided by the organisation that asked, a provider's by the service that was asked. It does not end: the
 * conversation stays readable for both after a conversion, wherever the referral goes.
 */
export function adviceRelationshipTest(caller: Caller, advice: Pick<AdviceRequest, 'referringOrganisation' | 'service'>): RelationshipTest {
  return relationshipByService(caller, advice.referringOrganisation, () => [advice.service.serviceId]);
}
