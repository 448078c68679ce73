import { NAMED_FILE_CODES } from '../document/common-refusals.ts';
import { documentReference, parametersMessage } from '../document/example-messages.ts';
import { operation } from '../operation.ts';
import { maintainLetters, type NamedFile } from '../referral/letters.ts';
import { serviceById } from '../store/catalogue.ts';
import { unlinkFiles } from '../store/files.ts';
import { readDocumentReference } from './document-reference.ts';
import { fileFacts, linkNamedFiles } from './named-files.ts';
import { type ParametersSpec, readParameters } from './parameters.ts';
import { findReferral, referralAnswer } from './referral-access.ts';
import { changeReferral, expectedVersion } from './referral-change.ts';

const BODY = {
  referralLetterFile: {
    kind: 'resource',
    cardinality: '1..*',
    display: 'Referral Letter File',
    resourceType: 'DocumentReference',
    read: readDocumentReference,
  },
} as const satisfies ParametersSpec;

/**
 * A012: replaces the referrer's letters by the set that is sent (ers.md §9 A012, §15). Letters left out are unlinked; the letter
 * intention is satisfied; a booked or triage referral enters, or re-enters, the review list.
 *
 * Refuses: 404, 412, 409, 423; 422 as listed at {@link maintainLetters}, and PATIENT_ERROR, NO_RELATIONSHIP, UNEXPECTED_FIELD,
 * INVALID_FHIR_STRUCTURE.
 */
export const maintainReferralLetter = operation<readonly NamedFile[]>({
  id: 'A012',
  title: 'Maintain referral letter',
  version: 'STU3',
  method: 'POST',
  paths: ['/ReferralRequest/:ubrn/$ers.maintainReferralLetter'],
  functions: ['REFERRING_CLINICIAN', 'REFERRING_CLINICIAN_ADMIN'],
  applications: [],
  ifMatch: true,
  body: { kind: 'fhir', read: (resource) => readParameters(resource, BODY).referralLetterFile, parameters: BODY },
  produces: ['application/fhir+json'],
  document: {
    description:
      'Replaces the letters of a referral by the set that is sent; letters left out are unlinked. A booked or triage referral enters, or ' +
      're-enters, the review list.',
    answers: 'ReferralRequest',
    refusals: {
      422: ['PATIENT_ERROR', 'NO_RELATIONSHIP', 'INVALID_REQUEST_STATE', 'INAPPROPRIATE_VALUE', ...NAMED_FILE_CODES, 'NO_CHANGES_DETECTED'],
    },
    example: (now) => ({
      path: { ubrn: '000000070012' },
      headers: { 'If-Match': 'W/"5"' },
      body: parametersMessage('eRS-MaintainReferralLetter-Parameters-1', [
        {
          name: 'referralLetterFile',
          resource: documentReference('19eb7224-dff3-4730-a5cb-67eac811f1a7', 'REFERRER', 'Referral letter with the latest results', now),
        },
      ]),
    }),
  },
  find: findReferral,
  handle: async (call) => {
    const { instance, body: named } = call;
    const ubrn = call.params['ubrn'] ?? '';
    const changed = await changeReferral(call, ubrn, { operation: 'A012', expected: expectedVersion(call) }, async (referral, tx) => {
      const booked =
        referral.appointment?.status === 'booked' ? await serviceById(tx, instance, referral.appointment.serviceId) : undefined;
      const change = maintainLetters(referral, named, {
        ...(await fileFacts(call, tx, referral, named)),
        ...(booked?.freezeDays !== undefined && { freezeDays: booked.freezeDays }),
      });
      await unlinkFiles(tx, instance, change.unlinked);
      await linkNamedFiles(call, tx, change.linked, ubrn);
      return change.referral;
    });
    return referralAnswer(call, changed);
  },
});
