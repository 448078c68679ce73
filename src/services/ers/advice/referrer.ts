/** What the referrer does with a conversation after asking. The national API has no operations for it: the web application does. */
import type { NamedFile } from '../referral/letters.ts';
import { referrerAuthorship } from './authors.ts';
import { attachFiles, type FileFacts } from './files.ts';
import { type AdviceChange, addMessage } from './messages.ts';
import type { AdviceMessage, AdviceRequest } from './model.ts';
import { requireAdviceTransition } from './states.ts';

export interface ReferrerFacts extends FileFacts {
  readonly messageId: string;
}

/** Text of the system's note on files that were added outside the conversation (ers.md §10.5). */
export const CLINICAL_INFORMATION_NOTE = 'NOTE: Clinical Information has been added/amended';

/**
 * The referrer's reply: it is the provider's turn again. Administrators write for the clinician who asked.
 *
 * Throws (422) INVALID_REQUEST_STATE, and what {@link attachFiles} throws, DUPLICATE_FILENAME.
 */
export function reply(
  advice: AdviceRequest,
  input: { readonly text: string; readonly files: readonly NamedFile[] },
  facts: ReferrerFacts,
): AdviceChange {
  const category = requireAdviceTransition(advice, 'reply', facts.caller.businessFunction);
  const attachments = attachFiles(advice, input.files, 'ADVICE_REQUEST', facts);
  const message: AdviceMessage = {
    id: facts.messageId,
    kind: 'REQUESTER',
    ...referrerAuthorship(facts.caller, facts.caller.businessFunction === 'REFERRING_CLINICIAN_ADMIN' ? advice.referrer.userId : undefined),
    sent: facts.now,
    text: input.text,
    attachmentIds: attachments.map((each) => each.id),
  };
  return addMessage(advice, category, message, attachments);
}

/**
 * Files added to the request outside the conversation: a note of the system says so, the turn stays.
 *
 * Throws as {@link reply}.
 */
export function addClinicalInformation(advice: AdviceRequest, files: readonly NamedFile[], facts: ReferrerFacts): AdviceChange {
  const category = requireAdviceTransition(advice, 'add-clinical-information', facts.caller.businessFunction);
  const attachments = attachFiles(advice, files, 'REFERRER', facts);
  const author = { userId: facts.caller.userId, odsCode: facts.caller.odsCode };
  const message: AdviceMessage = {
    id: facts.messageId,
    kind: 'REFERRER_CLINICAL_INFORMATION_UPDATED',
    responsible: author,
    sender: author,
    sent: facts.now,
    text: CLINICAL_INFORMATION_NOTE,
    attachmentIds: [],
  };
  return addMessage(advice, category, message, attachments);
}

/** The referrer ends the conversation without a referral. Throws INVALID_REQUEST_STATE (422). */
export function endConversation(advice: AdviceRequest, event: 'close' | 'cancel', facts: Pick<FileFacts, 'caller' | 'now'>): AdviceRequest {
  const category = requireAdviceTransition(advice, event, facts.caller.businessFunction);
  return { ...advice, version: advice.version + 1, category, lastUpdated: facts.now };
}
