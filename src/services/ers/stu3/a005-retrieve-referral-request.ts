import { unknown } from '../errors.ts';
import { operation } from '../operation.ts';
import { loadReferralToSend, preparedAnswer, requireAccess } from './referral-access.ts';

/**
 * A005: the referral as it stands (ers.md §9 A005, §10.1). Cancelled referrals stay readable.
 *
 * Refuses: 404 for an unknown UBRN or a version that is not the current one; 422 PATIENT_ERROR, NO_RELATIONSHIP.
 */
export const retrieveReferralRequest = operation({
  id: 'A005',
  title: 'Retrieve referral request',
  version: 'STU3',
  method: 'GET',
  paths: ['/ReferralRequest/:ubrn', '/ReferralRequest/:ubrn/_history/:version'],
  functions: ['REFERRING_CLINICIAN', 'REFERRING_CLINICIAN_ADMIN', 'SERVICE_PROVIDER_CLINICIAN', 'SERVICE_PROVIDER_CLINICIAN_ADMIN'],
  applications: ['provider'],
  ifMatch: false,
  body: { kind: 'none' },
  produces: ['application/fhir+json'],
  document: {
    description:
      'A referral as it stands: state, shortlist, appointment, attachments. The ETag carries its version, which changes to it must name. ' +
      'A version in the path must be the current one. Cancelled referrals stay readable.',
    answers: 'ReferralRequest',
    refusals: { 422: ['NO_RELATIONSHIP', 'PATIENT_ERROR'] },
    example: () => ({ path: { ubrn: '000000070004', version: '5' } }),
  },
  handle: async (call) => {
    const referral = await loadReferralToSend(call, call.params['ubrn'] ?? '');
    const version = call.params['version'];
    if (version !== undefined && version !== String(referral.version)) throw unknown(`Version ${version} of referral ${referral.ubrn}`);
    await requireAccess(call, referral, 'read');
    return preparedAnswer(call, referral);
  },
});
