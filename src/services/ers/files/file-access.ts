/** Who may fetch a file: whoever has a relationship with the request that it is linked to (ers.md §15). */
import { unknown } from '../errors.ts';
import type { StoredFile } from '../model.ts';
import { noRelationship } from '../referral/relationship.ts';
import { fileById } from '../store/files.ts';
import { loadReferral, type ReferralCall, requireAccess } from '../stu3/referral-access.ts';

/** The file. Throws 404 for an unknown id. */
export async function loadFile(call: ReferralCall, id: string): Promise<StoredFile> {
  const file = await fileById(call.db, call.instance, id);
  if (file === undefined) throw unknown(`File ${id}`);
  return file;
}

/** Throws (422) NO_RELATIONSHIP, also for a file linked to nothing, and PATIENT_ERROR. */
export async function requireFileAccess(call: ReferralCall, file: StoredFile): Promise<void> {
  if (file.linkedUbrn === undefined) throw noRelationship(file.intendedUbrn ?? 'none', 'The file is linked to no request.');
  await requireAccess(call, await loadReferral(call, file.linkedUbrn), 'read');
}
