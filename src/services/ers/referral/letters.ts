/** Referral letters: replacing the whole set (ers.md §9 A012, §15). */
import { type Instant, isoDate } from '../../../kernel/clock.ts';
import { unprocessable } from '../errors.ts';
import type { Attachment, AttachmentType, Caller, Referral, StoredFile } from '../model.ts';
import { requireTransition } from './states.ts';

const DAY = 86_400_000;
const MAXIMUM_DESCRIPTION = 200;

/** A file as a request names it. */
export interface NamedFile {
  readonly type: AttachmentType;
  readonly fileId: string;
  readonly description?: string;
  /** Media type, where the request says it beside the address. */
  readonly contentType?: string;
}

export interface LetterFacts {
  readonly caller: Caller;
  readonly now: Instant;
  /** Files that the request names and that exist, by id. */
  readonly files: ReadonlyMap<string, StoredFile>;
  /** Days before the appointment in which letters may not change; of the booked service. */
  readonly freezeDays?: number;
  /** Gives the id of the next attachment. */
  readonly nextAttachmentId: () => string;
}

export interface LetterChange {
  readonly referral: Referral;
  readonly linked: readonly string[];
  readonly unlinked: readonly string[];
}

/**
 * Makes the named files the referral's set of letters: what is left out is unlinked, what is new is linked, descriptions may change.
 * The letter intention is satisfied by it; a review that had been made is outdated (LETTER_CHANGED).
 *
 * Throws (422) INVALID_REQUEST_STATE by state, appointment or freeze period; MISSING_VALUE for an empty set; INAPPROPRIATE_VALUE for a
 * type other than REFERRER or a file uploaded for another request; INVALID_VALUE for a long description; REFERENCE_NOT_FOUND for an
 * unknown file; INVALID_STATE for a file linked elsewhere; DUPLICATE_FILENAME; NO_CHANGES_DETECTED.
 */
export function maintainLetters(referral: Referral, named: readonly NamedFile[], facts: LetterFacts): LetterChange {
  requireTransition(referral, 'maintain-letter', facts.now);
  requireNotFrozen(referral, facts);
  requireLetterShape(named);
  const before = referral.attachments.filter((each) => each.type === 'REFERRER');
  const others = referral.attachments.filter((each) => each.type !== 'REFERRER');
  requireOwnLetters(referral, before);
  const letters = named.map((each) => {
    const existing = before.find((letter) => letter.fileId === each.fileId);
    return existing === undefined ? linkFile(referral, each, facts) : describe(existing, each.description);
  });
  requireDistinctNames([...others, ...letters]);
  const linked = letters.filter((letter) => !before.includes(letter) && !before.some((each) => each.fileId === letter.fileId));
  const unlinked = before.filter((letter) => !named.some((each) => each.fileId === letter.fileId));
  const redescribed = letters.some((letter) =>
    before.some((each) => each.fileId === letter.fileId && each.description !== letter.description),
  );
  if (linked.length === 0 && unlinked.length === 0 && !redescribed) {
    throw unprocessable('NO_CHANGES_DETECTED', `'Referral Letter' has no changes.`, 'The set sent is the set the referral already has.');
  }
  const { letterDue: _letterDue, ...kept } = referral;
  return {
    referral: {
      ...kept,
      version: referral.version + 1,
      updatedAt: facts.now,
      letterIntention: 'NOT_INTENDING_TO_ADD',
      attachments: [...letters, ...others],
      reviewed: referral.state === 'BOOKED' ? false : referral.reviewed,
      contextStatus: afterLetterChange(referral),
      ...(referral.clinicalInfoFirstSubmitted === undefined
        ? { clinicalInfoFirstSubmitted: facts.now }
        : { clinicalInfoLastUpdated: facts.now }),
    },
    linked: linked.map((each) => each.fileId),
    unlinked: unlinked.map((each) => each.fileId),
  };
}

/**
 * A file as an attachment of a request: its checks are the same for letters, for provider files and for advice and guidance.
 *
 * @param request the request for which the file must have been uploaded; without UBRN one that is only being made (A044)
 *
 * Throws REFERENCE_NOT_FOUND, INAPPROPRIATE_VALUE for one uploaded for another request, INVALID_STATE for one already linked,
 * CONFLICTING_VALUES when the request says another media type than the file has (422).
 */
export function linkFile(request: { readonly ubrn?: string }, named: NamedFile, facts: Omit<LetterFacts, 'freezeDays'>): Attachment {
  const file = facts.files.get(named.fileId);
  if (file === undefined)
    throw unprocessable(
      'REFERENCE_NOT_FOUND',
      `'Attachment' (Binary/${named.fileId}) is not found.`,
      'No file was uploaded under that id.',
    );
  if (file.intendedUbrn !== request.ubrn) {
    throw unprocessable(
      'INAPPROPRIATE_VALUE',
      `'Attachment' (Binary/${named.fileId}) is not appropriate.`,
      `The file was uploaded ${file.intendedUbrn === undefined ? 'without a referral id' : `for ${file.intendedUbrn}`}, not for ${request.ubrn ?? 'a new request'}.`,
      `Upload it again (A020) ${request.ubrn === undefined ? 'without NHSD-eRS-Referral-ID' : 'with NHSD-eRS-Referral-ID set to this UBRN'}.`,
    );
  }
  if (file.linkedUbrn !== undefined) {
    throw unprocessable(
      'INVALID_STATE',
      `'Attachment' (Binary/${named.fileId}) is already linked.`,
      'A file can be linked once, as one type.',
    );
  }
  if (named.contentType !== undefined && named.contentType !== file.contentType) {
    throw unprocessable(
      'CONFLICTING_VALUES',
      `'Content Type' (${named.contentType}) conflicts with 'Attachment' (Binary/${named.fileId}).`,
      `The file was uploaded as ${file.contentType}.`,
      'Leave contentType out, or send that of the upload.',
    );
  }
  return {
    id: facts.nextAttachmentId(),
    type: named.type,
    fileId: file.id,
    title: file.name,
    contentType: file.contentType,
    size: file.size,
    ...(named.description !== undefined && { description: named.description }),
    indexed: facts.now,
    creation: isoDate(file.uploadedAt),
    ...attachmentAuthor(facts.caller),
  };
}

/** Who attaches a file, and for whom. */
export function attachmentAuthor(caller: Caller): Pick<Attachment, 'attachedBy' | 'attachedByOrganisation' | 'attachedOnBehalfOf'> {
  return {
    attachedBy: caller.userId,
    attachedByOrganisation: caller.odsCode,
    ...(caller.mode === 'user' && caller.onBehalfOf !== undefined && { attachedOnBehalfOf: caller.onBehalfOf }),
  };
}

/** Throws DUPLICATE_FILENAME (422) when two attachments of a request have the same name, whatever their types (ers.md §15). */
export function requireDistinctNames(attachments: readonly Attachment[]): void {
  const names = attachments.map((each) => each.title.toLowerCase());
  const repeated = attachments.find((each, index) => names.indexOf(each.title.toLowerCase()) !== index);
  if (repeated !== undefined) {
    throw unprocessable(
      'DUPLICATE_FILENAME',
      `'File Name' (${repeated.title}) is already used on this request.`,
      'File names are unique on a request, including the extension.',
    );
  }
}

function requireLetterShape(named: readonly NamedFile[]): void {
  if (named.length === 0) throw unprocessable('MISSING_VALUE', `'Referral Letter File' is missing.`, 'At least one letter must remain.');
  for (const file of named) {
    if (file.type !== 'REFERRER')
      throw unprocessable(
        'INAPPROPRIATE_VALUE',
        `'Attachment Type' (${file.type}) is not appropriate.`,
        'A referral letter has type REFERRER.',
      );
    requireDescription(file);
  }
  const ids = named.map((each) => each.fileId);
  const repeated = ids.find((id, index) => ids.indexOf(id) !== index);
  if (repeated !== undefined)
    throw unprocessable('DUPLICATE_FILENAME', `'Attachment' (Binary/${repeated}) is in the request more than once.`);
}

/** Throws INVALID_VALUE (422) for a description that is too long. */
export function requireDescription(file: NamedFile): void {
  if ((file.description?.length ?? 0) <= MAXIMUM_DESCRIPTION) return;
  throw unprocessable(
    'INVALID_VALUE',
    `'Description' (${file.description}) is invalid.`,
    `A description has at most ${MAXIMUM_DESCRIPTION} characters.`,
  );
}

/** Letters that exist may not change in the days before the appointment that the service sets (ers.md §9 A012). */
function requireNotFrozen(referral: Referral, facts: LetterFacts): void {
  const start = referral.appointment?.status === 'booked' ? referral.appointment.start : undefined;
  if (start === undefined || facts.freezeDays === undefined || !referral.attachments.some((each) => each.type === 'REFERRER')) return;
  if (facts.now > start - facts.freezeDays * DAY) {
    throw unprocessable(
      'INVALID_REQUEST_STATE',
      `'UBRN' (${referral.ubrn}) is not in a state that allows this action.`,
      `Letters may not change in the ${facts.freezeDays} days before the appointment.`,
    );
  }
}

/** Letters that came from elsewhere, such as the record of a converted advice request, are not the referrer's to replace. */
function requireOwnLetters(referral: Referral, letters: readonly Attachment[]): void {
  const foreign = letters.find((each) => each.attachedByOrganisation !== referral.referringOrganisation);
  if (foreign === undefined) return;
  throw unprocessable(
    'INVALID_STATE',
    `'Attachment' (Binary/${foreign.fileId}) cannot be changed.`,
    `It was attached by ${foreign.attachedByOrganisation}, not by the referring organisation.`,
  );
}

function describe(letter: Attachment, description: string | undefined): Attachment {
  if (letter.description === description) return letter;
  const { description: _description, ...kept } = letter;
  return description === undefined ? kept : { ...kept, description };
}

function afterLetterChange(referral: Referral): Referral['contextStatus'] {
  if (!referral.reviewed) return referral.contextStatus;
  return referral.contextStatus === 'PRIORITY_CHANGED' ? 'PRIORITY_AND_LETTER_CHANGED' : 'LETTER_CHANGED';
}
