/** The services that published examples name (ers.md §22 item 12). Where examples contradict each other, see README.md here. */
import type { BookableType, HealthcareService, Priority, RequestFlow } from '../model.ts';

type Kind = 'direct' | 'indirect' | 'triage' | 'advice' | 'direct with advice';

interface Row {
  readonly id: string;
  readonly name: string;
  readonly kind: Kind;
  /** Differences from {@link usual}. */
  readonly but?: Partial<HealthcareService>;
}

const HEART = ['HEART_FAILURE'];
const HEART_AND_LIPIDS = ['HEART_FAILURE', 'LIPID_MANAGEMENT'];
const ALL_PRIORITIES: readonly Priority[] = ['ROUTINE', 'URGENT', 'TWO_WEEK_WAIT'];
const LETTER = { referralLetterRequired: true };

/** User that the examples search by name, and the one whose schedules they show. */
export const NAMED_CLINICIAN = '021600556514';
export const SCHEDULED_CLINICIAN = '921600556514';

const FLOWS: Readonly<Record<Kind, readonly RequestFlow[]>> = {
  direct: ['APPOINTMENT_REQUEST'],
  indirect: ['APPOINTMENT_REQUEST'],
  triage: ['TRIAGE_REQUEST'],
  advice: ['ADVICE_AND_GUIDANCE_REQUEST'],
  'direct with advice': ['APPOINTMENT_REQUEST', 'ADVICE_AND_GUIDANCE_REQUEST'],
};
const BOOKABLE: Readonly<Record<Kind, BookableType>> = {
  direct: 'DIRECTLY_BOOKABLE',
  indirect: 'INDIRECTLY_BOOKABLE',
  triage: 'UNSPECIFIED',
  advice: 'UNSPECIFIED',
  'direct with advice': 'DIRECTLY_BOOKABLE',
};

const ROWS: readonly Row[] = [
  {
    id: '1',
    name: 'Direct SVC 1',
    kind: 'direct',
    but: { locationOdsCode: 'R6901', locationName: 'Cicero-Clinic Main Site', clinicTypes: ['ARRHYTHMIA'] },
  },
  {
    id: '2',
    name: 'Direct SVC 2',
    kind: 'direct',
    but: {
      locationOdsCode: 'R6901',
      locationName: 'Cicero-Clinic Main Site',
      clinicTypes: ['ARRHYTHMIA'],
      appointmentType: 'DAY_CASE',
      hoursOfOperation: '9-5 Mon-Fri',
      instructions: 'Instructions',
      telephone: '01234567890',
      professionalContacts: [{ system: 'email', value: 'service@email.com' }],
    },
  },
  { id: '50', name: 'Direct SVC 1', kind: 'direct', but: { clinicTypes: ['ARRHYTHMIA', 'HEART_FAILURE'] } },
  { id: '10000', name: 'Quiet Cardiology Business Service', kind: 'direct' },
  { id: '11000', name: 'Forthright Cardiology Business Service', kind: 'direct', but: { namedClinicians: [SCHEDULED_CLINICIAN] } },
  { id: '11001', name: 'Steady Cardiology Business Service', kind: 'direct' },
  {
    id: '11002',
    name: 'Good Cardiology Business Service',
    kind: 'direct',
    but: {
      ...LETTER,
      clinicTypes: HEART_AND_LIPIDS,
      clinicalTerms: ['1003', '84114007'],
      namedClinicians: [NAMED_CLINICIAN],
      indicativeAppointmentWait: 10,
    },
  },
  { id: '11003', name: 'Sound Cardiology Business Service', kind: 'direct' },
  { id: '11004', name: 'Cardiology Triage Business Service', kind: 'triage' },
  { id: '11007', name: 'Exceptional Cardiology Business Service', kind: 'direct', but: { ...LETTER, clinicTypes: HEART_AND_LIPIDS } },
  {
    id: '11008',
    name: 'FIRST Cardiology Business Service',
    kind: 'direct',
    but: { clinicTypes: HEART_AND_LIPIDS, namedClinicians: [SCHEDULED_CLINICIAN] },
  },
  { id: '11010', name: 'Excellent Cardiology Business Service', kind: 'direct with advice', but: { clinicTypes: HEART_AND_LIPIDS } },
  { id: '11012', name: 'Excellent Cardiology Business Service 12', kind: 'direct' },
  { id: '11013', name: 'Excellent Cardiology Business Service 13', kind: 'direct' },
  { id: '11014', name: 'Advice Only', kind: 'advice' },
  { id: '11016', name: 'Triage-Related Indirect Business Service', kind: 'indirect' },
  { id: '11017', name: 'Triage-Related Indirect Business Service 2', kind: 'indirect' },
  { id: '11021', name: 'Cardiology Business Service', kind: 'direct', but: { ...LETTER, clinicTypes: HEART_AND_LIPIDS } },
  {
    id: '11030',
    name: 'A LOCALLY_COMMISSIONABLE Service',
    kind: 'direct',
    but: { clinicTypes: HEART_AND_LIPIDS, commissioning: { odsCodes: ['R69', 'R68', 'R100'] } },
  },
  { id: '11115', name: 'Triage Business Service 4', kind: 'triage' },
  ...Array.from(
    { length: 20 },
    (_, index): Row => ({
      id: String(12_000 + index),
      name: `Good Cardiology Business Service ${index + 1}`,
      kind: 'direct',
      but: {
        ...LETTER,
        clinicalTerms: ['1003'],
        namedClinicians: [NAMED_CLINICIAN, SCHEDULED_CLINICIAN],
        priorities: ['ROUTINE'],
        indicativeAppointmentWait: 20,
      },
    }),
  ),
  { id: '13000', name: 'Mixed Cardiology Business Service', kind: 'direct', but: { namedClinicians: [SCHEDULED_CLINICIAN] } },
  { id: '14000', name: 'Personal Cardiology Business Service', kind: 'direct', but: { namedClinicians: [SCHEDULED_CLINICIAN] } },
  { id: '21012', name: 'Another Excellent Cardiology Business Service 13', kind: 'direct' },
  { id: '50001', name: 'Cardiology Triage Service', kind: 'triage' },
  {
    id: '50002',
    name: 'Leeds Neuro Business Service',
    kind: 'indirect',
    but: { specialty: 'NEUROLOGY', clinicTypes: ['HEADACHE', 'EPILEPSY'], clinicalTerms: ['37796009', '84757009'] },
  },
  {
    id: '50110',
    name: 'Triage - 2WW',
    kind: 'triage',
    but: { specialty: '2WW', clinicTypes: ['2WW_BRAIN'], priorities: ['TWO_WEEK_WAIT'] },
  },
  { id: '51002', name: 'Good Cardiology Triage Service', kind: 'triage' },
];

/** The published services; `workGroup` holds those who review at R69. */
export function publishedServices(workGroup: HealthcareService['workGroup']): readonly HealthcareService[] {
  return ROWS.map(({ id, name, kind, but }) => ({ ...usual(kind), id, name, workGroup, ...but }));
}

function usual(kind: Kind): Omit<HealthcareService, 'id' | 'name' | 'workGroup'> {
  const bookable = kind !== 'triage' && kind !== 'advice';
  return {
    version: 1,
    providerOdsCode: 'R69',
    locationOdsCode: 'R69',
    locationName: 'Cicero-Clinic',
    postcode: 'LS1 2TW',
    specialty: 'CARDIOLOGY',
    clinicTypes: HEART,
    requestFlows: FLOWS[kind],
    bookableType: BOOKABLE[kind],
    ...(bookable && { appointmentType: 'DIAGNOSTIC' }),
    ...(BOOKABLE[kind] === 'DIRECTLY_BOOKABLE' && { pasEndpoint: { asid: '999900000041' } }),
    priorities: ALL_PRIORITIES,
    genderTreated: 'MALE_AND_FEMALE',
    referralLetterRequired: kind === 'triage',
    clinicalTerms: [],
    namedClinicians: [],
    additionalRequirements: [],
    indicativeAppointmentWait: bookable ? 'LIMITED_AVAILABILITY' : 'NOT_APPLICABLE',
    displayProminently: false,
    commissioning: 'ALL',
    published: true,
  };
}
