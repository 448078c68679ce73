/** What a run is, and what may become of it. */
import type { Instant } from '../../kernel/clock.ts';
import { LocalRefusal } from '../../kernel/errors.ts';
import { casesOf, type Scope } from './cases.ts';
import { ACCESS_TITLES, ACCESSES, type Access, ENDPOINTS, type Endpoint, endpointOf } from './endpoints.ts';
import type { CaseState, Evaluation, Verdict } from './evaluation.ts';
import type { Gap } from './gap.ts';
import type { Showing } from './recognition.ts';

/** `conformance` in INT opens DEP and the TCC (PTL-008); `acceptance` is tested with an NHS organisation, which signs it off (PTL-002). */
export const RUN_KINDS = {
  conformance: { title: 'Conformance', environments: ['INT'] },
  acceptance: { title: 'User acceptance', environments: ['INT', 'DEP'] },
} as const;
export type RunKind = keyof typeof RUN_KINDS;

/** `starting`: put in, and its recording has not begun. */
export type RunState = 'starting' | 'recording' | 'finished' | 'signed-off' | 'declined';
export type RunStep = 'finish' | 'sign-off' | 'decline' | 'delete';

/** What may be done in which state, and where it leads; `gone` is the end. */
export const STEPS: Readonly<
  Record<RunStep, { readonly from: readonly RunState[]; readonly to: RunState | 'gone'; readonly only?: RunKind }>
> = {
  finish: { from: ['recording'], to: 'finished' },
  'sign-off': { from: ['finished', 'declined'], to: 'signed-off', only: 'acceptance' },
  decline: { from: ['finished'], to: 'declined', only: 'acceptance' },
  delete: { from: ['starting', 'recording', 'finished', 'declined'], to: 'gone' },
};

export interface RecordedApplication {
  readonly appId: string;
  readonly name: string;
  readonly access: Access;
}

/** A case as it was judged when the run was finished. */
export interface JudgedCase {
  readonly id: string;
  readonly state: CaseState;
  readonly good: number;
  readonly bad: number;
  readonly exchanges: readonly number[];
  readonly decisive?: Showing;
  readonly justification?: string;
}

export interface SignOff {
  readonly by: string;
  readonly at: Instant;
  readonly comment: string;
}

export interface Run {
  readonly runId: string;
  readonly productId: string;
  readonly version: string;
  readonly kind: RunKind;
  readonly environment: string;
  /** NHS organisation that accepts, in user acceptance. */
  readonly odsCode: string | undefined;
  readonly state: RunState;
  readonly applications: readonly RecordedApplication[];
  readonly scopes: readonly { readonly access: Access; readonly endpoints: readonly string[] }[];
  readonly justifications: Readonly<Record<string, string>>;
  readonly startedAt: Instant;
  readonly startedBy: string;
  readonly finishedAt: Instant | undefined;
  readonly verdict: Verdict | undefined;
  readonly results: readonly JudgedCase[] | undefined;
  readonly signOff: SignOff | undefined;
  /** Why its recording was not whole when it was finished. */
  readonly gap: Gap | undefined;
  /** How often it was changed. */
  readonly revision: number;
}

/** Throws LocalRefusal 409 when a run is not where this can be done. */
export function requireStep({ state, kind, verdict }: Pick<Run, 'state' | 'kind' | 'verdict'>, step: RunStep): void {
  const { from, only } = STEPS[step];
  if (only !== undefined && kind !== only)
    throw new LocalRefusal(409, 'run_kind', `Only a run of ${RUN_KINDS[only].title.toLowerCase()} is signed off by an NHS organisation.`);
  if (!from.includes(state))
    throw new LocalRefusal(
      409,
      'run_state',
      `The run is ${state === 'recording' ? 'still recording' : state}; it cannot be ${WORDS[step]} now.`,
    );
  if (step === 'delete' && verdict === 'passed')
    throw new LocalRefusal(409, 'run_passed', 'The run has passed: what it opened rests on it, so it is kept.');
}

const WORDS: Readonly<Record<RunStep, string>> = {
  finish: 'finished',
  'sign-off': 'signed off',
  decline: 'declined',
  delete: 'deleted',
};

/** The access of an application. Throws LocalRefusal 422 for one that is for another API or has no known capability. */
export function accessOf(application: { readonly name: string; readonly accessMode: string; readonly capability: string | null }): Access {
  const { accessMode, capability } = application;
  const found = ACCESSES.find((each) => each === (capability === null ? accessMode : `${accessMode}-${capability}`));
  if (found === undefined)
    throw new LocalRefusal(
      422,
      'application_access',
      `The application ${application.name} is not one that calls e-RS for staff or unattended.`,
    );
  return found;
}

/**
 * What the applications are to be tested for: each chosen endpoint in every access that may call it, and the token endpoint in all.
 *
 * @throws LocalRefusal 422 for an endpoint that is not one, or that none of the applications may call
 */
export function scopesFor(accesses: readonly Access[], chosen: readonly string[]): readonly Scope[] {
  const used = ACCESSES.filter((each) => accesses.includes(each));
  const endpoints = chosen.filter((id) => id !== 'token').map((id) => requireEndpoint(id, used));
  if (endpoints.length === 0) throw new LocalRefusal(422, 'no_endpoints', 'Choose the endpoints that the product is tested for.');
  return used.map((access) => ({
    access,
    endpoints: ENDPOINTS.filter((each) => each.id === 'token' || (endpoints.includes(each) && each.open[access] !== undefined)),
  }));
}

function requireEndpoint(id: string, used: readonly Access[]): Endpoint {
  const endpoint = endpointOf(id.toUpperCase());
  if (endpoint === undefined) throw new LocalRefusal(422, 'endpoint_unknown', `${id.slice(0, 20)} is not an endpoint of e-RS.`);
  if (!used.some((access) => endpoint.open[access] !== undefined))
    throw new LocalRefusal(
      422,
      'endpoint_closed',
      `${endpoint.id} (${endpoint.title}) is not open to the applications of this run: ${used.map((each) => ACCESS_TITLES[each]).join('; ')}.`,
      'Record an application that may call it as well, or leave the endpoint out.',
    );
  return endpoint;
}

/** The stored scopes of a run, with their endpoints. */
export function scopesOf(run: Pick<Run, 'scopes'>): readonly Scope[] {
  return run.scopes.map(({ access, endpoints }) => ({ access, endpoints: endpoints.flatMap((id) => endpointOf(id) ?? []) }));
}

/** How many cases the supplier said do not apply. */
export function justifiedIn(results: readonly Pick<JudgedCase, 'state'>[]): number {
  return results.filter((each) => each.state === 'not-applicable').length;
}

/** A finished run as it was judged then, whatever the rules say now. */
export function recall(run: Pick<Run, 'scopes' | 'verdict' | 'gap'>, results: readonly JudgedCase[]): Evaluation {
  const cases = new Map(casesOf(scopesOf(run)).map((each) => [each.id, each]));
  const counts = { met: 0, failed: 0, 'not-seen': 0, 'not-applicable': 0 };
  for (const { state } of results) counts[state] += 1;
  return {
    results: results.flatMap(({ id, ...result }) => {
      const known = cases.get(id);
      return known === undefined ? [] : [{ case: known, ...result }];
    }),
    verdict: run.verdict ?? 'open',
    counts,
    ...(run.gap !== undefined && { gap: run.gap }),
  };
}
