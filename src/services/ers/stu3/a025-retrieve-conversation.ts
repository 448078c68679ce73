import { isoInstant } from '../../../kernel/clock.ts';
import { type ErsCode, ErsRefusal, unknown } from '../errors.ts';
import { operation } from '../operation.ts';
import { loadAdvice, requireAdviceAccess } from './advice-access.ts';
import { adviceFacts } from './advice-change.ts';
import { writeConversation } from './communication.ts';
import type { ReferralCall } from './referral-access.ts';

/** The includes there are; `Practioner` is how the national service spells it. All are always done. */
const INCLUDES = [
  'Communication:requester-practitionerrole:PractitionerRole',
  'Communication:sender-practitionerrole:PractionerRole',
  'Communication:content-reference:DocumentReference',
] as const;

/**
 * A025: the conversation, its people and its files (ers.md §9 A025, §10.5). `based-on` must name the current version.
 *
 * Refuses: 404 for an unknown UBRN or a version that is not the current one; with **400** and an OperationOutcome: MISSING_PARAMETER,
 * INVALID_VALUE, PATIENT_ERROR, INVALID_REQUEST_TYPE, NO_RELATIONSHIP.
 */
export const retrieveConversation = operation({
  id: 'A025',
  title: 'Retrieve advice and guidance conversation',
  version: 'STU3',
  method: 'GET',
  paths: ['/Communication'],
  functions: ['REFERRING_CLINICIAN', 'REFERRING_CLINICIAN_ADMIN', 'SERVICE_PROVIDER_CLINICIAN', 'SERVICE_PROVIDER_CLINICIAN_ADMIN'],
  applications: ['provider'],
  ifMatch: false,
  body: { kind: 'none' },
  produces: ['application/fhir+json'],
  document: {
    description:
      'The conversation of an advice request with its people and files, oldest message first. based-on names the request at its current ' +
      'version (A024). People and files are included whether asked for or not.',
    answers: 'Bundle',
    holds: ['Communication', 'PractitionerRole', 'DocumentReference'],
    etag: true,
    query: [
      { name: 'based-on', description: 'The request: `CommunicationRequest/{ubrn}/_history/{version}`.', required: true },
      { name: '_include', description: 'What to include; may be repeated.', required: false, values: INCLUDES },
    ],
    refusals: { 400: ['MISSING_PARAMETER', 'INVALID_VALUE', 'PATIENT_ERROR', 'INVALID_REQUEST_TYPE', 'NO_RELATIONSHIP'], 404: [] },
    example: () => ({
      businessFunction: 'SERVICE_PROVIDER_CLINICIAN',
      query: { 'based-on': 'CommunicationRequest/000000070000/_history/5' },
    }),
  },
  handle: async (call) => {
    const { ubrn, version } = readQuery(call);
    const advice = await loadAdvice(call, ubrn).catch(asBadRequest);
    if (version !== String(advice.version)) throw unknown(`Version ${version} of advice request ${ubrn}`);
    await requireAdviceAccess(call, advice).catch(asBadRequest);
    const includes = INCLUDES.map((each) => `&_include=${each}`).join('');
    const conversation = writeConversation(advice, {
      ...(await adviceFacts(call, advice)),
      id: call.world.random.uuid(),
      lastUpdated: isoInstant(call.world.clock.now()),
      self: `${call.fhirBase}/STU3/Communication?based-on=CommunicationRequest/${ubrn}/_history/${version}${includes}`,
    });
    return { status: 200, resource: conversation, version: advice.version };
  },
});

function readQuery(call: ReferralCall): { readonly ubrn: string; readonly version: string } {
  for (const name of Object.keys(call.query)) {
    if (name !== 'based-on' && name !== '_include') throw refused('INVALID_VALUE', `'${name}' is not a known parameter.`);
  }
  for (const include of call.query['_include'] ?? []) {
    if (!INCLUDES.some((each) => each === include)) throw refused('INVALID_VALUE', `'_include' (${include}) is invalid.`);
  }
  const [basedOn, ...more] = call.query['based-on'] ?? [];
  if (basedOn === undefined || basedOn === '') throw refused('MISSING_PARAMETER', `'based-on' is missing.`);
  const [, ubrn, version] = /^CommunicationRequest\/(\d{12})\/_history\/(\d{1,9})$/.exec(basedOn) ?? [];
  if (ubrn === undefined || version === undefined || more.length > 0) throw refused('INVALID_VALUE', `'based-on' (${basedOn}) is invalid.`);
  return { ubrn, version };
}

/** What is 422 elsewhere is 400 here (ers.md §9 A025). */
function asBadRequest(error: unknown): never {
  if (error instanceof ErsRefusal && error.status === 422) throw new ErsRefusal(400, error.issues, error.explanation);
  throw error;
}

function refused(code: ErsCode, diagnostics: string): ErsRefusal {
  return new ErsRefusal(400, [{ code, diagnostics }], {
    check: 'ers.conversation',
    why: diagnostics,
    fix: 'Send based-on=CommunicationRequest/{ubrn}/_history/{version} with the current version (A024).',
  });
}
