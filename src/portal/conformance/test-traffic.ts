/** Small recorded worlds for the tests of rules: exchanges as an environment records them, one line each. */
import type { RecordedExchange } from '../../kernel/evidence/recorded-exchange.ts';
import { endpointOf } from './endpoints.ts';
import { type Observed, observe } from './observed.ts';

/** What a test says of an exchange; the rest is as it is every day. */
export interface Told {
  /** Seconds after the beginning, by the machine's watch. */
  readonly at?: number;
  /** Seconds that the environment's clock is ahead. */
  readonly ahead?: number;
  readonly operation?: string;
  readonly status?: number;
  readonly check?: string;
  readonly token?: string;
  readonly issued?: string;
  readonly appId?: string;
  readonly ubrn?: string;
  /** Path of the request, where it is not a referral's. */
  readonly url?: string;
  readonly ifMatch?: string;
  readonly body?: string;
  readonly organisation?: string;
  readonly retryAfter?: number;
  readonly noted?: string;
}

const START = Date.parse('2026-11-25T09:00:00.000Z');
/** Every exchange of these worlds takes so long. */
const TAKES = 10;

/** A world of exchanges in the order of the evidence, each ten seconds after the one before unless told otherwise. */
export function recorded(...told: readonly Told[]): readonly Observed[] {
  return recordedExchanges(...told).map(observe);
}

/** The same, whole. */
export function recordedExchanges(...told: readonly Told[]): readonly RecordedExchange[] {
  return told.map((each, index) => exchange(index + 1, { at: index * 10, ...each }));
}

function exchange(number: number, told: Told): RecordedExchange {
  const { at = 0, ahead = 0, operation = 'A005', status = 200, check, ubrn = '000000070000', organisation = 'R69' } = told;
  const changes = endpointOf(operation)?.changes;
  const headers: Record<string, string> = { 'nhsd-ers-business-function': 'SERVICE_PROVIDER_CLINICIAN' };
  if (organisation !== '') headers['nhsd-end-user-organisation-ods'] = organisation;
  if (told.ifMatch !== undefined) headers['if-match'] = told.ifMatch;
  return {
    number,
    at: new Date(START + at * 1_000).toISOString(),
    businessAt: new Date(START + (at + ahead) * 1_000).toISOString(),
    milliseconds: TAKES,
    appId: told.appId ?? 'app-1',
    service: operation === 'token' ? 'gateway' : 'ers',
    operation,
    listener: 'https',
    method: changes === undefined ? 'GET' : 'POST',
    url: told.url ?? `/referrals/FHIR/STU3/ReferralRequest/${ubrn}${changes === 'if-match' ? '/$ers.change' : ''}`,
    status,
    verdict: status < 400 ? 'ok' : 'refused',
    token: told.token ?? 't-1',
    ...(told.issued !== undefined && { issuedToken: told.issued }),
    ...(check !== undefined && { refusal: { check, why: `refused by ${check}` } }),
    checks: told.noted === undefined ? [] : [{ check: told.noted, passed: true }],
    request: { headers, ...(told.body !== undefined && { body: told.body }) },
    response: { headers: told.retryAfter === undefined ? {} : { 'retry-after': String(told.retryAfter) } },
  };
}
