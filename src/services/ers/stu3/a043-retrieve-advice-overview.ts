import { printedAdvice } from '../advice/printed.ts';
import { printAdviceOverview, printAnswer } from '../documents/print.ts';
import { operation } from '../operation.ts';
import { findAdvice, loadAdvice, requireAdviceAccess } from './advice-access.ts';

/**
 * A043: an advice request with its whole conversation as a PDF, made from its present state (ers.md §9 A043, §17).
 *
 * Refuses: 404; 422 INVALID_REQUEST_TYPE for a referral, PATIENT_ERROR, NO_RELATIONSHIP.
 */
export const retrieveAdviceOverview = operation({
  id: 'A043',
  title: 'Retrieve advice and guidance overview',
  version: 'STU3',
  method: 'POST',
  paths: ['/CommunicationRequest/:ubrn/$ers.generateCRI'],
  functions: ['REFERRING_CLINICIAN', 'REFERRING_CLINICIAN_ADMIN', 'SERVICE_PROVIDER_CLINICIAN', 'SERVICE_PROVIDER_CLINICIAN_ADMIN'],
  applications: ['provider'],
  reads: true,
  ifMatch: false,
  body: { kind: 'none' },
  produces: ['application/pdf'],
  document: {
    description: 'An advice request with its whole conversation as a PDF, made from its present state. Changes nothing.',
    refusals: { 422: ['INVALID_REQUEST_TYPE', 'PATIENT_ERROR', 'NO_RELATIONSHIP'] },
    example: () => ({ path: { ubrn: '000000070020' } }),
  },
  find: findAdvice,
  handle: async (call) => {
    const advice = await loadAdvice(call, call.params['ubrn'] ?? '');
    await requireAdviceAccess(call, advice);
    return printAnswer(await printAdviceOverview(call.world, call.db, printedAdvice(advice)));
  },
});
