/** Reads what an environment recorded for a run. */
import { hasShape } from '../../environment/management/operation.ts';
import { LocalRefusal } from '../../kernel/errors.ts';
import { RecordedExchange } from '../../kernel/evidence/recorded-exchange.ts';
import type { Portal } from '../portal.ts';
import { type Observed, observe } from './observed.ts';
import type { Run } from './run.ts';

const PAGE = 100;
/** Runs that still record whose rows are kept in memory: the last ones somebody looked at. */
const REMEMBERED = 8;

/** The exchanges of runs. What was read once is not read again: exchanges are only ever added, under the next number. */
export class RunExchanges {
  readonly #portal: Portal;
  readonly #read = new Map<string, Observed[]>();

  constructor(portal: Portal) {
    this.#portal = portal;
  }

  /** Everything recorded so far, as far as cases look at it. */
  async all(run: Pick<Run, 'runId' | 'environment'>): Promise<readonly Observed[]> {
    const known = this.#read.get(run.runId) ?? [];
    this.#read.delete(run.runId);
    this.#read.set(run.runId, known);
    const [oldest] = this.#read.keys();
    if (this.#read.size > REMEMBERED && oldest !== undefined) this.#read.delete(oldest);
    for (;;) {
      const lines = await this.lines(run, known.length, PAGE);
      for (const line of lines) {
        const exchange = observe(readExchange(line));
        if (exchange.number === known.length + 1) known.push(exchange);
      }
      if (lines.length < PAGE) return [...known];
    }
  }

  /** The run is judged no more: it was finished, or is gone. */
  forget(runId: string): void {
    this.#read.delete(runId);
  }

  /** Lines of exchanges after a number, as they were recorded. */
  async lines({ runId, environment }: Pick<Run, 'runId' | 'environment'>, after: number, limit: number): Promise<readonly string[]> {
    const all: string[] = [];
    // An environment answers with fewer where they are long, and with none when there are no more.
    while (all.length < limit) {
      const order = { id: runId, after: after + all.length, limit: limit - all.length };
      const { lines } = await this.#portal.environment(environment).call('recordings.exchanges', order);
      if (lines.length === 0) break;
      all.push(...lines);
    }
    return all;
  }

  /** One exchange, whole. Throws LocalRefusal 404. */
  async one(run: Pick<Run, 'runId' | 'environment'>, number: number): Promise<RecordedExchange> {
    const [line] = number < 1 ? [] : await this.lines(run, number - 1, 1);
    if (line === undefined) throw new LocalRefusal(404, 'exchange_unknown', `The run has no exchange ${number}.`);
    return readExchange(line);
  }
}

/** Reads a line. Throws LocalRefusal 502 for one that holds no exchange: the environment wrote something else than we read. */
export function readExchange(line: string): RecordedExchange {
  const value: unknown = JSON.parse(line);
  if (hasShape(RecordedExchange, value)) return value;
  throw new LocalRefusal(502, 'exchange_unreadable', 'The environment records exchanges in another form than this portal reads.');
}
