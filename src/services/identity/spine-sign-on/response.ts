/** The `response` of a smartcard log-on, between its wrappings (identity.md A.2). Pure. */

const BASE64_RUN = /[A-Za-z0-9+/]+={0,2}/g;
const BASE64 = /^[A-Za-z0-9+/\s]+={0,2}\s*$/;
const SEQUENCE = 0x30;

/**
 * The signed message in a `response`: base64 of a MIME text whose payload is base64 once more. The text is untidy in real agents (headers
 * indented, separators of blanks), so the last run of base64 counts. Base64 of the message itself is taken too (path-to-live.md §2.4).
 *
 * @returns undefined when there is none
 */
export function readResponse(response: string): Buffer | undefined {
  if (!BASE64.test(response)) return undefined;
  const outer = Buffer.from(response, 'base64');
  if (outer[0] === SEQUENCE && outer.length > 1 && (outer[1] ?? 0) >= 0x80) return outer;
  const text = outer.toString('latin1');
  // A payload may be broken into lines; a blank line, or one of blanks, parts it from the headers.
  const paragraphs = text.split(/\r?\n[ \t]*\r?\n/);
  const payload = paragraphs.findLast((each) => each.trim() !== '') ?? '';
  if (BASE64.test(payload.trim())) return Buffer.from(payload, 'base64');
  const last = text.match(BASE64_RUN)?.at(-1);
  return last === undefined ? undefined : Buffer.from(last, 'base64');
}

/** Wraps a signed message as the agents send it. */
export function writeResponse(message: Uint8Array): string {
  const lines = [
    'MIME-Version: 1.0',
    'Content-Disposition: attachment; filename="smime.p7m"',
    'Content-Type: application/x-pkcs7-mime; smime-type=signed-data; name="smime.p7m"',
    'Content-Transfer-Encoding: base64',
    '',
    Buffer.from(message).toString('base64'),
    '',
  ];
  return Buffer.from(lines.join('\r\n')).toString('base64');
}
