import Type from 'typebox';
import { Compile } from 'typebox/compile';
import type { JobHandler } from '../../../kernel/outbox/outbox.ts';
import { fileById, recordScan } from '../store/files.ts';
import type { ErsWorld } from '../world.ts';
import { SCANNED_BYTES, scanVerdict } from './file-types.ts';

/** Kind of the outbox job that scans an uploaded file. */
export const SCAN_FILE = 'ers.scan-file';

const payloadCheck = Compile(Type.Object({ instance: Type.String(), fileId: Type.String() }));

/**
 * The handler of {@link SCAN_FILE}: looks at name and first bytes of the file and notes the verdict (ers.md §15). May run more than
 * once; a file that has been removed meanwhile is left alone.
 */
export function scanFile(world: Pick<ErsWorld, 'store' | 'blobs'>): JobHandler {
  return async (job) => {
    if (!payloadCheck.Check(job.payload)) throw new TypeError(`${SCAN_FILE} was enqueued without instance and fileId`);
    const { instance, fileId } = job.payload;
    const file = await fileById(world.store.db, instance, fileId);
    if (file === undefined || file.status !== 'PENDING') return;
    const head = await world.blobs.head(file.hash, SCANNED_BYTES);
    await recordScan(world.store.db, instance, fileId, scanVerdict(file, head));
  };
}
