/** How witness cases are recognised in what was recorded: pure functions from traffic to what it shows. */
import type { Endpoint } from './endpoints.ts';
import type { Observed } from './observed.ts';
import { type Traffic, waited } from './traffic.ts';

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

const showing = (good: boolean, exchanges: readonly Observed[], what: string): Showing => ({
  good,
  exchanges: exchanges.map((each) => each.number),
  what,
});

/** The endpoint does what was asked. */
export const served: Recogniser = (traffic, { id }) => ({
  showings: traffic
    .of(id)
    .filter((each) => each.served)
    .map((each) => showing(true, [each], `Answered ${each.status}.`)),
});

/**
 * The product was refused as it should be, and took it. A program that sends the same again and again shows that it did not: none of what it sent
 * in such a row shows the case well.
 *
 * @param isIt whether an exchange is the refusal
 */
export function refused(isIt: (exchange: Observed) => boolean): Recogniser {
  return (traffic, { id }) => {
    const rows = traffic.hammered(id, isIt, false);
    const hammering = new Set(rows.flat());
    return {
      showings: inOrder([
        ...traffic
          .of(id)
          .filter((each) => isIt(each) && !hammering.has(each))
          .map((each) => showing(true, [each], `Refused with ${each.status}${each.refusal === undefined ? '' : `: ${each.refusal.why}`}`)),
        ...rows.map((row) => showing(false, row, `The refused request was sent ${row.length} times unchanged, one after the other.`)),
      ]),
    };
  };
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
      .filter((each) => each.served || each.refusal?.check === check)
      .map((each) => (each.served ? showing(true, [each], 'Served without it.') : showing(false, [each], what))),
  });
}

/** The product keeps to a limit that the environment notes when it is passed and does not enforce. */
export function neverNoted(check: string, what: string): Recogniser {
  return (traffic, { id }) => ({
    showings: traffic
      .of(id)
      .filter((each) => each.served)
      .map((each) => (each.noted.includes(check) ? showing(false, [each], what) : showing(true, [each], 'Within the limit.'))),
  });
}

/**
 * The token of a request is good no more, and the product gets another and carries on. One that sends it again and again first does not: what
 * comes after such a row does not make the row good.
 *
 * @param isIt whether an exchange is the refusal of such a token
 */
export function tokenReplaced(isIt: (exchange: Observed, traffic: Traffic) => boolean): Recogniser {
  return (traffic, { id }) => {
    const matches = (each: Observed): boolean => each.status === 401 && isIt(each, traffic);
    const rows = traffic.hammered(id, matches, true);
    const hammering = new Set(rows.flat());
    const showings = rows.map((row) => showing(false, row, `The token that had ended was sent ${row.length} times, one after the other.`));
    let begun: Recognised['begun'];
    for (const refusal of traffic.of(id).filter((each) => matches(each) && !hammering.has(each))) {
      const next = traffic.nextServedAnew(refusal);
      if (next === undefined) begun = { exchange: refusal.number, awaits: 'the same endpoint served with a new token' };
      else showings.push(showing(true, [refusal, next], 'Refused with 401, then served with a new token.'));
    }
    return { showings: inOrder(showings), ...(begun !== undefined && { begun }) };
  };
}

/** The record was changed by somebody else meanwhile (409): the product reads it again before it repeats its change. */
export const staleVersion: Recogniser = (traffic, { id }) => {
  const showings: Showing[] = [];
  let begun: Recognised['begun'];
  for (const conflict of traffic.of(id)) {
    if (conflict.status !== 409 || conflict.refusal?.check !== 'ers.version' || conflict.change === undefined) continue;
    const { version, readings } = conflict.change;
    const next = traffic.nextChange(conflict);
    if (next === undefined)
      begun = { exchange: conflict.number, awaits: 'the record read again, and the change repeated with the version read anew' };
    else if (next.change?.version === version)
      showings.push(showing(false, [conflict, next], 'The change was repeated with the version that had been refused.'));
    else if (readings.some((record) => traffic.hasRead(record, conflict, next)))
      showings.push(showing(true, [conflict, next], 'Refused with 409, then read again and carried out with the new version.'));
    else
      showings.push(
        showing(false, [conflict, next], 'The change was repeated with another version, and the record was not read in between.'),
      );
  }
  return { showings: inOrder(showings), ...(begun !== undefined && { begun }) };
};

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
      const wait = (answer.retryAfter ?? LEAST_WAIT) * 1_000;
      const next = status === 429 ? traffic.nextToService(answer) : traffic.nextCall(answer);
      const success = traffic.nextServed(answer);
      if (next !== undefined && waited(answer, next) < wait - TOLERANCE)
        showings.push(showing(false, [answer, next], `Tried again after ${seconds(waited(answer, next))}, not ${seconds(wait)}.`));
      else if (next !== undefined && success !== undefined)
        showings.push(showing(true, [answer, success], `Waited ${seconds(waited(answer, next))}, then succeeded.`));
      else begun = { exchange: answer.number, awaits: `the request repeated after ${seconds(wait)} or more, and served` };
    }
    return { showings: inOrder(showings), ...(begun !== undefined && { begun }) };
  };
}

function seconds(milliseconds: number): string {
  const rounded = Math.max(0, Math.round(milliseconds / 100) / 10);
  return `${rounded} ${rounded === 1 ? 'second' : 'seconds'}`;
}

/** By where each was complete. */
function inOrder(showings: readonly Showing[]): readonly Showing[] {
  return [...showings].sort((one, other) => (one.exchanges.at(-1) ?? 0) - (other.exchanges.at(-1) ?? 0));
}
