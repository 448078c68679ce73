import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BusinessFunction } from '../codes.ts';
import { ErsRefusal } from '../errors.ts';
import type { HealthcareService, Referral } from '../model.ts';
import { appointmentCancellationReason } from '../reference-data/reference-data.ts';
import * as data from '../test-data.ts';
import { availableActions } from './available-actions.ts';
import { acceptReferral, type Rejection, rejectReferral } from './review.ts';
import { requireFilters, type WorklistRequest } from './worklist-filters.ts';
import { clinicalContext, clinicalInformationStatus, isLetterOutstanding, mayRead, providerListOf, referrerListOf } from './worklists.ts';

function codeOf(body: () => unknown): string {
  try {
    body();
    return 'allowed';
  } catch (error) {
    assert.ok(error instanceof ErsRefusal, String(error));
    return error.issues[0]?.code ?? '';
  }
}

const accept = (referral: Referral) => acceptReferral(referral, { now: data.NOW });
const reject = (rejection: Partial<Rejection> = {}, referral = data.bookedReferral(), service: HealthcareService = data.DIRECT) => {
  const sent = { reasonCode: 'SERVICE_INAPPROPRIATE', ...rejection };
  return rejectReferral(referral, sent, { now: data.NOW, reason: appointmentCancellationReason(sent.reasonCode), service });
};

test('accepting sets the reviewed flag and nothing else of note', () => {
  const before = data.bookedReferral();
  const after = accept(before);
  assert.deepEqual(after, { ...before, version: before.version + 1, reviewed: true, updatedAt: data.NOW });
});

const unreviewable: readonly (readonly [string, Referral])[] = [
  ['not booked', data.referral()],
  ['sent for triage', data.referral({ state: 'AWAITING_TRIAGE', appointment: data.appointment({ status: 'proposed' }) })],
  ['accepted already', data.bookedReferral({ reviewed: true })],
  ['booked for yesterday', data.bookedReferral({ appointment: data.appointment({ start: data.NOW - data.DAY }) })],
  ['booked while a letter is owed', data.bookedReferral({ letterIntention: 'NEED_TO_ADD_LATER' })],
];
for (const [what, referral] of unreviewable) {
  test(`a referral that is ${what} can be neither accepted nor rejected`, () => {
    assert.equal(
      codeOf(() => accept(referral)),
      'INVALID_REQUEST_STATE',
    );
    assert.equal(
      codeOf(() => reject({}, referral)),
      'INVALID_REQUEST_STATE',
    );
  });
}

test('a booking for earlier today can still be reviewed', () => {
  assert.equal(
    codeOf(() => accept(data.bookedReferral({ appointment: data.appointment({ start: data.NOW - data.HOUR }) }))),
    'allowed',
  );
});

test('rejecting cancels the appointment with reason and comment and keeps the service as a reader', () => {
  const before = data.bookedReferral({ appointment: data.appointment({ clinician: '021600556514' }) });
  const after = reject({ comments: 'This is a short comment' }, before);
  const reason = { system: 'APPOINTMENT-CANCELLATION-REASON', code: 'SERVICE_INAPPROPRIATE', display: 'Inappropriate service' };
  assert.equal(after.state, 'REJECTED');
  assert.equal(after.version, before.version + 1);
  assert.deepEqual(after.stateReason, reason);
  assert.equal(after.stateComments, 'This is a short comment');
  assert.deepEqual(after.formerServices, ['11000']);
  assert.deepEqual(after.appointment, {
    id: '80000',
    version: 1,
    status: 'cancelled',
    serviceId: '11000',
    serviceName: 'Forthright Cardiology Business Service',
    clinician: '021600556514',
    created: data.NOW - data.DAY,
    reason,
    comment: 'This is a short comment',
  });
});

const indirect = data.bookedReferral({ appointment: data.appointment({ serviceId: '50002' }) });
test('rejecting an indirectly booked appointment moves it on by two', () => {
  assert.equal(reject({ cancelledInPas: false }, indirect, data.INDIRECT).appointment?.version, 2);
});

const rejections: readonly (readonly [string, () => unknown, string])[] = [
  ['an unknown reason', () => reject({ reasonCode: 'NONE' }), 'INVALID_CODE'],
  ['a patient reason', () => reject({ reasonCode: 'PATIENT_ILL' }), 'INAPPROPRIATE_VALUE'],
  ['a comment of 2001 characters', () => reject({ comments: 'x'.repeat(2001) }), 'INVALID_VALUE'],
  ['the PAS flag for a directly booked appointment', () => reject({ cancelledInPas: true }), 'FIELD_NOT_PERMITTED'],
  ['no PAS flag for an indirectly booked appointment', () => reject({}, indirect, data.INDIRECT), 'VALUE_IS_REQUIRED'],
];
for (const [what, body, code] of rejections) test(`a rejection is refused for ${what}`, () => assert.equal(codeOf(body), code));

const services = new Map([data.DIRECT, data.INDIRECT, data.TRIAGE].map((each) => [each.id, each]));
const actions = (referral: Referral, businessFunction: BusinessFunction) =>
  availableActions(referral, { now: data.NOW, businessFunction, services }).map((each) => each.code);
const atIndirect = data.bookedReferral({ appointment: data.appointment({ serviceId: '50002' }) });
const triage = data.referral({ state: 'AWAITING_TRIAGE', appointment: data.appointment({ status: 'proposed', serviceId: '50001' }) });
const available: readonly (readonly [string, Referral, BusinessFunction, readonly string[]])[] = [
  [
    'not booked',
    data.referral(),
    'REFERRING_CLINICIAN',
    ['CREATE_APPOINTMENT', 'CHANGE_SHORTLIST', 'CHANGE_SHORTLIST_AND_SEND_FOR_TRIAGE', 'CANCEL_REFERRAL'],
  ],
  [
    'not booked, only indirectly bookable',
    data.referral({ shortlist: [{ serviceId: '50002', serviceName: '' }] }),
    'REFERRING_CLINICIAN_ADMIN',
    ['CHANGE_SHORTLIST', 'CHANGE_SHORTLIST_AND_SEND_FOR_TRIAGE', 'CANCEL_REFERRAL'],
  ],
  ['booked', data.bookedReferral(), 'REFERRING_CLINICIAN', ['CANCEL_DIRECTLY_BOOKED_APPOINTMENT', 'CANCEL_REFERRAL']],
  ['booked indirectly', atIndirect, 'REFERRING_CLINICIAN', ['CANCEL_REFERRAL']],
  ['booked', data.bookedReferral(), 'SERVICE_PROVIDER_CLINICIAN', ['CANCEL_REFERRAL']],
  ['at triage', triage, 'SERVICE_PROVIDER_CLINICIAN_ADMIN', ['CANCEL_REFERRAL', 'RECORD_REVIEW_OUTCOME']],
  ['at triage', triage, 'PROVIDER_AUTHORISED_APPLICATION', ['CANCEL_REFERRAL', 'RECORD_REVIEW_OUTCOME']],
  ['at triage', triage, 'REFERRING_CLINICIAN', ['CANCEL_REFERRAL']],
  ['deferred without a letter', data.referral({ state: 'DEFERRED_TO_PROVIDER' }), 'SERVICE_PROVIDER_CLINICIAN', ['CANCEL_REFERRAL']],
  [
    'deferred with a letter',
    data.referral({ state: 'DEFERRED_TO_PROVIDER', attachments: [data.letter()] }),
    'SERVICE_PROVIDER_CLINICIAN',
    ['CANCEL_REFERRAL', 'RECORD_REVIEW_OUTCOME'],
  ],
  ['cancelled', data.referral({ state: 'CANCELLED_REFERRAL', status: 'cancelled' }), 'REFERRING_CLINICIAN', []],
];
for (const [what, referral, role, expected] of available)
  test(`a ${role} may do with a referral that is ${what}: ${expected.join(', ') || 'nothing'}`, () =>
    assert.deepEqual(actions(referral, role), expected));

const cancelledBy = (odsCode?: string) =>
  data.referral({ state: 'CANCELLED_REFERRAL', status: 'cancelled', ...(odsCode !== undefined && { cancelledByOrganisation: odsCode }) });
const lists: readonly (readonly [string, Referral, string | undefined, string | undefined])[] = [
  ['not booked', data.referral(), undefined, 'AWAITING_BOOKING'],
  ['booked, no letter needed', data.bookedReferral(), 'REFERRALS_FOR_REVIEW', undefined],
  ['booked, letter owed', data.bookedReferral({ letterIntention: 'NEED_TO_ADD_LATER' }), undefined, undefined],
  [
    'booked, letter there',
    data.bookedReferral({ letterIntention: 'NEED_TO_ADD_LATER', attachments: [data.letter()] }),
    'REFERRALS_FOR_REVIEW',
    undefined,
  ],
  ['accepted', data.bookedReferral({ reviewed: true }), undefined, undefined],
  ['at triage, no letter', triage, undefined, 'AWAITING_BOOKING'],
  ['at triage, letter there', { ...triage, attachments: [data.letter()] }, 'REFERRALS_FOR_REVIEW', 'AWAITING_BOOKING'],
  ['deferred', data.referral({ state: 'DEFERRED_TO_PROVIDER' }), 'APPOINTMENT_SLOT_ISSUES', 'AWAITING_BOOKING'],
  ['rejected', data.referral({ state: 'REJECTED' }), undefined, 'REJECTED_TRIAGE_RESPONSE'],
  ['returned from triage', data.referral({ state: 'TRIAGE_RESPONSE' }), undefined, 'REJECTED_TRIAGE_RESPONSE'],
  ['missed', data.referral({ state: 'DID_NOT_ATTEND' }), undefined, 'ASSESSMENT_RETURNED_CANCELLED_DNA'],
  ['cancelled by the referrer', cancelledBy('R69'), undefined, undefined],
  ['cancelled by the provider', cancelledBy('R68'), undefined, 'ASSESSMENT_RETURNED_CANCELLED_DNA'],
];
for (const [what, referral, provider, referrer] of lists) {
  test(`a referral that is ${what} is on ${provider ?? 'no provider list'} and ${referrer ?? 'no referrer list'}`, () => {
    assert.equal(providerListOf(referral), provider);
    assert.equal(referrerListOf(referral), referrer);
  });
}

test('a letter is outstanding while it is intended and not there', () => {
  assert.equal(isLetterOutstanding(data.referral({ letterIntention: 'NEED_TO_ADD_LATER' })), true);
  assert.equal(isLetterOutstanding(data.referral({ letterIntention: 'NEED_TO_ADD_LATER', attachments: [data.letter()] })), false);
  assert.equal(isLetterOutstanding(data.referral()), false);
});

test('the columns that are worked out', () => {
  const owed = (letterDue: string) =>
    clinicalInformationStatus(data.referral({ letterIntention: 'NEED_TO_ADD_LATER', letterDue }), data.NOW);
  assert.deepEqual([owed('2026-11-25'), owed('2026-11-24'), owed('2026-11-23')], ['NOT_DUE', 'OVERDUE', 'OVERDUE']);
  assert.equal(clinicalInformationStatus(data.referral(), data.NOW), 'NOT_APPLICABLE');
  assert.equal(clinicalInformationStatus(data.referral({ attachments: [data.letter()] }), data.NOW), 'PRESENT');
  assert.equal(clinicalContext(data.referral()), 'CARDIOLOGY/HEART_FAILURE');
});

test('providers read provider lists, referrers referrer lists', () => {
  assert.equal(mayRead('SERVICE_PROVIDER_ADMIN', 'APPOINTMENT_SLOT_ISSUES'), true);
  assert.equal(mayRead('REFERRING_ADMIN', 'LETTERS_OUTSTANDING'), true);
  assert.equal(mayRead('REFERRING_CLINICIAN', 'REFERRALS_FOR_REVIEW'), false);
  assert.equal(mayRead('SERVICE_PROVIDER_CLINICIAN', 'AWAITING_BOOKING'), false);
});

const filters: readonly (readonly [string, WorklistRequest, boolean, string])[] = [
  ['none', { list: 'REFERRALS_FOR_REVIEW' }, false, 'allowed'],
  ['none, by an application', { list: 'REFERRALS_FOR_REVIEW' }, true, 'MISSING_VALUE'],
  ['service on a referrer list', { list: 'AWAITING_BOOKING', service: '11000' }, false, 'UNEXPECTED_FIELD'],
  ['specialty without indicator', { list: 'REFERRALS_FOR_REVIEW', specialty: 'CARDIOLOGY' }, false, 'UNEXPECTED_FIELD'],
  ['indicator without specialty', { list: 'REFERRALS_FOR_REVIEW', specialtyAssignedIndicator: 'ASSIGNED' }, false, 'MISSING_VALUE'],
  ['specialty not assigned', { list: 'REFERRALS_FOR_REVIEW', specialtyAssignedIndicator: 'NOT_ASSIGNED' }, false, 'INVALID_VALUE'],
  ['clinician without indicator', { list: 'REFERRALS_FOR_REVIEW', clinician: '1' }, false, 'UNEXPECTED_FIELD'],
  ['indicator without clinician', { list: 'REFERRALS_FOR_REVIEW', clinicianAssignedIndicator: 'ASSIGNED' }, false, 'MISSING_VALUE'],
  ['without clinician', { list: 'REFERRALS_FOR_REVIEW', clinicianAssignedIndicator: 'NOT_ASSIGNED' }, false, 'allowed'],
];
for (const [what, request, application, expected] of filters)
  test(`worklist filter, ${what}: ${expected}`, () =>
    assert.equal(
      codeOf(() => requireFilters(request, application)),
      expected,
    ));
