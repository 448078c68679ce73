import { STU3_CODES } from '../codes.ts';
import { HOSPITAL_FAILURES, NAMED_FILE_CODES } from '../document/common-refusals.ts';
import { codingParameter, parametersMessage } from '../document/example-messages.ts';
import { operation } from '../operation.ts';
import { requireFileShapes, withFiles } from '../referral/provider-files.ts';
import { type ActionLater, cancelAndActLater, requireActionLater } from '../review/review-outcome.ts';
import { endBooking } from './cancelling-appointments.ts';
import { readDocumentReference } from './document-reference.ts';
import { fileFacts, linkNamedFiles } from './named-files.ts';
import { type ParametersSpec, readParameters } from './parameters.ts';
import { findReferral, referralAnswer } from './referral-access.ts';
import { expectedVersion } from './referral-change.ts';
import { PRIORITY_CODES } from './search-criteria.ts';

/** `eRS-cancelAppointmentActionLater-Parameters-1` (ers.md §9 A022). */
const BODY = {
  comments: { kind: 'string', cardinality: '1..1', display: 'Comments', maximumLength: 2000 },
  priority: { kind: 'coding', cardinality: '0..1', display: 'Priority', system: `${STU3_CODES}eRS-Priority-1`, codes: PRIORITY_CODES },
  appointmentCancelledInPAS: { kind: 'boolean', cardinality: '0..1', display: 'Appointment Cancelled In PAS' },
  providerAttachmentFile: {
    kind: 'resource',
    cardinality: '0..*',
    display: 'Provider Attachment File',
    resourceType: 'DocumentReference',
    read: readDocumentReference,
  },
} as const satisfies ParametersSpec;

/**
 * A022: the provider cancels a booked appointment and leaves it to its administrators to book or redirect the patient (ers.md §9 A022):
 * TRIAGED_PROVIDER_TO_ACTION, the current appointment a proposed one, the priority perhaps another. A directly booked appointment is
 * cancelled at the hospital first.
 *
 * Refuses: 404, 412, 409, 423; 422 MISSING_VALUE, INVALID_VALUE, INVALID_CODE, UNEXPECTED_FIELD, PATIENT_ERROR, NO_RELATIONSHIP,
 * INVALID_REQUEST_STATE, VALUE_IS_REQUIRED, FIELD_NOT_PERMITTED, INAPPROPRIATE_VALUE, REFERENCE_NOT_FOUND, INVALID_STATE,
 * DUPLICATE_FILENAME; from the hospital UNABLE_TO_CANCEL_APPOINTMENT, 502, 504.
 */
export const cancelAppointmentActionLater = operation<ActionLater>({
  id: 'A022',
  title: 'Cancel appointment, action later',
  version: 'STU3',
  method: 'POST',
  paths: ['/ReferralRequest/:ubrn/$ers.cancelAppointmentActionLater'],
  functions: ['SERVICE_PROVIDER_CLINICIAN', 'SERVICE_PROVIDER_CLINICIAN_ADMIN'],
  applications: [],
  ifMatch: true,
  body: { kind: 'fhir', read: readDecision, parameters: BODY },
  produces: ['application/fhir+json'],
  document: {
    description:
      'The provider cancels a booked appointment and leaves it to its administrators to book or redirect the patient: the referral becomes ' +
      'TRIAGED_PROVIDER_TO_ACTION. A directly booked appointment is cancelled at the hospital first; when that fails nothing changes.',
    answers: 'ReferralRequest',
    refusals: {
      422: [
        'PATIENT_ERROR',
        'NO_RELATIONSHIP',
        'INVALID_REQUEST_STATE',
        'VALUE_IS_REQUIRED',
        'FIELD_NOT_PERMITTED',
        'INAPPROPRIATE_VALUE',
        ...NAMED_FILE_CODES,
        'UNABLE_TO_CANCEL_APPOINTMENT',
      ],
      ...HOSPITAL_FAILURES,
    },
    example: () => ({
      path: { ubrn: '000000070034' },
      headers: { 'If-Match': 'W/"5"' },
      body: parametersMessage('eRS-cancelAppointmentActionLater-Parameters-1', [
        { name: 'comments', valueString: 'An echocardiogram first: please book the diagnostic clinic.' },
        codingParameter('priority', 'eRS-Priority-1', 'URGENT'),
        { name: 'appointmentCancelledInPAS', valueBoolean: true },
      ]),
    }),
  },
  find: findReferral,
  handle: async (call) => {
    const { body: decision, db } = call;
    const now = call.world.clock.now();
    const change = { operation: 'A022', expected: expectedVersion(call) };
    const changed = await endBooking(call, call.params['ubrn'] ?? '', change, {
      check: async (referral, service) => {
        requireActionLater(referral, decision, { now, service });
        // Wrong files are found before the hospital is asked: its answer cannot be taken back.
        withFiles(referral, decision.files, { ...(await fileFacts(call, db, referral, decision.files)), nextAttachmentId: () => '0' });
      },
      apply: async (referral, service, tx) => {
        const attachments = withFiles(referral, decision.files, await fileFacts(call, tx, referral, decision.files));
        const fileIds = decision.files.map((each) => each.fileId);
        await linkNamedFiles(call, tx, fileIds, referral.ubrn);
        return cancelAndActLater(referral, decision, { now, service, attachments });
      },
    });
    return referralAnswer(call, changed);
  },
});

function readDecision(resource: unknown): ActionLater {
  const { comments, priority, appointmentCancelledInPAS, providerAttachmentFile } = readParameters(resource, BODY);
  requireFileShapes(providerAttachmentFile, 'PROVIDER');
  return {
    comments,
    files: providerAttachmentFile,
    ...(priority !== undefined && { priority: priority.code }),
    ...(appointmentCancelledInPAS !== undefined && { cancelledInPas: appointmentCancelledInPAS }),
  };
}
