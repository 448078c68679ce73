/** How an advice request is changed: access, lock and version in their order, then one transaction with its audit entry (ers.md §6, §7.3). */
import type { Db } from '../../../kernel/store/store.ts';
import type { AdviceChange } from '../advice/messages.ts';
import type { AdviceRequest } from '../advice/model.ts';
import { unprocessable } from '../errors.ts';
import { saveAdvice } from '../store/advice.ts';
import { availabilityOf, linkFiles } from '../store/files.ts';
import { requireUnlocked } from '../store/locks.ts';
import { nextNumber, notCurrent } from '../store/referrals.ts';
import { loadAdvice, requireAdviceAccess } from './advice-access.ts';
import type { AdviceFacts } from './communication-request.ts';
import type { ReferralCall } from './referral-access.ts';
import { audit, type Change } from './referral-change.ts';

/**
 * Changes an advice request in one transaction: the request, its files and the audit entry.
 *
 * @param work gives the change; runs in the transaction after all checks of access, lock and version, may run twice, and throws the
 *   refusals of the rule it applies
 *
 * Throws 404, PATIENT_ERROR, INVALID_REQUEST_TYPE or NO_RELATIONSHIP (422), 423 when locked, 409 when `expected` is not the current
 * version, INVALID_STATE (422) when a file has been linked elsewhere meanwhile.
 */
export async function changeAdvice<C extends Pick<AdviceChange, 'advice' | 'linked'>>(
  call: ReferralCall,
  ubrn: string,
  change: Change,
  work: (advice: AdviceRequest, tx: Db) => Promise<C>,
): Promise<C> {
  const advice = await loadAdvice(call, ubrn);
  await requireAdviceAccess(call, advice);
  const { world, instance } = call;
  return world.store.transaction(async (tx) => {
    await requireUnlocked(tx, instance, ubrn, world.clock.realNow());
    if (advice.version !== change.expected) throw notCurrent(ubrn, change.expected);
    const changed = await work(advice, tx);
    await saveAdvice(tx, instance, changed.advice, change.expected);
    await linkTo(tx, instance, ubrn, changed.linked);
    await audit(tx, call, change.operation, { ubrn, nhsNumber: advice.nhsNumber });
    return changed;
  });
}

/** Ties files to a request. Throws INVALID_STATE (422) when one has been tied by someone else meanwhile. */
export async function linkTo(tx: Db, instance: string, ubrn: string, fileIds: readonly string[]): Promise<void> {
  if (!(await linkFiles(tx, instance, fileIds, ubrn))) throw unprocessable('INVALID_STATE', `'Attachment' is already linked.`);
}

/** Draws the numbers of attachments in the transaction that uses them. */
export async function attachmentNumbers(tx: Db, instance: string, count: number): Promise<() => string> {
  let next = count === 0 ? 0 : await nextNumber(tx, instance, 'attachment', count);
  return () => String(next++);
}

/** What writing an advice request out needs. Files are looked up only when there are any. */
export async function adviceFacts(call: ReferralCall, advice: AdviceRequest): Promise<AdviceFacts> {
  return {
    base: call.fhirBase,
    availability: advice.attachments.length === 0 ? new Map() : await availabilityOf(call.db, call.instance, advice.ubrn),
  };
}
