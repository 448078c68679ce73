/** Files of a conversation (ers.md §15): linked once, named once, each parameter with its own type. */
import type { Instant } from '../../../kernel/clock.ts';
import type { Attachment, AttachmentType, Caller, StoredFile } from '../model.ts';
import { linkFile, type NamedFile } from '../referral/letters.ts';
import { requireFileShapes } from '../referral/provider-files.ts';

/** What linking files needs to know. */
export interface FileFacts {
  readonly caller: Caller;
  readonly now: Instant;
  /** Files that the request names and that exist, by id. */
  readonly files: ReadonlyMap<string, StoredFile>;
  /** Gives the id of the next attachment. */
  readonly nextAttachmentId: () => string;
}

/**
 * Uploaded files as attachments of one type.
 *
 * @param request the request they must have been uploaded for; without UBRN one that is only being made
 *
 * Throws (422) what {@link requireFileShapes} and {@link linkFile} throw.
 */
export function attachFiles(
  request: { readonly ubrn?: string },
  named: readonly NamedFile[],
  type: AttachmentType,
  facts: FileFacts,
): readonly Attachment[] {
  requireFileShapes(named, type);
  return named.map((each) => linkFile(request, each, facts));
}
