import type { Row } from '../pair.ts';
import { RC, RCA, service } from './records.ts';

const LIPIDS = { clinicTypes: ['LIPID_MANAGEMENT'] };
const LETTER = { referralLetterRequired: true };
/** A location that is nowhere on the map: no distance is shown. */
const NOWHERE = { postcode: undefined };

const SIX = [
  service('11002', 'Good Cardiology Business Service', { ...LIPIDS, ...LETTER }),
  service('11007', 'Exceptional Cardiology Business Service', { ...LIPIDS, ...LETTER }),
  service('11008', 'FIRST Cardiology Business Service', LIPIDS),
  service('11010', 'Excellent Cardiology Business Service', {
    ...LIPIDS,
    requestFlows: ['APPOINTMENT_REQUEST', 'ADVICE_AND_GUIDANCE_REQUEST'],
  }),
  service('11021', 'Cardiology Business Service - Requires Referral Letter, No Slots for slots polling tests', { ...LIPIDS, ...LETTER }),
  service('11030', 'A LOCALLY_COMMISSIONABLE Service', { ...LIPIDS, commissioning: { odsCodes: ['R69'] } }),
];
const ONE = [
  service('11002', 'Good Cardiology Business Service', {
    ...LIPIDS,
    ...LETTER,
    ...NOWHERE,
    namedClinicians: ['021600556514'],
    indicativeAppointmentWait: 10,
  }),
  service('11007', 'Exceptional Cardiology Business Service', { ...LIPIDS, ...NOWHERE, indicativeAppointmentWait: 20 }),
];

const ANY = 'patientServiceSearch/requests/RcMinimal.json';

export const rows: readonly Row[] = [
  { answer: 'patientServiceSearch/FetchServiceListWithMultipleServices', request: 'RcMinimal', by: RC, given: { services: SIX } },
  {
    answer: 'patientServiceSearch/FetchServiceListWithSingleService',
    request: 'RcSearchByNamedClinician',
    by: RC,
    given: { services: ONE },
  },
  {
    answer: 'patientServiceSearch/FetchServiceListWithMultipleServices',
    request: 'RcSearchWithCommissioningRuleOrganisation',
    by: RC,
    given: { services: SIX },
  },
  { answer: 'patientServiceSearch/FetchServiceListWithSingleService', request: 'RcaWithIWT', by: RCA, given: { services: ONE } },
  {
    answer: 'patientServiceSearch/TriageAndAppointmentRequestType',
    ask: ANY,
    by: RC,
    given: {
      services: [
        service('42', 'Service Name', {
          ...LIPIDS,
          ...LETTER,
          ...NOWHERE,
          requestFlows: ['TRIAGE_REQUEST', 'APPOINTMENT_REQUEST'],
          indicativeAppointmentWait: 'NOT_APPLICABLE',
        }),
      ],
    },
  },
  {
    answer: 'patientServiceSearch/WithIndicativeAppointmentWaitTime',
    ask: ANY,
    by: RC,
    given: { services: [service('42', 'Service Name', { ...LIPIDS, ...LETTER, ...NOWHERE, indicativeAppointmentWait: 21 })] },
  },
];
