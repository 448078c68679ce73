/** How witness cases are recognised in what was recorded: pure functions from traffic to what it shows. */
import type { RecordedExchange } from '../../kernel/evidence/recorded-exchange.ts';
import type { Endpoint } from './endpoints.ts';
import { isServed, type Traffic, waited } from './traffic.ts';

/** Exchanges that show how the product behaves in a case. */
export interface Showing {
  readonly good: boolean;
  /** Numbers of the exchanges that show it, the last one being where it was complete. */
  readonly exchanges: readonly number[];
  /** What they show, in one sentence. */
  readonly what: string;
}

/** What traffic shows of a case, in order; and what has begun and is not complete. */
export interface Recognised {
  readonly showings: readonly Showing[];
  readonly begun?: { readonly exchange: number; readonly awaits: string };
}

export type Recogniser = (traffic: Traffic, endpoint: Endpoint) => Recognised;

/** A client that is told to slow down and not for how long waits at least so many seconds. */
export const LEAST_WAIT = 1;
/** Clocks of two machines, and of two milliseconds, differ. */
const TOLERANCE = 50;

const showing = (good: boolean, exchanges: readonly RecordedExchange[], what: string): Showing => ({
  good,
  exchanges: exchanges.map((each) => each.number),
  what,
});

/** The endpoint does what was asked. */
export const served: Recogniser = (traffic, { id }) => ({
  showings: traffic
    .of(id)
    .filter(isServed)
    .map((each) => showing(true, [each], `Answered ${each.status}.`)),
});

/**
 * The product was refused as it should be, and took it: a program that sends the same again and again shows that it did not.
 *
 * @param isIt whether an exchange is the refusal
 */
export function refused(isIt: (exchange: RecordedExchange) => boolean): Recogniser {
  return (traffic, { id }) => ({
    showings: inOrder([
      ...traffic
        .of(id)
        .filter(isIt)
        .map((each) => showing(true, [each], `Refused with ${each.status}${each.refusal === undefined ? '' : `: ${each.refusal.why}`}`)),
      ...traffic.hammered(id, isIt).map((row) => showing(false, row, 'The refused request was repeated unchanged, again and again.')),
    ]),
  });
}

/** Refused with this status by one of these checks. */
export function refusedBy(status: number | readonly number[], ...checks: readonly string[]): Recogniser {
  const statuses = typeof status === 'number' ? [status] : status;
  return refused((each) => statuses.includes(each.status) && each.refusal !== undefined && checks.includes(each.refusal.check));
}

/** The product never makes a request that this check refuses. */
export function neverRefusedBy(check: string, what: string): Recogniser {
  return (traffic, { id }) => ({
    showings: traffic
      .of(id)
      .filter((each) => isServed(each) || each.refusal?.check === check)
      .map((each) => (isServed(each) ? showing(true, [each], 'Served without it.') : showing(false, [each], what))),
  });
}

/** The product keeps to a limit that the environment notes when it is passed and does not enforce. */
export function neverNoted(check: string, what: string): Recogniser {
  return (traffic, { id }) => ({
    showings: traffic
      .of(id)
      .filter(isServed)
      .map((each) =>
        each.checks.some((noted) => noted.check === check) ? showing(false, [each], what) : showing(true, [each], 'Within the limit.'),
      ),
  });
}

/**
 * The token of a request is good no more, and the product gets another and carries on.
 *
 * @param isIt whether an exchange is the refusal of such a token
 */
export function tokenReplaced(isIt: (exchange: RecordedExchange, traffic: Traffic) => boolean): Recogniser {
  return (traffic, { id }) => {
    const matches = (each: RecordedExchange): boolean => each.status === 401 && isIt(each, traffic);
    const showings = traffic.hammered(id, matches).map((row) => showing(false, row, 'The token that had ended was sent again and again.'));
    let begun: Recognised['begun'];
    for (const refusal of traffic.of(id).filter(matches)) {
      const next = traffic.next(refusal, (each) => each.operation === id && isServed(each) && each.token !== refusal.token);
      if (next === undefined) begun = { exchange: refusal.number, awaits: 'the same endpoint served with a new token' };
      else showings.push(showing(true, [refusal, next], 'Refused with 401, then served with a new token.'));
    }
    return { showings: inOrder(showings), ...(begun !== undefined && { begun }) };
  };
}

/** The record was changed by somebody else meanwhile (409): the product reads it again before it repeats its change. */
export const staleVersion: Recogniser = (traffic, endpoint) => {
  const showings: Showing[] = [];
  let begun: Recognised['begun'];
  for (const conflict of traffic.of(endpoint.id).filter((each) => each.status === 409)) {
    const record = recordOf(conflict, endpoint);
    const decisive = traffic.next(conflict, (each) => {
      if (each.operation !== endpoint.id) return false;
      const { key, version } = recordOf(each, endpoint);
      return key === record.key && (isServed(each) || version === record.version);
    });
    if (decisive === undefined) begun = { exchange: conflict.number, awaits: 'the change repeated with the version read anew' };
    else if (recordOf(decisive, endpoint).version === record.version)
      showings.push(showing(false, [conflict, decisive], 'The change was repeated with the version that had been refused.'));
    else showings.push(showing(true, [conflict, decisive], 'Refused with 409, then carried out with the new version.'));
  }
  return { showings: inOrder(showings), ...(begun !== undefined && { begun }) };
};

/** The record that a change is for, and the version it is based on. */
function recordOf({ url, request }: RecordedExchange, { changes }: Endpoint): { key: string; version: string | undefined } {
  if (changes === 'if-match') return { key: url.split('?')[0] ?? url, version: request.headers['if-match'] };
  const [, key = '', version] = /(?:ReferralRequest|CommunicationRequest)\/([^/"]+)\/_history\/([^"/]+)/.exec(request.body ?? '') ?? [];
  return { key, version };
}

/**
 * The product waits before it tries again, and then succeeds.
 *
 * @param status the answer that asks it to: 429 for everything the application sends to e-RS, 503 for this endpoint
 */
export function backsOff(status: 429 | 503): Recogniser {
  return (traffic, { id }) => {
    const showings: Showing[] = [];
    let begun: Recognised['begun'];
    for (const answer of traffic.of(id).filter((each) => each.status === status)) {
      const wait = Math.max(secondsOf(answer.response.headers['retry-after']) ?? LEAST_WAIT, 0) * 1_000;
      const next = traffic.next(answer, (each) => (status === 429 ? each.service === answer.service : each.operation === id));
      const success = traffic.next(answer, (each) => each.operation === id && isServed(each));
      if (next !== undefined && waited(answer, next) < wait - TOLERANCE)
        showings.push(showing(false, [answer, next], `Tried again after ${seconds(waited(answer, next))}, not ${seconds(wait)}.`));
      else if (next !== undefined && success !== undefined)
        showings.push(showing(true, [answer, success], `Waited ${seconds(waited(answer, next))}, then succeeded.`));
      else begun = { exchange: answer.number, awaits: `the request repeated after ${seconds(wait)} or more, and served` };
    }
    return { showings: inOrder(showings), ...(begun !== undefined && { begun }) };
  };
}

function secondsOf(header: string | undefined): number | undefined {
  return header !== undefined && /^\d+$/.test(header) ? Number(header) : undefined;
}

function seconds(milliseconds: number): string {
  const rounded = Math.max(0, Math.round(milliseconds / 100) / 10);
  return `${rounded} ${rounded === 1 ? 'second' : 'seconds'}`;
}

/** By where each was complete. */
function inOrder(showings: readonly Showing[]): readonly Showing[] {
  return [...showings].sort((one, other) => (one.exchanges.at(-1) ?? 0) - (other.exchanges.at(-1) ?? 0));
}
