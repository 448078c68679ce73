/** The record of a conversation, as a PDF that becomes a file of the referral it is converted to (ers.md §9 A027, §17). */
import { finished } from 'node:stream/promises';
import PDFDocument from 'pdfkit';
import type { Instant } from '../../../kernel/clock.ts';
import { type AdviceMessage, type AdviceRequest, type Author, attachmentsOf, attachmentsOutsideConversation } from '../advice/model.ts';

/** What is on the record. */
export interface ConversationRecordFacts {
  readonly advice: AdviceRequest;
  readonly patientName?: string;
  /** Names of the people who wrote, by user id. */
  readonly names: ReadonlyMap<string, string>;
  readonly madeAt: Instant;
}

const CATEGORIES: Readonly<Record<AdviceRequest['category'], string>> = {
  PROVIDER_RESPONSE_REQUIRED: 'Provider response required',
  REFERRER_TO_SUBMIT_FURTHER_INFORMATION: 'Referrer to submit further information',
  REFERRER_TO_REVIEW_RESPONSE: 'Referrer to review response',
  CONVERSATION_ENDED_CANCELLED: 'Conversation ended: cancelled',
  CONVERSATION_ENDED_CLOSED: 'Conversation ended: closed',
  ADVICE_CONVERTED: 'Converted to a referral',
};
const LINK = /<a href="([^"]*)" target="_blank">([^<]*)<\/a>/g;

/** Times on paper are local. */
const LOCAL_TIME = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'short', timeZone: 'Europe/London' });

/** The PDF. The same conversation at the same moment gives the same bytes. */
export async function conversationRecord(facts: ConversationRecordFacts): Promise<Buffer> {
  const { advice } = facts;
  const title = `Advice and guidance conversation - ${advice.ubrn}`;
  const pdf = new PDFDocument({
    size: 'A4',
    margin: 50,
    lang: 'en-GB',
    displayTitle: true,
    info: { Title: title, Author: 'LocalSpine (synthetic data)', CreationDate: new Date(facts.madeAt) },
  });
  const chunks: Buffer[] = [];
  pdf.on('data', (chunk: Buffer) => chunks.push(chunk));
  writeHeading(pdf, title, facts);
  for (const message of advice.messages) writeMessage(pdf, message, facts);
  const outside = attachmentsOutsideConversation(advice);
  if (outside.length > 0) {
    heading(pdf, 'Clinical information');
    for (const each of outside) pdf.text(each.title);
  }
  pdf.end();
  await finished(pdf);
  return Buffer.concat(chunks);
}

/** What a message says on paper: the address of a link follows its text. */
export function paperText(text: string): string {
  return text.replaceAll(LINK, (_link, address: string, label: string) => (label === address ? address : `${label} (${address})`));
}

function writeHeading(pdf: PDFKit.PDFDocument, title: string, { advice, patientName, madeAt }: ConversationRecordFacts): void {
  pdf.font('Helvetica-Bold').fontSize(16).text(title).moveDown(0.5);
  const rows: readonly (readonly [string, string])[] = [
    ['Patient', patientName === undefined ? grouped(advice.nhsNumber) : `${patientName}, NHS number ${grouped(advice.nhsNumber)}`],
    ['Service', `${advice.service.serviceName} (${advice.service.serviceId})`],
    ['Specialty', advice.specialty],
    ['Priority', advice.priority],
    ['Referring organisation', advice.referringOrganisation],
    ['Status', CATEGORIES[advice.category]],
    ['Made', LOCAL_TIME.format(madeAt)],
  ];
  for (const [name, value] of rows) {
    pdf.font('Helvetica-Bold').fontSize(10).text(`${name}: `, { continued: true }).font('Helvetica').text(value);
  }
}

function writeMessage(pdf: PDFKit.PDFDocument, message: AdviceMessage, facts: ConversationRecordFacts): void {
  const side = message.kind === 'RESPONDER' ? 'Provider' : 'Referrer';
  heading(pdf, `${side}, ${LOCAL_TIME.format(message.sent)}`);
  pdf.fillColor('#425563').text(person(message.responsible, facts));
  if (message.sender.userId !== message.responsible.userId) pdf.text(`Written by ${person(message.sender, facts)}`);
  pdf.fillColor('black').moveDown(0.3).text(paperText(message.text));
  const files = attachmentsOf(facts.advice, message).map((each) => each.title);
  if (files.length > 0) pdf.moveDown(0.3).text(`Attachments: ${files.join(', ')}`);
}

function heading(pdf: PDFKit.PDFDocument, text: string): void {
  pdf.moveDown().font('Helvetica-Bold').fontSize(12).text(text).font('Helvetica').fontSize(10);
}

function person(author: Author, { names }: ConversationRecordFacts): string {
  const name = names.get(author.userId);
  return `${name === undefined ? author.userId : `${name} (${author.userId})`}, ${author.odsCode}`;
}

/** An NHS number as 3-3-4. */
function grouped(nhsNumber: string): string {
  return nhsNumber.replace(/^(\d{3})(\d{3})(\d{4})$/, '$1 $2 $3');
}
