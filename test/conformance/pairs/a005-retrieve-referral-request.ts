import type { Row } from '../pair.ts';
import { appointment, letter, referral, reviewOutcome } from './records.ts';

const CONVERTED = reviewOutcome(
  'PROVIDER_CONVERTED_ADVICE_AND_GUIDANCE_ADMIN_TO_REFER',
  'Provider Converted Advice and Guidance, Admin to Refer',
);
const CONVERSION = { indexed: '2021-06-11T14:04:48.987Z', contentType: 'image/png' };

export const rows: readonly Row[] = [
  {
    answer: 'retrieveReferralRequest/Unbooked',
    given: {
      referrals: [
        referral('000000070000', 5, {
          requestId: 'r.c18c4ec4-7d0a-480e-8506-347e0ec228b0',
          clinicalInfoFirstSubmitted: '2021-06-11T12:09:08.667Z',
          attachments: [letter('80000', '19eb7224-dff3-4730-a5cb-67eac811f1a5', { attachedOnBehalfOf: '004377014925' })],
        }),
      ],
    },
  },
  {
    answer: 'retrieveReferralRequest/BookedDBS',
    given: {
      referrals: [
        referral('000000070001', 5, {
          requestId: 'r.c18c4ec4-7d0a-480e-8506-347e0ec228b1',
          state: 'BOOKED',
          specialty: 'CARDIOLOGY',
          clinicalInfoFirstSubmitted: '2021-06-11T12:33:23.167Z',
          pathwayStart: '2024-05-08T09:54:23.167Z',
          appointment: appointment('70009', 0, 'booked', '11002', 'Good Cardiology Business Service', {
            start: '2021-06-13T12:30:00.000Z',
            end: '2021-06-13T12:45:00.000Z',
            slotId: '11002001',
            clinician: '021600556514',
          }),
          attachments: [letter('80000', '719f6045-e791-4029-8e0f-1201c02b0a55')],
        }),
      ],
    },
  },
  {
    answer: 'retrieveReferralRequest/BookedIBS',
    given: {
      referrals: [
        referral('000000070002', 5, {
          requestId: 'r.c18c4ec4-7d0a-480e-8506-347e0ec228b2',
          state: 'BOOKED',
          specialty: 'CARDIOLOGY',
          shortlist: [
            { serviceId: '11016', serviceName: 'Triage-Related Indirect Business Service' },
            { serviceId: '11017', serviceName: 'Triage-Related Indirect Business Service 2' },
          ],
          clinicalInfoFirstSubmitted: '2021-06-11T13:43:33.338Z',
          pathwayStart: '2024-05-08T09:54:23.167Z',
          appointment: appointment('70009', 0, 'booked', '11016', 'Triage-Related Indirect Business Service', {
            start: '2021-07-05T10:00:00Z',
            end: '2021-07-05T10:00:00Z',
            created: '2021-06-11T13:43:34.424Z',
          }),
          attachments: [letter('80000', '719f6045-e791-4029-8e0f-1201c02b0a55')],
        }),
      ],
    },
  },
  {
    answer: 'retrieveReferralRequest/ConvertedFromAdviceAndGuidance',
    given: {
      referrals: [
        referral('000000070004', 5, {
          requestId: 'r.c18c4ec4-7d0a-480e-8506-347e0ec228b4',
          state: 'TRIAGED_PROVIDER_TO_ACTION',
          stateReason: CONVERTED,
          stateComments: "Actually I'd rather not",
          specialty: 'CARDIOLOGY',
          priority: 'TWO_WEEK_WAIT',
          criteria: {
            priority: 'TWO_WEEK_WAIT',
            specialty: 'CARDIOLOGY',
            clinicType: 'HEART_FAILURE',
            postcode: 'LS1 2TW',
            distanceLimit: 123,
            ageAndGenderAppropriate: true,
          },
          shortlist: [{ serviceId: '11014', serviceName: 'Advice Only' }],
          convertedFromAdvice: true,
          clinicalInfoFirstSubmitted: '2021-06-11T14:04:48.172Z',
          appointment: appointment('70009', 1, 'proposed', '11014', 'Advice Only', {
            created: '2021-06-11T14:04:48.217Z',
            reason: CONVERTED,
            comment: "Actually I'd rather not",
          }),
          attachments: [
            letter('80003', 'd7f9fba4-3c57-4dec-a274-94dab9fd4518', {
              ...CONVERSION,
              title: 'Advice and guidance conversation - 000000070004.pdf',
              contentType: 'application/pdf',
              size: 3807,
              description: undefined,
            }),
            letter('80000', '80245c92-d28a-4d1f-9b8d-c31f8ab9e322', {
              ...CONVERSION,
              type: 'ADVICE_REQUEST',
              title: 'advice.png',
              description: 'advice png',
              attachedBy: '921600556514',
              attachedByOrganisation: 'R68',
            }),
            letter('80001', '19eb7224-dff3-4730-a5cb-67eac811f1a5', {
              ...CONVERSION,
              type: 'GUIDANCE_RESPONSE',
              title: 'provider.png',
              description: 'provider png',
            }),
            letter('80002', '719f6045-e791-4029-8e0f-1201c02b0a55', {
              ...CONVERSION,
              type: 'PROVIDER',
              title: 'triage.png',
              description: 'triage png',
            }),
          ],
        }),
      ],
    },
  },
  {
    answer: 'retrieveReferralRequest/WithUnavailableAttachments',
    given: {
      referrals: [
        referral('000000070012', 5, {
          requestId: 'r.c18c4ec4-7d0a-480e-8506-347e0ec22812',
          clinicalInfoFirstSubmitted: '2021-06-11T12:09:08.667Z',
          attachments: [
            letter('80000', '19eb7224-dff3-4730-a5cb-67eac811f1a5', {
              title: 'referralletter1.pdf',
              attachedOnBehalfOf: '021600556514',
              availability: 'PENDING',
            }),
            letter('80001', 'adda8c72-4a91-4dc7-a918-b6d12fb28085', {
              title: 'referralletter2.png',
              contentType: 'image/png',
              description: 'referralletter png',
              attachedOnBehalfOf: '021600556514',
              availability: 'THREATS_FOUND',
            }),
            letter('80002', '9e554611-3378-425c-9cab-700b697e52d3', {
              title: 'referralletter3.doc',
              contentType: 'application/msword',
              description: 'referralletter doc',
              attachedOnBehalfOf: '021600556514',
              availability: 'VALIDATION_FAILED',
            }),
          ],
        }),
      ],
    },
  },
];
