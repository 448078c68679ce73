import type { Row } from '../pair.ts';
import { appointment, file, letter, referral, SPC, service } from './records.ts';

const GOOD = { serviceId: '11002', serviceName: 'Good Cardiology Business Service' };
const FORTHRIGHT = { serviceId: '11000', serviceName: 'Forthright Cardiology Business Service' };
const SERVICES = [service('11002', GOOD.serviceName), service('11000', FORTHRIGHT.serviceName)];

/** Booked at 11002, version 10. */
function booked(created: string, changes: Readonly<Record<string, unknown>>) {
  return referral('000000070000', 10, {
    requestId: 'r.c18c4ec4-7d0a-480e-8506-347e0ec228b0',
    state: 'BOOKED',
    specialty: 'CARDIOLOGY',
    pathwayStart: '2024-05-01T09:55:00.000Z',
    appointment: appointment('70009', 0, 'booked', GOOD.serviceId, GOOD.serviceName, {
      created,
      start: '2021-11-20T12:00:00Z',
      end: '2021-11-20T13:00:00Z',
      slotId: '11002001',
    }),
    ...changes,
  });
}

const UPLOAD = {
  title: 'upload.png',
  contentType: 'image/png',
  description: 'upload png',
  creation: '2021-11-03',
  attachedBy: '103264992985',
};

export const rows: readonly Row[] = [
  {
    answer: 'cancelAppointmentActionLater/MinimalExampleDBS',
    by: SPC,
    ubrn: '000000070000',
    ifMatch: 10,
    day: '2021-11-03',
    given: {
      services: SERVICES,
      referrals: [
        booked('2021-11-03T12:54:45.334Z', {
          shortlist: [FORTHRIGHT, GOOD],
          clinicalInfoFirstSubmitted: '2021-11-03T12:54:40.560Z',
          attachments: [
            letter('70000', '857b901d-1491-47d3-90e2-6c9f13f744dc', {
              ...UPLOAD,
              indexed: '2021-11-03T12:54:46.942Z',
              attachedOnBehalfOf: '021600556111',
            }),
          ],
        }),
      ],
    },
  },
  {
    answer: 'cancelAppointmentActionLater/PriorityChangeAndWithAttachmentsDBS',
    by: SPC,
    ubrn: '000000070000',
    ifMatch: 10,
    day: '2021-11-03',
    given: {
      services: SERVICES,
      files: [
        file('b2b22a7e-b3e9-4625-8d2c-00507bfdffb5', 'test1.pdf', '000000070000'),
        // The letter of the published answer has the address of the second file of its request: the letter's is another here.
        file('857b901d-1491-47d3-90e2-6c9f13f744dc', 'test2.pdf', '000000070000', {
          content: Buffer.from('%PDF-1'.padEnd(20)).toString('base64'),
        }),
      ],
      referrals: [
        booked('2021-11-03T14:29:43.699Z', {
          shortlist: [GOOD, FORTHRIGHT],
          clinicalInfoFirstSubmitted: '2021-11-03T14:29:18.239Z',
          attachments: [
            letter('70000', '857b901d-1491-47d3-90e2-6c9f13f744dd', {
              ...UPLOAD,
              indexed: '2021-11-03T14:29:45.435Z',
              availability: 'PENDING',
            }),
          ],
        }),
      ],
    },
  },
];
