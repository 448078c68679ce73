import { printedAdvice } from '../advice/printed.ts';
import { type ClinicalInformation, clinicalInformation, clinicalInformationMentions } from '../documents/clinical-information.ts';
import { lookUp } from '../documents/people-and-places.ts';
import { print, printAnswer, printedPatient } from '../documents/print.ts';
import { operation } from '../operation.ts';
import { adviceByUbrn } from '../store/advice.ts';
import { auditOf } from '../store/audit.ts';
import { serviceById } from '../store/catalogue.ts';
import { findReferral, loadReferral, type ReferralCall, requireAccess } from './referral-access.ts';

/**
 * A007: the clinical information of a referral as a PDF, made from its present state (ers.md §9 A007, §17). No state rule: a cancelled
 * referral stays readable.
 *
 * Refuses: 404; 422 INVALID_REQUEST_TYPE, PATIENT_ERROR, NO_RELATIONSHIP.
 */
export const retrieveClinicalInformation = operation({
  id: 'A007',
  title: 'Retrieve clinical information',
  version: 'STU3',
  method: 'POST',
  paths: ['/ReferralRequest/:ubrn/$ers.generateCRI'],
  functions: ['REFERRING_CLINICIAN', 'REFERRING_CLINICIAN_ADMIN', 'SERVICE_PROVIDER_CLINICIAN', 'SERVICE_PROVIDER_CLINICIAN_ADMIN'],
  applications: ['provider'],
  reads: true,
  ifMatch: false,
  body: { kind: 'none' },
  produces: ['application/pdf'],
  document: {
    description:
      'The clinical information of a referral as a PDF, made from its present state: patient, appointment, letters, history. Cancelled ' +
      'referrals stay readable. Changes nothing.',
    refusals: { 422: ['INVALID_REQUEST_TYPE', 'PATIENT_ERROR', 'NO_RELATIONSHIP'] },
    example: () => ({ path: { ubrn: '000000070001' } }),
  },
  find: findReferral,
  handle: async (call) => {
    const ubrn = call.params['ubrn'] ?? '';
    const referral = await loadReferral(call, ubrn);
    await requireAccess(call, referral, 'read');
    return printAnswer(await print(clinicalInformation(await gather(call, referral))));
  },
});

async function gather(call: ReferralCall, referral: ClinicalInformation['referral']): Promise<ClinicalInformation> {
  const { world, db, instance } = call;
  const facts = {
    referral,
    patient: await printedPatient(world, db, referral.nhsNumber),
    service: referral.appointment === undefined ? undefined : await serviceById(db, instance, referral.appointment.serviceId),
    trail: await auditOf(db, instance, referral.ubrn),
    advice: await convertedAdvice(call, referral),
  };
  return { ...facts, known: await lookUp(world, db, clinicalInformationMentions(facts)), printedAt: world.clock.now() };
}

/** The conversation that the referral was converted from. */
async function convertedAdvice(call: ReferralCall, referral: ClinicalInformation['referral']): Promise<ClinicalInformation['advice']> {
  if (!referral.convertedFromAdvice) return undefined;
  const advice = await adviceByUbrn(call.db, call.instance, referral.ubrn);
  return advice === undefined ? undefined : printedAdvice(advice);
}
