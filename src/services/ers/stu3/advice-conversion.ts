/**
 * How a conversation is converted: the rule is rehearsed first, so that a refused request prints nothing; then the conversation is printed
 * and its record put into the blob store; then all of it is stored in one transaction.
 */
import { Readable } from 'node:stream';
import type { Instant } from '../../../kernel/clock.ts';
import type { Db } from '../../../kernel/store/store.ts';
import { type ConversationRecord, type ConvertedAdvice, recordName } from '../advice/convert.ts';
import type { AdviceRequest } from '../advice/model.ts';
import { printedAdvice } from '../advice/printed.ts';
import { wrongState } from '../advice/states.ts';
import { printAdviceConversation } from '../documents/print.ts';
import { MAXIMUM_FILE_SIZE } from '../files/file-types.ts';
import type { Referral, StoredFile } from '../model.ts';
import { insertFile } from '../store/files.ts';
import { requireUnlocked } from '../store/locks.ts';
import { insertReferral, nextNumber, notCurrent, referralByUbrn, type SequenceName } from '../store/referrals.ts';
import { loadAdvice, requireAdviceAccess } from './advice-access.ts';
import { attachmentNumbers, changeAdvice } from './advice-change.ts';
import type { ReferralCall } from './referral-access.ts';
import type { Change } from './referral-change.ts';

/** Files that every conversion makes: the record of the conversation. */
export const RECORD_FILES = 1;

/** What a rule of conversion works with. */
export interface ConversionTools {
  readonly db: Db;
  readonly record: ConversationRecord;
  /** Numbers of new things: drawn from their sequences, or noughts while rehearsing. */
  readonly numbers: {
    readonly next: (name: SequenceName) => Promise<string>;
    readonly attachments: (count: number) => Promise<() => string>;
  };
}

const REHEARSED: ConversionTools['numbers'] = { next: async () => '0', attachments: async () => () => '0' };

/**
 * Converts an advice request to a referral with the same UBRN.
 *
 * @param work applies the rule; runs outside a transaction first and then in one, may run twice
 *
 * Throws as {@link changeAdvice}, INVALID_REQUEST_STATE (422) when there is a referral of this UBRN, and what `work` throws.
 */
export async function convertAdvice(
  call: ReferralCall,
  ubrn: string,
  change: Change,
  now: Instant,
  work: (advice: AdviceRequest, tools: ConversionTools) => Promise<Omit<ConvertedAdvice, 'message'>>,
): Promise<Referral> {
  const { instance } = call;
  const rehearsed = await rehearse(call, ubrn, change, work);
  const file = await storeRecord(call, rehearsed.advice, now);
  const { referral } = await changeAdvice(call, ubrn, change, async (advice, tx) => {
    await requireNoReferral(tx, instance, ubrn);
    const numbers: ConversionTools['numbers'] = {
      next: async (name) => String(await nextNumber(tx, instance, name)),
      attachments: (count) => attachmentNumbers(tx, instance, count),
    };
    const converted = await work(advice, { db: tx, record: { fileId: file.id, size: file.size }, numbers });
    await insertFile(tx, instance, file);
    await insertReferral(tx, instance, converted.referral);
    return converted;
  });
  return referral;
}

/** The conversion as it would be. Throws what the conversion itself would throw, in the same order. */
async function rehearse(
  call: ReferralCall,
  ubrn: string,
  change: Change,
  work: (advice: AdviceRequest, tools: ConversionTools) => Promise<Omit<ConvertedAdvice, 'message'>>,
): Promise<Omit<ConvertedAdvice, 'message'>> {
  const { db, instance } = call;
  const advice = await loadAdvice(call, ubrn);
  await requireAdviceAccess(call, advice);
  await requireUnlocked(db, instance, ubrn, call.world.clock.realNow());
  if (advice.version !== change.expected) throw notCurrent(ubrn, change.expected);
  await requireNoReferral(db, instance, ubrn);
  return work(advice, { db, record: { fileId: 'rehearsal', size: 0 }, numbers: REHEARSED });
}

/** A referral of the same UBRN means that the conversation was converted, whatever its own record says. */
async function requireNoReferral(db: Db, instance: string, ubrn: string): Promise<void> {
  if ((await referralByUbrn(db, instance, ubrn)) !== undefined) throw wrongState(ubrn, 'There is a referral with this UBRN already.');
}

/** Prints the conversation. Its content is named by its hash: if the conversion fails after this, nothing refers to it. */
async function storeRecord(call: ReferralCall, advice: AdviceRequest, now: Instant): Promise<StoredFile> {
  const { world, caller } = call;
  const { body } = await printAdviceConversation(world, call.db, printedAdvice(advice));
  const { hash, size } = await world.blobs.put(Readable.from([body]), MAXIMUM_FILE_SIZE);
  return {
    id: world.random.uuid(),
    name: recordName(advice.ubrn),
    contentType: 'application/pdf',
    size,
    hash,
    intendedUbrn: advice.ubrn,
    uploadedBy: caller.userId,
    uploadedByOrganisation: caller.odsCode,
    uploadedAt: now,
    // Made here, of text that has been checked: there is nothing to scan.
    status: 'AVAILABLE',
    linkedUbrn: advice.ubrn,
  };
}
