/** Adding to a conversation. */
import type { Attachment } from '../model.ts';
import { requireDistinctNames } from '../referral/letters.ts';
import type { AdviceCategory, AdviceMessage, AdviceRequest } from './model.ts';

/** A changed conversation, with the message that was added and the files that are to be linked to it. */
export interface AdviceChange {
  readonly advice: AdviceRequest;
  readonly message: AdviceMessage;
  readonly linked: readonly string[];
}

/**
 * Adds a message and files: one version on.
 *
 * @param category where the conversation stands then
 * @param attachments new files: those the message names, or files outside the conversation
 *
 * Throws DUPLICATE_FILENAME (422) when a name is on the request already.
 */
export function addMessage(
  advice: AdviceRequest,
  category: AdviceCategory,
  message: AdviceMessage,
  attachments: readonly Attachment[],
): AdviceChange {
  const all = [...advice.attachments, ...attachments];
  requireDistinctNames(all);
  return {
    advice: {
      ...advice,
      version: advice.version + 1,
      category,
      lastUpdated: message.sent,
      messages: [...advice.messages, message],
      attachments: all,
    },
    message,
    linked: attachments.map((each) => each.fileId),
  };
}
