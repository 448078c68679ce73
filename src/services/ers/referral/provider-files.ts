/** Files that a provider attaches to a referral with a decision (ers.md §9 A022, A028, §15). */
import { unprocessable } from '../errors.ts';
import type { Attachment, AttachmentType, Referral } from '../model.ts';
import { type LetterFacts, linkFile, type NamedFile, requireDescription, requireDistinctNames } from './letters.ts';

/**
 * What can be said of the named files without looking at them.
 *
 * Throws (422) INAPPROPRIATE_VALUE for a file of another type, INVALID_VALUE for a description above 200 characters, DUPLICATE_FILENAME
 * for a file that is named twice.
 */
export function requireFileShapes(named: readonly NamedFile[], type: AttachmentType): void {
  for (const file of named) {
    if (file.type !== type) {
      throw unprocessable(
        'INAPPROPRIATE_VALUE',
        `'Attachment Type' (${file.type}) is not appropriate.`,
        `Files attached by this operation have type ${type}.`,
      );
    }
    requireDescription(file);
  }
  const ids = named.map((each) => each.fileId);
  const repeated = ids.find((id, index) => ids.indexOf(id) !== index);
  if (repeated !== undefined)
    throw unprocessable('DUPLICATE_FILENAME', `'Attachment' (Binary/${repeated}) is in the request more than once.`);
}

/**
 * The attachments of a referral with the named files behind those it has.
 *
 * Throws (422) REFERENCE_NOT_FOUND for an unknown file, INAPPROPRIATE_VALUE for one uploaded for another request, INVALID_STATE for one
 * that is linked already, DUPLICATE_FILENAME for a name the request has.
 */
export function withFiles(referral: Referral, named: readonly NamedFile[], facts: Omit<LetterFacts, 'freezeDays'>): readonly Attachment[] {
  const attachments = [...referral.attachments, ...named.map((each) => linkFile(referral, each, facts))];
  requireDistinctNames(attachments);
  return attachments;
}
