import { letterKind, patientLetter } from '../documents/patient-letter.ts';
import { lookUp } from '../documents/people-and-places.ts';
import { print, printAnswer, printedPatient } from '../documents/print.ts';
import { operation } from '../operation.ts';
import { requireAccessCode } from '../referral/access-code.ts';
import { servicesByIds } from '../store/catalogue.ts';
import { findReferral, loadReferral, requireRelationship } from './referral-access.ts';

/**
 * A019: the letter for the patient, by the state of the referral: booked, to be booked, deferred, in triage (ers.md §9 A019, §17). The
 * first letter gives the patient their access code.
 *
 * Refuses: 404; 422 INVALID_REQUEST_TYPE, NO_RELATIONSHIP, INVALID_REQUEST_STATE, NO_ACCESS_CODE.
 */
export const generatePatientLetter = operation({
  id: 'A019',
  title: 'Generate patient letter',
  version: 'STU3',
  method: 'POST',
  paths: ['/ReferralRequest/:ubrn/$ers.generatePatientLetter'],
  functions: ['REFERRING_CLINICIAN', 'REFERRING_CLINICIAN_ADMIN'],
  applications: [],
  ifMatch: false,
  body: { kind: 'none' },
  produces: ['application/pdf'],
  document: {
    description:
      'The letter for the patient as a PDF, by the state of the referral: booked, to be booked, deferred or in triage. The first letter gives ' +
      'the patient their access code.',
    refusals: { 422: ['INVALID_REQUEST_TYPE', 'NO_RELATIONSHIP', 'INVALID_REQUEST_STATE', 'NO_ACCESS_CODE'] },
    example: () => ({ path: { ubrn: '000000070000' } }),
  },
  find: findReferral,
  handle: async (call) => {
    const { world, instance, db } = call;
    const referral = await loadReferral(call, call.params['ubrn'] ?? '');
    await requireRelationship(call, referral, 'read');
    letterKind(referral);
    const accessCode = await world.store.transaction((tx) => requireAccessCode(world, tx, instance, referral.nhsNumber));
    const serviceIds = [
      ...referral.shortlist.map((each) => each.serviceId),
      ...(referral.appointment === undefined ? [] : [referral.appointment.serviceId]),
    ];
    const letter = patientLetter({
      referral,
      accessCode,
      patient: await printedPatient(world, db, referral.nhsNumber),
      services: await servicesByIds(db, instance, serviceIds),
      known: await lookUp(world, db, [{ odsCode: referral.referringOrganisation }]),
      printedAt: world.clock.now(),
    });
    return printAnswer(await print(letter));
  },
});
