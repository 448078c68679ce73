import type { Row } from '../pair.ts';
import { appointment, letter, RC, referral, reviewOutcome, SPC, service, triageService } from './records.ts';

const NAME = 'Cardiology Triage Business Service';
const CRITERIA = {
  priority: 'ROUTINE',
  specialty: 'CARDIOLOGY',
  clinicType: 'HEART_FAILURE',
  ageAndGenderAppropriate: false,
  commissioningProvisioning: 'ALL_AVAILABLE_FOR_BOOKING',
};

/** Version 3, with the service 11004 on its shortlist. */
function uncancelled(changes: Readonly<Record<string, unknown>> = {}) {
  return referral('000000070000', 3, {
    requestId: 'r.c18c4ec4-7d0a-480e-8506-347e0ec228b0',
    criteria: CRITERIA,
    shortlist: [{ serviceId: '11004', serviceName: NAME }],
    specialty: 'CARDIOLOGY',
    ...changes,
  });
}

const cancel = { ubrn: '000000070000', ifMatch: 3 } as const;
const TRIAGE = [triageService('11004', NAME)];
const NEAR = { ...CRITERIA, postcode: 'LS1 2TW', distanceLimit: 123 };

export const rows: readonly Row[] = [
  {
    answer: 'cancelReferral/CancelledReferralIntendPrivateWithoutComment',
    ...cancel,
    by: RC,
    given: { services: TRIAGE, referrals: [uncancelled()] },
  },
  { answer: 'cancelReferral/CancelledReferralPatientOther', ...cancel, by: RC, given: { services: TRIAGE, referrals: [uncancelled()] } },
  {
    answer: 'cancelReferral/CancelledBookedReferralReferrerCancellation',
    ...cancel,
    by: RC,
    day: '2021-05-06',
    given: {
      services: [service('11004', NAME)],
      referrals: [
        uncancelled({
          criteria: NEAR,
          state: 'BOOKED',
          additionalRequirements: ['TRANSPORT'],
          appointment: appointment('70001', 0, 'booked', '11004', NAME, {
            created: '2021-05-06T11:21:45.652Z',
            start: '2021-05-20T12:00:00Z',
            end: '2021-05-20T13:00:00Z',
            slotId: '11004001',
            clinician: '021600556514',
          }),
        }),
      ],
    },
  },
  {
    answer: 'cancelReferral/CancelledReferralResolvedDeferralIntendPrivateWithComment',
    ...cancel,
    by: RC,
    given: {
      services: TRIAGE,
      referrals: [
        uncancelled({
          state: 'TRIAGED_PROVIDER_TO_ACTION',
          clinicalInfoFirstSubmitted: '2022-03-24T09:52:08.885Z',
          appointment: appointment('70001', 1, 'proposed', '11004', NAME, {
            created: '2022-03-24T09:52:39.478Z',
            reason: reviewOutcome('CANCEL_APPOINTMENT_ACTION_LATER', 'Cancel Appointment Action Later'),
            comment: 'Requesting admin to rebook',
          }),
          attachments: [
            letter('70000', 'badaf6fc-90f4-411d-999f-04ccd79fa166', {
              title: 'ClinicalInfo.txt',
              contentType: 'text/plain',
              description: 'Clinical Info',
              indexed: '2022-03-24T09:55:37.362Z',
              creation: '2022-03-24',
              attachedBy: '103264992985',
            }),
          ],
        }),
      ],
    },
  },
  {
    answer: 'cancelReferral/CancelledReferralOutpatientService',
    ...cancel,
    by: SPC,
    given: {
      services: TRIAGE,
      referrals: [
        uncancelled({
          criteria: NEAR,
          state: 'TRIAGED_PROVIDER_TO_ACTION',
          additionalRequirements: ['TRANSPORT'],
          appointment: appointment('70001', 1, 'proposed', '11004', NAME, {
            created: '2021-05-06T11:21:45.652Z',
            reason: reviewOutcome('ACCEPT_REFER_BOOK_LATER', 'Accept Refer Book Later'),
            comment: 'Outcome',
            clinician: '021600556514',
          }),
        }),
      ],
    },
  },
];
