/** The shapes in which the API tells of runs. */
import Type, { type Static } from 'typebox';
import { isoInstant } from '../../kernel/clock.ts';
import type { CaseResult } from './evaluation.ts';
import { GAPS } from './gap.ts';
import type { Run } from './run.ts';
import type { RunView } from './runs.ts';
import type { Product } from './store.ts';

const Text = Type.String();
const Count = Type.Integer();

export const RunAnswer = Type.Object({
  runId: Text,
  kind: Text,
  product: Text,
  version: Text,
  environment: Text,
  odsCode: Type.Optional(Text),
  state: Text,
  verdict: Type.Optional(Text),
  applications: Type.Array(Type.Object({ appId: Text, name: Text, access: Text })),
  endpoints: Type.Array(Type.Object({ access: Text, endpoints: Type.Array(Text) })),
  startedAt: Text,
  startedBy: Text,
  finishedAt: Type.Optional(Text),
  signOff: Type.Optional(Type.Object({ by: Text, at: Text, comment: Text })),
});

const CaseAnswer = Type.Object({
  id: Text,
  access: Text,
  endpoint: Text,
  title: Text,
  requirement: Text,
  source: Text,
  state: Text,
  /** How often it was shown well and badly, and by which exchanges. */
  good: Count,
  bad: Count,
  exchanges: Type.Array(Count),
  shows: Type.Optional(Text),
  begun: Type.Optional(Type.Object({ exchange: Count, awaits: Text })),
  justification: Type.Optional(Text),
  /** How to bring it about. */
  todo: Type.Object({ text: Text, commands: Type.Array(Text) }),
});

export const RunViewAnswer = Type.Intersect([
  RunAnswer,
  Type.Object({
    exchanges: Count,
    missed: Count,
    ended: Type.Optional(Text),
    /** Why the recording is not whole: such a run does not pass. */
    gap: Type.Optional(Text),
    /** As it stands. */
    standing: Type.Object({ verdict: Text, met: Count, failed: Count, notSeen: Count, notApplicable: Count }),
    cases: Type.Array(CaseAnswer),
  }),
]);

export function runAnswer(run: Run, product: Product): Static<typeof RunAnswer> {
  return {
    runId: run.runId,
    kind: run.kind,
    product: product.name,
    version: run.version,
    environment: run.environment,
    ...(run.odsCode !== undefined && { odsCode: run.odsCode }),
    state: run.state,
    ...(run.verdict !== undefined && { verdict: run.verdict }),
    applications: run.applications.map((each) => ({ ...each })),
    endpoints: run.scopes.map(({ access, endpoints }) => ({ access, endpoints: [...endpoints] })),
    startedAt: isoInstant(run.startedAt),
    startedBy: run.startedBy,
    ...(run.finishedAt !== undefined && { finishedAt: isoInstant(run.finishedAt) }),
    ...(run.signOff !== undefined && { signOff: { ...run.signOff, at: isoInstant(run.signOff.at) } }),
  };
}

export function viewAnswer({ run, product, evaluation, exchanges, missed, ended }: RunView): Static<typeof RunViewAnswer> {
  const { counts, verdict, results, gap } = evaluation;
  return {
    ...runAnswer(run, product),
    exchanges,
    missed,
    ...(ended !== undefined && { ended }),
    ...(gap !== undefined && { gap: GAPS[gap] }),
    standing: { verdict, met: counts.met, failed: counts.failed, notSeen: counts['not-seen'], notApplicable: counts['not-applicable'] },
    cases: results.map((each) => caseAnswer(each, run.environment.toLowerCase())),
  };
}

function caseAnswer(result: CaseResult, environment: string): Static<typeof CaseAnswer> {
  const { id, access, endpoint, kind } = result.case;
  const { text, commands } = kind.provoke(endpoint, environment);
  return {
    id,
    access,
    endpoint: endpoint.id,
    title: kind.title,
    requirement: kind.requirement,
    source: kind.source,
    state: result.state,
    good: result.good,
    bad: result.bad,
    exchanges: [...result.exchanges],
    ...(result.decisive !== undefined && { shows: result.decisive.what }),
    ...(result.begun !== undefined && { begun: { ...result.begun } }),
    ...(result.justification !== undefined && { justification: result.justification }),
    todo: { text, commands: [...commands] },
  };
}
