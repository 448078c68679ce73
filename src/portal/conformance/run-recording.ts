/**
 * The recording of a run in its environment. A run is put in before its recording begins, and taken out before its recording is removed; what a
 * crash leaves half done is done by an outbox job, so that no recording is left without a run, holding its applications.
 */
import { LocalRefusal, messageOf } from '../../kernel/errors.ts';
import type { JobHandler } from '../../kernel/outbox/outbox.ts';
import type { Db } from '../../kernel/store/store.ts';
import type { Visitor } from '../access/visitor.ts';
import type { Automatic } from '../audit/index.ts';
import type { Portal } from '../portal.ts';
import { RUN_KINDS, type Run } from './run.ts';
import { deleteRun, findProduct, findRun, type Product, saveRun } from './store.ts';

const BEGIN = 'conformance.begin-recording';
const REMOVE = 'conformance.remove-recording';
/** By then whoever began the run has begun its recording, or is not there any more. */
const GRACE = 30_000;

/** Sees to it that the recording of a run begins, whatever becomes of this process; in the transaction that puts the run in. */
export function promiseToBegin({ outbox, clock }: Portal, tx: Db, runId: string): Promise<void> {
  return outbox.enqueue(tx, BEGIN, { runId }, clock.now() + GRACE);
}

/** Sees to it that the recording of a run is removed; in the transaction that takes the run out. */
export function promiseToRemove({ outbox, clock }: Portal, tx: Db, { runId, environment }: Run): Promise<void> {
  return outbox.enqueue(tx, REMOVE, { runId, environment }, clock.now());
}

/** Handlers of the jobs. */
export function recordingJobs(portal: Portal): Readonly<Record<string, JobHandler>> {
  return {
    [BEGIN]: async ({ payload }) => {
      const runId = String(payload['runId']);
      try {
        await beginRecording(portal, runId);
      } catch (error) {
        // Refused: the run is given up, and whoever began it has heard of it or has gone.
        if (!isRefused(error)) throw error;
      }
    },
    [REMOVE]: ({ payload }) => removeRecording(portal, String(payload['runId']), String(payload['environment'])),
  };
}

/**
 * Has the environment record a run that is `starting`; one that has begun is left as it is. May be repeated. When the environment refuses,
 * and for a visitor also when it does not answer, the run is taken out again.
 *
 * @param visitor who begins it; absent where what a crash left is taken up
 * @throws LocalRefusal as the environment refuses, 409 when the run was deleted meanwhile
 */
export async function beginRecording(portal: Portal, runId: string, visitor?: Visitor): Promise<Run> {
  const run = await findRun(portal.store.db, runId);
  const product = run && (await findProduct(portal.store.db, run.productId));
  if (run === undefined || product === undefined) throw deletedMeanwhile();
  if (run.state !== 'starting') return run;
  try {
    await portal.environment(run.environment).call('recordings.start', {
      id: runId,
      purpose: `${RUN_KINDS[run.kind].title} run of ${product.name} ${run.version}`,
      applications: run.applications.map((each) => each.appId),
    });
  } catch (error) {
    // Why it did not begin is what counts, not that giving up has failed too: then the job comes back to it.
    if (visitor !== undefined || isRefused(error))
      await giveUp(portal, run).catch((further: unknown) => portal.log.warn({ error: messageOf(further) }, 'a run was not given up'));
    throw error;
  }
  const begun = await markBegun(portal, run, product, visitor ?? { automatic: `LocalSpine, for ${run.startedBy}` });
  if (begun !== undefined) return begun;
  await removeRecording(portal, runId, run.environment);
  throw deletedMeanwhile();
}

/** The run as it is now, begun by this or by another process; undefined when it was deleted. */
function markBegun({ store, audit }: Portal, run: Run, product: Product, by: Visitor | Automatic): Promise<Run | undefined> {
  return store.transaction(async (tx) => {
    if (await saveRun(tx, { ...run, state: 'recording' }, run))
      await audit.record(tx, by, {
        action: 'conformance.start',
        subject: `run ${run.runId} of ${product.name} ${run.version}`,
        environment: run.environment,
        about: { teamId: product.teamId, accountId: product.accountId, odsCode: run.odsCode },
        detail: { applications: run.applications.map((each) => each.appId) },
      });
    return findRun(tx, run.runId);
  });
}

/** The environment may have begun although it did not say so. */
function giveUp(portal: Portal, run: Run): Promise<void> {
  return portal.store.transaction(async (tx) => {
    if (await deleteRun(tx, run)) await promiseToRemove(portal, tx, run);
  });
}

/** Ends and removes a recording. May be repeated; gone already is as good. Throws LocalRefusal 503 when the environment does not answer. */
export async function removeRecording(portal: Portal, id: string, environmentId: string): Promise<void> {
  const environment = portal.environment(environmentId);
  try {
    await environment.call('recordings.stop', { id });
  } catch (error) {
    if (error instanceof LocalRefusal && error.code === 'recording_unknown') return;
    throw error;
  }
  await environment.call('recordings.delete', { id });
}

function isRefused(error: unknown): boolean {
  return error instanceof LocalRefusal && error.status < 500;
}

function deletedMeanwhile(): LocalRefusal {
  return new LocalRefusal(409, 'run_changed', 'The run was deleted meanwhile.', 'Begin another.');
}
