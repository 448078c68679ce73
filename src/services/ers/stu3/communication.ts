/** Communication: the messages of a conversation as they are written out (ers.md §10.5), alone or as the Bundle of A025. */
import { isoInstant } from '../../../kernel/clock.ts';
import { type AdviceMessage, type AdviceRequest, type Author, attachmentsOf } from '../advice/model.ts';
import { STU3_CODES, STU3_PROFILE, SYSTEMS } from '../codes.ts';
import type { Attachment } from '../model.ts';
import { type AdviceFacts, serviceReference } from './communication-request.ts';
import { writeDocumentReference } from './document-reference.ts';
import { containedRoleId, distinctAuthors, practitionerRoleId, roleReference, writePractitionerRole } from './practitioner-role.ts';

const PROFILES: readonly string[] = [`${STU3_PROFILE}eRS-Communication-1`];

/** How a message refers to people and files: to what it contains, or to other entries of its Bundle. */
interface References {
  readonly role: (author: Author) => string;
  readonly document: (attachment: Attachment) => string;
  readonly contained?: readonly object[];
}

/** A message that stands alone, as the results of A026 and A044 have it: people and files are contained. */
export function writeCommunication(advice: AdviceRequest, message: AdviceMessage, facts: AdviceFacts): object {
  const files = attachmentsOf(advice, message);
  return writeMessage(advice, message, {
    role: (author) => `#${containedRoleId(author)}`,
    document: (attachment) => `#DocumentReference-${attachment.id}`,
    contained: [
      ...distinctAuthors([message.responsible, message.sender]).map((each) => writePractitionerRole(each, containedRoleId(each))),
      ...files.map((each) => writeDocumentReference(each, availabilityOf(each, facts))),
    ],
  });
}

/** What a searchset needs beside its content. */
export interface BundleFacts extends AdviceFacts {
  readonly id: string;
  readonly lastUpdated: string;
  /** Address of the search. */
  readonly self: string;
}

/** The whole conversation (A025): messages as matches, oldest first; people and files as includes. `total` counts messages only. */
export function writeConversation(advice: AdviceRequest, facts: BundleFacts): object {
  const references: References = {
    role: (author) => `PractitionerRole/${practitionerRoleId(author)}`,
    document: (attachment) => `DocumentReference/${attachment.id}`,
  };
  const entry = (type: string, id: string, resource: object, mode: 'match' | 'include'): object => ({
    fullUrl: `${facts.base}/STU3/${type}/${id}`,
    resource,
    search: { mode },
  });
  const authors = distinctAuthors(advice.messages.flatMap((each) => [each.responsible, each.sender]));
  const files = advice.messages.flatMap((each) => attachmentsOf(advice, each));
  return {
    id: facts.id,
    meta: { lastUpdated: facts.lastUpdated, profile: ['http://hl7.org/fhir/STU3/StructureDefinition/Bundle'] },
    resourceType: 'Bundle',
    type: 'searchset',
    total: advice.messages.length,
    link: [{ relation: 'self', url: facts.self }],
    entry: [
      ...advice.messages.map((each) => entry('Communication', each.id, writeMessage(advice, each, references), 'match')),
      ...authors.map((each) => {
        const id = practitionerRoleId(each);
        return entry('PractitionerRole', id, writePractitionerRole(each, id), 'include');
      }),
      ...files.map((each) =>
        entry('DocumentReference', each.id, writeDocumentReference(each, availabilityOf(each, facts), each.id), 'include'),
      ),
    ],
  };
}

function writeMessage(advice: AdviceRequest, message: AdviceMessage, references: References): object {
  const files = attachmentsOf(advice, message);
  return {
    id: message.id,
    meta: { versionId: '0', profile: PROFILES },
    resourceType: 'Communication',
    extension: [
      {
        url: `${STU3_PROFILE}Extension-Communication-Requester-1`,
        valueReference: { reference: references.role(message.responsible) },
      },
    ],
    ...(references.contained !== undefined && { contained: references.contained }),
    basedOn: [{ reference: `CommunicationRequest/${advice.ubrn}/_history/${advice.version}` }],
    status: 'completed',
    category: [{ coding: [{ system: `${STU3_CODES}eRS-CommunicationSentBy-1`, code: message.kind }] }],
    recipient: [recipientOf(advice, message)],
    sent: isoInstant(message.sent),
    sender: roleReference(references.role(message.sender)),
    ...(files.length > 0 && { payload: files.map((each) => ({ contentReference: { reference: references.document(each) } })) }),
    note: [{ text: message.text }],
  };
}

/** The provider writes to the organisation that asked, the referrer to the service. */
function recipientOf(advice: AdviceRequest, message: AdviceMessage): object {
  return message.kind === 'RESPONDER'
    ? { identifier: { system: SYSTEMS.organisation, value: advice.referringOrganisation } }
    : serviceReference(advice.service.serviceId);
}

function availabilityOf(attachment: Attachment, facts: AdviceFacts) {
  return facts.availability.get(attachment.fileId) ?? 'AVAILABLE';
}
