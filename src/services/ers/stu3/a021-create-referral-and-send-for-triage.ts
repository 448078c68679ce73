import { applyBooking } from '../booking/booking.ts';
import { commissioningRuleOrganisationOf } from '../catalogue/find-services.ts';
import { NEW_REFERRAL_CODES } from '../document/common-refusals.ts';
import { parametersMessage, patientParameter, shortlistParameters } from '../document/example-messages.ts';
import { unprocessable } from '../errors.ts';
import { operation } from '../operation.ts';
import { requireTriageService, requireTriageShape } from '../referral/change-shortlist.ts';
import { type CreateReferral, createReferral, requireReferringClinicianRule } from '../referral/create.ts';
import { insertReferral, nextNumber, nextUbrn } from '../store/referrals.ts';
import { readParameters } from './parameters.ts';
import { referralAnswer } from './referral-access.ts';
import { audit } from './referral-change.ts';
import { NEW_REFERRAL_PARAMETERS, referralOfMessage } from './shortlist-parameters.ts';
import { shortlistedServices } from './shortlisted-services.ts';

/**
 * A021 (deprecated; `eRS-CreateReferralAndSendForTriage-Parameters-1`): a new referral that is at a triage service at once (ers.md §9 A021): AWAITING_TRIAGE, version 3, with a proposed
 * appointment.
 *
 * Refuses with 422: as A011; TOO_MANY_ITEMS for a second service, INAPPROPRIATE_VALUE for a service that does not triage, a reminder, or
 * a letter that is not intended.
 */
export const createReferralAndSendForTriage = operation<CreateReferral>({
  id: 'A021',
  title: 'Create referral and send for triage',
  version: 'STU3',
  method: 'POST',
  paths: ['/ReferralRequest/$ers.createReferralAndSendForTriage'],
  functions: ['REFERRING_CLINICIAN', 'REFERRING_CLINICIAN_ADMIN'],
  applications: [],
  ifMatch: false,
  body: {
    kind: 'fhir',
    read: (resource) => referralOfMessage(readParameters(resource, NEW_REFERRAL_PARAMETERS)),
    parameters: NEW_REFERRAL_PARAMETERS,
  },
  produces: ['application/fhir+json'],
  document: {
    description:
      'Deprecated: create (A011), attach the letter (A012) and send for triage (A016) instead. A new referral that is at one triage service at ' +
      'once, in state AWAITING_TRIAGE. A letter is always intended.',
    success: 201,
    deprecated: true,
    answers: 'ReferralRequest',
    refusals: {
      422: NEW_REFERRAL_CODES,
    },
    example: () => ({
      body: parametersMessage('eRS-CreateReferralAndSendForTriage-Parameters-1', [patientParameter(), ...shortlistParameters(['11004'])]),
    }),
  },
  handle: async (call) => {
    const { world, instance, caller, body } = call;
    call.exchange.nhsNumber = body.nhsNumber;
    requireReferringClinicianRule(caller, body.referringClinician);
    requireTriageShape(body.serviceIds, body.firstReminderLetterFollowUpDays);
    requireLetterIntended(body);
    const services = await shortlistedServices(call, body);
    const service = requireTriageService(services);
    const requestId = `r.${world.random.uuid()}`;
    const referral = await world.store.transaction(async (tx) => {
      const now = world.clock.now();
      const created = createReferral(body, {
        caller,
        now,
        ubrn: await nextUbrn(tx, instance),
        requestId,
        commissioningRuleOrganisation: commissioningRuleOrganisationOf(caller),
        services,
      });
      const command = { kind: 'TRIAGE', ubrn: created.ubrn, nhsNumber: created.nhsNumber, serviceId: service.id } as const;
      const appointmentId = String(await nextNumber(tx, instance, 'appointment'));
      const sent = {
        ...applyBooking(created, command, { service, slot: undefined }, { now, appointmentId }),
        version: created.version,
      };
      await insertReferral(tx, instance, sent);
      await audit(tx, call, 'A021', { ubrn: sent.ubrn, nhsNumber: sent.nhsNumber });
      return sent;
    });
    call.exchange.ubrn = referral.ubrn;
    return referralAnswer(call, referral, 201);
  },
});

function requireLetterIntended({ letterIntention }: CreateReferral): void {
  if (letterIntention === 'NEED_TO_ADD_LATER') return;
  throw unprocessable(
    'INAPPROPRIATE_VALUE',
    `'Intention To Add Referral Letter' (${letterIntention}) is not appropriate.`,
    'Triage always needs a referral letter.',
    'Send NEED_TO_ADD_LATER and attach the letter with A020 and A012.',
  );
}
