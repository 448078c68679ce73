import { commissioningRuleOrganisationOf } from '../catalogue/find-services.ts';
import { STU3_CODES, SYSTEMS } from '../codes.ts';
import { operation } from '../operation.ts';
import { type CreateReferral, createReferral, requireReferringClinicianRule, requireShortlistShape } from '../referral/create.ts';
import { insertReferral, nextUbrn } from '../store/referrals.ts';
import { type ParametersSpec, readParameters } from './parameters.ts';
import { referralAnswer } from './referral-access.ts';
import { audit } from './referral-change.ts';
import { readShortlist } from './shortlist.ts';
import { shortlistedServices } from './shortlisted-services.ts';

/** `eRS-CreateReferral-Parameters-1` (ers.md §9 A011). */
const BODY = {
  patient: { kind: 'identifier', cardinality: '1..1', display: 'Patient', system: SYSTEMS.nhsNumberStu3, pattern: /^\d{10}$/ },
  referringClinician: {
    kind: 'identifier',
    cardinality: '0..1',
    display: 'Referring Clinician',
    system: SYSTEMS.userStu3,
    pattern: /^\d{1,12}$/,
  },
  shortlist: { kind: 'resource', cardinality: '1..1', display: 'Shortlist', resourceType: 'List', read: readShortlist },
  intentionToAddReferralLetter: {
    kind: 'coding',
    cardinality: '1..1',
    display: 'Intention To Add Referral Letter',
    system: `${STU3_CODES}eRS-ReferralLetterIntention-1`,
    codes: ['NEED_TO_ADD_LATER', 'NOT_INTENDING_TO_ADD'],
  },
  firstReminderLetterFollowUpDays: { kind: 'unsignedInt', cardinality: '1..1', display: 'First Reminder Letter Follow Up Days' },
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
  body: { kind: 'fhir', read: readCreateReferral },
  produces: ['application/fhir+json'],
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
    nhsNumber: values.patient,
    ...(values.referringClinician !== undefined && { referringClinician: values.referringClinician }),
    criteria: values.shortlist.criteria,
    serviceIds: values.shortlist.serviceIds,
    letterIntention: values.intentionToAddReferralLetter.code,
    firstReminderLetterFollowUpDays: values.firstReminderLetterFollowUpDays,
    ...(values.eReferralPathwayStart !== undefined && { pathwayStart: values.eReferralPathwayStart }),
  };
}
