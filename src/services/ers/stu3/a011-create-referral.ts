import { commissioningRuleOrganisationOf } from '../catalogue/find-services.ts';
import { NEW_REFERRAL_CODES } from '../document/common-refusals.ts';
import { codingParameter, parametersMessage, patientParameter, shortlist } from '../document/example-messages.ts';
import { operation } from '../operation.ts';
import { type CreateReferral, createReferral, requireReferringClinicianRule, requireShortlistShape } from '../referral/create.ts';
import { insertReferral, nextUbrn } from '../store/referrals.ts';
import { type ParametersSpec, readParameters } from './parameters.ts';
import { referralAnswer } from './referral-access.ts';
import { audit } from './referral-change.ts';
import { NEW_REFERRAL_PARAMETERS, referralOfMessage } from './shortlist-parameters.ts';
import { shortlistedServices } from './shortlisted-services.ts';

/** `eRS-CreateReferral-Parameters-1` (ers.md §9 A011). */
const BODY = {
  ...NEW_REFERRAL_PARAMETERS,
  eReferralPathwayStart: { kind: 'instant', cardinality: '0..1', display: 'e-Referral Pathway Start' },
} as const satisfies ParametersSpec;

/**
 * A011: a new referral with its shortlist; nothing is sent to a provider (ers.md §9 A011). e-RS runs the search again: every service
 * must come out of it. The commissioning rule organisation is fixed as the referring one.
 *
 * Refuses with 422: what the search (A010) refuses, TOO_MANY_ITEMS, DUPLICATE_SERVICE, SHORTLISTED_SERVICE_NOT_IN_RESULTS,
 * REFERENCE_NOT_FOUND for an unknown service, INAPPROPRIATE_VALUE for an advice-only service or a letter intention that does not fit,
 * INVALID_VALUE for a pathway start or reminder out of range.
 */
export const createReferralOperation = operation<CreateReferral>({
  id: 'A011',
  title: 'Create referral',
  version: 'STU3',
  method: 'POST',
  paths: ['/ReferralRequest/$ers.createReferral'],
  functions: ['REFERRING_CLINICIAN', 'REFERRING_CLINICIAN_ADMIN'],
  applications: [],
  ifMatch: false,
  body: { kind: 'fhir', read: readCreateReferral, parameters: BODY },
  produces: ['application/fhir+json'],
  document: {
    description:
      'A new referral with a shortlist of services, in state NOT_BOOKED; nothing is sent to a provider yet. The search is run again: every ' +
      'service on the shortlist must come out of it. Only a clinician admin names the referring clinician.',
    success: 201,
    answers: 'ReferralRequest',
    refusals: {
      422: NEW_REFERRAL_CODES,
    },
    example: () => ({
      body: parametersMessage('eRS-CreateReferral-Parameters-1', [
        patientParameter(),
        codingParameter('intentionToAddReferralLetter', 'eRS-ReferralLetterIntention-1', 'NEED_TO_ADD_LATER'),
        { name: 'firstReminderLetterFollowUpDays', valueUnsignedInt: 0 },
        { name: 'shortlist', resource: shortlist(['11002']) },
      ]),
    }),
  },
  handle: async (call) => {
    const { world, instance, caller, body } = call;
    call.exchange.nhsNumber = body.nhsNumber;
    requireReferringClinicianRule(caller, body.referringClinician);
    requireShortlistShape(body.serviceIds);
    const services = await shortlistedServices(call, body);
    const requestId = `r.${world.random.uuid()}`;
    const referral = await world.store.transaction(async (tx) => {
      const created = createReferral(body, {
        caller,
        now: world.clock.now(),
        ubrn: await nextUbrn(tx, instance),
        requestId,
        commissioningRuleOrganisation: commissioningRuleOrganisationOf(caller),
        services,
      });
      await insertReferral(tx, instance, created);
      await audit(tx, call, 'A011', { ubrn: created.ubrn, nhsNumber: created.nhsNumber });
      return created;
    });
    call.exchange.ubrn = referral.ubrn;
    return referralAnswer(call, referral, 201);
  },
});

function readCreateReferral(resource: unknown): CreateReferral {
  const values = readParameters(resource, BODY);
  return {
    ...referralOfMessage(values),
    ...(values.eReferralPathwayStart !== undefined && { pathwayStart: values.eReferralPathwayStart }),
  };
}
