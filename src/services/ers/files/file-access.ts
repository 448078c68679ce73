/** Who may fetch a file (ers.md §4.2, §15). */
import { ErsRefusal, unknown } from '../errors.ts';
import type { StoredFile } from '../model.ts';
import { noRelationship } from '../referral/relationship.ts';
import { adviceByUbrn } from '../store/advice.ts';
import { fileById } from '../store/files.ts';
import { referralByUbrn } from '../store/referrals.ts';
import { requireAdviceAccess } from '../stu3/advice-access.ts';
import { type ReferralCall, requireAccess } from '../stu3/referral-access.ts';

/** The file. Throws 404 for an unknown id. */
export async function loadFile(call: ReferralCall, id: string): Promise<StoredFile> {
  const file = await fileById(call.db, call.instance, id);
  if (file === undefined) throw unknown(`File ${id}`);
  return file;
}

/**
 * Whoever has a relationship with a request that the file is attached to may read it. One UBRN can name a referral and the conversation
 * it was converted from: the files of the conversation stay readable to those who had it, the others go with the referral.
 *
 * Throws (422) NO_RELATIONSHIP, also for a file linked to nothing; PATIENT_ERROR.
 */
export async function requireFileAccess(call: ReferralCall, file: StoredFile): Promise<void> {
  const { linkedUbrn: ubrn } = file;
  if (ubrn === undefined) throw noRelationship(file.intendedUbrn ?? 'none', 'The file is linked to no request.');
  call.exchange.ubrn = ubrn;
  const has = (request: { readonly attachments: readonly { readonly fileId: string }[] } | undefined): boolean =>
    request?.attachments.some((each) => each.fileId === file.id) === true;
  const referral = await referralByUbrn(call.db, call.instance, ubrn);
  const advice = await adviceByUbrn(call.db, call.instance, ubrn);
  const nhsNumber = referral?.nhsNumber ?? advice?.nhsNumber;
  if (nhsNumber !== undefined) call.exchange.nhsNumber = nhsNumber;
  const ways = [
    ...(referral !== undefined && has(referral) ? [() => requireAccess(call, referral, 'read')] : []),
    ...(advice !== undefined && has(advice) ? [() => requireAdviceAccess(call, advice)] : []),
  ];
  let refusal = noRelationship(ubrn, 'The file is no longer attached to its request.');
  for (const way of ways) {
    try {
      return await way();
    } catch (error) {
      if (!(error instanceof ErsRefusal)) throw error;
      refusal = error;
    }
  }
  throw refusal;
}
