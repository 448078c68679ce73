/** What the cases look at of one recorded exchange: a row of a few hundred bytes, since a run may hold twenty thousand. Pure. */
import { createHash } from 'node:crypto';
import type { RecordedExchange } from '../../kernel/evidence/recorded-exchange.ts';
import { endpointOf } from './endpoints.ts';

/** The change of a record, at an endpoint where such a change can meet a newer version. */
export interface RecordChange {
  /** Path of the record: `Appointment/70009`. */
  readonly record: string;
  /** Versions that the change is based on, as one text. */
  readonly version: string;
  /** What tells the current versions when it is read. */
  readonly readings: readonly string[];
}

export interface Observed {
  readonly number: number;
  readonly appId: string;
  readonly service: string;
  readonly operation: string;
  readonly status: number;
  /** Carried out: a success, or the redirect of A042. */
  readonly served: boolean;
  readonly token: string | undefined;
  readonly issuedToken: string | undefined;
  readonly refusal: { readonly check: string; readonly why: string } | undefined;
  /** When the request came and when it was answered, in milliseconds: by the machine's watch and by the environment's clock. */
  readonly cameAt: number;
  readonly cameAtByClock: number;
  readonly answeredAt: number;
  readonly answeredAtByClock: number;
  /** Two requests of one text are the same, whatever token they came with. */
  readonly request: string;
  /** Whether NHSD-End-User-Organisation-ODS was sent. */
  readonly namesOrganisation: boolean;
  /** Seconds of Retry-After in the answer. */
  readonly retryAfter: number | undefined;
  readonly change: RecordChange | undefined;
  /** Path of the record whose current state was read. */
  readonly read: string | undefined;
  /** Of the {@link NOTED} limits those that were passed. */
  readonly noted: readonly string[];
}

/** Limits that an environment notes when they are passed and does not enforce. */
const NOTED: readonly string[] = ['ers.worklist-pulls'];
const NOTHING: readonly string[] = [];

const RECORD = /\/((?:ReferralRequest|CommunicationRequest|Appointment)\/[^/?]+)/;
const READING = /\/((?:ReferralRequest|CommunicationRequest|Appointment)\/[^/?]+)(?:\?|$)/;
const IN_BODY = /((?:ReferralRequest|CommunicationRequest)\/[^/"]+)\/_history\/([^"/]+)/;

/** Reads what cases look at. */
export function observe(exchange: RecordedExchange): Observed {
  const { number, appId, service, operation, status, milliseconds, refusal, request, response, method, url } = exchange;
  const [cameAt, cameAtByClock] = [Date.parse(exchange.at), Date.parse(exchange.businessAt)];
  const served = status >= 200 && status < 400;
  return {
    number,
    appId,
    service,
    operation,
    status,
    served,
    token: exchange.token,
    issuedToken: exchange.issuedToken,
    refusal: refusal && { check: refusal.check, why: refusal.why },
    cameAt,
    cameAtByClock,
    answeredAt: cameAt + milliseconds,
    answeredAtByClock: cameAtByClock + milliseconds,
    request: requestOf(exchange),
    namesOrganisation: request.headers['nhsd-end-user-organisation-ods'] !== undefined,
    retryAfter: secondsOf(response.headers['retry-after']),
    change: changeOf(exchange),
    read: method === 'GET' && served ? READING.exec(url)?.[1] : undefined,
    noted: exchange.checks.some((each) => NOTED.includes(each.check))
      ? NOTED.filter((check) => exchange.checks.some((each) => each.check === check))
      : NOTHING,
  };
}

function requestOf({ appId, method, url, request: { headers, sha256 } }: RecordedExchange): string {
  const sent = [appId, method, url, sha256, headers['nhsd-ers-business-function'], headers['nhsd-end-user-organisation-ods']];
  return createHash('sha256').update(JSON.stringify(sent)).digest('base64url');
}

/** Undefined where the request names no record or no version: nothing can be said of it then. */
function changeOf({ operation, url, request: { headers, body } }: RecordedExchange): RecordChange | undefined {
  const changes = endpointOf(operation)?.changes;
  if (changes === undefined) return undefined;
  const [, referenced, inBody] = (IN_BODY.exec(body ?? '') ?? []).map(copied);
  if (changes === 'in-body')
    return referenced === undefined || inBody === undefined ? undefined : { record: referenced, version: inBody, readings: [referenced] };
  const [record, version] = [RECORD.exec(url)?.[1], headers['if-match']];
  if (record === undefined || version === undefined) return undefined;
  // A034 names two versions: of the appointment in If-Match, of its referral in the body.
  if (!record.startsWith('Appointment/') || referenced === undefined) return { record, version, readings: [record] };
  return { record, version: `${version} ${inBody ?? ''}`, readings: [record, referenced] };
}

/** A text of its own: a piece of a body would keep the whole body in memory. */
function copied(text: string): string {
  return Buffer.from(text).toString();
}

function secondsOf(header: string | undefined): number | undefined {
  return header !== undefined && /^\d+$/.test(header) ? Number(header) : undefined;
}
