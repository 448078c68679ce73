/** DocumentReference: attachments as they are written out and as requests name them (ers.md §10.3). */
import { isoInstant } from '../../../kernel/clock.ts';
import { STU3_CODES, STU3_PROFILE, SYSTEMS } from '../codes.ts';
import { unprocessable } from '../errors.ts';
import type { Attachment, AttachmentType, AvailabilityStatus } from '../model.ts';
import type { NamedFile } from '../referral/letters.ts';
import { list, record, text } from './elements.ts';

const DISPLAYS: Readonly<Record<AttachmentType, string>> = {
  REFERRER: 'Referrer',
  PROVIDER: 'Provider',
  ADVICE_REQUEST: 'Advice Request',
  GUIDANCE_RESPONSE: 'Guidance Response',
};
const PROFILES: readonly string[] = [`${STU3_PROFILE}eRS-DocumentReference-1`];

/** An attachment with its scan result, as contained `DocumentReference-{n}`; a resource of its own has another `id`. */
export function writeDocumentReference(
  attachment: Attachment,
  availability: AvailabilityStatus,
  id = `DocumentReference-${attachment.id}`,
): object {
  return {
    id,
    meta: { profile: PROFILES },
    resourceType: 'DocumentReference',
    type: { coding: [{ system: `${STU3_CODES}eRS-AttachmentType-1`, code: attachment.type, display: DISPLAYS[attachment.type] }] },
    status: 'current',
    indexed: isoInstant(attachment.indexed),
    ...(attachment.description !== undefined && { description: attachment.description }),
    content: [{ attachment: writeAttachment(attachment, availability) }],
  };
}

function writeAttachment(attachment: Attachment, availability: AvailabilityStatus): object {
  return {
    id: attachment.id,
    extension: [
      extension('Extension-eRS-AvailabilityStatus-1', {
        valueCoding: { system: `${STU3_CODES}eRS-AvailabilityStatus-1`, code: availability },
      }),
      extension('Extension-eRS-AttachedBy-1', person(attachment.attachedBy)),
      extension('Extension-eRS-AttachedByOrganisation-1', {
        valueReference: { identifier: { system: SYSTEMS.organisation, value: attachment.attachedByOrganisation } },
      }),
      ...(attachment.attachedOnBehalfOf === undefined
        ? []
        : [extension('Extension-eRS-AttachedOnBehalfOf-1', person(attachment.attachedOnBehalfOf))]),
    ],
    contentType: attachment.contentType,
    url: `Binary/${attachment.fileId}`,
    size: attachment.size,
    title: attachment.title,
    creation: attachment.creation,
  };
}

/**
 * A file as a request names it.
 *
 * Throws (422) INVALID_FHIR_STRUCTURE for the wrong shape, MISSING_VALUE, INVALID_CODE for an unknown attachment type,
 * INVALID_VALUE for a status other than current or an address that is not `Binary/{id}`.
 */
export function readDocumentReference(resource: unknown, path: string): NamedFile {
  const document = record(resource, path);
  if (document['resourceType'] !== 'DocumentReference')
    throw unprocessable('INVALID_FHIR_STRUCTURE', `'${path}' is not a DocumentReference.`);
  const coding = list(record(document['type'], `${path}/type`)['coding'], `${path}/type/coding`)[0];
  const type = attachmentType(text(record(coding, `${path}/type/coding[0]`)['code'], `${path}/type/coding[0]/code`));
  const status = text(document['status'], `${path}/status`);
  if (status !== 'current')
    throw unprocessable('INVALID_VALUE', `'Status' (${status}) is invalid.`, 'A document reference that is sent has status current.');
  const indexed = text(document['indexed'], `${path}/indexed`);
  if (Number.isNaN(Date.parse(indexed))) throw unprocessable('INVALID_VALUE', `'Indexed' (${indexed}) is invalid.`);
  const content = record(list(document['content'], `${path}/content`)[0], `${path}/content[0]`);
  const attachment = record(content['attachment'], `${path}/content[0]/attachment`);
  const url = text(attachment['url'], `${path}/content[0]/attachment/url`);
  const fileId = /^(?:.*\/)?Binary\/([^/]+)$/.exec(url)?.[1];
  if (fileId === undefined)
    throw unprocessable('INVALID_VALUE', `'Attachment URL' (${url}) is invalid.`, 'It names an uploaded file as Binary/{id}.');
  const { description } = document;
  const { contentType } = attachment;
  return {
    type,
    fileId,
    ...(description !== undefined && { description: text(description, `${path}/description`) }),
    ...(contentType !== undefined && { contentType: text(contentType, `${path}/content[0]/attachment/contentType`) }),
  };
}

function attachmentType(code: string): AttachmentType {
  const known = (Object.keys(DISPLAYS) as AttachmentType[]).find((each) => each === code);
  if (known === undefined) throw unprocessable('INVALID_CODE', `'Attachment Type' (${code}) is not a known code.`);
  return known;
}

function person(userId: string): object {
  return { valueReference: { identifier: { system: SYSTEMS.userStu3, value: userId } } };
}

function extension(name: string, value: object): object {
  return { url: `${STU3_PROFILE}${name}`, ...value };
}
