/** Invented services of the invented trusts: one of every kind that a referrer can meet. */
import type { SeededRandom } from '../../../kernel/seeded-random.ts';
import type { HealthcareService, Priority } from '../model.ts';
import { CLINIC_TYPES, specialty } from '../reference-data/reference-data.ts';

/** A trust as services need it. */
export interface ProvidingTrust {
  readonly odsCode: string;
  readonly sites: readonly { readonly odsCode: string; readonly name: string; readonly postcode?: string }[];
  /** SDS user ids of those who review there. */
  readonly clinicians: readonly string[];
}

type Kind = 'direct' | 'indirect' | 'triage' | 'advice';

interface Row {
  readonly specialty: string;
  readonly kind: Kind;
  readonly title: string;
  readonly but?: Partial<HealthcareService>;
}

const ALL_PRIORITIES: readonly Priority[] = ['ROUTINE', 'URGENT', 'TWO_WEEK_WAIT'];
const UNHURRIED: readonly Priority[] = ['ROUTINE', 'URGENT'];
/** Offered within these days; urgent patients are not shown slots months away. */
const BOOKING_WINDOW = { ROUTINE: { from: 1, to: 180 }, URGENT: { from: 0, to: 42 }, TWO_WEEK_WAIT: { from: 0, to: 14 } };
const FIRST_ID = 60_001;
const CLINIC_TYPES_EACH = 4;

/** Ten for each of four trusts. */
const ROWS: readonly Row[] = [
  {
    specialty: 'CARDIOLOGY',
    kind: 'direct',
    title: 'Cardiology Clinic',
    but: { clinicalTerms: ['84114007', '194828000', '49436004', '38341003'] },
  },
  { specialty: 'CARDIOLOGY', kind: 'advice', title: 'Cardiology Advice' },
  { specialty: 'DERMATOLOGY', kind: 'direct', title: 'Dermatology Clinic', but: { clinicalTerms: ['43116000', '9014002'] } },
  { specialty: 'DERMATOLOGY', kind: 'triage', title: 'Dermatology Assessment' },
  {
    specialty: 'EAR_NOSE_THROAT',
    kind: 'direct',
    title: 'Ear, Nose and Throat Clinic',
    but: { clinicalTerms: ['15188001', '60862001'], ageTreated: { low: 16 } },
  },
  {
    specialty: 'OPHTHALMOLOGY',
    kind: 'direct',
    title: 'Eye Clinic',
    but: { clinicalTerms: ['193570009', '23986001'], appointmentType: 'OPHTHALMOLOGIST' },
  },
  { specialty: 'ORTHOPAEDICS', kind: 'triage', title: 'Musculoskeletal Assessment', but: { clinicalTerms: ['161891005', '396275006'] } },
  {
    specialty: '2WW',
    kind: 'direct',
    title: 'Urgent Suspected Cancer Clinic',
    but: { priorities: ['TWO_WEEK_WAIT'], referralLetterRequired: true },
  },
  { specialty: 'PHYSIOTHERAPY', kind: 'indirect', title: 'Physiotherapy', but: { appointmentType: 'AHP_CLINIC' } },
  { specialty: 'NEUROLOGY', kind: 'indirect', title: 'Neurology Clinic', but: { clinicalTerms: ['37796009', '84757009', '49049000'] } },

  { specialty: 'CARDIOLOGY', kind: 'triage', title: 'Heart Failure Assessment', but: { clinicalTerms: ['84114007'] } },
  { specialty: 'RESPIRATORY_MEDICINE', kind: 'direct', title: 'Chest Clinic', but: { clinicalTerms: ['195967001', '13645005'] } },
  { specialty: 'GYNAECOLOGY', kind: 'direct', title: 'Gynaecology Clinic', but: { genderTreated: 'FEMALE', ageTreated: { low: 16 } } },
  { specialty: 'UROLOGY', kind: 'direct', title: "Men's Urology Clinic", but: { genderTreated: 'MALE', ageTreated: { low: 18 } } },
  { specialty: 'CHILDRENS_ADOLESCENT_SERVICES', kind: 'direct', title: "Children's Clinic", but: { ageTreated: { low: 0, high: 17 } } },
  { specialty: 'DIABETIC_MEDICINE', kind: 'advice', title: 'Diabetes Advice', but: { clinicalTerms: ['73211009', '44054006'] } },
  { specialty: 'DIABETIC_MEDICINE', kind: 'indirect', title: 'Diabetes Clinic', but: { clinicalTerms: ['73211009', '44054006'] } },
  { specialty: 'RHEUMATOLOGY', kind: 'triage', title: 'Rheumatology Assessment', but: { clinicalTerms: ['69896004', '90560007'] } },
  {
    specialty: 'GERIATRIC_MEDICINE',
    kind: 'direct',
    title: 'Older People Clinic',
    but: { ageTreated: { low: 65 }, additionalRequirements: ['TRANSPORT', 'ADVOCACY'] },
  },
  { specialty: '2WW', kind: 'triage', title: 'Urgent Suspected Cancer Assessment', but: { priorities: ['TWO_WEEK_WAIT'] } },

  { specialty: 'CARDIOLOGY', kind: 'direct', title: 'Community Cardiology', but: { capacityAlert: 'LOW', indicativeAppointmentWait: 84 } },
  { specialty: 'ORTHOPAEDICS', kind: 'direct', title: 'Orthopaedic Clinic', but: { clinicalTerms: ['396275006'], freezeDays: 2 } },
  {
    specialty: 'SURGERY_NOT_OTHERWISE_SPECIFIED',
    kind: 'direct',
    title: 'General Surgery Clinic',
    but: { clinicalTerms: ['396232000'], referralLetterRequired: true },
  },
  { specialty: 'NEPHROLOGY', kind: 'advice', title: 'Kidney Advice', but: { clinicalTerms: ['709044004'] } },
  { specialty: 'HAEMATOLOGY', kind: 'triage', title: 'Haematology Assessment', but: { clinicalTerms: ['271737000'] } },
  {
    specialty: 'MENTAL_HEALTH_ADULTS_OF_ALL_AGES',
    kind: 'indirect',
    title: 'Talking Therapies',
    but: { ageTreated: { low: 18 }, clinicalTerms: ['35489007', '197480006'], additionalRequirements: ['INTERPRETER'] },
  },
  { specialty: 'PODIATRY', kind: 'direct', title: 'Podiatry', but: { appointmentType: 'AHP_CLINIC' } },
  {
    specialty: 'DIAGNOSTIC_IMAGING',
    kind: 'direct',
    title: 'Scans and X-rays',
    but: { appointmentType: 'DIAGNOSTIC', indicativeAppointmentWait: 7 },
  },
  // Only practices that the commissioner named may use it (primary-care menu).
  {
    specialty: 'CARDIOLOGY',
    kind: 'direct',
    title: 'Practice-based Heart Checks',
    but: { appointmentType: 'GPSI', commissioning: { odsCodes: ['ZP9001', 'ZP9002'], from: '2020-04-01' } },
  },
  { specialty: 'EAR_NOSE_THROAT', kind: 'advice', title: 'Ear, Nose and Throat Advice' },

  { specialty: 'CARDIOLOGY', kind: 'indirect', title: 'Heart Rhythm Clinic', but: { clinicalTerms: ['49436004'] } },
  { specialty: 'DERMATOLOGY', kind: 'advice', title: 'Skin Advice', but: { clinicalTerms: ['43116000', '9014002'] } },
  {
    specialty: 'GI_AND_LIVER_MEDICINE_AND_SURGERY',
    kind: 'direct',
    title: 'Digestive Health Clinic',
    but: { referralLetterRequired: true },
  },
  { specialty: 'ENDOCRINOLOGY_AND_METABOLIC_MEDICINE', kind: 'triage', title: 'Endocrine Assessment' },
  { specialty: 'OPHTHALMOLOGY', kind: 'triage', title: 'Eye Assessment', but: { clinicalTerms: ['193570009'] } },
  { specialty: 'PAIN_MANAGEMENT', kind: 'indirect', title: 'Pain Clinic', but: { clinicalTerms: ['161891005'], ageTreated: { low: 18 } } },
  {
    specialty: 'SPEECH_AND_LANGUAGE_THERAPY',
    kind: 'indirect',
    title: 'Speech and Language Therapy',
    but: { appointmentType: 'AHP_CLINIC' },
  },
  { specialty: 'ALLERGY', kind: 'direct', title: 'Allergy Clinic', but: { ageTreated: { low: 5, high: 60 } } },
  {
    specialty: 'SURGERY_VASCULAR',
    kind: 'direct',
    title: 'Vascular Clinic',
    but: { displayProminently: true, referrerAlert: 'Please attach the result of the ankle brachial pressure index.' },
  },
  // Closed: kept in the directory, and refused with SERVICE_UNAVAILABLE.
  { specialty: 'CARDIOLOGY', kind: 'direct', title: 'Former Cardiology Clinic', but: { published: false } },
];

/** The invented services of some trusts; the same for the same seed. */
export function syntheticServices(random: SeededRandom, trusts: readonly ProvidingTrust[]): readonly HealthcareService[] {
  if (trusts.length === 0) return [];
  const perTrust = Math.ceil(ROWS.length / trusts.length);
  return ROWS.flatMap((row, index) => {
    const trust = trusts[Math.floor(index / perTrust)];
    return trust === undefined ? [] : [serviceOf(random.stream('service', index), row, FIRST_ID + index, trust)];
  });
}

function serviceOf(random: SeededRandom, row: Row, id: number, trust: ProvidingTrust): HealthcareService {
  const site = trust.sites.length === 0 ? { odsCode: trust.odsCode, name: trust.odsCode } : random.pick(trust.sites);
  const bookable = row.kind === 'direct' || row.kind === 'indirect';
  const clinicians = bookable ? trust.clinicians.slice(0, random.int(1, 2)) : [];
  return {
    id: String(id),
    version: 1,
    name: `${row.title}, ${site.name}`,
    providerOdsCode: trust.odsCode,
    locationOdsCode: site.odsCode,
    locationName: site.name,
    ...(site.postcode !== undefined && { postcode: site.postcode }),
    specialty: row.specialty,
    clinicTypes: currentClinicTypes(row.specialty),
    requestFlows: [
      row.kind === 'triage' ? 'TRIAGE_REQUEST' : row.kind === 'advice' ? 'ADVICE_AND_GUIDANCE_REQUEST' : 'APPOINTMENT_REQUEST',
    ],
    bookableType: row.kind === 'direct' ? 'DIRECTLY_BOOKABLE' : row.kind === 'indirect' ? 'INDIRECTLY_BOOKABLE' : 'UNSPECIFIED',
    ...(bookable && { appointmentType: 'FIRST_OUTPATIENT' }),
    priorities: row.specialty === 'CARDIOLOGY' ? ALL_PRIORITIES : UNHURRIED,
    ...(row.kind === 'direct' && { bookingWindowDays: BOOKING_WINDOW, pasEndpoint: { partyKey: `${trust.odsCode}-820001` } }),
    genderTreated: 'MALE_AND_FEMALE',
    referralLetterRequired: row.kind === 'triage',
    clinicalTerms: [],
    namedClinicians: clinicians,
    additionalRequirements: random.chance(0.3) ? ['INTERPRETER'] : [],
    indicativeAppointmentWait: bookable ? random.int(10, 90) : 'NOT_APPLICABLE',
    ...(bookable && { indicativeTreatmentWait: random.int(60, 140) }),
    displayProminently: false,
    exclusions: 'Emergencies: please telephone.',
    conditionsTreated: `Conditions usually seen in ${specialty(row.specialty)?.display ?? row.specialty}.`,
    instructions: 'Please bring a list of your medicines.',
    hoursOfOperation: '9-5 Mon-Fri',
    telephone: `01632 960${String(random.int(0, 999)).padStart(3, '0')}`,
    commissioning: 'ALL',
    published: true,
    workGroup: trust.clinicians.map((userId) => ({ userId, odsCode: trust.odsCode })),
    ...row.but,
  };
}

/** The first few clinic types of a specialty that may still be used. */
function currentClinicTypes(code: string): readonly string[] {
  return CLINIC_TYPES.filter((each) => each.specialty === code && each.effectiveTo === undefined)
    .slice(0, CLINIC_TYPES_EACH)
    .map((each) => each.code);
}
