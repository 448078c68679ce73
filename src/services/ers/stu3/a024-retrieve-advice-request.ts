import { unknown } from '../errors.ts';
import { operation } from '../operation.ts';
import { loadAdvice, requireAdviceAccess } from './advice-access.ts';
import { adviceFacts } from './advice-change.ts';
import { writeCommunicationRequest } from './communication-request.ts';

/**
 * A024: the summary of an advice request, without its conversation (ers.md §9 A024, §10.4). It stays readable when the conversation has
 * ended or been converted.
 *
 * Refuses: 404 for an unknown UBRN or a version that is not the current one; 422 PATIENT_ERROR, INVALID_REQUEST_TYPE for a referral,
 * NO_RELATIONSHIP.
 */
export const retrieveAdviceRequest = operation({
  id: 'A024',
  title: 'Retrieve advice and guidance request',
  version: 'STU3',
  method: 'GET',
  paths: ['/CommunicationRequest/:ubrn', '/CommunicationRequest/:ubrn/_history/:version'],
  functions: ['REFERRING_CLINICIAN', 'REFERRING_CLINICIAN_ADMIN', 'SERVICE_PROVIDER_CLINICIAN', 'SERVICE_PROVIDER_CLINICIAN_ADMIN'],
  applications: ['provider'],
  ifMatch: false,
  body: { kind: 'none' },
  produces: ['application/fhir+json'],
  document: {
    description:
      'The summary of an advice request, without its conversation (A025). It stays readable when the conversation has ended or been ' +
      'converted. A version in the path must be the current one.',
    answers: 'CommunicationRequest',
    refusals: { 422: ['PATIENT_ERROR', 'INVALID_REQUEST_TYPE', 'NO_RELATIONSHIP'] },
    example: () => ({ businessFunction: 'SERVICE_PROVIDER_CLINICIAN', path: { ubrn: '000000070000', version: '5' } }),
  },
  handle: async (call) => {
    const advice = await loadAdvice(call, call.params['ubrn'] ?? '');
    const version = call.params['version'];
    if (version !== undefined && version !== String(advice.version)) throw unknown(`Version ${version} of advice request ${advice.ubrn}`);
    await requireAdviceAccess(call, advice);
    return { status: 200, resource: writeCommunicationRequest(advice, await adviceFacts(call, advice)), version: advice.version };
  },
});
