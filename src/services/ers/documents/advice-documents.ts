/** Advice and guidance on paper: the overview of A043, the conversation that a conversion attaches (A027), and its part in A007. */
import type { Instant } from '../../../kernel/clock.ts';
import { PRIORITY_DISPLAYS } from '../codes.ts';
import type { Attachment } from '../model.ts';
import { specialty } from '../reference-data/reference-data.ts';
import type { AdviceSource, PrintedAdviceCategory, PrintedMessage } from './advice-source.ts';
import { clinicalDocument, type PrintedPatient } from './patient-banner.ts';
import { type Mention, organisationName, type PeopleAndPlaces, personName, personWithJob } from './people-and-places.ts';
import type { Block, Fact, PrintedDocument } from './printed-document.ts';
import { dateAndTime, fileStamp, sentence, withoutMarkup } from './words.ts';

/** The state of a conversation in words (ers.md §11.3). */
const CATEGORY_WORDS: Readonly<Record<PrintedAdviceCategory, string>> = {
  PROVIDER_RESPONSE_REQUIRED: 'Waiting for a response from the provider',
  REFERRER_TO_SUBMIT_FURTHER_INFORMATION: 'The provider has asked the referrer for further information',
  REFERRER_TO_REVIEW_RESPONSE: 'The provider has responded; waiting for the referrer to review',
  CONVERSATION_ENDED_CANCELLED: 'Conversation ended: cancelled, no referral made',
  CONVERSATION_ENDED_CLOSED: 'Conversation ended: closed, no referral made',
  ADVICE_CONVERTED: 'Conversation ended: converted to a referral',
};
const AUTHORISATION_WORDS = {
  AUTHORISED_TO_CONVERT: 'Yes: the referrer has allowed the provider to convert this request to a referral',
  NOT_AUTHORISED_TO_CONVERT: 'No: the referrer has not allowed the provider to convert this request to a referral',
} as const;
const SIDE_WORDS = {
  REQUESTER: 'Referrer',
  RESPONDER: 'Service provider',
  REFERRER_CLINICAL_INFORMATION_UPDATED: 'Referrer',
} as const;

export interface AdviceFacts {
  readonly advice: AdviceSource;
  readonly patient: PrintedPatient;
  readonly known: PeopleAndPlaces;
  readonly printedAt: Instant;
}

/** Everyone the documents of an advice request name. */
export function adviceMentions(advice: AdviceSource): readonly Mention[] {
  return [
    advice.referrer,
    ...(advice.namedClinician === undefined ? [] : [{ userId: advice.namedClinician }]),
    ...advice.messages.flatMap((each) => [each.sender, each.responsible]),
    ...advice.attachments.map((each) => ({ userId: each.attachedBy, odsCode: each.attachedByOrganisation })),
  ];
}

/** A043: the advice request with its whole conversation. */
export function adviceOverview(facts: AdviceFacts): PrintedDocument {
  const { advice, patient, known, printedAt } = facts;
  const { ubrn } = advice;
  const fileName = `${ubrn}_Advice_And_Guidance_${fileStamp(printedAt)}.pdf`;
  return clinicalDocument({ fileName, heading: 'Advice and guidance overview', patient, ubrn, printedAt }, [
    { kind: 'heading', level: 2, text: 'Request' },
    { kind: 'facts', columns: 1, facts: requestFacts(facts) },
    ...conversationBlocks(advice, known),
    ...outsideConversation(advice, known),
  ]);
}

/** The conversation alone, as a conversion attaches it to the new referral (ers.md §9 A027). */
export function adviceConversation(facts: AdviceFacts): PrintedDocument {
  const { advice, patient, known, printedAt } = facts;
  const { ubrn } = advice;
  const fileName = `Advice and guidance conversation - ${ubrn}.pdf`;
  return clinicalDocument({ fileName, heading: 'Advice and guidance conversation', patient, ubrn, printedAt }, [
    { kind: 'facts', columns: 1, facts: requestFacts(facts) },
    ...conversationBlocks(advice, known),
  ]);
}

/** The messages, oldest first, each with who wrote it, when, and what came with it. */
export function conversationBlocks(advice: AdviceSource, known: PeopleAndPlaces): readonly Block[] {
  const messages = [...advice.messages].sort((one, other) => one.sent - other.sent);
  return [
    { kind: 'heading', level: 2, text: 'Conversation' },
    ...(messages.length === 0 ? [{ kind: 'paragraph', text: 'No messages have been sent.' } as const] : []),
    ...messages.flatMap((each) => messageBlocks(advice, each, known)),
  ];
}

function messageBlocks(advice: AdviceSource, message: PrintedMessage, known: PeopleAndPlaces): readonly Block[] {
  const { sender, responsible } = message;
  const files = advice.attachments.filter((each) => message.attachmentIds.includes(each.id));
  return [
    { kind: 'heading', level: 3, text: `${dateAndTime(message.sent)}: ${SIDE_WORDS[message.kind]}` },
    {
      kind: 'facts',
      columns: 1,
      facts: [
        ['From', personWithJob(known, sender.userId, sender.odsCode)],
        ...(sender.businessFunction === undefined ? [] : [['Role', sentence(sender.businessFunction)] as const]),
        ['Organisation', organisationName(known, sender.odsCode)],
        ...(responsible.userId === sender.userId ? [] : [['On behalf of', personName(known, responsible.userId)] as const]),
        ...(message.recommendation === undefined ? [] : [['Recommendation', sentence(message.recommendation)] as const]),
      ],
    },
    { kind: 'paragraph', text: withoutMarkup(message.text) },
    ...(files.length === 0 ? [] : [{ kind: 'list', items: files.map(fileLine) } as const]),
  ];
}

function fileLine(file: Attachment): string {
  return file.description === undefined ? `Attached: ${file.title}` : `Attached: ${file.title} (${file.description})`;
}

function outsideConversation(advice: AdviceSource, known: PeopleAndPlaces): readonly Block[] {
  const sent = new Set(advice.messages.flatMap((each) => each.attachmentIds));
  const others = advice.attachments.filter((each) => !sent.has(each.id));
  return others.length === 0
    ? []
    : [{ kind: 'heading', level: 2, text: 'Files added outside the conversation' }, attachmentTable(others, known)];
}

/** Name, description, who added it, when. */
export function attachmentTable(attachments: readonly Attachment[], known: PeopleAndPlaces): Block {
  return {
    kind: 'table',
    caption: 'Attachments',
    columns: [
      { title: 'Name', share: 0.29 },
      { title: 'Description', share: 0.23 },
      { title: 'Added by', share: 0.3 },
      { title: 'Added', share: 0.18 },
    ],
    rows: attachments.map((each) => [each.title, each.description ?? '', addedBy(each, known), dateAndTime(each.indexed)]),
  };
}

function addedBy(attachment: Attachment, known: PeopleAndPlaces): string {
  const { attachedBy, attachedByOrganisation, attachedOnBehalfOf } = attachment;
  const who = `${personWithJob(known, attachedBy, attachedByOrganisation)}, ${organisationName(known, attachedByOrganisation)}`;
  return attachedOnBehalfOf === undefined ? who : `${who}, on behalf of ${personName(known, attachedOnBehalfOf)}`;
}

function requestFacts({ advice, known, patient }: AdviceFacts): readonly Fact[] {
  const { namedClinician, referrer } = advice;
  const practice = patient.record?.gpPractice;
  return [
    ['Status', CATEGORY_WORDS[advice.category]],
    ['Priority', PRIORITY_DISPLAYS[advice.priority]],
    ['Service', advice.service.serviceName],
    ...(advice.specialty === undefined ? [] : [['Specialty', specialty(advice.specialty)?.display ?? advice.specialty] as const]),
    ['Named clinician', namedClinician === undefined ? 'None' : personName(known, namedClinician)],
    ['Referrer', personWithJob(known, referrer.userId, referrer.odsCode)],
    ['Referring organisation', organisationName(known, referrer.odsCode)],
    ...(practice === undefined ? [] : [['Registered practice', organisationName(known, practice)] as const]),
    ['First requested', dateAndTime(advice.firstRequested)],
    ['Last updated', dateAndTime(advice.lastUpdated)],
    ['May be converted', AUTHORISATION_WORDS[advice.conversionAuthorisation]],
  ];
}
