/** Prints documents: looks up what they name, has the rules write them, and puts them on paper. */
import { Readable } from 'node:stream';
import type { Db } from '../../../kernel/store/store.ts';
import type { Answer } from '../operation.ts';
import type { ErsWorld } from '../world.ts';
import { type AdviceFacts, adviceConversation, adviceMentions, adviceOverview } from './advice-documents.ts';
import type { AdviceSource } from './advice-source.ts';
import type { PrintedPatient } from './patient-banner.ts';
import { lookUp } from './people-and-places.ts';
import type { PrintedDocument } from './printed-document.ts';
import { renderPdf } from './render-pdf.ts';

type PrintingWorld = Pick<ErsWorld, 'clock' | 'directory' | 'demographics'>;

/** A document on paper. */
export interface Print {
  readonly fileName: string;
  readonly body: Buffer;
}

export async function print(document: PrintedDocument): Promise<Print> {
  return { fileName: document.fileName, body: await renderPdf(document) };
}

/** The overview of an advice request (A043). */
export async function printAdviceOverview(world: PrintingWorld, db: Db, advice: AdviceSource): Promise<Print> {
  return print(adviceOverview(await adviceFacts(world, db, advice)));
}

/** The conversation as the file that a conversion attaches to the new referral (A027). */
export async function printAdviceConversation(world: PrintingWorld, db: Db, advice: AdviceSource): Promise<Print> {
  return print(adviceConversation(await adviceFacts(world, db, advice)));
}

/** A patient as documents show them. */
export async function printedPatient(world: Pick<ErsWorld, 'demographics'>, db: Db, nhsNumber: string): Promise<PrintedPatient> {
  return { nhsNumber, record: await world.demographics.patient(db, nhsNumber) };
}

/** A print as the answer of an operation: PDF, length and file name (ers.md §9 A007). */
export function printAnswer({ fileName, body }: Print): Answer {
  return {
    status: 200,
    // A stream, which the journal leaves out: a letter holds the patient's access code.
    content: { type: 'application/pdf', body: Readable.from([body]) },
    headers: { 'content-length': String(body.length), 'content-disposition': `attachment; filename="${fileName}"` },
  };
}

async function adviceFacts(world: PrintingWorld, db: Db, advice: AdviceSource): Promise<AdviceFacts> {
  const patient = await printedPatient(world, db, advice.nhsNumber);
  const practice = patient.record?.gpPractice;
  const mentions = [...adviceMentions(advice), ...(practice === undefined ? [] : [{ odsCode: practice }])];
  return { advice, patient, known: await lookUp(world, db, mentions), printedAt: world.clock.now() };
}
