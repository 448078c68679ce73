/** The world that provoked refusals meet: a referral in each state that matters, a request for advice, people and places that fail a check. */
import {
  adviceRequest,
  adviceService,
  appointment,
  file,
  letter,
  referral,
  reviewReason,
  service,
  slot,
  triageService,
} from './pairs/records.ts';

type Record = { [member: string]: unknown };
// Rows change records of several kinds, each in a member or two.
// biome-ignore lint/suspicious/noExplicitAny: test convenience
type Loose = { [member: string]: any };

export const UBRN = {
  unbooked: '000000070000',
  advice: '000000070001',
  booked: '000000070010',
  triage: '000000070012',
  cancelled: '000000070013',
  deferred: '000000070014',
} as const;

export const PEOPLE = {
  clinician: '021600556514',
  inactive: '990000000101',
  referrerElsewhere: '990000000102',
  providerOnly: '990000000103',
  referrerElsewhereProviderHere: '990000000104',
} as const;

export const FILE = '50f0c0d5-7ed1-4587-8fce-889c8685eb54';
export const OTHER_FILE = '50f0c0d5-7ed1-4587-8fce-889c8685eb55';
const START = '2031-01-15T09:00:00.000Z';
export const CODES = {
  closed: 'Z9901',
  practice: 'Z9902',
  letter: '19eb7224-dff3-4730-a5cb-67eac811f1a5',
  bookedLetter: '19eb7224-dff3-4730-a5cb-67eac811f1a6',
  slot: { id: '11002001', start: START, end: '2031-01-15T10:00:00.000Z' },
  priority: 'https://fhir.nhs.uk/STU3/CodeSystem/eRS-Priority-1',
} as const;

export interface WorldState {
  readonly services: Record[];
  readonly slots: Record[];
  files: Record[];
  readonly referrals: Loose[];
  readonly advice: Record[];
  readonly patient: Record;
}

const SERVICES = ['11002', '11000', '11099', '11098', '50002', '11004'] as const;

/** A fresh copy of it. */
export function world(): WorldState {
  const shortlist = SERVICES.filter((each) => each !== '11099').map((serviceId) => ({ serviceId, serviceName: `Service ${serviceId}` }));
  const listed = (ubrn: string, changes: object) => referral(ubrn, 5, { shortlist, ...changes });
  return {
    services: [
      service('11002', 'Good Cardiology Business Service'),
      service('11000', 'Forthright Cardiology Business Service'),
      service('11099', 'Ear Service', { specialty: 'EAR_NOSE_THROAT', clinicTypes: ['EAR'] }),
      service('11098', 'Closed Cardiology Service', { published: false }),
      service('50002', 'Leeds Neuro Business Service', { bookableType: 'INDIRECTLY_BOOKABLE' }),
      triageService('11004', 'Cardiology Triage Business Service'),
      adviceService('11014', 'Advice Only'),
      adviceService('11097', 'Ear Advice', { specialty: 'EAR_NOSE_THROAT', clinicTypes: ['EAR'] }),
    ],
    slots: [slot(CODES.slot.id, '11002', START)],
    files: [file(FILE, 'results.pdf', undefined)],
    referrals: [
      listed(UBRN.unbooked, { attachments: [letter('80000', CODES.letter)] }),
      listed(UBRN.booked, {
        state: 'BOOKED',
        specialty: 'CARDIOLOGY',
        appointment: appointment('70010', 1, 'booked', '11002', 'Good Cardiology Business Service', {
          start: '2031-02-15T09:00:00Z',
          end: '2031-02-15T10:00:00Z',
          slotId: '11002002',
        }),
        attachments: [letter('80010', CODES.bookedLetter)],
      }),
      listed(UBRN.triage, {
        state: 'AWAITING_TRIAGE',
        specialty: 'CARDIOLOGY',
        stateReason: reviewReason('TRIAGE'),
        receivedAt: '2021-06-11T12:33:25Z',
        appointment: appointment('70012', 1, 'proposed', '11004', 'Cardiology Triage Business Service', { reason: reviewReason('TRIAGE') }),
        attachments: [letter('80012', '19eb7224-dff3-4730-a5cb-67eac811f1a7')],
      }),
      listed(UBRN.cancelled, { state: 'CANCELLED_REFERRAL', status: 'cancelled' }),
      listed(UBRN.deferred, {
        state: 'DEFERRED_TO_PROVIDER',
        specialty: 'CARDIOLOGY',
        stateReason: reviewReason('NO_SLOTS_AT_SERVICE'),
        receivedAt: '2021-06-11T12:33:25Z',
        appointment: appointment('70014', 1, 'proposed', '11002', 'Good Cardiology Business Service', {
          reason: reviewReason('NO_SLOTS_AT_SERVICE'),
        }),
        attachments: [letter('80014', '19eb7224-dff3-4730-a5cb-67eac811f1a8')],
      }),
    ],
    advice: [adviceRequest(UBRN.advice, 5, { attachments: [letter('80001', '19eb7224-dff3-4730-a5cb-67eac811f1a9')] })],
    patient: {
      nhsNumber: '9912003888',
      title: 'Mr',
      givenNames: ['Test'],
      familyName: 'Patient',
      birthDate: '1980-01-01',
      gender: 'female',
      addressLines: ['1 High Street'],
      postcode: 'LS1 2TW',
      gpPractice: 'R69',
      sensitivity: 'U',
    },
  };
}

const person = (userId: string, active = true) => ({
  userId,
  title: 'Dr',
  givenName: 'Test',
  familyName: userId,
  email: 'test@example.com',
  active,
  identityAssuranceLevel: 3,
  authenticationAssuranceLevel: 3,
});
const place = (odsCode: string, open: boolean) => ({
  odsCode,
  name: `Practice ${odsCode}`,
  kind: 'gp-practice',
  open,
  referring: true,
  providing: false,
  addressLines: [],
});
const role = (roleProfileId: string, userId: string, odsCode: string, activity: string) => ({
  roleProfileId,
  personOrgId: `8${roleProfileId.slice(1)}`,
  userId,
  odsCode,
  organisationName: odsCode,
  jobRoleCode: 'S0010:G0030:R0260',
  jobRoleName: 'Test',
  activityCodes: [activity],
  areaOfWorkCodes: [],
  workgroupCodes: [],
  active: true,
});

/** People and places that fail one check each. */
export const DIRECTORY = {
  organisations: [place(CODES.closed, false), place(CODES.practice, true)],
  people: Object.values(PEOPLE)
    .filter((each) => each !== PEOPLE.clinician)
    .map((each) => person(each, each !== PEOPLE.inactive)),
  roleProfiles: [
    role('990000000202', PEOPLE.referrerElsewhere, 'R100', 'B1101'),
    role('990000000203', PEOPLE.providerOnly, 'R69', 'B1110'),
    role('990000000204', PEOPLE.referrerElsewhereProviderHere, 'R100', 'B1101'),
    role('990000000205', PEOPLE.referrerElsewhereProviderHere, 'R69', 'B1110'),
  ],
};
