import type { Db } from '../../kernel/store/store.ts';
import type { Access } from './endpoints.ts';
import { justifiedIn } from './run.ts';
import { runsOf } from './store.ts';

/** What conformance says of a product version: gates ask it (PTL-008, G3 to G5). */
export interface ConformanceVerdict {
  readonly verdict: 'no-run' | 'open' | 'failed' | 'passed';
  /** Endpoints, with the access in which every case of theirs was met or justified in a passed run. */
  readonly covered: readonly { readonly use: Access; readonly endpoint: string }[];
  readonly runId?: string;
  /** Runs that passed, newest first, with how many of their cases the supplier said do not apply: whoever decides reads why. */
  readonly passedRuns: readonly PassedRun[];
}

export interface PassedRun {
  readonly runId: string;
  readonly justified: number;
}

/** A product version as gates name it; without an owner, whoever's it is. */
export interface VersionInEnvironment {
  readonly product: string;
  readonly version: string;
  readonly environment: string;
  readonly teamId?: string | undefined;
  readonly accountId?: string | undefined;
}

/** Of all finished conformance runs of a version the latest decides; what passed ones cover adds up. */
export async function verdictFor(db: Db, { teamId, accountId, ...what }: VersionInEnvironment): Promise<ConformanceVerdict> {
  const runs = (await runsOf(db, { ...what, kind: 'conformance' })).filter(
    ({ product }) => (teamId === undefined || product.teamId === teamId) && (accountId === undefined || product.accountId === accountId),
  );
  const passed = runs.filter(({ run }) => run.verdict === 'passed');
  const covered = new Map(
    passed
      .flatMap(({ run }) => run.scopes.flatMap(({ access, endpoints }) => endpoints.map((endpoint) => ({ use: access, endpoint }))))
      .map((each) => [`${each.use}/${each.endpoint}`, each] as const),
  );
  const latest = runs.find(({ run }) => run.verdict !== undefined)?.run ?? runs[0]?.run;
  if (latest === undefined) return { verdict: 'no-run', covered: [], passedRuns: [] };
  const passedRuns = passed.map(({ run }) => ({ runId: run.runId, justified: justifiedIn(run.results ?? []) }));
  return { verdict: latest.verdict ?? 'open', covered: [...covered.values()], runId: latest.runId, passedRuns };
}
