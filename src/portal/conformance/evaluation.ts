/** From what was recorded to the state of each case and the verdict of a run. Pure. */
import { casesOf, type Scope, type WitnessCase } from './cases.ts';
import type { Access } from './endpoints.ts';
import type { Gap } from './gap.ts';
import type { Observed } from './observed.ts';
import type { Recognised, Showing } from './recognition.ts';
import { Traffic } from './traffic.ts';

/** `failed` where the product's last showing is a bad one: mended, it shows the case again. */
export type CaseState = 'met' | 'failed' | 'not-seen' | 'not-applicable';

/** Whether a product may go on: `open` while a case has not been seen or the recording has a gap, `failed` while a case fails. */
export type Verdict = 'passed' | 'failed' | 'open';

export interface CaseResult {
  readonly case: WitnessCase;
  readonly state: CaseState;
  /** What decides, when something was seen. */
  readonly decisive?: Showing;
  /** How often it was shown well and badly. */
  readonly good: number;
  readonly bad: number;
  /** Numbers of exchanges that show it, newest last; the first and the latest of very many. */
  readonly exchanges: readonly number[];
  readonly begun?: NonNullable<Recognised['begun']>;
  /** Why it does not apply, in the supplier's words. */
  readonly justification?: string;
}

export interface Evaluation {
  readonly results: readonly CaseResult[];
  readonly verdict: Verdict;
  readonly counts: Readonly<Record<CaseState, number>>;
  readonly gap?: Gap;
}

/** What is judged. */
export interface RunFacts {
  readonly scopes: readonly Scope[];
  /** The access that each recorded application has. */
  readonly applications: readonly { readonly appId: string; readonly access: Access }[];
  /** Justifications by id of a case. */
  readonly justifications: Readonly<Record<string, string>>;
  /** What keeps the recording from being whole. */
  readonly gap?: Gap | undefined;
}

const SHOWN = 20;

/** Judges every case of a run. A justification counts only where nothing was seen or begun: traffic that shows the case speaks for itself. */
export function evaluate(run: RunFacts, exchanges: readonly Observed[]): Evaluation {
  const traffic = trafficByAccess(run, exchanges);
  const results = casesOf(run.scopes).map((each) =>
    judge(each, each.kind.recognise(traffic.get(each.access) ?? new Traffic([]), each.endpoint), run.justifications[each.id]),
  );
  const counts = { met: 0, failed: 0, 'not-seen': 0, 'not-applicable': 0 };
  for (const { state } of results) counts[state] += 1;
  const { gap } = run;
  return { results, counts, verdict: verdictOf(counts, results.length, gap), ...(gap !== undefined && { gap }) };
}

function judge(witnessCase: WitnessCase, { showings, begun }: Recognised, justification: string | undefined): CaseResult {
  const decisive = showings.at(-1);
  // What has begun has been seen to apply: a product that never tried again after a 503 cannot say that it need not.
  const unseen = begun === undefined && justification !== undefined ? 'not-applicable' : 'not-seen';
  const state = decisive === undefined ? unseen : decisive.good ? 'met' : 'failed';
  const numbers = [...new Set(showings.flatMap((each) => each.exchanges))];
  const good = showings.filter((each) => each.good).length;
  return {
    case: witnessCase,
    state,
    good,
    bad: showings.length - good,
    exchanges: shortened(numbers),
    ...(decisive !== undefined && { decisive: { ...decisive, exchanges: shortened(decisive.exchanges) } }),
    ...(begun !== undefined && { begun }),
    ...(justification !== undefined && { justification }),
  };
}

/** The first and the latest of very many. */
function shortened(numbers: readonly number[]): readonly number[] {
  return numbers.length <= SHOWN ? numbers : [...numbers.slice(0, 1), ...numbers.slice(1 - SHOWN)];
}

/** Nothing judged is nothing passed, and what was not recorded may be what fails. */
function verdictOf(counts: Readonly<Record<CaseState, number>>, cases: number, gap: Gap | undefined): Verdict {
  if (counts.failed > 0) return 'failed';
  return gap !== undefined || counts['not-seen'] > 0 || cases === counts['not-applicable'] ? 'open' : 'passed';
}

function trafficByAccess({ applications }: RunFacts, exchanges: readonly Observed[]): ReadonlyMap<Access, Traffic> {
  const accessOf = new Map(applications.map((each) => [each.appId, each.access]));
  const groups = Map.groupBy(exchanges, (each) => accessOf.get(each.appId));
  const traffic = new Map<Access, Traffic>();
  for (const [access, group] of groups) if (access !== undefined) traffic.set(access, new Traffic(group));
  return traffic;
}
