import type { Row } from '../pair.ts';
import { RC, service, slot } from './records.ts';

const day = '2021-05-20';
const headers = { 'nhsd-ers-comm-rule-org': 'R69' };
const clinician = '921600556514';
const NAMED = { namedClinicians: [clinician] };

const FORTHRIGHT = [service('11000', 'Forthright Cardiology Business Service', NAMED)];
/** Eleven with the clinician, of which the second has the number of the third in the hospital, and so on; one without. */
const TWELVE = [
  slot('11000001', '11000', '2021-05-22T09:02:25.788Z', { clinician }),
  slot('11000002', '11000', '2021-05-22T11:02:25.788Z', { clinician, usrn: 'USRN-11000003' }),
  slot('11000003', '11000', '2021-05-22T12:02:25.788Z', { clinician, usrn: 'USRN-11000004' }),
  slot('11000004', '11000', '2021-05-22T13:02:25.788Z', { clinician, usrn: 'USRN-11000005' }),
  slot('11000005', '11000', '2021-05-22T14:02:25.788Z', { clinician, usrn: 'USRN-11000006' }),
  ...Array.from({ length: 7 }, (_, index) => slot(`1100001${index}`, '11000', `2021-05-24T${10 + index}:00:00Z`, { clinician })),
];

export const rows: readonly Row[] = [
  {
    answer: 'retrieveAppointmentSlots/Minimum',
    by: RC,
    day,
    headers,
    given: {
      services: [service('12000', 'Good Cardiology Business Service 1', NAMED)],
      slots: [
        slot('12000001', '12000', '2021-05-22T08:25:32.562Z', { clinician }),
        slot('12000003', '12000', '2021-05-22T10:25:32.562Z', { clinician }),
        slot('12000004', '12000', '2021-05-22T11:25:32.562Z', { clinician }),
      ],
    },
  },
  {
    answer: 'retrieveAppointmentSlots/NoSlots',
    by: RC,
    day,
    headers,
    given: { services: [service('10000', 'Quiet Cardiology Business Service')] },
  },
  { answer: 'retrieveAppointmentSlots/Page1PageSize5', by: RC, day, headers, given: { services: FORTHRIGHT, slots: TWELVE } },
  { answer: 'retrieveAppointmentSlots/ErrorPage5', by: RC, day, headers, given: { services: FORTHRIGHT, slots: TWELVE } },
  {
    answer: 'retrieveAppointmentSlots/Page1With2Schedules',
    by: RC,
    day,
    headers,
    given: {
      services: [service('13000', 'Mixed Cardiology Business Service', NAMED)],
      slots: [
        slot('11000012', '13000', '2021-05-22T20:59:43.956Z', { clinician }),
        slot('11000013', '13000', '2021-05-22T21:59:43.956Z', { clinician }),
        slot('11000014', '13000', '2021-05-22T22:59:43.956Z', { clinician }),
        slot('11000015', '13000', '2021-05-22T23:59:43.956Z'),
        slot('11000021', '13000', '2021-05-23T04:59:43.956Z'),
      ],
    },
  },
];
