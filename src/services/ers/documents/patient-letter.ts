/** A019: the letter that a patient takes home, by the state of the referral (ers.md §9 A019, §17). */

import { addWorkingDays } from '../../../kernel/calendar/working-days.ts';
import type { Instant } from '../../../kernel/clock.ts';
import type { ReferralState } from '../codes.ts';
import { unprocessable } from '../errors.ts';
import type { HealthcareService, Referral } from '../model.ts';
import { contactDays } from '../reference-data/reference-data.ts';
import { addressOf, type PrintedPatient, patientName } from './patient-banner.ts';
import { organisationName, type PeopleAndPlaces } from './people-and-places.ts';
import type { Block, PrintedDocument } from './printed-document.ts';
import { bookingReference, dayInWords, fileStamp, nhsNumber, time } from './words.ts';

/** Which letter a referral in a state gets. */
export type LetterKind = 'confirmation' | 'request' | 'deferral' | 'triage' | 'triaged';

/** The table. A state that is not here is back with the referrer or over: there is nothing to tell the patient to do. */
const LETTER_BY_STATE: Readonly<Partial<Record<ReferralState, LetterKind>>> = {
  BOOKED: 'confirmation',
  NOT_BOOKED: 'request',
  APPT_CANCELLED_BY_PATIENT: 'request',
  APPT_CANCELLED_BY_PROVIDER: 'request',
  DEFERRED_TO_PROVIDER: 'deferral',
  AWAITING_TRIAGE: 'triage',
  TRIAGED_PROVIDER_TO_ACTION: 'triaged',
};

const NAME_PARTS: Readonly<Record<LetterKind, string>> = {
  confirmation: 'Appointment_Confirmation_Summary',
  request: 'Appointment_Request_Summary',
  deferral: 'Appointment_Deferral_Summary',
  triage: 'Triage_Summary',
  triaged: 'Triage_Summary',
};
const HEADINGS: Readonly<Record<LetterKind, string>> = {
  confirmation: 'Your appointment is booked',
  request: 'Please book your appointment',
  deferral: 'The hospital or clinic will contact you',
  triage: 'Your referral is being looked at by a specialist team',
  triaged: 'The hospital or clinic will arrange your appointment',
};

export interface LetterToPatient {
  readonly referral: Referral;
  readonly patient: PrintedPatient;
  readonly accessCode: string;
  /** The services of the shortlist and of the appointment, by id. */
  readonly services: ReadonlyMap<string, HealthcareService>;
  readonly known: PeopleAndPlaces;
  readonly printedAt: Instant;
}

/** The letter for the referral's state. Throws INVALID_REQUEST_STATE (422) when there is none. */
export function letterKind(referral: Pick<Referral, 'ubrn' | 'state' | 'status'>): LetterKind {
  const kind = referral.status === 'active' ? LETTER_BY_STATE[referral.state] : undefined;
  if (kind !== undefined) return kind;
  throw unprocessable(
    'INVALID_REQUEST_STATE',
    `'UBRN' (${referral.ubrn}) is not in a state that allows this action.`,
    `There is no letter for a referral that is ${referral.state}: it is over, or back with the referrer.`,
  );
}

/** The letter. A rule on data; throws as {@link letterKind}. */
export function patientLetter(facts: LetterToPatient): PrintedDocument {
  const { referral, patient, known, printedAt } = facts;
  const kind = letterKind(referral);
  return {
    fileName: `${referral.ubrn}_${NAME_PARTS[kind]}_${fileStamp(printedAt)}.pdf`,
    title: `${HEADINGS[kind]} (${bookingReference(referral.ubrn)})`,
    mark: 'PRIVATE AND CONFIDENTIAL',
    foot: `Booking reference ${bookingReference(referral.ubrn)}`,
    printedAt,
    blocks: [
      { kind: 'lines', lines: addressOf(patient) },
      { kind: 'lines', lines: [dayInWords(printedAt), `NHS number: ${nhsNumber(referral.nhsNumber)}`] },
      { kind: 'heading', level: 1, text: HEADINGS[kind] },
      { kind: 'paragraph', text: `Dear ${patientName(patient)},` },
      {
        kind: 'paragraph',
        text: `You have been referred by ${organisationName(known, referral.referringOrganisation)} through the NHS e-Referral Service.`,
      },
      ...BODIES[kind](facts),
      {
        kind: 'banner',
        facts: [
          ['Booking reference', bookingReference(referral.ubrn)],
          ['Access code', facts.accessCode],
        ],
      },
      { kind: 'paragraph', text: 'Keep this letter safe. You need both, with your year of birth, to see or change your referral online.' },
      { kind: 'heading', level: 2, text: kind === 'request' ? 'How to book' : 'If you need to change or cancel' },
      ...contactBlocks(),
      { kind: 'heading', level: 3, text: 'Your rights' },
      {
        kind: 'paragraph',
        text: 'The NHS Constitution gives you rights about the choice of where you are treated and about waiting times. Read more at www.nhs.uk, or ask your practice.',
      },
    ],
  };
}

const BODIES: Readonly<Record<LetterKind, (facts: LetterToPatient) => readonly Block[]>> = {
  confirmation: confirmationBlocks,
  request: requestBlocks,
  deferral: (facts) =>
    waitingBlocks(
      facts,
      'deferToProvider',
      'No appointment could be booked at the time you were referred. Your referral has been sent to the service below, which will arrange an appointment with you. You do not need to do anything now.',
    ),
  triage: (facts) =>
    waitingBlocks(
      facts,
      'triage',
      'Your referral has been sent to the service below. A specialist reads it first and decides what is best for you. You do not need to do anything now.',
    ),
  triaged: (facts) =>
    waitingBlocks(
      facts,
      'triage',
      'A specialist has read your referral. The service below will arrange what comes next and contact you. You do not need to do anything now.',
    ),
};

function confirmationBlocks({ referral, services }: LetterToPatient): readonly Block[] {
  const { appointment } = referral;
  const service = appointment === undefined ? undefined : services.get(appointment.serviceId);
  const start = appointment?.start;
  return [
    {
      kind: 'facts',
      columns: 1,
      facts: [
        ['Date', start === undefined ? 'To be confirmed by the clinic' : dayInWords(start)],
        ['Time', start === undefined ? 'To be confirmed by the clinic' : time(start)],
        ['Clinic', appointment?.serviceName ?? ''],
        ['Where', service === undefined ? 'See the letter of the clinic' : placeOf(service)],
        ...(service?.telephone === undefined ? [] : [['Telephone', service.telephone] as const]),
      ],
    },
    ...(service?.instructions === undefined
      ? []
      : [
          { kind: 'heading', level: 2, text: 'What the clinic asks of you' } as const,
          { kind: 'paragraph', text: service.instructions } as const,
        ]),
  ];
}

function requestBlocks({ referral, services }: LetterToPatient): readonly Block[] {
  const clinics = referral.shortlist.map(({ serviceId, serviceName }) => ({ serviceName, service: services.get(serviceId) }));
  return [
    {
      kind: 'paragraph',
      text:
        clinics.length === 1
          ? 'No appointment has been booked yet. Please book one at this clinic:'
          : 'No appointment has been booked yet. Please choose one of these clinics and book:',
    },
    {
      kind: 'table',
      caption: 'Clinics you can choose from',
      columns: [
        { title: 'Clinic', share: 0.36 },
        { title: 'Where', share: 0.34 },
        { title: 'How to book', share: 0.3 },
      ],
      rows: clinics.map(({ serviceName, service }) => [serviceName, service === undefined ? '' : placeOf(service), howToBook(service)]),
    },
  ];
}

function howToBook(service: HealthcareService | undefined): string {
  if (service?.bookableType === 'DIRECTLY_BOOKABLE') return 'Online, or through the appointments line';
  return service?.telephone === undefined ? 'Through the appointments line' : `Telephone the clinic: ${service.telephone}`;
}

/** What happens next and by when: the contact days of the priority after the referral reached the provider (ers.md §16). */
function waitingBlocks({ referral, services }: LetterToPatient, days: 'deferToProvider' | 'triage', text: string): readonly Block[] {
  const { appointment } = referral;
  const service = appointment === undefined ? undefined : services.get(appointment.serviceId);
  const sent = referral.receivedAt ?? appointment?.created ?? referral.updatedAt;
  const by = dayInWords(Date.parse(`${addWorkingDays(sent, contactDays(referral.priority)[days])}T12:00:00Z`));
  return [
    {
      kind: 'paragraph',
      text,
    },
    {
      kind: 'facts',
      columns: 1,
      facts: [
        ['Service', appointment?.serviceName ?? ''],
        ...(service === undefined ? [] : [['Where', placeOf(service)] as const]),
        ...(service?.telephone === undefined ? [] : [['Telephone', service.telephone] as const]),
        ['You will hear by', by],
      ],
    },
    { kind: 'paragraph', text: `If you have heard nothing by ${by}, contact the service, or the appointments line below.` },
  ];
}

/** Where the appointments line and the website are, and when someone answers (ers.md §17). */
function contactBlocks(): readonly Block[] {
  return [
    {
      kind: 'list',
      items: [
        'Online: www.nhs.uk/referrals',
        'By telephone: the appointments line, 0345 608 8888 (text phone 0345 850 2250), Monday to Friday 8am to 8pm, weekends and bank holidays 8am to 4pm.',
      ],
    },
  ];
}

function placeOf({ locationName, postcode }: HealthcareService): string {
  return postcode === undefined ? locationName : `${locationName}, ${postcode}`;
}
