/** A file of any size put onto a referral from outside: the older uploads that A042 must be able to hand out (ers.md §15). */
import type { Readable } from 'node:stream';
import { BlobTooLarge } from '../../../kernel/blobs/blobs.ts';
import { isoDate } from '../../../kernel/clock.ts';
import { LocalRefusal } from '../../../kernel/errors.ts';
import { ErsStatus } from '../errors.ts';
import type { Attachment, AttachmentType, AvailabilityStatus, Referral, StoredFile } from '../model.ts';
import { fileById, insertFile } from '../store/files.ts';
import { nextNumber, referralByUbrn, saveReferral } from '../store/referrals.ts';
import type { ErsWorld } from '../world.ts';

/** Sizes are kept in 32 bits. */
const MAXIMUM_IMPORTED_SIZE = 2 ** 31 - 1;

export interface FileToImport {
  readonly instance: string;
  readonly ubrn: string;
  /** Drawn when it is left out. */
  readonly id?: string;
  readonly name: string;
  readonly contentType: string;
  readonly type: AttachmentType;
  readonly status: AvailabilityStatus;
  readonly description?: string;
}

/**
 * Stores the content, in flat memory, and attaches the file to its referral in one transaction. No scan runs: the status is as given.
 *
 * Throws LocalRefusal 404 for an unknown UBRN, 409 when the id or the file's name is taken or the referral is being changed, 413 above
 * 2 GiB.
 */
export async function importFile(
  world: Pick<ErsWorld, 'store' | 'blobs' | 'clock' | 'random'>,
  file: FileToImport,
  content: Readable,
): Promise<{ readonly file: StoredFile; readonly referral: Referral }> {
  await loadTarget(world, file); // before the content is read: a mistake in the address should not cost an upload
  const { hash, size } = await world.blobs.put(content, MAXIMUM_IMPORTED_SIZE).catch((error: unknown) => {
    throw error instanceof BlobTooLarge ? new LocalRefusal(413, 'file_size', `A file has at most ${MAXIMUM_IMPORTED_SIZE} bytes.`) : error;
  });
  return world.store.transaction(async (tx) => {
    const referral = await loadTarget({ store: { db: tx } }, file);
    const now = world.clock.now();
    const stored: StoredFile = {
      id: file.id ?? world.random.uuid(),
      name: file.name,
      contentType: file.contentType,
      size,
      hash,
      intendedUbrn: referral.ubrn,
      uploadedBy: referral.referrer,
      uploadedByOrganisation: referral.referringOrganisation,
      uploadedAt: now,
      status: file.status,
      linkedUbrn: referral.ubrn,
    };
    const attachment: Attachment = {
      id: String(await nextNumber(tx, file.instance, 'attachment')),
      type: file.type,
      fileId: stored.id,
      title: stored.name,
      contentType: stored.contentType,
      size,
      ...(file.description !== undefined && { description: file.description }),
      indexed: now,
      creation: isoDate(now),
      attachedBy: stored.uploadedBy,
      attachedByOrganisation: stored.uploadedByOrganisation,
    };
    const changed: Referral = {
      ...referral,
      version: referral.version + 1,
      updatedAt: now,
      attachments: [...referral.attachments, attachment],
    };
    await insertFile(tx, file.instance, stored);
    await saveReferral(tx, file.instance, changed, referral.version).catch(asLocal);
    return { file: stored, referral: changed };
  });
}

async function loadTarget(world: { readonly store: Pick<ErsWorld['store'], 'db'> }, file: FileToImport): Promise<Referral> {
  const { db } = world.store;
  const referral = await referralByUbrn(db, file.instance, file.ubrn);
  if (referral === undefined)
    throw new LocalRefusal(404, 'unknown_referral', `There is no referral ${file.ubrn} in ${file.instance}.`, 'Name one with ?ubrn=.');
  if (file.id !== undefined && (await fileById(db, file.instance, file.id)) !== undefined)
    throw new LocalRefusal(409, 'file_id', `There is a file ${file.id} already.`, 'Leave ?id= out to have one drawn.');
  if (referral.attachments.some((each) => each.title.toLowerCase() === file.name.toLowerCase()))
    throw new LocalRefusal(409, 'file_name', `${file.name} is already a file of ${file.ubrn}.`, 'File names are unique on a request.');
  return referral;
}

function asLocal(error: unknown): never {
  if (error instanceof ErsStatus) throw new LocalRefusal(409, 'changed_meanwhile', error.explanation.why, 'Try again.');
  throw error;
}
