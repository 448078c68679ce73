/** Files that a request names: looked up, numbered and linked in the transaction that uses them. */
import type { Db } from '../../../kernel/store/store.ts';
import { unprocessable } from '../errors.ts';
import type { Referral } from '../model.ts';
import type { LetterFacts, NamedFile } from '../referral/letters.ts';
import { filesById, linkFiles } from '../store/files.ts';
import { nextNumber } from '../store/referrals.ts';
import type { ReferralCall } from './referral-access.ts';

/** What the rules on files need: the files that exist, and attachment numbers for those that are new to the referral. */
export async function fileFacts(
  call: ReferralCall,
  tx: Db,
  referral: Referral,
  named: readonly NamedFile[],
): Promise<Omit<LetterFacts, 'freezeDays'>> {
  const files = await filesById(
    tx,
    call.instance,
    named.map((each) => each.fileId),
  );
  const fresh = named.filter(
    (each) => files.has(each.fileId) && !referral.attachments.some((attachment) => attachment.fileId === each.fileId),
  );
  let next = fresh.length === 0 ? 0 : await nextNumber(tx, call.instance, 'attachment', fresh.length);
  return { caller: call.caller, now: call.world.clock.now(), files, nextAttachmentId: () => String(next++) };
}

/** Ties files to their referral. Throws INVALID_STATE (422) when another request has tied one of them meanwhile. */
export async function linkNamedFiles(call: ReferralCall, tx: Db, fileIds: readonly string[], ubrn: string): Promise<void> {
  if (!(await linkFiles(tx, call.instance, fileIds, ubrn))) throw unprocessable('INVALID_STATE', `'Attachment' is already linked.`);
}
