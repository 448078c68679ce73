import type { Readable } from 'node:stream';
import Type from 'typebox';
import { Compile } from 'typebox/compile';
import type { JobHandler } from '../../../kernel/outbox/outbox.ts';
import { fileById, recordScan } from '../store/files.ts';
import type { ErsWorld } from '../world.ts';
import { SCANNED_BYTES, type ScannedContent, scanVerdict, THREAT_MARK } from './file-types.ts';

/** Kind of the outbox job that scans an uploaded file. */
export const SCAN_FILE = 'ers.scan-file';

const payloadCheck = Compile(Type.Object({ instance: Type.String(), fileId: Type.String() }));

/**
 * The handler of {@link SCAN_FILE}: looks at name and content of the file and notes the verdict (ers.md §15). May run more than once; a
 * file that has been removed meanwhile is left alone.
 */
export function scanFile(world: Pick<ErsWorld, 'store' | 'blobs'>): JobHandler {
  return async (job) => {
    if (!payloadCheck.Check(job.payload)) throw new TypeError(`${SCAN_FILE} was enqueued without instance and fileId`);
    const { instance, fileId } = job.payload;
    const file = await fileById(world.store.db, instance, fileId);
    if (file === undefined || file.status !== 'PENDING') return;
    await recordScan(world.store.db, instance, fileId, scanVerdict(file, await scanContent(await world.blobs.open(file.hash))));
  };
}

/** Reads a file from end to end in flat memory; a mark that lies across two pieces is found too. */
export async function scanContent(content: Readable): Promise<ScannedContent> {
  const mark = Buffer.from(THREAT_MARK);
  let head = Buffer.alloc(0);
  let tail = Buffer.alloc(0);
  let threat = false;
  for await (const chunk of content) {
    const bytes: Buffer = Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk);
    if (head.length < SCANNED_BYTES) head = Buffer.concat([head, bytes]).subarray(0, SCANNED_BYTES);
    const seen = Buffer.concat([tail, bytes]);
    threat ||= seen.includes(mark);
    tail = seen.subarray(Math.max(0, seen.length - mark.length + 1));
  }
  return { head, threat };
}
