/** The steps that every operation on a referral begins with, in the order of ers.md §7.3: known, patient, relationship. */
import { unknown, unprocessable } from '../errors.ts';
import type { Referral } from '../model.ts';
import type { Answer, Call } from '../operation.ts';
import { specialty } from '../reference-data/reference-data.ts';
import { noRelationship, type Purpose, relationshipTest } from '../referral/relationship.ts';
import { isWorkGroupMember, servicesByIds } from '../store/catalogue.ts';
import { availabilityOf } from '../store/files.ts';
import { referralByUbrn } from '../store/referrals.ts';
import { writeReferralRequest } from './referral-request.ts';

/** What these steps need of a call: what is known before the body is read. */
export type ReferralCall = Omit<Call<never>, 'body' | 'ifMatch'>;

/** The referral. Throws 404 when the UBRN is not known. */
export async function loadReferral(call: ReferralCall, ubrn: string): Promise<Referral> {
  call.exchange.ubrn = ubrn;
  const referral = await referralByUbrn(call.db, call.instance, ubrn);
  if (referral === undefined) throw unknown(`Referral ${ubrn}`);
  call.exchange.nhsNumber = referral.nhsNumber;
  return referral;
}

/** The `find` step of operations on `/ReferralRequest/:ubrn`: 404 before If-Match and body are looked at. */
export async function findReferral(call: ReferralCall): Promise<void> {
  await loadReferral(call, call.params['ubrn'] ?? '');
}

/**
 * Whether the caller may see or change the referral.
 *
 * Throws (422) PATIENT_ERROR when the patient's record is sensitive, NO_RELATIONSHIP when the caller has no business with it.
 */
export async function requireAccess(call: ReferralCall, referral: Referral, purpose: Purpose): Promise<void> {
  await requireOpenRecord(call, referral.nhsNumber);
  await requireRelationship(call, referral, purpose);
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
export async function requireRelationship(call: ReferralCall, referral: Referral, purpose: Purpose): Promise<void> {
  const test = relationshipTest(call.caller, referral, purpose);
  if (test.decided) {
    if (!test.holds) throw noRelationship(referral.ubrn, test.why);
    return;
  }
  if (test.by === 'work-group') {
    for (const serviceId of test.serviceIds) {
      if (await isWorkGroupMember(call.db, call.instance, serviceId, test.userId, test.odsCode)) return;
    }
    throw noRelationship(
      referral.ubrn,
      `${test.userId} is not in the work group of service ${test.serviceIds.join(', ')} at ${test.odsCode}.`,
    );
  }
  const services = await servicesByIds(call.db, call.instance, test.serviceIds);
  if ([...services.values()].some((service) => service.providerOdsCode === test.odsCode)) return;
  throw noRelationship(referral.ubrn, `Service ${test.serviceIds.join(', ')} is not provided by ${test.odsCode}.`);
}

/** The referral as answer: its current version is the ETag. Files are looked up only when there are any. */
export async function referralAnswer(call: ReferralCall, referral: Referral, status = 200): Promise<Answer> {
  const availability = referral.attachments.length === 0 ? new Map() : await availabilityOf(call.db, call.instance, referral.ubrn);
  const resource = writeReferralRequest(referral, { base: call.fhirBase, availability, specialtyDisplay });
  return { status, resource, version: referral.version };
}

function specialtyDisplay(code: string): string | undefined {
  return specialty(code)?.display;
}
