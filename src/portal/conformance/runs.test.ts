/** Runs against an environment that answers as its script says: what a crash, a race or a gap in the recording makes of them. */
import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { pino } from 'pino';
import type { ManagedEnvironment } from '../../environment/management/index.ts';
import { ManualClock } from '../../kernel/clock.ts';
import { LocalRefusal } from '../../kernel/errors.ts';
import { secureRandom } from '../../kernel/random.ts';
import { openMemoryStore } from '../../kernel/store/memory.ts';
import type { Store } from '../../kernel/store/store.ts';
import { ANYONE, type Visitor } from '../access/visitor.ts';
import { applications } from '../applications/index.ts';
import { audit } from '../audit/index.ts';
import { Portal } from '../portal.ts';
import { runTables } from './migrations/0001-runs.ts';
import { runTurns } from './migrations/0002-run-turns.ts';
import type { RunOrder } from './order.ts';
import { recordingJobs } from './run-recording.ts';
import { Runs } from './runs.ts';
import { recordedExchanges, type Told } from './test-traffic.ts';
import { verdictFor } from './verdict.ts';

const LEAD: Visitor = { ...ANYONE, role: 'supplier', accountId: 'rae', name: 'Rae', by: 'session' };
const ORDER: RunOrder = {
  kind: 'conformance',
  environment: 'INT',
  product: 'Link',
  version: '1',
  applications: ['app-1'],
  endpoints: ['A005'],
};
/** What `served` asks of the token endpoint and of A005. */
const SERVED: readonly Told[] = [{ operation: 'token', issued: 't-1' }, { operation: 'A005' }];
const REST = [
  'organisation-missing',
  'organisation-foreign',
  'function-wrong',
  'token-expired',
  'session-ended',
  'unknown-record',
  'throttled',
  'unavailable',
].map((kind) => `user.A005.${kind}`);

interface Kept {
  applications: readonly string[];
  stopReason?: 'stopped' | 'full' | 'reset';
  missed: number;
}

/** An environment with recordings; it refuses an application that is in another one, and can be told to fail. */
class ScriptedEnvironment {
  readonly recordings = new Map<string, Kept>();
  readonly asked: string[] = [];
  traffic: readonly Told[] = SERVED;
  /** What happens before and after it does what it is asked; throwing is its answer. */
  before: (name: string) => Promise<void> = async () => undefined;
  after: (name: string) => Promise<void> = async () => undefined;

  readonly managed: ManagedEnvironment = {
    id: 'INT',
    title: 'INT',
    production: false,
    call: (async (name: string, input: { id: string; applications: readonly string[]; ids: readonly string[]; after: number }) => {
      this.asked.push(name);
      await this.before(name);
      const answer = this.#answer(name, input);
      await this.after(name);
      return answer;
    }) as ManagedEnvironment['call'],
  };

  #answer(name: string, input: { id: string; applications: readonly string[]; ids: readonly string[]; after: number }): unknown {
    const { id } = input;
    const kept = this.recordings.get(id);
    if (name === 'recordings.applications')
      return {
        applications: input.ids.map((each) => ({ id: each, appId: each, name: each, accessMode: 'user-restricted', capability: null })),
      };
    if (name === 'recordings.start') {
      const other = [...this.recordings].find(([each, { stopReason }]) => each !== id && stopReason === undefined);
      if (other !== undefined) throw new LocalRefusal(409, 'application_recorded', 'It is recorded already.');
      this.recordings.set(id, kept ?? { applications: input.applications, missed: 0 });
      return {};
    }
    if (name === 'recordings.delete') return { deleted: this.recordings.delete(id) };
    if (kept === undefined) throw new LocalRefusal(404, 'recording_unknown', 'There is none.');
    if (name === 'recordings.stop') kept.stopReason ??= 'stopped';
    const lines = recordedExchanges(...this.traffic).map((each) => JSON.stringify(each));
    return name === 'recordings.exchanges' ? { lines: lines.slice(input.after) } : { ...kept, exchanges: lines.length };
  }
}

interface Job {
  readonly kind: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

let store: Store;
let int: ScriptedEnvironment;
let jobs: Job[];

/** A portal at the shared database; what it promises to do later is in {@link jobs}. */
function door(): { readonly runs: Runs; readonly portal: Portal } {
  const portal = new Portal(
    {
      store,
      clock: new ManualClock('2026-11-25T09:00:00Z'),
      outbox: {
        enqueue: async (_tx: unknown, kind: string, payload: Job['payload']) => void jobs.push({ kind, payload }),
        wake: () => undefined,
      },
      random: secureRandom,
      log: pino({ enabled: false }),
      environments: [int.managed],
      baseUrl: 'https://localhost:8043',
      thisMachineOnly: true,
      operatorToken: '',
      smtpUrl: undefined,
      reviewers: 'at-once',
      errorPages: async () => [],
      guard: () => undefined,
    },
    [audit, applications],
  );
  return { runs: new Runs(portal), portal };
}

/** Does what was promised, as the outbox does after a crash. */
async function keepPromises(): Promise<void> {
  const handlers = recordingJobs(door().portal);
  for (const job of jobs.splice(0)) await handlers[job.kind]?.({ id: 'job', attempts: 0, ...job });
}

beforeEach(async () => {
  store = await openMemoryStore({
    audit: audit.migrations,
    applications: applications.migrations,
    conformance: { '0001-runs': runTables, '0002-run-turns': runTurns },
  });
  int = new ScriptedEnvironment();
  jobs = [];
});

const code = (expected: string) => (error: unknown) => error instanceof LocalRefusal && error.code === expected;
const states = async (): Promise<readonly string[]> => (await door().runs.list(LEAD)).map(({ run }) => run.state);
/** A run of which everything is met or justified. */
async function passing(runs: Runs): Promise<string> {
  const { runId } = await runs.start(LEAD, ORDER);
  await runs.justify(LEAD, runId, REST, 'Not in this version.');
  return runId;
}

describe('beginning', () => {
  test('the run is recording once its recording has begun', async () => {
    const { runs } = door();
    const run = await runs.start(LEAD, ORDER);
    assert.equal(run.state, 'recording');
    assert.deepEqual([...int.recordings.keys()], [run.runId]);
    await keepPromises();
    assert.deepEqual([await states(), int.recordings.size], [['recording'], 1], 'the promise has nothing left to do');
  });

  for (const [when, crash] of [
    ['before the environment was asked', 'before'],
    ['after it had begun to record', 'after'],
  ] as const)
    test(`what a crash leaves ${when} is taken up: no recording without its run`, async () => {
      const never = Promise.withResolvers<void>();
      const asked = Promise.withResolvers<void>();
      int[crash] = async (name) => {
        if (name !== 'recordings.start') return;
        asked.resolve();
        await never.promise;
      };
      void door().runs.start(LEAD, ORDER);
      await asked.promise;
      assert.deepEqual(await states(), ['starting']);
      int[crash] = async () => undefined;
      await keepPromises();
      assert.deepEqual([await states(), int.recordings.size], [['recording'], 1]);
    });

  test('refused, nothing is left and the refusal is told', async () => {
    const { runs } = door();
    await runs.start(LEAD, ORDER);
    await assert.rejects(runs.start(LEAD, ORDER), code('application_recorded'));
    await keepPromises();
    assert.deepEqual([await states(), int.recordings.size], [['recording'], 1]);
  });

  test('unanswered, the first error is told, and what the environment began all the same is removed', async () => {
    const { runs } = door();
    int.after = async (name) => {
      if (name === 'recordings.start') throw new LocalRefusal(503, 'environment_unreachable', 'It does not answer.');
    };
    int.before = async (name) => {
      if (name === 'recordings.stop') throw new LocalRefusal(503, 'another_error', 'Nor now.');
    };
    await assert.rejects(runs.start(LEAD, ORDER), code('environment_unreachable'));
    assert.deepEqual([await states(), int.recordings.size], [[], 1]);
    int.before = async () => undefined;
    int.after = async () => undefined;
    await keepPromises();
    assert.equal(int.recordings.size, 0);
    assert.equal((await runs.start(LEAD, ORDER)).state, 'recording', 'the application is free');
  });

  test('a run deleted while it begins leaves no recording', async () => {
    const { runs } = door();
    int.after = async (name) => {
      if (name !== 'recordings.start') return;
      const [begun] = await runs.list(LEAD);
      await runs.delete(LEAD, begun?.run.runId ?? '');
      // As if the environment had begun only now.
      int.recordings.set(begun?.run.runId ?? '', { applications: ['app-1'], missed: 0 });
    };
    await assert.rejects(runs.start(LEAD, ORDER), code('run_changed'));
    assert.deepEqual([await states(), int.recordings.size], [[], 0]);
  });
});

describe('finishing', () => {
  test('passes when all is met or justified, and says how much is justified', async () => {
    const { runs } = door();
    const runId = await passing(runs);
    const { verdict, gap, results } = await runs.finish(LEAD, runId);
    assert.deepEqual([verdict, gap, results?.filter((each) => each.state === 'not-applicable').length], ['passed', undefined, 8]);
    const { passedRuns } = await verdictFor(store.db, { product: 'Link', version: '1', environment: 'INT' });
    assert.deepEqual(passedRuns, [{ runId, justified: 8 }], 'and so it is told to those who decide');
  });

  for (const gap of ['missed', 'full', 'reset'] as const)
    test(`does not pass when the recording has a gap: ${gap}`, async () => {
      const { runs } = door();
      const runId = await passing(runs);
      const kept = int.recordings.get(runId);
      assert.ok(kept);
      if (gap === 'missed') kept.missed = 1;
      else kept.stopReason = gap;
      assert.deepEqual((await runs.view(LEAD, runId)).evaluation.verdict, 'open', 'it says so while it records');
      const finished = await runs.finish(LEAD, runId);
      assert.deepEqual([finished.verdict, finished.gap], ['open', gap]);
      const { evaluation } = await runs.view(LEAD, runId);
      assert.deepEqual([evaluation.verdict, evaluation.gap], ['open', gap]);
    });

  test('a failed case is a failed run, gap or not', async () => {
    const { runs } = door();
    int.traffic = [...SERVED, { status: 429, at: 30 }, { at: 30.1 }];
    const { runId } = await runs.start(LEAD, ORDER);
    (int.recordings.get(runId) as Kept).missed = 1;
    assert.equal((await runs.finish(LEAD, runId)).verdict, 'failed');
  });

  test('looking at an exchange judges nothing, and what was judged is not kept', async () => {
    const { runs } = door();
    const runId = await passing(runs);
    int.asked.length = 0;
    assert.equal((await runs.look(LEAD, runId)).exchanges, 2);
    assert.deepEqual(int.asked, ['recordings.show']);
    await runs.view(LEAD, runId);
    await runs.finish(LEAD, runId);
    int.asked.length = 0;
    await runs.exchanges.all({ runId, environment: 'INT' });
    assert.deepEqual(int.asked, ['recordings.exchanges', 'recordings.exchanges'], 'read anew, until there is no more');
    assert.equal((await runs.exchanges.all({ runId, environment: 'INT' })).length, 2);
  });
});

describe('two people at once', () => {
  test('a run that passes while it is being deleted is kept, or does not pass', async () => {
    const [one, other] = [door().runs, door().runs];
    const runId = await passing(one);
    let finished: Promise<unknown> | undefined;
    int.before = async (name) => {
      if (name !== 'recordings.stop' || finished !== undefined) return;
      finished = other.finish(LEAD, runId).then(
        (run) => run.verdict,
        () => 'refused',
      );
      await finished;
    };
    await one.delete(LEAD, runId).catch(() => undefined);
    const kept = await states();
    assert.deepEqual([await finished, kept], (await finished) === 'passed' ? ['passed', ['finished']] : ['refused', []]);
    assert.equal(int.recordings.has(runId), kept.length > 0, 'its recording is there exactly if it is');
  });

  test('a passed run cannot be deleted, and one that is deleted stays away though the environment does not answer', async () => {
    const { runs } = door();
    const runId = await passing(runs);
    await runs.finish(LEAD, runId);
    await assert.rejects(runs.delete(LEAD, runId), code('run_passed'));
    const second = await runs.start(LEAD, ORDER);
    int.before = async () => {
      throw new LocalRefusal(503, 'environment_unreachable', 'It does not answer.');
    };
    await runs.delete(LEAD, second.runId);
    assert.deepEqual([await states(), int.recordings.size], [['finished'], 2]);
    int.before = async () => undefined;
    await keepPromises();
    assert.deepEqual([...int.recordings.keys()], [runId]);
  });

  test('a case justified while the run is being finished is not lost', async () => {
    const [one, other] = [door().runs, door().runs];
    const runId = await passing(one);
    int.before = async (name) => {
      if (name !== 'recordings.exchanges') return;
      int.before = async () => undefined;
      await other.justify(LEAD, runId, ['user.A005.throttled'], '');
    };
    await assert.rejects(one.finish(LEAD, runId), code('run_changed'));
    assert.equal((await one.finish(LEAD, runId)).verdict, 'open');
  });
});
