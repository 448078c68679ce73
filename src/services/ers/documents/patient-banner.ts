/** Who a document is about. */
import type { Instant } from '../../../kernel/clock.ts';
import type { Patient } from '../../demographics/index.ts';
import type { Block, Fact, PrintedDocument } from './printed-document.ts';
import { ageAt, bookingReference, nhsNumber, plainDate, sentence } from './words.ts';

/** What is printed of a patient; the record may be gone from demographics, as in the published samples. */
export interface PrintedPatient {
  readonly nhsNumber: string;
  readonly record: Patient | undefined;
}

/** `Mrs Grace EXAMPLE`. */
export function patientName({ record, nhsNumber: number }: PrintedPatient): string {
  if (record === undefined) return `Patient ${nhsNumber(number)}`;
  return [record.title, ...record.givenNames, record.familyName.toUpperCase()].filter((each) => each !== '').join(' ');
}

/** Name and address as on an envelope. */
export function addressOf(patient: PrintedPatient): readonly string[] {
  const { record } = patient;
  return [patientName(patient), ...(record?.addressLines ?? []), ...(record?.postcode === undefined ? [] : [record.postcode])];
}

/** The banner of clinical documents: name, date of birth, UBRN, age, NHS number, sex (ers.md §17). */
function patientBanner(patient: PrintedPatient, ubrn: string, at: Instant): readonly Fact[] {
  const { record } = patient;
  return [
    ['Name', patientName(patient)],
    ['Date of birth', record === undefined ? 'Not known' : plainDate(record.birthDate)],
    ['UBRN', bookingReference(ubrn)],
    ['Age', record === undefined ? 'Not known' : `${ageAt(record.birthDate, at)} years`],
    ['NHS number', nhsNumber(patient.nhsNumber)],
    ['Sex', sentence(record?.gender ?? 'unknown')],
  ];
}

/** Foot of every page of a clinical document: a page that comes loose can be put back. */
function confidentialFoot(patient: PrintedPatient, ubrn: string): string {
  return `Confidential: personal data. ${patientName(patient)}, NHS number ${nhsNumber(patient.nhsNumber)}, UBRN ${bookingReference(ubrn)}`;
}

/** What every clinical document has around its own part: mark, foot, heading and banner. */
export function clinicalDocument(
  document: Pick<PrintedDocument, 'fileName' | 'printedAt'> & {
    readonly heading: string;
    readonly patient: PrintedPatient;
    readonly ubrn: string;
  },
  blocks: readonly Block[],
): PrintedDocument {
  const { fileName, heading, patient, ubrn, printedAt } = document;
  return {
    fileName,
    title: `${heading} ${ubrn}`,
    mark: 'PRIVATE AND CONFIDENTIAL',
    foot: confidentialFoot(patient, ubrn),
    printedAt,
    blocks: [{ kind: 'heading', level: 1, text: heading }, { kind: 'banner', facts: patientBanner(patient, ubrn, printedAt) }, ...blocks],
  };
}
