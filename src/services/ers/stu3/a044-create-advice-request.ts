import { type CreateAdvice, createAdvice, MAXIMUM_ADVICE_SERVICES, requireAdviceService } from '../advice/create.ts';
import { CONVERSION_AUTHORISATIONS } from '../advice/model.ts';
import { MAXIMUM_MESSAGE } from '../advice/text.ts';
import { findServices } from '../catalogue/find-services.ts';
import { STU3_CODES, STU3_PROFILE, SYSTEMS } from '../codes.ts';
import { codingParameter, parametersMessage, patientParameter, shortlist } from '../document/example-messages.ts';
import { unprocessable } from '../errors.ts';
import type { HealthcareService } from '../model.ts';
import { type Call, operation } from '../operation.ts';
import { requireReferringClinicianRule, requireShortlistShape } from '../referral/create.ts';
import { insertAdvice } from '../store/advice.ts';
import { serviceById } from '../store/catalogue.ts';
import { filesById } from '../store/files.ts';
import { nextNumber, nextUbrn } from '../store/referrals.ts';
import { adviceFacts, attachmentNumbers, linkTo } from './advice-change.ts';
import { writeCommunication } from './communication.ts';
import { writeCommunicationRequest } from './communication-request.ts';
import { readDocumentReference } from './document-reference.ts';
import { type ParametersSpec, readParameters } from './parameters.ts';
import { audit } from './referral-change.ts';
import { readShortlist } from './shortlist.ts';

/** `eRS-CreateAdviceAndGuidance-Request-Parameters-1` (ers.md §9 A044). */
const BODY = {
  patient: { kind: 'identifier', cardinality: '1..1', display: 'Patient', system: SYSTEMS.nhsNumberStu3, pattern: /^\d{10}$/ },
  referringClinician: {
    kind: 'identifier',
    cardinality: '0..1',
    display: 'Referring Clinician',
    system: SYSTEMS.userStu3,
    pattern: /^\d{1,12}$/,
  },
  providerConversionAuthorisation: {
    kind: 'coding',
    cardinality: '1..1',
    display: 'Provider Conversion Authorisation',
    system: `${STU3_CODES}eRS-ProviderConversionAuthorisation-1`,
    codes: CONVERSION_AUTHORISATIONS,
  },
  shortlist: { kind: 'resource', cardinality: '1..1', display: 'Shortlist', resourceType: 'List', read: readShortlist },
  request: { kind: 'string', cardinality: '1..1', display: 'Request', maximumLength: MAXIMUM_MESSAGE },
  requestAttachmentFile: {
    kind: 'resource',
    cardinality: '0..*',
    display: 'Request Attachment File',
    resourceType: 'DocumentReference',
    read: readDocumentReference,
  },
} as const satisfies ParametersSpec;

/**
 * A044: a request for advice with its first message and files, sent to one service at once (ers.md §9 A044). It makes something and yet
 * answers 200, without ETag, as the national service does. e-RS runs the search again: the service must come out of it.
 *
 * Refuses with 422: what the search (A010) refuses, TOO_MANY_ITEMS for more than one service, REFERENCE_NOT_FOUND, INAPPROPRIATE_VALUE
 * for a service without advice or a file that is not fit, SHORTLISTED_SERVICE_NOT_IN_RESULTS, and what {@link createAdvice} throws.
 */
export const createAdviceRequest = operation<CreateAdvice>({
  id: 'A044',
  title: 'Create advice and guidance request',
  version: 'STU3',
  method: 'POST',
  paths: ['/CommunicationRequest/$ers.createAdviceAndGuidance'],
  functions: ['REFERRING_CLINICIAN', 'REFERRING_CLINICIAN_ADMIN'],
  applications: [],
  ifMatch: false,
  body: { kind: 'fhir', read: readCreateAdvice, parameters: BODY },
  produces: ['application/fhir+json'],
  document: {
    description:
      'A request for advice with its first message and files, sent to one service at once. The search is run again: the service must come out ' +
      'of it. The answer holds the request and the message.',
    answers: 'Parameters',
    parts: { createdCommunicationRequest: 'CommunicationRequest', createdCommunication: 'Communication' },
    refusals: {
      422: [
        'PATIENT_ERROR',
        'NO_REG_GP_PRACTICE',
        'SNOMED_NOT_FOUND',
        'CONFLICTING_VALUES',
        'INAPPROPRIATE_VALUE',
        'REFERENCE_NOT_FOUND',
        'TOO_MANY_ITEMS',
        'SHORTLISTED_SERVICE_NOT_IN_RESULTS',
        'INVALID_STATE',
        'DUPLICATE_FILENAME',
        'VALUE_IS_REQUIRED',
        'FIELD_NOT_PERMITTED',
      ],
    },
    example: () => ({
      body: parametersMessage('eRS-CreateAdviceAndGuidance-Request-Parameters-1', [
        patientParameter(),
        codingParameter('providerConversionAuthorisation', 'eRS-ProviderConversionAuthorisation-1', 'AUTHORISED_TO_CONVERT'),
        { name: 'shortlist', resource: shortlist(['11014']) },
        { name: 'request', valueString: 'Please advise whether this invented patient needs an echocardiogram.' },
      ]),
    }),
  },
  handle: async (call) => {
    const { world, instance, caller, body } = call;
    call.exchange.nhsNumber = body.nhsNumber;
    const service = await askedService(call);
    const requestId = `a.${world.random.uuid()}`;
    const { advice, message } = await world.store.transaction(async (tx) => {
      const fileIds = body.files.map((each) => each.fileId);
      const created = createAdvice(body, {
        caller,
        now: world.clock.now(),
        service,
        requestId,
        files: await filesById(tx, instance, fileIds),
        ubrn: await nextUbrn(tx, instance),
        messageId: String(await nextNumber(tx, instance, 'communication')),
        nextAttachmentId: await attachmentNumbers(tx, instance, fileIds.length),
      });
      await insertAdvice(tx, instance, created.advice);
      await linkTo(tx, instance, created.advice.ubrn, created.linked);
      await audit(tx, call, 'A044', { ubrn: created.advice.ubrn, nhsNumber: body.nhsNumber });
      return created;
    });
    call.exchange.ubrn = advice.ubrn;
    const facts = await adviceFacts(call, advice);
    return {
      status: 200,
      resource: {
        resourceType: 'Parameters',
        meta: { profile: [`${STU3_PROFILE}eRS-CreateAdviceAndGuidance-Response-Parameters-1`] },
        parameter: [
          { name: 'createdCommunicationRequest', resource: writeCommunicationRequest(advice, facts) },
          { name: 'createdCommunication', resource: writeCommunication(advice, message, facts) },
        ],
      },
    };
  },
});

/** The service of the shortlist, after the search has found it. */
async function askedService(call: Call<CreateAdvice>): Promise<HealthcareService> {
  const { world, db, instance, caller, body } = call;
  requireReferringClinicianRule(caller, body.referringClinician);
  requireShortlistShape(body.serviceIds, MAXIMUM_ADVICE_SERVICES);
  const found = await findServices(world, db, instance, caller, {
    requestType: 'ADVICE_AND_GUIDANCE_REQUEST',
    sortBy: 'IWT',
    nhsNumber: body.nhsNumber,
    criteria: body.criteria,
    ...(body.referringClinician !== undefined && { referringClinician: body.referringClinician }),
  });
  const [id = ''] = body.serviceIds;
  const service = await serviceById(db, instance, id);
  if (service === undefined) throw unprocessable('REFERENCE_NOT_FOUND', `'Shortlist/Service Id' (${id}) is not found.`);
  requireAdviceService(service, new Set(found.map((each) => each.service.id)));
  return service;
}

function readCreateAdvice(resource: unknown): CreateAdvice {
  const values = readParameters(resource, BODY);
  return {
    nhsNumber: values.patient,
    ...(values.referringClinician !== undefined && { referringClinician: values.referringClinician }),
    conversionAuthorisation: values.providerConversionAuthorisation.code,
    criteria: values.shortlist.criteria,
    serviceIds: values.shortlist.serviceIds,
    text: values.request,
    files: values.requestAttachmentFile,
  };
}
