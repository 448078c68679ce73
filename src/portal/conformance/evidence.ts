import { Readable } from 'node:stream';
import { isoInstant } from '../../kernel/clock.ts';
import { writeBundle } from '../../kernel/evidence/bundle.ts';
import { chainLine, hashOfLine } from '../../kernel/evidence/chain.ts';
import type { Portal } from '../portal.ts';
import { casesOf } from './cases.ts';
import type { RunExchanges } from './exchanges.ts';
import { GAPS } from './gap.ts';
import { type JudgedCase, justifiedIn, type Run, scopesOf } from './run.ts';
import type { Product } from './store.ts';

const PAGE = 100;

/**
 * The evidence bundle of a finished run: what the environment recorded, the run, and the verdict of each case, below the environment's seal
 * (path-to-live.md §4.3). It is sent a page at a time, since a recording may hold hundreds of megabytes; what breaks off is not sound.
 *
 * @throws LocalRefusal 404 when the environment has no recording, 503 when it does not answer: before the first byte
 */
export async function evidenceOf(portal: Portal, exchanges: RunExchanges, run: Run, product: Product): Promise<Readable> {
  const environment = portal.environment(run.environment);
  const recording = await environment.call('recordings.show', { id: run.runId });
  async function* lines(): AsyncGenerator<string> {
    let count = 0;
    let head = '';
    const bundled = function* (texts: Iterable<string>): Generator<string> {
      for (const text of texts) {
        count += 1;
        head = hashOfLine(text);
        yield `${text}\n`;
      }
    };
    yield* bundled([recording.opening]);
    for (let after = 0; ; after += PAGE) {
      const page = await exchanges.lines(run, after, PAGE);
      yield* bundled(page);
      if (page.length < PAGE) break;
    }
    if (recording.closing !== undefined) yield* bundled([recording.closing]);
    yield* bundled(judgement(head, run, product));
    const { jws } = await environment.call('recordings.seal', { id: run.runId, head, lines: count });
    yield writeBundle([], jws).toString();
  }
  return Readable.from(lines(), { objectMode: false });
}

/** The lines of the run and of its cases, behind the line of this hash. */
function* judgement(head: string, run: Run, product: Product): Generator<string> {
  let line = chainLine(head, 'run', runFacts(run, product));
  yield line.text;
  const results = new Map((run.results ?? []).map((each) => [each.id, each]));
  for (const { id, kind } of casesOf(scopesOf(run))) {
    const result = results.get(id);
    if (result === undefined) continue;
    line = chainLine(line.hash, 'verdict', { ...verdictFacts(result), requirement: kind.requirement, source: kind.source });
    yield line.text;
  }
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
    /** Cases that the supplier said do not apply; why is in the line of each. */
    justified: justifiedIn(run.results ?? []),
    ...(run.gap !== undefined && { gap: GAPS[run.gap] }),
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
