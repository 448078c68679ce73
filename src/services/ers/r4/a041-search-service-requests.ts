import type { AdviceCategory } from '../advice/model.ts';
import { ADVICE_STATUS } from '../advice/states.ts';
import { R4_CODES, SYSTEMS } from '../codes.ts';
import { ErsRefusal } from '../errors.ts';
import type { Referral } from '../model.ts';
import { operation } from '../operation.ts';
import { adviceByUbrn } from '../store/advice.ts';
import { referralByUbrn } from '../store/referrals.ts';
import { requireAdviceAccess } from '../stu3/advice-access.ts';
import { type ReferralCall, requireAccess } from '../stu3/referral-access.ts';
import { type Found, onlyValue, searchBundle } from './search-bundle.ts';

/**
 * A041: what a UBRN stands for: a referral, an advice request, or one that became the other (ers.md §9 A041). What the caller has no
 * relationship with is left out as if it did not exist.
 *
 * Refuses: 400 REC_BAD_REQUEST (issue `required`) when `identifier` is missing or not a UBRN.
 */
export const searchServiceRequests = operation({
  id: 'A041',
  title: 'Search service requests',
  version: 'R4',
  method: 'GET',
  paths: ['/ServiceRequest'],
  functions: ['REFERRING_CLINICIAN', 'REFERRING_CLINICIAN_ADMIN', 'SERVICE_PROVIDER_CLINICIAN', 'SERVICE_PROVIDER_CLINICIAN_ADMIN'],
  applications: [],
  ifMatch: false,
  body: { kind: 'none' },
  produces: ['application/fhir+json'],
  document: {
    description:
      'What a UBRN stands for: a referral, an advice request, or one that became the other. What the caller has no relationship with is left ' +
      'out as if it did not exist.',
    answers: 'Bundle',
    holds: ['ServiceRequest'],
    query: [
      {
        name: 'identifier',
        description: 'The UBRN: `https://fhir.nhs.uk/Id/UBRN|` and twelve digits, or the digits alone.',
        required: true,
      },
    ],
    refusals: { 400: [] },
    example: () => ({ query: { identifier: `${SYSTEMS.ubrn}|000000070000` } }),
  },
  handle: async (call) => {
    const ubrn = readUbrn(onlyValue(call.query, 'identifier'));
    call.exchange.ubrn = ubrn;
    const found = await requestsOf(call, ubrn);
    return {
      status: 200,
      resource: searchBundle(
        call,
        `ServiceRequest?identifier=${encodeURIComponent(`${SYSTEMS.ubrn}|${ubrn}`)}`,
        found.map((request) => entryOf(request, call.fhirBase)),
      ),
    };
  },
});

/** What A041 shows of a request, of either kind. */
export interface ServiceRequestSummary {
  readonly kind: 'referral' | 'advice';
  /** `r.{uuid}` or `a.{uuid}`. */
  readonly requestId: string;
  readonly version: number;
  readonly ubrn: string;
  readonly status: 'active' | 'completed' | 'revoked';
  readonly nhsNumber: string;
}

/** Where requests of a UBRN are looked up; each gives what it has, if the caller may see it. */
const SOURCES: readonly ((call: ReferralCall, ubrn: string) => Promise<ServiceRequestSummary | undefined>)[] = [referralOf, adviceOf];

async function requestsOf(call: ReferralCall, ubrn: string): Promise<readonly ServiceRequestSummary[]> {
  const found: ServiceRequestSummary[] = [];
  for (const source of SOURCES) {
    const request = await source(call, ubrn);
    if (request !== undefined) found.push(request);
  }
  return found;
}

const STATUSES: Readonly<Record<Referral['status'], ServiceRequestSummary['status']>> = {
  active: 'active',
  completed: 'completed',
  cancelled: 'revoked',
};

async function referralOf(call: ReferralCall, ubrn: string): Promise<ServiceRequestSummary | undefined> {
  const referral = await referralByUbrn(call.db, call.instance, ubrn);
  if (referral === undefined || !(await mayBeSeen(() => requireAccess(call, referral, 'read')))) return undefined;
  call.exchange.nhsNumber = referral.nhsNumber;
  const { requestId, version, nhsNumber } = referral;
  return { kind: 'referral', requestId, version, ubrn, status: STATUSES[referral.status], nhsNumber };
}

const ADVICE_STATUSES: Readonly<Record<(typeof ADVICE_STATUS)[AdviceCategory], ServiceRequestSummary['status']>> = {
  active: 'active',
  completed: 'completed',
  cancelled: 'revoked',
};

async function adviceOf(call: ReferralCall, ubrn: string): Promise<ServiceRequestSummary | undefined> {
  const advice = await adviceByUbrn(call.db, call.instance, ubrn);
  if (advice === undefined || !(await mayBeSeen(() => requireAdviceAccess(call, advice)))) return undefined;
  call.exchange.nhsNumber = advice.nhsNumber;
  const { requestId, version, nhsNumber, category } = advice;
  return { kind: 'advice', requestId, version, ubrn, status: ADVICE_STATUSES[ADVICE_STATUS[category]], nhsNumber };
}

/** Whether a check of access lets the caller pass. Other failures go on. */
async function mayBeSeen(check: () => Promise<void>): Promise<boolean> {
  try {
    await check();
    return true;
  } catch (error) {
    if (error instanceof ErsRefusal) return false;
    throw error;
  }
}

function entryOf(request: ServiceRequestSummary, base: string): Found {
  const { requestId, version, ubrn, status, nhsNumber } = request;
  return {
    fullUrl: `${base}/R4/ServiceRequest/${requestId}`,
    resource: {
      id: requestId,
      meta: { versionId: String(version) },
      resourceType: 'ServiceRequest',
      identifier: [{ system: SYSTEMS.ubrn, value: ubrn }],
      status,
      intent: 'order',
      ...codesOf(request.kind),
      subject: { identifier: { system: SYSTEMS.nhsNumberR4, value: nhsNumber } },
    },
  };
}

function codesOf(kind: ServiceRequestSummary['kind']): object {
  const concept = (system: string, code: string) => ({ coding: [{ system: `${R4_CODES}${system}`, code }] });
  const category = concept('message-category-servicerequest', kind === 'referral' ? 'referral' : 'request');
  return kind === 'referral'
    ? { category: [category] }
    : { category: [category], code: concept('servicerequest-code', 'advice-and-guidance') };
}

/** Throws ErsRefusal 400. */
function readUbrn(token: string | undefined): string {
  const bar = token?.lastIndexOf('|') ?? -1;
  const system = bar < 0 ? SYSTEMS.ubrn : token?.slice(0, bar);
  const ubrn = token?.slice(bar + 1) ?? '';
  if (system === SYSTEMS.ubrn && /^\d{12}$/.test(ubrn)) return ubrn;
  const diagnostics = token === undefined ? "'identifier' is missing." : "'identifier' is invalid.";
  throw new ErsRefusal(400, [{ code: 'MISSING_PARAMETER', diagnostics }], {
    check: 'ers.identifier',
    why: diagnostics,
    fix: `Send identifier once: twelve digits, or ${SYSTEMS.ubrn}| and twelve digits.`,
  });
}
