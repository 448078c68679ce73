import { isoInstant } from '../../../kernel/clock.ts';
import { STU3_CODES } from '../codes.ts';
import { type ErsCode, ErsRefusal } from '../errors.ts';
import type { Referral } from '../model.ts';
import { operation } from '../operation.ts';
import { type AvailableAction, availableActions } from '../review/available-actions.ts';
import { servicesByIds } from '../store/catalogue.ts';
import { referralByUbrn } from '../store/referrals.ts';
import { type ReferralCall, requireAccess } from './referral-access.ts';

/**
 * A029: what the caller could do with a referral at this moment (ers.md §9 A029). Somebody without access to it can do nothing and gets
 * an empty list.
 *
 * Refuses with 400 and an OperationOutcome: MISSING_PARAMETER, INVALID_VALUE, REFERENCE_NOT_FOUND for an unknown UBRN,
 * HISTORY_NOT_SUPPORTED for a version that is not the current one.
 */
export const retrieveAvailableActions = operation({
  id: 'A029',
  title: 'Available actions for user',
  version: 'STU3',
  method: 'GET',
  paths: ['/Task'],
  functions: ['REFERRING_CLINICIAN', 'REFERRING_CLINICIAN_ADMIN', 'SERVICE_PROVIDER_CLINICIAN', 'SERVICE_PROVIDER_CLINICIAN_ADMIN'],
  applications: ['provider'],
  ifMatch: false,
  body: { kind: 'none' },
  produces: ['application/fhir+json'],
  document: {
    description:
      'What the caller could do with a referral at this moment, each as a Task. Somebody without access to it gets an empty list.',
    answers: 'Bundle',
    holds: ['Task'],
    query: [
      { name: 'focus', description: 'The referral at its current version: `ReferralRequest/{ubrn}/_history/{version}`.', required: true },
      { name: 'intent', description: 'Always proposal.', required: true, values: ['proposal'] },
      { name: 'status', description: 'Always ready.', required: true, values: ['ready'] },
    ],
    refusals: { 400: ['MISSING_PARAMETER', 'INVALID_VALUE', 'REFERENCE_NOT_FOUND', 'HISTORY_NOT_SUPPORTED'] },
    example: () => ({
      businessFunction: 'SERVICE_PROVIDER_CLINICIAN',
      query: { focus: 'ReferralRequest/000000070004/_history/5', intent: 'proposal', status: 'ready' },
    }),
  },
  handle: async (call) => {
    requireFixed(call, 'intent', 'Intent', 'proposal');
    requireFixed(call, 'status', 'Status', 'ready');
    const focus = only(call, 'focus', 'Focus');
    const [, ubrn, version] = /^ReferralRequest\/(\d{12})\/_history\/(\d{1,9})$/.exec(focus) ?? [];
    if (ubrn === undefined) throw refused('INVALID_VALUE', `'Focus' (${focus}) is invalid.`);
    call.exchange.ubrn = ubrn;
    const referral = await referralByUbrn(call.db, call.instance, ubrn);
    if (referral === undefined) throw refused('REFERENCE_NOT_FOUND', `'Focus' (${focus}) is not found.`);
    if (version !== String(referral.version)) throw refused('HISTORY_NOT_SUPPORTED', `'Focus' (${focus}) is not the current version.`);
    const actions = (await hasAccess(call, referral)) ? await actionsOf(call, referral) : [];
    const now = isoInstant(call.world.clock.now());
    return {
      status: 200,
      resource: {
        id: call.world.random.uuid(),
        meta: { lastUpdated: now, profile: ['http://hl7.org/fhir/STU3/StructureDefinition/Bundle'] },
        resourceType: 'Bundle',
        type: 'searchset',
        link: [{ relation: 'self', url: `${call.fhirBase}/STU3/Task?focus=${focus}&intent=proposal&status=ready` }],
        entry: actions.map((action) => writeTask(action, focus, call)),
      },
    };
  },
});

async function actionsOf(call: ReferralCall, referral: Referral): Promise<readonly AvailableAction[]> {
  const ids = referral.shortlist.map((each) => each.serviceId);
  if (referral.appointment !== undefined) ids.push(referral.appointment.serviceId);
  const services = await servicesByIds(call.db, call.instance, ids);
  return availableActions(referral, { now: call.world.clock.now(), businessFunction: call.caller.businessFunction, services });
}

async function hasAccess(call: ReferralCall, referral: Referral): Promise<boolean> {
  try {
    await requireAccess(call, referral, 'change');
    return true;
  } catch (error) {
    if (!(error instanceof ErsRefusal)) throw error;
    call.exchange.passed('ers.available-actions', `None: ${error.explanation.why}`);
    return false;
  }
}

function writeTask(action: AvailableAction, focus: string, call: ReferralCall): object {
  const id = call.world.random.uuid();
  return {
    fullUrl: `${call.fhirBase}/STU3/Task/${id}`,
    resource: {
      id,
      meta: { profile: ['https://fhir.hl7.org.uk/STU3/StructureDefinition/CareConnect-Task-1'] },
      resourceType: 'Task',
      status: 'ready',
      intent: 'proposal',
      focus: { reference: focus },
      code: { coding: [{ system: `${STU3_CODES}eRS-AvailableActionsForUser-1`, ...action }] },
    },
    search: { mode: 'match' },
  };
}

function requireFixed(call: ReferralCall, name: string, display: string, value: string): void {
  const sent = only(call, name, display);
  if (sent !== value) throw refused('INVALID_VALUE', `'${display}' (${sent}) is invalid.`);
}

function only(call: ReferralCall, name: string, display: string): string {
  const [value, second] = call.query[name] ?? [];
  if (value === undefined || value === '') throw refused('MISSING_PARAMETER', `'${display}' is missing.`);
  if (second !== undefined) throw refused('INVALID_VALUE', `'${display}' (${second}) is invalid.`);
  return value;
}

/** A029 answers its errors with 400 (ers.md §7.2). */
function refused(code: ErsCode, diagnostics: string): ErsRefusal {
  return new ErsRefusal(400, [{ code, diagnostics }], {
    check: 'ers.available-actions',
    why: diagnostics,
    fix: 'Ask for focus=ReferralRequest/{ubrn}/_history/{current version}&intent=proposal&status=ready.',
  });
}
