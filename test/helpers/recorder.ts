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

type Heard = { readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly text: string };

/** An answer as the specification judges it. @param path below the base path of e-RS */
export function recordedOf(method: string, path: string, { status, headers, text }: Heard): Recorded {
  const contentType = headers['content-type'];
  return { method, path, status, ...(contentType !== undefined && { contentType }), body: text };
}

/** Keeps an answer of e-RS. The patient API is of another specification. */
export function record(method: string, url: string, reply: Heard): void {
  const folder = process.env['WIRE_RECORD'];
  const path = /\/referrals(?:-\w+)?\/FHIR(\/(?:STU3|R4)\/.*)$/.exec(url)?.[1];
  if (folder === undefined || path === undefined) return;
  appendFileSync(join(folder, `${process.pid}.jsonl`), `${JSON.stringify(recordedOf(method, path, reply))}\n`);
}
