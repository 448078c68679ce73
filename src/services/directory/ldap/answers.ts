/** LDAP messages as the directory sends them (RFC 4511 §4). */
import { BerWriter, ENUMERATED, OCTET_STRING, SEQUENCE } from './ber.ts';
import { RESULT, type ResultCode } from './result.ts';

export const ANSWER = { bind: 0x61, searchDone: 0x65, compare: 0x6f, extended: 0x78 } as const;

const NOTICE_OF_DISCONNECTION = '1.3.6.1.4.1.1466.20036';
export const PAGED_RESULTS = '1.2.840.113556.1.4.319';
export const MANAGE_DSA_IT = '2.16.840.1.113730.3.4.2';
export const WHO_AM_I = '1.3.6.1.4.1.4203.1.11.3';
export const START_TLS = '1.3.6.1.4.1.1466.20037';

export interface Outcome {
  readonly code: ResultCode;
  readonly diagnostic?: string;
  readonly matchedDn?: string;
  /** Cookie of the paged results control, when one is answered; empty at the end. */
  readonly pageCookie?: string;
  /** Name and value of an extended response. */
  readonly responseName?: string;
  readonly responseValue?: string;
  /** The connection is encrypted from here on. */
  readonly startsTls?: boolean;
}

/** Writes the answer that ends an operation. */
export function writeOutcome(writer: BerWriter, id: number, tag: number, outcome: Outcome): void {
  const message = writer.begin(SEQUENCE);
  writer.integer(id);
  const result = writer.begin(tag);
  writer.integer(outcome.code, ENUMERATED);
  writer.text(outcome.matchedDn ?? '');
  writer.text(outcome.diagnostic ?? '');
  if (outcome.responseName !== undefined) writer.text(outcome.responseName, 0x8a);
  if (outcome.responseValue !== undefined) writer.text(outcome.responseValue, 0x8b);
  writer.end(result);
  if (outcome.pageCookie !== undefined) writePageControl(writer, outcome.pageCookie);
  writer.end(message);
}

function writePageControl(writer: BerWriter, cookie: string): void {
  const controls = writer.begin(0xa0);
  const control = writer.begin(SEQUENCE);
  writer.text(PAGED_RESULTS);
  const value = writer.begin(OCTET_STRING);
  const page = writer.begin(SEQUENCE);
  writer.integer(0); // an estimate of the total: none is made
  writer.text(cookie);
  writer.end(page);
  writer.end(value);
  writer.end(control);
  writer.end(controls);
}

/** Tells the client why the connection ends: the last thing sent on it (RFC 4511 §4.4.1). */
export function noticeOfDisconnection(code: ResultCode, diagnostic: string): Buffer {
  const writer = new BerWriter(256);
  writeOutcome(writer, 0, ANSWER.extended, { code, diagnostic, responseName: NOTICE_OF_DISCONNECTION });
  return writer.take();
}

/** A success is nearly always the same few octets after the message id. */
export const SUCCESS: Outcome = { code: RESULT.success };
