import { GUIDANCE_OUTCOMES, RECOMMENDATIONS } from '../advice/model.ts';
import { type GuidanceResponse, sendResponse } from '../advice/respond.ts';
import { MAXIMUM_MESSAGE } from '../advice/text.ts';
import { STU3_CODES, STU3_PROFILE } from '../codes.ts';
import { codingParameter, parametersMessage } from '../document/example-messages.ts';
import { operation } from '../operation.ts';
import { serviceById } from '../store/catalogue.ts';
import { filesById } from '../store/files.ts';
import { nextNumber } from '../store/referrals.ts';
import { findAdvice } from './advice-access.ts';
import { adviceFacts, attachmentNumbers, changeAdvice } from './advice-change.ts';
import { writeCommunication } from './communication.ts';
import { writeCommunicationRequest } from './communication-request.ts';
import { readDocumentReference } from './document-reference.ts';
import { type ParametersSpec, readParameters } from './parameters.ts';
import { expectedVersion } from './referral-change.ts';

/** A file of the provider's message, in A026 and A027 alike. */
export const GUIDANCE_FILE = {
  kind: 'resource',
  cardinality: '0..*',
  display: 'Guidance Attachment File',
  resourceType: 'DocumentReference',
  read: readDocumentReference,
} as const;

/** A priority of e-RS. */
export const PRIORITY = {
  kind: 'coding',
  cardinality: '1..1',
  system: `${STU3_CODES}eRS-Priority-1`,
  codes: ['ROUTINE', 'URGENT', 'TWO_WEEK_WAIT'],
} as const;

/** `eRS-SendCommunicationToRequester-Request-Parameters-1` (ers.md §9 A026). */
const BODY = {
  guidanceOutcome: {
    kind: 'coding',
    cardinality: '1..1',
    display: 'Guidance Outcome',
    system: `${STU3_CODES}eRS-GuidanceResponseOutcome-1`,
    codes: GUIDANCE_OUTCOMES,
  },
  guidanceIntendedRecommendation: {
    kind: 'coding',
    cardinality: '0..1',
    display: 'Guidance Intended Recommendation',
    system: `${STU3_CODES}eRS-GuidanceIntendedRecommendation-1`,
    codes: RECOMMENDATIONS,
  },
  guidance: { kind: 'string', cardinality: '1..1', display: 'Guidance', maximumLength: MAXIMUM_MESSAGE },
  updatedPriority: { ...PRIORITY, display: 'Updated Priority' },
  guidanceAttachmentFile: GUIDANCE_FILE,
} as const satisfies ParametersSpec;

/**
 * A026: the provider gives advice or asks for further information (ers.md §9 A026). One version on; no ETag is sent.
 *
 * Refuses: 404, 412, 409, 423; 422 PATIENT_ERROR, INVALID_REQUEST_TYPE, NO_RELATIONSHIP, and what {@link sendResponse} throws.
 */
export const sendAdviceResponse = operation<GuidanceResponse>({
  id: 'A026',
  title: 'Send advice and guidance response',
  version: 'STU3',
  method: 'POST',
  paths: ['/CommunicationRequest/:ubrn/$ers.sendCommunicationToRequester'],
  functions: ['SERVICE_PROVIDER_CLINICIAN', 'SERVICE_PROVIDER_CLINICIAN_ADMIN'],
  applications: [],
  ifMatch: true,
  body: { kind: 'fhir', read: readResponse, parameters: BODY },
  produces: ['application/fhir+json'],
  document: {
    description:
      'The provider gives advice or asks for further information. The request moves on one version and waits for the referrer; the answer ' +
      'holds it and the new message.',
    answers: 'Parameters',
    parts: { updatedCommunicationRequest: 'CommunicationRequest', createdCommunication: 'Communication' },
    refusals: {
      422: [
        'PATIENT_ERROR',
        'INVALID_REQUEST_TYPE',
        'NO_RELATIONSHIP',
        'INVALID_REQUEST_STATE',
        'INVALID_STATE',
        'UNSUPPORTED_PRIORITY',
        'VALUE_IS_REQUIRED',
        'INAPPROPRIATE_VALUE',
        'REFERENCE_NOT_FOUND',
        'DUPLICATE_FILENAME',
      ],
    },
    example: () => ({
      path: { ubrn: '000000070000' },
      headers: { 'If-Match': 'W/"5"' },
      body: parametersMessage('eRS-SendCommunicationToRequester-Request-Parameters-1', [
        codingParameter('guidanceOutcome', 'eRS-GuidanceResponseOutcome-1', 'RETURN_TO_REFERRER_WITH_ADVICE'),
        codingParameter('guidanceIntendedRecommendation', 'eRS-GuidanceIntendedRecommendation-1', 'ADVICE_ONLY_NO_REFERRAL_RECOMMENDED'),
        { name: 'guidance', valueString: 'Please carry on with the present dose and repeat the blood test in a month.' },
        codingParameter('updatedPriority', 'eRS-Priority-1', 'ROUTINE'),
      ]),
    }),
  },
  find: findAdvice,
  handle: async (call) => {
    const { instance, caller, world, body } = call;
    const ubrn = call.params['ubrn'] ?? '';
    const change = { operation: 'A026', expected: expectedVersion(call) };
    const { advice, message } = await changeAdvice(call, ubrn, change, async (current, tx) => {
      const fileIds = body.files.map((each) => each.fileId);
      return sendResponse(current, body, {
        caller,
        now: world.clock.now(),
        service: await serviceById(tx, instance, current.service.serviceId),
        files: await filesById(tx, instance, fileIds),
        messageId: String(await nextNumber(tx, instance, 'communication')),
        nextAttachmentId: await attachmentNumbers(tx, instance, fileIds.length),
      });
    });
    const facts = await adviceFacts(call, advice);
    return {
      status: 200,
      resource: {
        meta: { profile: [`${STU3_PROFILE}eRS-SendCommunicationToRequester-Response-Parameters-1`] },
        resourceType: 'Parameters',
        parameter: [
          { name: 'updatedCommunicationRequest', resource: writeCommunicationRequest(advice, facts) },
          { name: 'createdCommunication', resource: writeCommunication(advice, message, facts) },
        ],
      },
    };
  },
});

function readResponse(resource: unknown): GuidanceResponse {
  const values = readParameters(resource, BODY);
  return {
    outcome: values.guidanceOutcome.code,
    ...(values.guidanceIntendedRecommendation !== undefined && { recommendation: values.guidanceIntendedRecommendation.code }),
    guidance: values.guidance,
    priority: values.updatedPriority.code,
    files: values.guidanceAttachmentFile,
  };
}
