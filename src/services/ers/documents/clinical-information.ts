/** A007: what is known of a referral, on paper for the clinician who sees the patient (ers.md §9 A007, §17). */
import type { Instant } from '../../../kernel/clock.ts';
import { PRIORITY_DISPLAYS, REFERRAL_STATE_DISPLAYS } from '../codes.ts';
import type { HealthcareService, Referral } from '../model.ts';
import { clinicType, specialty } from '../reference-data/reference-data.ts';
import type { AuditEntry } from '../store/audit.ts';
import { adviceMentions, attachmentTable, conversationBlocks } from './advice-documents.ts';
import type { AdviceSource } from './advice-source.ts';
import { addressOf, clinicalDocument, type PrintedPatient } from './patient-banner.ts';
import { type Mention, organisationName, type PeopleAndPlaces, personName, personWithJob } from './people-and-places.ts';
import type { Block, Fact, PrintedDocument } from './printed-document.ts';
import { bookingReference, dateAndTime, fileStamp, sentence } from './words.ts';

/** What providers do to a referral, as the activity table says it. Operations that are not here are not their activity. */
const ACTIVITY_WORDS: Readonly<Record<string, string>> = {
  A013: 'Accepted the referral',
  A014: 'Rejected the referral',
  A022: 'Cancelled the appointment; to be arranged later',
  A027: 'Converted the advice and guidance request to a referral',
  A028: 'Recorded the outcome of triage',
  A036: 'Cancelled the referral',
};

export interface ClinicalInformation {
  readonly referral: Referral;
  readonly patient: PrintedPatient;
  /** The service of the current appointment. */
  readonly service: HealthcareService | undefined;
  /** The referral's audit trail, oldest first. */
  readonly trail: readonly AuditEntry[];
  /** The conversation it was converted from. */
  readonly advice: AdviceSource | undefined;
  readonly known: PeopleAndPlaces;
  readonly printedAt: Instant;
}

/** Everyone the document names. */
export function clinicalInformationMentions(
  facts: Pick<ClinicalInformation, 'referral' | 'patient' | 'trail' | 'advice'>,
): readonly Mention[] {
  const { referral, patient, trail, advice } = facts;
  const alone = (userId: string | undefined): readonly Mention[] => (userId === undefined ? [] : [{ userId }]);
  return [
    { userId: referral.referrer, odsCode: referral.referringOrganisation },
    ...alone(referral.criteria.namedClinician),
    ...alone(referral.appointment?.clinician),
    ...(patient.record?.gpPractice === undefined ? [] : [{ odsCode: patient.record.gpPractice }]),
    ...referral.attachments.flatMap((each) => [
      { userId: each.attachedBy, odsCode: each.attachedByOrganisation },
      ...alone(each.attachedOnBehalfOf),
    ]),
    ...trail.map(({ userId, odsCode }) => ({ userId, odsCode })),
    ...(advice === undefined ? [] : adviceMentions(advice)),
  ];
}

/** The clinical information summary. A rule on data: the same referral at the same moment gives the same document. */
export function clinicalInformation(facts: ClinicalInformation): PrintedDocument {
  const { referral, patient, known, printedAt, advice } = facts;
  const fileName = `${referral.ubrn}_Clinical_Information_Summary_${fileStamp(printedAt)}.pdf`;
  return clinicalDocument({ fileName, heading: 'Clinical information summary', patient, ubrn: referral.ubrn, printedAt }, [
    { kind: 'heading', level: 2, text: 'Referral' },
    { kind: 'facts', columns: 1, facts: referralFacts(facts) },
    { kind: 'heading', level: 2, text: 'Patient' },
    { kind: 'lines', lines: addressOf(patient) },
    { kind: 'facts', columns: 1, facts: patientFacts(facts) },
    { kind: 'heading', level: 2, text: 'Attachments' },
    referral.attachments.length === 0
      ? { kind: 'paragraph', text: 'No files are attached to this referral.' }
      : attachmentTable(referral.attachments, known),
    { kind: 'heading', level: 2, text: 'Service provider activity' },
    ...activityBlocks(facts),
    ...(advice === undefined
      ? []
      : [{ kind: 'heading', level: 2, text: 'Advice and guidance' } as const, ...conversationBlocks(advice, known)]),
  ]);
}

function referralFacts({ referral, service, known }: ClinicalInformation): readonly Fact[] {
  const { criteria, appointment } = referral;
  const shown = (instant: Instant | undefined): string => (instant === undefined ? 'None' : dateAndTime(instant));
  const person = (userId: string | undefined): string => (userId === undefined ? 'None' : personName(known, userId));
  return [
    ['Status', REFERRAL_STATE_DISPLAYS[referral.state]],
    ['Appointment', appointmentText(referral)],
    ['Created', dateAndTime(referral.createdAt)],
    ['Priority', PRIORITY_DISPLAYS[referral.priority]],
    ['Information first submitted', shown(referral.clinicalInfoFirstSubmitted)],
    ['Information last updated', shown(referral.clinicalInfoLastUpdated)],
    ['Referrer', personWithJob(known, referral.referrer, referral.referringOrganisation)],
    ['Referring organisation', organisationName(known, referral.referringOrganisation)],
    ['Clinical context', clinicalContext(referral)],
    ...(criteria.clinicalTerm === undefined
      ? []
      : [['Clinical term', criteria.clinicalTerm.display ?? criteria.clinicalTerm.code] as const]),
    ['Location', service === undefined ? 'None' : [service.locationName, service.postcode].filter((each) => each !== undefined).join(', ')],
    ['Named clinician', person(criteria.namedClinician)],
    ['Allocated clinician', person(appointment?.clinician)],
    ...(referral.additionalRequirements.length === 0
      ? []
      : [['Additional requirements', referral.additionalRequirements.map(sentence).join(', ')] as const]),
    ...(referral.relatedReferrals.length === 0
      ? []
      : [['Related UBRNs', referral.relatedReferrals.map(bookingReference).join('; ')] as const]),
  ];
}

/** `Cardiology / Heart Failure`. */
function clinicalContext({ criteria, specialty: booked }: Referral): string {
  const code = criteria.specialty ?? booked;
  const named = [
    code === undefined ? undefined : (specialty(code)?.display ?? sentence(code)),
    criteria.clinicType === undefined ? undefined : (clinicType(criteria.clinicType)?.display ?? sentence(criteria.clinicType)),
  ].filter((each) => each !== undefined);
  return named.length === 0 ? 'Not specified' : named.join(' / ');
}

function appointmentText({ appointment }: Referral): string {
  if (appointment === undefined) return 'None';
  const when = appointment.start === undefined ? sentence(appointment.status) : `${dateAndTime(appointment.start)} (${appointment.status})`;
  return `${when}, ${appointment.serviceName}`;
}

function patientFacts({ patient, known }: ClinicalInformation): readonly Fact[] {
  const { record } = patient;
  return [
    ['Registered practice', record?.gpPractice === undefined ? 'Not known' : organisationName(known, record.gpPractice)],
    ...(record?.telephone === undefined ? [] : [['Telephone', record.telephone] as const]),
    ...(record?.email === undefined ? [] : [['Email', record.email] as const]),
  ];
}

/** What the provider did, by whom, and what they said last. */
function activityBlocks({ referral, trail, known }: ClinicalInformation): readonly Block[] {
  const acts = trail.filter((each) => ACTIVITY_WORDS[each.operation] !== undefined && isProvider(each));
  const files = referral.attachments.filter((each) => each.type === 'PROVIDER');
  const { stateReason, stateComments } = referral;
  if (acts.length === 0 && files.length === 0 && stateReason === undefined && stateComments === undefined)
    return [{ kind: 'paragraph', text: 'The service provider has not acted on this referral.' }];
  const table: Block = {
    kind: 'table',
    caption: 'Service provider activity',
    columns: [
      { title: 'When', share: 0.18 },
      { title: 'Who', share: 0.5 },
      { title: 'What', share: 0.32 },
    ],
    rows: acts.map((each) => [
      dateAndTime(each.at),
      `${personWithJob(known, each.userId, each.odsCode)}, ${organisationName(known, each.odsCode)}`,
      ACTIVITY_WORDS[each.operation] ?? each.operation,
    ]),
  };
  const said: readonly Fact[] = [
    ...(stateReason === undefined ? [] : [['Reason', stateReason.display ?? sentence(stateReason.code)] as const]),
    ...(stateComments === undefined ? [] : [['Comments', stateComments] as const]),
    ...(files.length === 0 ? [] : [['Files', files.map((each) => each.title).join(', ')] as const]),
  ];
  return [...(acts.length === 0 ? [] : [table]), ...(said.length === 0 ? [] : [{ kind: 'facts', columns: 1, facts: said } as const])];
}

function isProvider({ businessFunction }: AuditEntry): boolean {
  return businessFunction.startsWith('SERVICE_PROVIDER') || businessFunction === 'PROVIDER_AUTHORISED_APPLICATION';
}
