/** Keeps every answer of e-RS that a test gets, when WIRE_RECORD names a folder: the wire test validates them afterwards. */
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';

/** One answer, as it was on the wire. */
export interface Recorded {
  readonly method: string;
  /** Below the base path of e-RS: `/STU3/Slot?page=1`. */
  readonly path: string;
  readonly status: number;
  readonly contentType?: string;
  readonly body: string;
}

export function record(
  method: string,
  url: string,
  reply: { readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly text: string },
): void {
  const folder = process.env['WIRE_RECORD'];
  const path = /\/FHIR(\/(?:STU3|R4)\/.*)$/.exec(url)?.[1];
  if (folder === undefined || path === undefined) return;
  const contentType = reply.headers['content-type'];
  const answer: Recorded = { method, path, status: reply.status, ...(contentType !== undefined && { contentType }), body: reply.text };
  appendFileSync(join(folder, `${process.pid}.jsonl`), `${JSON.stringify(answer)}\n`);
}
