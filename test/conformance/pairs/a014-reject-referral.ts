import type { Row } from '../pair.ts';
import { appointment, letter, referral, SPC, service } from './records.ts';

export const rows: readonly Row[] = [
  {
    answer: 'rejectReferral/ExampleResponseDbs',
    by: SPC,
    ubrn: '000000070000',
    ifMatch: 9,
    // The booked slot has to be ahead; the pathway start of the example is years after all else in it.
    day: '2021-10-28',
    given: {
      services: [service('11002', 'Good Cardiology Business Service')],
      referrals: [
        referral('000000070000', 9, {
          requestId: 'r.c18c4ec4-7d0a-480e-8506-347e0ec228b0',
          state: 'BOOKED',
          nhsNumber: '9462979626',
          specialty: 'CARDIOLOGY',
          clinicalInfoFirstSubmitted: '2021-10-28T13:22:31.152Z',
          pathwayStart: '2024-05-01T09:55:00.000Z',
          appointment: appointment('70009', 0, 'booked', '11002', 'Good Cardiology Business Service', {
            created: '2021-10-28T13:22:33.758Z',
            start: '2021-11-11T12:00:00Z',
            end: '2021-11-11T13:00:00Z',
            slotId: '11002001',
            clinician: '021600556514',
          }),
          attachments: [
            letter('70000', '3816ca48-897a-4be0-907d-a4e830b4e213', {
              title: 'upload.png',
              contentType: 'image/png',
              description: 'upload png',
              indexed: '2021-10-28T13:22:43.266Z',
              creation: '2021-10-28',
              attachedOnBehalfOf: '021600556111',
            }),
          ],
        }),
      ],
    },
  },
];
