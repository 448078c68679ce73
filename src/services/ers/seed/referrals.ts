/**
 * The referrals of the published examples of A005, as they stand at version 5 (ers.md §22), and others in
 * several states to try things on (000000070030 and on). Ids, texts and sizes are those of the examples; times are moved so that they were made three days ago and appointments
 * are still to come.
 */
import { createHash } from 'node:crypto';
import { type Instant, isoDate } from '../../../kernel/clock.ts';
import { workingDay } from '../booking/clinic.ts';
import { STU3_CODES } from '../codes.ts';
import type { Attachment, Code, Priority, Referral, SearchCriteria, StoredFile } from '../model.ts';
import { BOOKED_SLOT, bookedSlotTime } from './slots.ts';

/** Content of a published file: its first bytes are right for its type, its size is that of the example. */
export interface PublishedFile {
  readonly file: StoredFile;
  /** To be put into the blob store, where its name is the file's hash. */
  readonly content: Buffer;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const CREATED = '2021-06-11T00:00:00.000Z';
const DAYS_AGO = 3;

const ORGANISATION = 'R69';
const CLINICIAN = '021600556514';
const PATIENT = '9912003888';
const VERSION = 5;

/** The six bytes every small example file has. */
const BYTES: Readonly<Record<string, Buffer>> = {
  'application/pdf': Buffer.from('%PDF-1'),
  'image/png': Buffer.from('89504e470d0a', 'hex'),
  'application/msword': Buffer.from('d0cf11e0a1b1', 'hex'),
};
const CONVERTED: Code = {
  system: `${STU3_CODES}eRS-ReviewOutcome-1`,
  code: 'PROVIDER_CONVERTED_ADVICE_AND_GUIDANCE_ADMIN_TO_REFER',
  display: 'Provider Converted Advice and Guidance, Admin to Refer',
};

/** An attachment of an example with its scan result. */
export interface Example {
  readonly attachment: Omit<Attachment, 'indexed' | 'creation' | 'attachedBy' | 'attachedByOrganisation'> &
    Partial<Pick<Attachment, 'attachedBy' | 'attachedByOrganisation'>>;
  readonly indexed: string;
  readonly status: StoredFile['status'];
}

const LETTER_INDEXED = '2021-06-11T12:09:09.459Z';
const CONVERSION_INDEXED = '2021-06-11T14:04:48.987Z';

function letter(fileId: string, changes: Partial<Attachment> = {}, status: StoredFile['status'] = 'AVAILABLE'): Example {
  const attachment = {
    id: '80000',
    type: 'REFERRER',
    fileId,
    title: 'referralletter.pdf',
    contentType: 'application/pdf',
    size: 6,
    description: 'referralletter pdf',
    ...changes,
  } as const;
  return { attachment, indexed: LETTER_INDEXED, status };
}

function converted(attachment: Example['attachment']): Example {
  return { attachment, indexed: CONVERSION_INDEXED, status: 'AVAILABLE' };
}

const ATTACHMENTS: Readonly<Record<string, readonly Example[]>> = {
  '000000070000': [letter('19eb7224-dff3-4730-a5cb-67eac811f1a5', { attachedOnBehalfOf: '004377014925' })],
  '000000070001': [letter('719f6045-e791-4029-8e0f-1201c02b0a55')],
  '000000070002': [letter('719f6045-e791-4029-8e0f-1201c02b0a56')],
  '000000070004': [
    converted({
      id: '80003',
      type: 'REFERRER',
      fileId: 'd7f9fba4-3c57-4dec-a274-94dab9fd4518',
      title: 'Advice and guidance conversation - 000000070004.pdf',
      contentType: 'application/pdf',
      size: 3807,
    }),
    converted({
      id: '80000',
      type: 'ADVICE_REQUEST',
      fileId: '80245c92-d28a-4d1f-9b8d-c31f8ab9e322',
      title: 'advice.png',
      contentType: 'image/png',
      size: 6,
      description: 'advice png',
      attachedBy: '921600556514',
      attachedByOrganisation: 'R68',
    }),
    converted({
      id: '80001',
      type: 'GUIDANCE_RESPONSE',
      fileId: '19eb7224-dff3-4730-a5cb-67eac811f1a6',
      title: 'provider.png',
      contentType: 'image/png',
      size: 6,
      description: 'provider png',
    }),
    converted({
      id: '80002',
      type: 'PROVIDER',
      fileId: '719f6045-e791-4029-8e0f-1201c02b0a57',
      title: 'triage.png',
      contentType: 'image/png',
      size: 6,
      description: 'triage png',
    }),
  ],
  '000000070012': [
    letter('19eb7224-dff3-4730-a5cb-67eac811f1a7', { title: 'referralletter1.pdf', attachedOnBehalfOf: CLINICIAN }, 'PENDING'),
    letter(
      'adda8c72-4a91-4dc7-a918-b6d12fb28085',
      {
        id: '80001',
        title: 'referralletter2.png',
        contentType: 'image/png',
        description: 'referralletter png',
        attachedOnBehalfOf: CLINICIAN,
      },
      'THREATS_FOUND',
    ),
    letter(
      '9e554611-3378-425c-9cab-700b697e52d3',
      {
        id: '80002',
        title: 'referralletter3.doc',
        contentType: 'application/msword',
        description: 'referralletter doc',
        attachedOnBehalfOf: CLINICIAN,
      },
      'VALIDATION_FAILED',
    ),
  ],
  '000000070030': [letter('719f6045-e791-4029-8e0f-1201c02b0a60')],
};

/** Builds the example referrals and their files for an environment whose clock shows `now`. */
export function publishedReferrals(now: Instant): { readonly referrals: readonly Referral[]; readonly files: readonly PublishedFile[] } {
  const moved = mover(now);
  return {
    referrals: [
      unbooked(moved, '000000070000', 'b0'),
      bookedDirectly(moved, now),
      bookedIndirectly(moved, now),
      convertedFromAdvice(moved),
      unbooked(moved, '000000070012', '12'),
      ...toTryThingsOn(moved, now),
    ],
    files: Object.entries(ATTACHMENTS).flatMap(([ubrn, examples]) => examples.map((each) => fileOf(each, ubrn, moved))),
  };
}

/** Moves the time of an example to where the environment's clock makes it recent. */
export type Mover = (time: string) => Instant;

/** Example times, as long after `now` less three days as they are after the day they were made. */
export function mover(now: Instant): Mover {
  const day = Math.floor(now / DAY) * DAY - DAYS_AGO * DAY;
  return (time) => Date.parse(time) - Date.parse(CREATED) + day;
}

function unbooked(moved: Mover, ubrn: string, requestId: string): Referral {
  return {
    ...common(moved, ubrn, requestId, 'ROUTINE', '2021-06-11T12:09:08.667Z'),
    state: 'NOT_BOOKED',
    shortlist: [{ serviceId: '11002', serviceName: 'Good Cardiology Business Service' }],
    clinicalInfoFirstSubmitted: moved('2021-06-11T12:09:08.667Z'),
  };
}

function bookedDirectly(moved: Mover, now: Instant): Referral {
  const created = moved('2021-06-11T12:33:25.664Z');
  const service = { serviceId: '11002', serviceName: 'Good Cardiology Business Service' };
  return {
    ...common(moved, '000000070001', 'b1', 'ROUTINE', '2021-06-11T12:33:23.167Z'),
    state: 'BOOKED',
    shortlist: [service],
    clinicalInfoFirstSubmitted: moved('2021-06-11T12:33:23.167Z'),
    pathwayStart: created,
    specialty: 'CARDIOLOGY',
    appointment: {
      id: '70009',
      version: 0,
      status: 'booked',
      ...service,
      clinician: CLINICIAN,
      ...bookedSlotTime(now),
      slotId: BOOKED_SLOT,
      created,
    },
  };
}

function bookedIndirectly(moved: Mover, now: Instant, ubrn = '000000070002', requestId = 'b2', appointmentId = '70010'): Referral {
  const created = moved('2021-06-11T13:43:34.424Z');
  const start = workingDay(now, 24) + 10 * HOUR;
  const service = { serviceId: '11016', serviceName: 'Triage-Related Indirect Business Service' };
  return {
    ...common(moved, ubrn, requestId, 'ROUTINE', '2021-06-11T13:43:33.338Z'),
    state: 'BOOKED',
    shortlist: [service, { serviceId: '11017', serviceName: 'Triage-Related Indirect Business Service 2' }],
    clinicalInfoFirstSubmitted: moved('2021-06-11T13:43:33.338Z'),
    pathwayStart: created,
    specialty: 'CARDIOLOGY',
    appointment: { id: appointmentId, version: 0, status: 'booked', ...service, start, end: start, created },
  };
}

function convertedFromAdvice(moved: Mover): Referral {
  const created = moved('2021-06-11T14:04:48.217Z');
  const comment = "Actually I'd rather not";
  const service = { serviceId: '11014', serviceName: 'Advice Only' };
  return {
    ...common(moved, '000000070004', 'b4', 'TWO_WEEK_WAIT', '2021-06-11T14:04:48.172Z'),
    state: 'TRIAGED_PROVIDER_TO_ACTION',
    stateReason: CONVERTED,
    stateComments: comment,
    shortlist: [service],
    clinicalInfoFirstSubmitted: moved('2021-06-11T14:04:48.172Z'),
    specialty: 'CARDIOLOGY',
    appointment: { id: '70011', version: 1, status: 'proposed', ...service, created, reason: CONVERTED, comment },
    convertedFromAdvice: true,
    receivedAt: created,
  };
}

/** A referral for each example request of the API document that would change another example's. */
function toTryThingsOn(moved: Mover, now: Instant): readonly Referral[] {
  const letterless = { letterIntention: 'NOT_INTENDING_TO_ADD' } as const;
  return [
    inTriage(moved),
    unbooked(moved, '000000070031', '31'),
    unbooked(moved, '000000070032', '32'),
    { ...bookedIndirectly(moved, now, '000000070033', '33', '70013'), ...letterless },
    { ...bookedIndirectly(moved, now, '000000070034', '34', '70014'), ...letterless },
    unbooked(moved, '000000070035', '35'),
  ];
}

function inTriage(moved: Mover): Referral {
  const created = moved('2021-06-11T09:05:00.000Z');
  const service = { serviceId: '11004', serviceName: 'Cardiology Triage Business Service' };
  return {
    ...common(moved, '000000070030', '30', 'ROUTINE', '2021-06-11T09:00:00.000Z'),
    state: 'AWAITING_TRIAGE',
    shortlist: [service],
    clinicalInfoFirstSubmitted: moved('2021-06-11T09:00:00.000Z'),
    specialty: 'CARDIOLOGY',
    appointment: { id: '70012', version: 1, status: 'proposed', ...service, created },
    receivedAt: created,
  };
}

function common(moved: Mover, ubrn: string, requestId: string, priority: Priority, at: string): Omit<Referral, 'state' | 'shortlist'> {
  const criteria: SearchCriteria = {
    priority,
    specialty: 'CARDIOLOGY',
    clinicType: 'HEART_FAILURE',
    postcode: 'LS1 2TW',
    distanceLimit: 123,
    ageAndGenderAppropriate: true,
  };
  return {
    ubrn,
    version: VERSION,
    requestId: `r.c18c4ec4-7d0a-480e-8506-347e0ec228${requestId}`,
    status: 'active',
    nhsNumber: PATIENT,
    priority,
    criteria,
    commissioningRuleOrganisation: ORGANISATION,
    referringOrganisation: ORGANISATION,
    referrer: CLINICIAN,
    createdBy: CLINICIAN,
    createdAt: moved(at),
    updatedAt: moved(at),
    letterIntention: 'NEED_TO_ADD_LATER',
    firstReminderLetterFollowUpDays: 0,
    attachments: (ATTACHMENTS[ubrn] ?? []).map((each) => attachmentOf(each, moved)),
    reviewed: false,
    contextStatus: 'NEVER_REVIEWED',
    additionalRequirements: [],
    relatedReferrals: [],
    convertedFromAdvice: false,
  };
}

export function attachmentOf({ attachment, indexed }: Example, moved: Mover): Attachment {
  const at = moved(indexed);
  return { attachedBy: CLINICIAN, attachedByOrganisation: ORGANISATION, ...attachment, indexed: at, creation: isoDate(at) };
}

/** The uploaded file behind an attachment of an example. */
export function fileOf({ attachment, indexed, status }: Example, ubrn: string, moved: Mover): PublishedFile {
  const content = contentOf(attachment.contentType, attachment.size);
  return {
    file: {
      id: attachment.fileId,
      name: attachment.title,
      contentType: attachment.contentType,
      size: attachment.size,
      hash: createHash('sha256').update(content).digest('hex'),
      intendedUbrn: ubrn,
      uploadedBy: attachment.attachedBy ?? CLINICIAN,
      uploadedByOrganisation: attachment.attachedByOrganisation ?? ORGANISATION,
      uploadedAt: moved(indexed),
      status,
      linkedUbrn: ubrn,
    },
    content,
  };
}

/** Padded with blanks to its size. */
function contentOf(contentType: string, size: number): Buffer {
  const content = Buffer.alloc(size, ' ');
  (BYTES[contentType] ?? Buffer.alloc(0)).copy(content);
  return content;
}
