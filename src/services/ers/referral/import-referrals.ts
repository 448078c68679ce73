/** Referrals from outside: `POST /_localspine/import` and the seed data. */
import { Readable } from 'node:stream';
import type { BlobStore } from '../../../kernel/blobs/blobs.ts';
import type { Clock, Instant } from '../../../kernel/clock.ts';
import { LocalRefusal } from '../../../kernel/errors.ts';
import type { Random } from '../../../kernel/random.ts';
import type { Db } from '../../../kernel/store/store.ts';
import { adoptBookings } from '../booking/adopted-bookings.ts';
import { MAXIMUM_FILE_SIZE } from '../files/file-types.ts';
import type { Appointment, Attachment, Referral, StoredFile } from '../model.ts';
import { replaceFile } from '../store/files.ts';
import { replaceReferral, reserveNumbers } from '../store/referrals.ts';
import { type ImportedAttachment, type ImportedReferral, importedReferrals } from './import-schema.ts';
import { letterDueDate } from './letter-due-date.ts';

/** A referral with its files, ready to be stored. */
interface PreparedReferral {
  readonly referral: Referral;
  readonly files: readonly StoredFile[];
}

/**
 * Stores referrals in the state they are given in, with their files; one that is there already is replaced. Sequences move past the
 * numbers used.
 *
 * @param world where file contents go, and request ids come from
 * @param json an array of referrals: the model's fields, times as ISO text or milliseconds; an attachment may carry `content` (base64)
 *   and `availability`
 * @returns how many were stored
 *
 * Throws LocalRefusal 400 naming the first thing that is wrong.
 */
export async function importReferrals(
  world: { readonly blobs: BlobStore; readonly random: Random; readonly clock: Clock },
  tx: Db,
  instance: string,
  json: unknown,
): Promise<number> {
  if (!importedReferrals.Check(json)) throw misshapen(json);
  const stored: Referral[] = [];
  for (const imported of json) {
    requireConsistent(imported);
    const { referral, files } = await prepareReferral(world, imported);
    stored.push(referral);
    await replaceReferral(tx, instance, referral);
    for (const file of files) await replaceFile(tx, instance, file);
    await reserveNumbers(tx, instance, referral);
  }
  await adoptBookings(tx, instance, stored, world.random, world.clock.now());
  return stored.length;
}

async function prepareReferral(
  world: { readonly blobs: BlobStore; readonly random: Random },
  imported: ImportedReferral,
): Promise<PreparedReferral> {
  const createdAt = instantOf(imported.createdAt);
  const {
    attachments = [],
    appointment,
    createdAt: _createdAt,
    updatedAt,
    clinicalInfoFirstSubmitted,
    clinicalInfoLastUpdated,
    pathwayStart,
    receivedAt,
    ...kept
  } = imported;
  const files: StoredFile[] = [];
  for (const each of attachments) files.push(await storedFile(world.blobs, imported, each));
  const owesLetter = imported.letterIntention === 'NEED_TO_ADD_LATER' && !attachments.some((each) => each.type === 'REFERRER');
  return {
    files,
    referral: {
      requestId: `r.${world.random.uuid()}`,
      createdBy: imported.referrer,
      firstReminderLetterFollowUpDays: 0,
      reviewed: false,
      contextStatus: 'NEVER_REVIEWED',
      additionalRequirements: [],
      relatedReferrals: [],
      convertedFromAdvice: false,
      ...(owesLetter && { letterDue: letterDueDate(createdAt, imported.priority) }),
      ...kept,
      createdAt,
      updatedAt: updatedAt === undefined ? createdAt : instantOf(updatedAt),
      ...instant('clinicalInfoFirstSubmitted', clinicalInfoFirstSubmitted),
      ...instant('clinicalInfoLastUpdated', clinicalInfoLastUpdated),
      ...instant('pathwayStart', pathwayStart),
      ...instant('receivedAt', receivedAt),
      ...(appointment !== undefined && { appointment: appointmentOf(appointment) }),
      attachments: attachments.map(attachmentOf),
    },
  };
}

/** What the schema cannot say: the state and what belongs to it. Throws LocalRefusal 400. */
function requireConsistent(referral: ImportedReferral): void {
  const { state, appointment, status } = referral;
  const problem =
    (state === 'BOOKED') !== (appointment?.status === 'booked' && appointment.start !== undefined)
      ? 'a referral is BOOKED exactly when its appointment is booked and has a start'
      : PROPOSED_STATES.has(state) && appointment?.status !== 'proposed'
        ? `a referral in ${state} has a proposed appointment`
        : (state === 'CANCELLED_REFERRAL') !== (status === 'cancelled')
          ? 'a referral is CANCELLED_REFERRAL exactly when its status is cancelled'
          : state === 'NOT_BOOKED' && appointment !== undefined
            ? 'a referral that is NOT_BOOKED has no appointment'
            : undefined;
  if (problem !== undefined) throw new LocalRefusal(400, 'import_referral', `Referral ${referral.ubrn} cannot be imported: ${problem}.`);
}

const PROPOSED_STATES: ReadonlySet<string> = new Set([
  'DEFERRED_TO_PROVIDER',
  'AWAITING_TRIAGE',
  'TRIAGED_PROVIDER_TO_ACTION',
  'TRIAGE_RESPONSE',
]);

/** The file behind an imported attachment of a request; its content goes into the blob store. */
export async function storedFile(
  blobs: BlobStore,
  imported: { readonly ubrn: string },
  attachment: ImportedAttachment,
): Promise<StoredFile> {
  const content = Buffer.from(attachment.content ?? '', 'base64');
  const { hash, size } = await blobs.put(Readable.from([content]), MAXIMUM_FILE_SIZE);
  return {
    id: attachment.fileId,
    name: attachment.title,
    contentType: attachment.contentType,
    // The length a download announces is that of the content there is.
    size,
    hash,
    intendedUbrn: imported.ubrn,
    uploadedBy: attachment.attachedBy,
    uploadedByOrganisation: attachment.attachedByOrganisation,
    uploadedAt: instantOf(attachment.indexed),
    status: attachment.availability ?? 'AVAILABLE',
    linkedUbrn: imported.ubrn,
  };
}

export function attachmentOf(imported: ImportedAttachment): Attachment {
  const { content: _content, availability: _availability, indexed, ...kept } = imported;
  return { ...kept, indexed: instantOf(indexed) };
}

function appointmentOf(imported: NonNullable<ImportedReferral['appointment']>): Appointment {
  const { start, end, created, ...kept } = imported;
  return { ...kept, ...instant('start', start), ...instant('end', end), created: instantOf(created) };
}

export function instantOf(time: string | number): Instant {
  return typeof time === 'number' ? time : Date.parse(time);
}

function instant<const N extends string>(name: N, time: string | number | undefined): Partial<Record<N, Instant>> {
  return time === undefined ? {} : ({ [name]: instantOf(time) } as Record<N, Instant>);
}

function misshapen(json: unknown): LocalRefusal {
  const [first] = importedReferrals.Errors(json);
  const where = first === undefined ? '' : `: ${first.instancePath === '' ? 'the list' : first.instancePath} ${first.message}`;
  return new LocalRefusal(
    400,
    'import_referral',
    `The referrals cannot be imported${where}.`,
    'Compare with docs/systems/ers.md, "Importing referrals".',
  );
}
