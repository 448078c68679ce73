import type { Row } from '../pair.ts';
import {
  appointment,
  cancellationReason,
  letter,
  RC,
  referral,
  referralCancellation,
  reviewOutcome,
  reviewReason,
  SPC,
  service,
  triageService,
} from './records.ts';

const RETURNED = reviewOutcome('RETURN_TO_REFERRER_WITH_ADVICE', 'Return to Referrer With Advice');
const EXCELLENT = 'Excellent Cardiology Business Service 12';
const ANOTHER = 'Another Excellent Cardiology Business Service 13';

/** A letter, so that there is clinical information. */
const letterOf = (ubrn: string) => letter(`8${ubrn.slice(-5)}`, `00000000-0000-4000-8000-${ubrn}`);

const AWAITING_TRIAGE = referral('000000070002', 7, {
  state: 'AWAITING_TRIAGE',
  nhsNumber: '9462979626',
  specialty: 'CARDIOLOGY',
  pathwayStart: '2021-09-03T14:09:15.297Z',
  clinicalInfoFirstSubmitted: '2021-09-03T14:09:15.297Z',
  attachments: [letterOf('000000070002')],
  appointment: appointment('70002', 1, 'proposed', '11012', EXCELLENT),
});
const BOOKED = referral('000000070001', 12, {
  state: 'BOOKED',
  nhsNumber: '1000000001',
  specialty: 'CARDIOLOGY',
  pathwayStart: '2021-09-03T14:09:11.381Z',
  clinicalInfoFirstSubmitted: '2021-09-03T14:09:11.022Z',
  clinicalInfoLastUpdated: '2021-09-03T14:09:12.573Z',
  appointment: appointment('70001', 0, 'booked', '21012', ANOTHER, {
    start: '2021-09-05T15:09:03.971Z',
    end: '2021-09-05T15:39:03.971Z',
    slotId: '21012001',
    clinician: '021600556514',
  }),
});
const FOR_REVIEW = { services: [triageService('11012', EXCELLENT), service('21012', ANOTHER)], referrals: [AWAITING_TRIAGE, BOOKED] };

/** A deferral of 1000000001 for want of slots, its letter there. */
function deferred(ubrn: string, at: string, serviceId: string, serviceName: string) {
  return referral(ubrn, 7, {
    state: 'DEFERRED_TO_PROVIDER',
    stateReason: reviewReason('NO_SLOTS_AT_SERVICE'),
    nhsNumber: '1000000001',
    specialty: 'CARDIOLOGY',
    pathwayStart: at,
    receivedAt: at,
    clinicalInfoFirstSubmitted: at,
    attachments: [letterOf(ubrn)],
    appointment: appointment(`9${ubrn.slice(-5)}`, 1, 'proposed', serviceId, serviceName, { reason: reviewReason('NO_SLOTS_AT_SERVICE') }),
  });
}

/** On a referrer's list, made by 021600556514 for 9462979626 with a clinical context as the examples spell it. */
function returned(ubrn: string, changes: Readonly<Record<string, unknown>>) {
  return referral(ubrn, 5, {
    nhsNumber: '9462979626',
    createdAt: '2021-09-03T14:19:04.702Z',
    criteria: { priority: 'ROUTINE', specialty: 'ORTHAPEDICS', clinicType: 'KNEE', ageAndGenderAppropriate: true },
    ...changes,
  });
}

export const rows: readonly Row[] = [
  { answer: 'retrieveWorklist/ReferralsForReview', by: SPC, day: '2021-09-03', given: FOR_REVIEW },
  {
    answer: 'retrieveWorklist/AppointmentSlotIssues',
    by: SPC,
    day: '2021-09-03',
    given: {
      services: [
        service('11013', 'Excellent Cardiology Business Service 13'),
        service('11010', 'Excellent Cardiology Business Service 10', {
          requestFlows: ['APPOINTMENT_REQUEST', 'ADVICE_AND_GUIDANCE_REQUEST'],
        }),
      ],
      referrals: [
        deferred('000000070001', '2021-09-03T14:16:53.119Z', '11013', 'Excellent Cardiology Business Service 13'),
        deferred('000000070000', '2021-09-03T14:16:51.648Z', '11010', 'Excellent Cardiology Business Service 10'),
      ],
    },
  },
  { answer: 'retrieveWorklist/FilteredByService', by: SPC, day: '2021-09-03', given: FOR_REVIEW },
  {
    answer: 'retrieveWorklist/RejectedTriageResponse',
    by: RC,
    given: {
      referrals: [
        returned('000000070001', {
          state: 'REJECTED',
          stateReason: cancellationReason('FURTHER_INFORMATION_REQUIRED', 'Further information required'),
          appointment: appointment('70001', 1, 'cancelled', '11002', 'Good Cardiology Business Service'),
        }),
        returned('000000070000', {
          state: 'TRIAGE_RESPONSE',
          stateReason: RETURNED,
          appointment: appointment('70000', 2, 'proposed', '50001', 'Cardiology Triage Service', { reason: RETURNED }),
        }),
      ],
    },
  },
  {
    answer: 'retrieveWorklist/AssessmentReturnedCancelledDna',
    by: RC,
    given: {
      referrals: [
        returned('000000070001', {
          status: 'cancelled',
          state: 'CANCELLED_REFERRAL',
          stateReason: referralCancellation('INTEND_PRIVATE', 'Patient will go to a private clinic'),
          cancelledByOrganisation: 'RCD',
        }),
        returned('000000070000', {
          state: 'DID_NOT_ATTEND',
          appointment: appointment('70000', 1, 'noshow', '11002', 'Good Cardiology Business Service'),
        }),
      ],
    },
  },
  {
    answer: 'retrieveWorklist/LettersOutstanding',
    by: RC,
    given: {
      referrals: [
        returned('000000070001', { letterIntention: 'NEED_TO_ADD_LATER', letterDue: '2021-09-03' }),
        referral('000000068002', 5, {
          nhsNumber: '9312201101',
          createdAt: '2021-01-25T08:45:31.219Z',
          referrer: '021600556513',
          criteria: { priority: 'ROUTINE', specialty: 'EAR_NOSE_THROAT', clinicType: 'EAR', ageAndGenderAppropriate: true },
          letterIntention: 'NEED_TO_ADD_LATER',
          letterDue: '2021-01-25',
        }),
      ],
    },
  },
];
