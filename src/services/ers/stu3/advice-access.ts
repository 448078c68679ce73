/** The steps that every operation on an advice request begins with, in the order of ers.md §7.3: known, patient, kind, relationship. */
import type { AdviceRequest } from '../advice/model.ts';
import { adviceRelationshipTest } from '../advice/relationship.ts';
import { unknown, unprocessable } from '../errors.ts';
import { adviceByUbrn } from '../store/advice.ts';
import { referralByUbrn } from '../store/referrals.ts';
import { type ReferralCall, requireOpenRecord, requireRelationshipBy } from './referral-access.ts';

/**
 * The advice request.
 *
 * Throws 404 when the UBRN is not known; INVALID_REQUEST_TYPE (422) when it is a referral only, after PATIENT_ERROR for a patient flagged
 * as sensitive.
 */
export async function loadAdvice(call: ReferralCall, ubrn: string): Promise<AdviceRequest> {
  call.exchange.ubrn = ubrn;
  const advice = await adviceByUbrn(call.db, call.instance, ubrn);
  if (advice !== undefined) {
    call.exchange.nhsNumber = advice.nhsNumber;
    return advice;
  }
  const referral = await referralByUbrn(call.db, call.instance, ubrn);
  if (referral === undefined) throw unknown(`Advice request ${ubrn}`);
  await requireOpenRecord(call, referral.nhsNumber);
  throw unprocessable(
    'INVALID_REQUEST_TYPE',
    `'UBRN' (${ubrn}) is not an advice and guidance request.`,
    'The UBRN is that of a referral.',
    'Use the operations on ReferralRequest.',
  );
}

/** The `find` step of operations on `/CommunicationRequest/:ubrn`: 404 before If-Match and body are looked at; the kind is judged later. */
export async function findAdvice(call: ReferralCall): Promise<void> {
  const ubrn = call.params['ubrn'] ?? '';
  call.exchange.ubrn = ubrn;
  const known =
    (await adviceByUbrn(call.db, call.instance, ubrn)) !== undefined || (await referralByUbrn(call.db, call.instance, ubrn)) !== undefined;
  if (!known) throw unknown(`Advice request ${ubrn}`);
}

/**
 * Whether the caller may see or change the advice request.
 *
 * Throws (422) PATIENT_ERROR when the patient's record is sensitive, NO_RELATIONSHIP when the caller has no business with it.
 */
export async function requireAdviceAccess(call: ReferralCall, advice: AdviceRequest): Promise<void> {
  await requireOpenRecord(call, advice.nhsNumber);
  await requireRelationshipBy(call, advice.ubrn, adviceRelationshipTest(call.caller, advice));
}
