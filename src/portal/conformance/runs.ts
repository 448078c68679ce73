/** What people do with runs: the one function behind page, API and command line. */
import type { Readable } from 'node:stream';
import type { OutputOf } from '../../environment/management/operations.ts';
import { LocalRefusal } from '../../kernel/errors.ts';
import type { Db } from '../../kernel/store/store.ts';
import { may, require, type Subject } from '../access/permissions.ts';
import type { Visitor } from '../access/visitor.ts';
import { applications } from '../applications/index.ts';
import type { Portal } from '../portal.ts';
import { casesOf, type WitnessCase } from './cases.ts';
import { type CaseResult, type Evaluation, evaluate } from './evaluation.ts';
import { evidenceOf } from './evidence.ts';
import { RunExchanges } from './exchanges.ts';
import { gapOf } from './gap.ts';
import { checkedOrder, plainText, type RunOrder } from './order.ts';
import {
  accessOf,
  type JudgedCase,
  type RecordedApplication,
  type Run,
  type RunStep,
  recall,
  requireStep,
  STEPS,
  scopesFor,
  scopesOf,
} from './run.ts';
import { beginRecording, promiseToBegin, promiseToRemove, removeRecording } from './run-recording.ts';
import {
  allProducts,
  allRuns,
  deleteRun,
  findProduct,
  findRun,
  insertRun,
  keepProduct,
  keepVersion,
  type Product,
  saveRun,
} from './store.ts';

const LONGEST_TEXT = 1_000;
const RUN_ID = /^[0-9a-f-]{36}$/;

/** What an environment tells of a recording. */
type Recording = OutputOf<'recordings.show'>;

/** A run with the product it is of and what it has shown so far. */
export interface RunView {
  readonly run: Run;
  readonly product: Product;
  readonly evaluation: Evaluation;
  readonly exchanges: number;
  /** Exchanges that the environment could not write. */
  readonly missed: number;
  /** The recording ended by itself: it was full, the environment was started anew, or its data is gone. */
  readonly ended?: 'full' | 'reset' | 'gone';
}

/** Conformance and user acceptance runs. Every function throws LocalRefusal: 401, 403, 404, 409, 422. */
export class Runs {
  readonly #portal: Portal;
  readonly exchanges: RunExchanges;

  constructor(portal: Portal) {
    this.#portal = portal;
    this.exchanges = new RunExchanges(portal);
  }

  /** Begins a run: the environment records from now on. */
  async start(visitor: Visitor, order: RunOrder): Promise<Run> {
    const owner = { teamId: order.teamId, accountId: order.teamId === undefined ? visitor.accountId : undefined };
    require(visitor, 'conformance.run', owner);
    const { product: name, version, odsCode, manufacturer } = checkedOrder(order);
    const environment = this.#portal.environment(order.environment);
    const applications = await this.#applications(visitor, environment.id, order.applications);
    const scopes = scopesFor(
      applications.map((each) => each.access),
      order.endpoints,
    );
    const now = this.#portal.clock.realNow();
    const runId = this.#portal.random.uuid();
    await this.#portal.store.transaction(async (tx) => {
      const product = await keepProduct(tx, { productId: this.#portal.random.uuid(), name, odsCode: manufacturer, ...owner }, now);
      await keepVersion(tx, product.productId, version, now);
      const run: Run = {
        runId,
        productId: product.productId,
        version,
        kind: order.kind,
        environment: environment.id,
        odsCode,
        state: 'starting',
        applications,
        scopes: scopes.map(({ access, endpoints }) => ({ access, endpoints: endpoints.map((each) => each.id) })),
        justifications: {},
        startedAt: now,
        startedBy: visitor.name,
        finishedAt: undefined,
        verdict: undefined,
        results: undefined,
        signOff: undefined,
        gap: undefined,
        revision: 0,
      };
      await insertRun(tx, run);
      await promiseToBegin(this.#portal, tx, runId);
    });
    return beginRecording(this.#portal, runId, visitor);
  }

  /** Runs that the visitor may see, newest first. */
  async list(visitor: Visitor): Promise<readonly { readonly run: Run; readonly product: Product }[]> {
    require(visitor, 'conformance.see');
    const { db } = this.#portal.store;
    const products = new Map((await allProducts(db)).map((each) => [each.productId, each]));
    return (await allRuns(db)).flatMap((run) => {
      const product = products.get(run.productId);
      return product !== undefined && this.#maySee(visitor, run, product) ? [{ run, product }] : [];
    });
  }

  /** A run and its recording, without judging it. */
  async look(visitor: Visitor, runId: string): Promise<Omit<RunView, 'evaluation'>> {
    const { recording: _, ...seen } = await this.#look(visitor, runId);
    return seen;
  }

  /** A run as it stands: judged anew while it records, as it was judged afterwards. */
  async view(visitor: Visitor, runId: string): Promise<RunView> {
    const { recording, ...seen } = await this.#look(visitor, runId);
    return { ...seen, evaluation: await this.#judge(seen.run, recording) };
  }

  async #look(visitor: Visitor, runId: string): Promise<Omit<RunView, 'evaluation'> & { readonly recording: Recording | undefined }> {
    const { run, product } = await this.#find(this.#portal.store.db, visitor, runId);
    const recording = await this.#ask(run, 'recordings.show');
    const { exchanges, missed, stopReason } = recording ?? { exchanges: 0, missed: 0, stopReason: 'gone' as const };
    const ended = run.state !== 'starting' && stopReason !== undefined && stopReason !== 'stopped';
    return { run, product, recording, exchanges, missed, ...(ended && { ended: stopReason }) };
  }

  /** Says why cases do not apply; an empty reason takes that back. Only for what has not been seen. */
  async justify(visitor: Visitor, runId: string, ids: readonly string[], reason: string): Promise<Run> {
    const text = plainText(reason);
    if (text.length > LONGEST_TEXT) throw new LocalRefusal(422, 'reason_long', `Write ${LONGEST_TEXT} characters or fewer.`);
    return this.#portal.store.transaction(async (tx) => {
      const { run, product } = await this.#find(tx, visitor, runId);
      require(visitor, 'conformance.run', subjectOf(product));
      requireStep(run, 'finish');
      const cases = casesOf(scopesOf(run));
      const justifications: Record<string, string> = { ...run.justifications };
      for (const id of ids) {
        const { id: known } = requireJustifiable(cases, id);
        if (text === '') delete justifications[known];
        else justifications[known] = text;
      }
      const changed = { ...run, justifications };
      await this.#save(tx, changed, run);
      await this.#record(tx, visitor, 'conformance.not-applicable', run, product, { cases: ids, reason: text });
      return changed;
    });
  }

  /** Ends the recording and gives the verdict. */
  async finish(visitor: Visitor, runId: string): Promise<Run> {
    const { run: before, product } = await this.#find(this.#portal.store.db, visitor, runId);
    require(visitor, 'conformance.run', subjectOf(product));
    requireStep(before, 'finish');
    const recording = await this.#ask(before, 'recordings.stop');
    const { run } = await this.#find(this.#portal.store.db, visitor, runId);
    requireStep(run, 'finish');
    const { results, verdict, counts, gap } = await this.#judge(run, recording);
    const finished: Run = {
      ...run,
      state: STEPS.finish.to as Run['state'],
      finishedAt: this.#portal.clock.realNow(),
      verdict,
      results: results.map(judged),
      gap,
    };
    await this.#portal.store.transaction(async (tx) => {
      await this.#save(tx, finished, run);
      await this.#record(tx, visitor, 'conformance.finish', finished, product, { verdict, ...counts, ...(gap !== undefined && { gap }) });
    });
    this.exchanges.forget(runId);
    return finished;
  }

  /** The NHS organisation accepts what was tested with it, or does not (PTL-002). */
  async signOff(visitor: Visitor, runId: string, accepted: boolean, comment: string): Promise<Run> {
    const step: RunStep = accepted ? 'sign-off' : 'decline';
    return this.#portal.store.transaction(async (tx) => {
      const { run, product } = await this.#find(tx, visitor, runId);
      require(visitor, 'conformance.sign-off', { odsCode: run.odsCode });
      requireStep(run, step);
      if (!accepted && plainText(comment) === '')
        throw new LocalRefusal(422, 'comment_missing', 'Say what has to change before you accept.');
      const signOff = { by: visitor.name, at: this.#portal.clock.realNow(), comment: plainText(comment).slice(0, LONGEST_TEXT) };
      const signed: Run = { ...run, state: accepted ? 'signed-off' : 'declined', signOff };
      await this.#save(tx, signed, run);
      await this.#record(tx, visitor, `conformance.${step}`, signed, product, { comment: signOff.comment });
      return signed;
    });
  }

  /** Removes a run with its recording; one that has passed is kept. */
  async delete(visitor: Visitor, runId: string): Promise<void> {
    const { environment } = await this.#portal.store.transaction(async (tx) => {
      const { run, product } = await this.#find(tx, visitor, runId);
      require(visitor, 'conformance.run', subjectOf(product));
      requireStep(run, 'delete');
      if (!(await deleteRun(tx, run))) throw changedMeanwhile();
      await this.#record(tx, visitor, 'conformance.delete', run, product);
      await promiseToRemove(this.#portal, tx, run);
      return run;
    });
    this.exchanges.forget(runId);
    // At once, so that the applications are free when this is answered; where that fails, the promise is kept later.
    await removeRecording(this.#portal, runId, environment).catch(() => this.#portal.outbox.wake());
  }

  /** The evidence bundle of a finished run, with the name to save it under. */
  async evidence(visitor: Visitor, runId: string): Promise<{ readonly name: string; readonly bytes: Readable }> {
    const { run, product } = await this.#find(this.#portal.store.db, visitor, runId);
    if (run.state === 'starting' || run.state === 'recording')
      throw new LocalRefusal(
        409,
        'run_recording',
        'The run is still recording.',
        'Finish it first: evidence is signed when nothing more is added.',
      );
    const bytes = await evidenceOf(this.#portal, this.exchanges, run, product);
    await this.#portal.store.transaction((tx) => this.#record(tx, visitor, 'conformance.export', run, product));
    const name = `${product.name}-${run.version}-${run.environment}-${run.runId.slice(0, 8)}`.replace(/[^A-Za-z0-9.-]+/g, '-');
    return { name: `${name}.evidence.jsonl`, bytes };
  }

  async #find(db: Db, visitor: Visitor, runId: string): Promise<{ run: Run; product: Product }> {
    require(visitor, 'conformance.see');
    const run = RUN_ID.test(runId) ? await findRun(db, runId) : undefined;
    const product = run && (await findProduct(db, run.productId));
    // Who may not see a run does not learn that it is there.
    if (run === undefined || product === undefined || !this.#maySee(visitor, run, product))
      throw new LocalRefusal(404, 'run_unknown', 'There is no such run, or it is not yours to see.');
    return { run, product };
  }

  #maySee(visitor: Visitor, run: Run, product: Product): boolean {
    return may(visitor, 'conformance.see', { ...subjectOf(product), odsCode: run.odsCode });
  }

  /** Asks the environment for the recording of a run; undefined when it has none, because its data was thrown away. */
  async #ask({ runId, environment }: Run, operation: 'recordings.show' | 'recordings.stop') {
    try {
      return await this.#portal.environment(environment).call(operation, { id: runId });
    } catch (error) {
      if (error instanceof LocalRefusal && error.code === 'recording_unknown') return undefined;
      throw error;
    }
  }

  async #judge(run: Run, recording: Recording | undefined): Promise<Evaluation> {
    if (run.results !== undefined) return recall(run, run.results);
    const gap = run.state === 'starting' ? undefined : gapOf(recording);
    const facts = { scopes: scopesOf(run), applications: run.applications, justifications: run.justifications, gap };
    return evaluate(facts, recording === undefined ? [] : await this.exchanges.all(run));
  }

  /** Throws LocalRefusal 422, also for an application of somebody else: it is not said that it is there. */
  async #applications(visitor: Visitor, environment: string, ids: readonly string[]): Promise<readonly RecordedApplication[]> {
    const wanted = [...new Set(ids.map((each) => each.trim()).filter((each) => each !== ''))];
    if (wanted.length === 0)
      throw new LocalRefusal(422, 'no_applications', 'Say which applications are recorded: their AppIDs or API keys.');
    const { applications } = await this.#portal.environment(environment).call('recordings.applications', { ids: wanted });
    const recorded: RecordedApplication[] = [];
    for (const id of wanted) {
      const found = applications.find((each) => each.id === id);
      if (found === undefined || !(await this.#mayRecord(visitor, found.appId)))
        throw new LocalRefusal(
          422,
          'application_unknown',
          `${environment} has no application ${id.slice(0, 60)} of yours.`,
          `Your applications are on the page /environment-access; localspine app list --environment ${environment.toLowerCase()} shows all.`,
        );
      if (!recorded.some((each) => each.appId === found.appId))
        recorded.push({ appId: found.appId, name: found.name, access: accessOf(found) });
    }
    return recorded;
  }

  /** One's own applications; on this machine also those that belong to nobody, since they were made by its command line. */
  async #mayRecord(visitor: Visitor, appId: string): Promise<boolean> {
    const record = await this.#portal.use(applications).record(this.#portal.store.db, appId);
    if (record === undefined) return this.#portal.thisMachineOnly || visitor.role === 'operator';
    return may(visitor, 'application.change', record.owner);
  }

  async #save(tx: Db, run: Run, before: Run): Promise<void> {
    if (!(await saveRun(tx, run, before))) throw changedMeanwhile();
  }

  #record(
    tx: Db,
    visitor: Visitor,
    action: string,
    run: Run,
    product: Product,
    detail: Readonly<Record<string, unknown>> = {},
  ): Promise<void> {
    return this.#portal.audit.record(tx, visitor, {
      action,
      subject: `run ${run.runId} of ${product.name} ${run.version}`,
      environment: run.environment,
      about: { ...subjectOf(product), odsCode: run.odsCode },
      detail,
    });
  }
}

function changedMeanwhile(): LocalRefusal {
  return new LocalRefusal(409, 'run_changed', 'Somebody else has changed the run meanwhile.', 'Look at it again.');
}

/** Whose a product is, for permissions. */
export function subjectOf({ teamId, accountId }: Product): Subject {
  return { teamId, accountId };
}

function judged({ case: { id }, state, good, bad, exchanges, decisive, justification }: CaseResult): JudgedCase {
  return {
    id,
    state,
    good,
    bad,
    exchanges,
    ...(decisive !== undefined && { decisive }),
    ...(justification !== undefined && { justification }),
  };
}

function requireJustifiable(cases: readonly WitnessCase[], id: string): WitnessCase {
  const found = cases.find((each) => each.id === id);
  if (found === undefined) throw new LocalRefusal(404, 'case_unknown', `The run has no case ${id.slice(0, 60)}.`);
  if (found.kind.kind === 'served')
    throw new LocalRefusal(
      422,
      'case_needed',
      `${found.endpoint.id} is tested in this run, so it must be seen at work.`,
      'Begin a run without the endpoint if the product does not call it.',
    );
  return found;
}
