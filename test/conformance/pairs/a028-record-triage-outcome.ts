import type { Row } from '../pair.ts';
import { appointment, letter, referral, reviewReason, SPC, triageService } from './records.ts';

const UPLOAD = {
  title: 'upload.png',
  contentType: 'image/png',
  description: 'upload png',
  creation: '2021-10-07',
  attachedBy: '103264992985',
};

/** Awaiting triage at version 9, for 1000000001, with a letter. */
function awaitingTriage(
  serviceId: string,
  serviceName: string,
  times: { readonly submitted: string; readonly created: string; readonly indexed: string; readonly fileId: string },
) {
  return referral('000000070000', 9, {
    requestId: 'r.c18c4ec4-7d0a-480e-8506-347e0ec228b0',
    state: 'AWAITING_TRIAGE',
    stateReason: reviewReason('TRIAGE'),
    nhsNumber: '1000000001',
    specialty: 'CARDIOLOGY',
    shortlist: [{ serviceId, serviceName }],
    clinicalInfoFirstSubmitted: times.submitted,
    pathwayStart: '2024-05-01T09:55:00.000Z',
    appointment: appointment('70009', 1, 'proposed', serviceId, serviceName, { created: times.created, reason: reviewReason('TRIAGE') }),
    attachments: [letter('70000', times.fileId, { ...UPLOAD, indexed: times.indexed })],
  });
}

export const rows: readonly Row[] = [
  {
    answer: 'recordTriageOutcome/ReturnToReferrerWithAdvice',
    by: SPC,
    ubrn: '000000070000',
    ifMatch: 9,
    given: {
      services: [triageService('11115', 'Triage Business Service 4')],
      referrals: [
        awaitingTriage('11115', 'Triage Business Service 4', {
          submitted: '2021-10-07T14:54:46.504Z',
          created: '2021-10-07T14:54:45.311Z',
          indexed: '2021-10-07T14:54:48.911Z',
          fileId: '3816ca48-897a-4be0-907d-a4e830b4e213',
        }),
      ],
    },
  },
  {
    answer: 'recordTriageOutcome/AcceptReferBookLater',
    by: SPC,
    ubrn: '000000070000',
    ifMatch: 9,
    given: {
      services: [triageService('11010', 'Excellent Cardiology Business Service')],
      referrals: [
        awaitingTriage('11010', 'Excellent Cardiology Business Service', {
          submitted: '2021-10-07T15:00:18.561Z',
          created: '2021-10-07T15:00:19.711Z',
          indexed: '2021-10-07T15:00:44.338Z',
          fileId: 'a7c98bb4-c0d0-4094-b26d-8dbd1677edc8',
        }),
      ],
    },
  },
];
