import { convertByProvider, type ProviderConversion } from '../advice/convert.ts';
import { MAXIMUM_MESSAGE, MAXIMUM_REVIEW_COMMENTS } from '../advice/text.ts';
import { codingParameter, parametersMessage } from '../document/example-messages.ts';
import { operation } from '../operation.ts';
import { serviceById } from '../store/catalogue.ts';
import { filesById } from '../store/files.ts';
import { GUIDANCE_FILE, PRIORITY } from './a026-send-advice-response.ts';
import { convertAdvice, RECORD_FILES } from './advice-conversion.ts';
import { readDocumentReference } from './document-reference.ts';
import { type ParametersSpec, readParameters } from './parameters.ts';
import { referralAnswer } from './referral-access.ts';

/** `eRS-CreateFromCommunicationRequestActionLater-Request-Parameters-1` (ers.md §9 A027). */
const BODY = {
  createFrom: {
    kind: 'reference',
    cardinality: '1..1',
    display: 'Create From',
    pattern: /^CommunicationRequest\/\d{12}\/_history\/\d{1,9}$/,
  },
  guidance: { kind: 'string', cardinality: '1..1', display: 'Guidance', maximumLength: MAXIMUM_MESSAGE },
  newReferralPriority: { ...PRIORITY, display: 'New Referral Priority' },
  reviewComments: { kind: 'string', cardinality: '1..1', display: 'Review Comments', maximumLength: MAXIMUM_REVIEW_COMMENTS },
  guidanceAttachmentFile: GUIDANCE_FILE,
  reviewAttachmentFile: {
    kind: 'resource',
    cardinality: '0..*',
    display: 'Review Attachment File',
    resourceType: 'DocumentReference',
    read: readDocumentReference,
  },
} as const satisfies ParametersSpec;

interface ConvertAdvice extends ProviderConversion {
  readonly ubrn: string;
  readonly version: number;
}

/**
 * A027: the provider converts an advice request to a referral with the same UBRN (ers.md §9 A027). The conversation is completed with a
 * last message; the referral waits for the provider's administrators. 201 without ETag.
 *
 * Refuses: 404 for an unknown UBRN in `createFrom`, 409 for a version that is not the current one, 423; 422 PATIENT_ERROR,
 * INVALID_REQUEST_TYPE, NO_RELATIONSHIP, and what {@link convertByProvider} throws.
 */
export const convertAdviceToReferral = operation<ConvertAdvice>({
  id: 'A027',
  title: 'Convert advice and guidance request to referral',
  version: 'STU3',
  method: 'POST',
  paths: ['/ReferralRequest/$ers.createFromCommunicationRequestActionLater'],
  functions: ['SERVICE_PROVIDER_CLINICIAN', 'SERVICE_PROVIDER_CLINICIAN_ADMIN'],
  applications: [],
  ifMatch: false,
  body: { kind: 'fhir', read: readConversion, parameters: BODY },
  produces: ['application/fhir+json'],
  document: {
    description:
      'The provider converts an advice request to a referral with the same UBRN. The conversation is completed with a last message and its ' +
      'record attached; the referral waits for the provider’s administrators.',
    success: 201,
    answers: 'ReferralRequest',
    etag: false,
    refusals: {
      404: [],
      409: [],
      423: [],
      422: [
        'PATIENT_ERROR',
        'INVALID_REQUEST_TYPE',
        'NO_RELATIONSHIP',
        'INVALID_REQUEST_STATE',
        'INVALID_STATE',
        'UNSUPPORTED_PRIORITY',
        'INAPPROPRIATE_VALUE',
        'REFERENCE_NOT_FOUND',
        'DUPLICATE_FILENAME',
      ],
    },
    example: () => ({
      body: parametersMessage('eRS-CreateFromCommunicationRequestActionLater-Request-Parameters-1', [
        { name: 'createFrom', valueReference: { reference: 'CommunicationRequest/000000070020/_history/1' } },
        { name: 'guidance', valueString: 'We would rather see the patient ourselves.' },
        codingParameter('newReferralPriority', 'eRS-Priority-1', 'ROUTINE'),
        { name: 'reviewComments', valueString: 'Please offer the heart failure clinic.' },
      ]),
    }),
  },
  handle: async (call) => {
    const { instance, caller, world, body } = call;
    const requestId = `r.${world.random.uuid()}`;
    const now = world.clock.now();
    const fileIds = [...body.guidanceFiles, ...body.reviewFiles].map((each) => each.fileId);
    const change = { operation: 'A027', expected: body.version };
    const referral = await convertAdvice(call, body.ubrn, change, now, async (advice, { db, record, numbers }) =>
      convertByProvider(advice, body, {
        caller,
        now,
        requestId,
        record,
        service: await serviceById(db, instance, advice.service.serviceId),
        files: await filesById(db, instance, fileIds),
        messageId: await numbers.next('communication'),
        appointmentId: await numbers.next('appointment'),
        nextAttachmentId: await numbers.attachments(fileIds.length + RECORD_FILES),
      }),
    );
    const { version: _noETag, ...answer } = await referralAnswer(call, referral, 201);
    return answer;
  },
});

function readConversion(resource: unknown): ConvertAdvice {
  const values = readParameters(resource, BODY);
  const [, ubrn = '', , version = ''] = values.createFrom.split('/');
  return {
    ubrn,
    version: Number(version),
    guidance: values.guidance,
    priority: values.newReferralPriority.code,
    reviewComments: values.reviewComments,
    guidanceFiles: values.guidanceAttachmentFile,
    reviewFiles: values.reviewAttachmentFile,
  };
}
