import { isoInstant } from '../../kernel/clock.ts';
import { writeBundle } from '../../kernel/evidence/bundle.ts';
import { Chain, hashOfLine } from '../../kernel/evidence/chain.ts';
import type { Portal } from '../portal.ts';
import { casesOf } from './cases.ts';
import type { RunExchanges } from './exchanges.ts';
import { type JudgedCase, type Run, scopesOf } from './run.ts';
import type { Product } from './store.ts';

const PAGE = 100;

/**
 * The evidence bundle of a finished run: what the environment recorded, the run, and the verdict of each case, below the environment's seal
 * (path-to-live.md §4.3).
 */
export async function evidenceOf(portal: Portal, exchanges: RunExchanges, run: Run, product: Product): Promise<Buffer> {
  const environment = portal.environment(run.environment);
  const recording = await environment.call('recordings.show', { id: run.runId });
  const lines: string[] = [recording.opening];
  for (let after = 0; ; after += PAGE) {
    const page = await exchanges.lines(run, after, PAGE);
    lines.push(...page);
    if (page.length < PAGE) break;
  }
  if (recording.closing !== undefined) lines.push(recording.closing);
  const chain = new Chain(lines.map((text) => ({ text, hash: hashOfLine(text) })));
  chain.add('run', runFacts(run, product));
  const results = new Map((run.results ?? []).map((each) => [each.id, each]));
  for (const each of casesOf(scopesOf(run))) {
    const result = results.get(each.id);
    if (result !== undefined)
      chain.add('verdict', { ...verdictFacts(result), requirement: each.kind.requirement, source: each.kind.source });
  }
  const { jws } = await environment.call('recordings.seal', { id: run.runId, head: chain.head, lines: chain.lines.length });
  return writeBundle(chain.lines, jws);
}

function runFacts(run: Run, product: Product): object {
  return {
    id: run.runId,
    purpose: run.kind,
    product: product.name,
    version: run.version,
    ...(product.odsCode !== undefined && { manufacturer: product.odsCode }),
    environment: run.environment,
    ...(run.odsCode !== undefined && { organisation: run.odsCode }),
    applications: run.applications,
    scopes: run.scopes,
    startedAt: isoInstant(run.startedAt),
    ...(run.finishedAt !== undefined && { finishedAt: isoInstant(run.finishedAt) }),
    verdict: run.verdict,
    state: run.state,
    ...(run.signOff !== undefined && { signOff: { ...run.signOff, at: isoInstant(run.signOff.at) } }),
  };
}

function verdictFacts({ id, state, exchanges, decisive, justification }: JudgedCase): object {
  return {
    case: id,
    state,
    exchanges,
    ...(decisive !== undefined && { shows: decisive.what }),
    ...(justification !== undefined && { justification }),
  };
}
