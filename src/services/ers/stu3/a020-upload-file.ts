import type { Readable } from 'node:stream';
import { BlobTooLarge } from '../../../kernel/blobs/blobs.ts';
import { ADVICE_STATUS } from '../advice/states.ts';
import { type ErsRefusal, unprocessable } from '../errors.ts';
import { MAXIMUM_FILE_SIZE, mediaTypeOf, requireFileName, UPLOAD_TYPES } from '../files/file-types.ts';
import { SCAN_FILE } from '../files/scan-file.ts';
import type { StoredFile } from '../model.ts';
import { type Call, operation } from '../operation.ts';
import { adviceByUbrn } from '../store/advice.ts';
import { insertFile } from '../store/files.ts';
import { referralByUbrn } from '../store/referrals.ts';
import type { ReferralCall } from './referral-access.ts';
import { audit } from './referral-change.ts';

/**
 * A020: takes a file and stores it; links it to nothing (ers.md §9 A020, §15). The scan runs afterwards: the file is PENDING until then.
 *
 * Refuses: 415; 422 MISSING_VALUE without a file name, INVALID_VALUE for a bad name or referral id, INAPPROPRIATE_VALUE for the id of a
 * request that is over, CONFLICTING_VALUES for an extension that does not fit the type, FILE_SIZE_ERROR for an empty file and above 5 242 880 bytes; as soon as that is known, nothing stored.
 */
export const uploadFile = operation<Readable>({
  id: 'A020',
  title: 'Upload file',
  version: 'STU3',
  method: 'POST',
  paths: ['/Binary'],
  functions: ['REFERRING_CLINICIAN', 'REFERRING_CLINICIAN_ADMIN', 'SERVICE_PROVIDER_CLINICIAN', 'SERVICE_PROVIDER_CLINICIAN_ADMIN'],
  applications: [],
  ifMatch: false,
  body: { kind: 'file', types: UPLOAD_TYPES },
  produces: ['application/fhir+json'],
  document: {
    description:
      'Stores a file, to be linked to a request by another operation. The virus scan runs afterwards: until then the file is PENDING. A name with ' +
      'EICAR in it is found to be a threat. Location names the file.',
    success: 201,
    headers: [
      { name: 'NHSD-eRS-File-Name', description: 'Name of the file, with an extension that belongs to its media type.', required: true },
      {
        name: 'NHSD-eRS-Referral-ID',
        description: 'UBRN of the request it is meant for; it can then be linked to no other.',
        required: false,
      },
    ],
    refusals: { 422: ['MISSING_VALUE', 'INVALID_VALUE', 'INAPPROPRIATE_VALUE', 'CONFLICTING_VALUES', 'FILE_SIZE_ERROR'] },
    example: () => ({
      headers: { 'NHSD-eRS-File-Name': 'letter.txt', 'NHSD-eRS-Referral-ID': '000000070000' },
      contentType: 'text/plain',
      body: 'Dear colleague, thank you for seeing this invented patient.',
    }),
  },
  handle: async (call) => {
    const { world, instance, caller } = call;
    const contentType = mediaTypeOf(call.header('content-type') ?? '');
    const name = requireFileName(call.header('nhsd-ers-file-name'), contentType);
    const intendedUbrn = readReferralId(call.header('nhsd-ers-referral-id'));
    if (intendedUbrn !== undefined) await requireOpenRequest(call, intendedUbrn);
    requireDeclaredSize(call.header('content-length'));
    const { hash, size } = await keep(call);
    call.exchange.requestFile = { bytes: size, sha256: hash };
    if (size === 0) throw wrongSize('is 0', 'The file is empty.');
    const now = world.clock.now();
    const file: StoredFile = {
      id: world.random.uuid(),
      name,
      contentType,
      size,
      hash,
      ...(intendedUbrn !== undefined && { intendedUbrn }),
      uploadedBy: caller.userId,
      uploadedByOrganisation: caller.odsCode,
      uploadedAt: now,
      status: 'PENDING',
    };
    await world.store.transaction(async (tx) => {
      await insertFile(tx, instance, file);
      await world.outbox.enqueue(tx, SCAN_FILE, { instance, fileId: file.id }, now + world.environment.settings.scanSeconds * 1000);
      await audit(tx, call, 'A020', { detail: file.id, ...(intendedUbrn !== undefined && { ubrn: intendedUbrn }) });
    });
    world.outbox.wake();
    return { status: 201, headers: { location: `Binary/${file.id}` } };
  },
});

async function keep(call: Call<Readable>): Promise<{ hash: string; size: number }> {
  try {
    return await call.world.blobs.put(call.body, MAXIMUM_FILE_SIZE);
  } catch (error) {
    if (!(error instanceof BlobTooLarge)) throw error;
    throw wrongSize(`is larger than ${MAXIMUM_FILE_SIZE} bytes`, 'The file is too large to be uploaded.');
  }
}

/** A client that says how much it will send need not send it to learn that it is too much. */
function requireDeclaredSize(contentLength: string | undefined): void {
  const declared = Number(contentLength ?? Number.NaN);
  if (declared > MAXIMUM_FILE_SIZE) throw wrongSize(`(${declared}) is too large`, 'The length announced is too large.');
  if (declared === 0) throw wrongSize('is 0', 'The file is empty.');
}

function wrongSize(fault: string, why: string): ErsRefusal {
  return unprocessable('FILE_SIZE_ERROR', `'File Size' ${fault}.`, why, 'Send a file of 1 to 5 242 880 bytes.');
}

/**
 * A request that is over takes no more files. One that is not known yet is no fault here: whether file and request belong together is
 * judged when they are linked.
 *
 * Throws INAPPROPRIATE_VALUE (422).
 */
async function requireOpenRequest({ db, instance }: ReferralCall, ubrn: string): Promise<void> {
  const referral = await referralByUbrn(db, instance, ubrn);
  const advice = await adviceByUbrn(db, instance, ubrn);
  if (referral === undefined && advice === undefined) return;
  if (referral?.status === 'active' || (advice !== undefined && ADVICE_STATUS[advice.category] === 'active')) return;
  throw unprocessable(
    'INAPPROPRIATE_VALUE',
    `'NHSD-eRS-Referral-ID' (${ubrn}) is not appropriate.`,
    'The request is cancelled or completed: no file can be linked to it.',
  );
}

function readReferralId(header: string | undefined): string | undefined {
  if (header === undefined || header === '') return undefined;
  if (!/^\d{12}$/.test(header))
    throw unprocessable('INVALID_VALUE', `'NHSD-eRS-Referral-ID' (${header}) is invalid.`, 'It is a UBRN: twelve digits.');
  return header;
}
