/** The steps that every operation on a referral begins with, in the order of ers.md §7.3: known, patient, relationship. */
import { type ErsRefusal, type ErsStatus, unknown, unprocessable } from '../errors.ts';
import type { Referral } from '../model.ts';
import type { Answer, Call } from '../operation.ts';
import { noRelationship, type Purpose, type RelatedReferral, type RelationshipTest, relationshipTest } from '../referral/relationship.ts';
import { adviceByUbrn } from '../store/advice.ts';
import { isWorkGroupMember, servicesByIds } from '../store/catalogue.ts';
import { availabilityOf } from '../store/files.ts';
import { type ReferralToSend, referralByUbrn, referralToSend } from '../store/referrals.ts';
import { specialtyDisplay } from './prepared-referral.ts';
import { writeReferralRequest } from './referral-request.ts';

/** What these steps need of a call: what is known before the body is read. */
export type ReferralCall = Omit<Call<never>, 'body' | 'ifMatch'>;

/** The referral. Throws 404 when the UBRN is not known, INVALID_REQUEST_TYPE (422) when it is an advice request only. */
export async function loadReferral(call: ReferralCall, ubrn: string): Promise<Referral> {
  call.exchange.ubrn = ubrn;
  const referral = await referralByUbrn(call.db, call.instance, ubrn);
  if (referral === undefined) throw await notAReferral(call, ubrn);
  call.exchange.nhsNumber = referral.nhsNumber;
  return referral;
}

/** The referral to be read and sent. Throws as {@link loadReferral}. */
export async function loadReferralToSend(call: ReferralCall, ubrn: string): Promise<ReferralToSend> {
  call.exchange.ubrn = ubrn;
  const referral = await referralToSend(call.db, call.instance, ubrn);
  if (referral === undefined) throw await notAReferral(call, ubrn);
  call.exchange.nhsNumber = referral.nhsNumber;
  return referral;
}

/** The `find` step of operations on `/ReferralRequest/:ubrn`: 404 before If-Match and body are looked at; the kind is judged later. */
export async function findReferral(call: ReferralCall): Promise<void> {
  const ubrn = call.params['ubrn'] ?? '';
  call.exchange.ubrn = ubrn;
  const referral = await referralByUbrn(call.db, call.instance, ubrn);
  if (referral === undefined && (await adviceByUbrn(call.db, call.instance, ubrn)) === undefined) throw unknown(`Referral ${ubrn}`);
}

/** 404, or INVALID_REQUEST_TYPE when the UBRN is that of an advice request. Throws PATIENT_ERROR when that one's patient is sensitive. */
async function notAReferral(call: ReferralCall, ubrn: string): Promise<ErsRefusal | ErsStatus> {
  const advice = await adviceByUbrn(call.db, call.instance, ubrn);
  if (advice === undefined) return unknown(`Referral ${ubrn}`);
  await requireOpenRecord(call, advice.nhsNumber);
  return unprocessable(
    'INVALID_REQUEST_TYPE',
    `'UBRN' (${ubrn}) is not a referral request.`,
    'The UBRN is that of an advice and guidance request that has not been converted.',
    'Use the operations on CommunicationRequest (A024, A025).',
  );
}

/** What of a referral decides whether the caller may see or change it. */
type AccessedReferral = RelatedReferral & Pick<Referral, 'ubrn' | 'nhsNumber'>;

/**
 * Whether the caller may see or change the referral.
 *
 * Throws (422) PATIENT_ERROR when the patient's record is sensitive, NO_RELATIONSHIP when the caller has no business with it.
 */
export async function requireAccess(call: ReferralCall, referral: AccessedReferral, purpose: Purpose): Promise<void> {
  await requireOpenRecord(call, referral.nhsNumber);
  const test = relationshipTest(call.caller, referral, purpose);
  // Mostly decided by now: no more waiting then.
  if (!test.decided || !test.holds) await requireRelationshipBy(call, referral.ubrn, test);
}

/** Throws PATIENT_ERROR (422) for a patient flagged as sensitive (ers.md §4.2). */
export async function requireOpenRecord(call: ReferralCall, nhsNumber: string): Promise<void> {
  if (await call.world.demographics.isSensitive(call.db, nhsNumber)) {
    throw unprocessable(
      'PATIENT_ERROR',
      `'Patient' (${nhsNumber}) cannot be processed.`,
      'The patient is flagged as sensitive: such patients are neither referred nor reviewed in e-RS.',
      'Do not retry.',
    );
  }
}

/** Throws NO_RELATIONSHIP (422) unless the caller has a legitimate relationship with the referral (ers.md §4.2). */
export function requireRelationship(call: ReferralCall, referral: Omit<AccessedReferral, 'nhsNumber'>, purpose: Purpose): Promise<void> {
  return requireRelationshipBy(call, referral.ubrn, relationshipTest(call.caller, referral, purpose));
}

/** Looks up what a test of relationship asks. Throws NO_RELATIONSHIP (422) when the answer is no. */
export async function requireRelationshipBy(call: ReferralCall, ubrn: string, test: RelationshipTest): Promise<void> {
  if (test.decided) {
    if (!test.holds) throw noRelationship(ubrn, test.why);
    return;
  }
  if (test.by === 'work-group') {
    for (const serviceId of test.serviceIds) {
      if (await isWorkGroupMember(call.db, call.instance, serviceId, test.userId, test.odsCode)) return;
    }
    throw noRelationship(ubrn, `${test.userId} is not in the work group of service ${test.serviceIds.join(', ')} at ${test.odsCode}.`);
  }
  const services = await servicesByIds(call.db, call.instance, test.serviceIds);
  if ([...services.values()].some((service) => service.providerOdsCode === test.odsCode)) return;
  throw noRelationship(ubrn, `Service ${test.serviceIds.join(', ')} is not provided by ${test.odsCode}.`);
}

/** The referral as answer: its current version is the ETag. Files are looked up only when there are any. */
export async function referralAnswer(call: ReferralCall, referral: Referral, status = 200): Promise<Answer> {
  const availability = referral.attachments.length === 0 ? new Map() : await availabilityOf(call.db, call.instance, referral.ubrn);
  const resource = writeReferralRequest(referral, { base: call.fhirBase, availability, specialtyDisplay });
  return { status, resource, version: referral.version };
}

/** The same for a referral whose answer is prepared. */
export async function preparedAnswer(call: ReferralCall, referral: ReferralToSend): Promise<Answer> {
  const json = referral.json(call.fhirBase);
  return json === undefined ? await referralAnswer(call, referral.whole) : { status: 200, json, version: referral.version };
}
