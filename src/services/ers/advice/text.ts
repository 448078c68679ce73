/** The text of guidance (ers.md §9 A026). */
import { unprocessable } from '../errors.ts';

/** Characters of a message. */
export const MAXIMUM_MESSAGE = 8000;
/** Characters of the comments on a conversion. */
export const MAXIMUM_REVIEW_COMMENTS = 2000;

/** The one form of markup that guidance may have. */
const LINK = /<a href="https?:\/\/[^"<>\s]+" target="_blank">[^<>]*<\/a>/g;
/** The beginning of any other tag. A lone `<`, as in "HbA1c < 48" or "HbA1c <48", is text. */
const TAG = /<[a-z/!?]/i;

/**
 * Throws INVALID_VALUE (422) when guidance has other markup than links of the form `<a href="…" target="_blank">…</a>` to a web address.
 */
export function requireGuidanceMarkup(guidance: string, display = 'Guidance'): void {
  const stray = TAG.exec(guidance.replaceAll(LINK, ''));
  if (stray === null) return;
  throw unprocessable(
    'INVALID_VALUE',
    `'${display}' contains markup that is not permitted.`,
    `The only markup is <a href="https://…" target="_blank">…</a>; there is another "${stray[0]}".`,
    'Send plain text, with links in exactly that form.',
  );
}
