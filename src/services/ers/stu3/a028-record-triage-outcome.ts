import { STU3_CODES } from '../codes.ts';
import { NAMED_FILE_CODES } from '../document/common-refusals.ts';
import { codingParameter, parametersMessage } from '../document/example-messages.ts';
import { operation } from '../operation.ts';
import { requireFileShapes, withFiles } from '../referral/provider-files.ts';
import {
  REVIEW_OUTCOME_SYSTEM,
  REVIEW_OUTCOMES,
  recordTriageOutcome,
  requireTriageOutcome,
  type TriageOutcome,
} from '../review/review-outcome.ts';
import { serviceById } from '../store/catalogue.ts';
import { readDocumentReference } from './document-reference.ts';
import { fileFacts, linkNamedFiles } from './named-files.ts';
import { type ParametersSpec, readParameters } from './parameters.ts';
import { findReferral, referralAnswer } from './referral-access.ts';
import { changeReferral, expectedVersion } from './referral-change.ts';
import { PRIORITY_CODES } from './search-criteria.ts';

/** `eRS-RecordReviewOutcome-Parameters-1` (ers.md §9 A028). */
const BODY = {
  reviewOutcome: {
    kind: 'coding',
    cardinality: '1..1',
    display: 'Review Outcome',
    system: REVIEW_OUTCOME_SYSTEM,
    codes: REVIEW_OUTCOMES,
  },
  reviewComments: { kind: 'string', cardinality: '1..1', display: 'Review Comments', maximumLength: 2000 },
  reviewPriority: {
    kind: 'coding',
    cardinality: '0..1',
    display: 'Review Priority',
    system: `${STU3_CODES}eRS-Priority-1`,
    codes: PRIORITY_CODES,
  },
  reviewAttachmentFile: {
    kind: 'resource',
    cardinality: '0..*',
    display: 'Review Attachment File',
    resourceType: 'DocumentReference',
    read: readDocumentReference,
  },
} as const satisfies ParametersSpec;

/**
 * A028: the outcome of triage, or of reviewing a deferral (ers.md §9 A028): accepted for the provider's administrators to book or refer
 * (TRIAGED_PROVIDER_TO_ACTION), or returned to the referrer with advice (TRIAGE_RESPONSE). Files of the provider go with it.
 *
 * Refuses: 404, 412, 409, 423; 422 MISSING_VALUE, INVALID_VALUE, INVALID_CODE, PATIENT_ERROR, NO_RELATIONSHIP, INVALID_REQUEST_STATE,
 * INAPPROPRIATE_VALUE, VALUE_IS_REQUIRED, PRIORITY_NOT_CURRENT, REFERENCE_NOT_FOUND, INVALID_STATE, DUPLICATE_FILENAME.
 */
export const recordTriageOutcomeOperation = operation<TriageOutcome>({
  id: 'A028',
  title: 'Record triage outcome',
  version: 'STU3',
  method: 'POST',
  paths: ['/ReferralRequest/:ubrn/$ers.recordReviewOutcome'],
  functions: ['SERVICE_PROVIDER_CLINICIAN', 'SERVICE_PROVIDER_CLINICIAN_ADMIN'],
  applications: ['provider'],
  ifMatch: true,
  body: { kind: 'fhir', read: readOutcome, parameters: BODY },
  produces: ['application/fhir+json'],
  document: {
    description:
      'The outcome of triage, or of reviewing a deferral: accepted for the provider’s administrators to book (TRIAGED_PROVIDER_TO_ACTION), or ' +
      'returned to the referrer with advice (TRIAGE_RESPONSE).',
    answers: 'ReferralRequest',
    refusals: {
      422: [
        'PATIENT_ERROR',
        'NO_RELATIONSHIP',
        'INVALID_REQUEST_STATE',
        'INAPPROPRIATE_VALUE',
        'VALUE_IS_REQUIRED',
        'PRIORITY_NOT_CURRENT',
        ...NAMED_FILE_CODES,
      ],
    },
    example: () => ({
      path: { ubrn: '000000070030' },
      headers: { 'If-Match': 'W/"5"' },
      body: parametersMessage('eRS-RecordReviewOutcome-Parameters-1', [
        codingParameter('reviewOutcome', 'eRS-ReviewOutcome-1', 'ACCEPT_REFER_BOOK_LATER'),
        { name: 'reviewComments', valueString: 'Please offer the heart failure clinic within four weeks.' },
        codingParameter('reviewPriority', 'eRS-Priority-1', 'URGENT'),
      ]),
    }),
  },
  find: findReferral,
  handle: async (call) => {
    const { body: decision } = call;
    const change = { operation: 'A028', expected: expectedVersion(call) };
    const changed = await changeReferral(call, call.params['ubrn'] ?? '', change, async (referral, tx) => {
      const { appointment } = referral;
      const service = appointment === undefined ? undefined : await serviceById(tx, call.instance, appointment.serviceId);
      const facts = { now: call.world.clock.now(), service };
      requireTriageOutcome(referral, decision, facts);
      const attachments = withFiles(referral, decision.files, await fileFacts(call, tx, referral, decision.files));
      const fileIds = decision.files.map((each) => each.fileId);
      await linkNamedFiles(call, tx, fileIds, referral.ubrn);
      return recordTriageOutcome(referral, decision, { ...facts, attachments });
    });
    return referralAnswer(call, changed);
  },
});

function readOutcome(resource: unknown): TriageOutcome {
  const { reviewOutcome, reviewComments, reviewPriority, reviewAttachmentFile } = readParameters(resource, BODY);
  requireFileShapes(reviewAttachmentFile, 'PROVIDER');
  return {
    outcome: reviewOutcome.code,
    comments: reviewComments,
    files: reviewAttachmentFile,
    ...(reviewPriority !== undefined && { priority: reviewPriority.code }),
  };
}
