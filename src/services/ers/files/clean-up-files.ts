import type { JobHandler } from '../../../kernel/outbox/outbox.ts';
import type { Db } from '../../../kernel/store/store.ts';
import { deleteUnlinkedFiles, isContentUsed } from '../store/files.ts';
import type { ErsWorld } from '../world.ts';

/** Kind of the outbox job that deletes uploads nobody linked (ers.md §15). */
export const CLEAN_UP_FILES = 'ers.clean-up-files';

const DAY = 86_400_000;
/** Content stored this recently may belong to an upload whose row is just being written. */
const MARGIN = 3_600_000;

type CleaningWorld = Pick<ErsWorld, 'store' | 'blobs' | 'clock' | 'outbox' | 'environment'>;

/** Puts the first clean-up on the outbox; each one then writes the next. */
export async function scheduleCleanUp(world: Pick<CleaningWorld, 'clock' | 'outbox'>, tx: Db): Promise<void> {
  await world.outbox.enqueue(tx, CLEAN_UP_FILES, {}, world.clock.now() + DAY);
}

/**
 * The handler of {@link CLEAN_UP_FILES}, once a day on the environment's clock: deletes uploads that have been linked to nothing for
 * `LOCALSPINE_UPLOAD_DAYS`, in all instances, and content that no file has any more.
 */
export function cleanUpFiles(world: CleaningWorld): JobHandler {
  return async () => {
    const before = world.clock.now() - world.environment.settings.uploadDays * DAY;
    const hashes = await world.store.transaction(async (tx) => {
      await scheduleCleanUp(world, tx);
      return deleteUnlinkedFiles(tx, before);
    });
    for (const hash of new Set(hashes)) {
      if (!(await isContentUsed(world.store.db, hash))) await world.blobs.remove(hash, world.clock.realNow() - MARGIN);
    }
  };
}
