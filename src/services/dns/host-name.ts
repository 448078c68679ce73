import { LocalRefusal } from '../../kernel/errors.ts';
import { canonicalAddress } from './reverse.ts';

/** A name on the way into the zones. */
export interface NameRequest {
  readonly name: string;
  /** When absent, a name that is registered keeps its addresses, and a new one points to the environment itself. */
  readonly addresses?: readonly string[];
  readonly odsCode?: string;
}

const LABEL = /^[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?$/;
const LONGEST_NAME = 253;
/** Names are looked for by their endings, so there is an end to how deep they go. */
export const MOST_LABELS = 10;
const MOST_ADDRESSES = 64;

/**
 * A fully qualified domain name for an endpoint, in lower case (path-to-live.md §3.3: it ends in nhs.uk; the port is not part of it).
 * Throws LocalRefusal 400.
 */
export function readHostName(text: string): string {
  const name = text.trim().toLowerCase().replace(/\.$/, '');
  const refuse = (why: string): LocalRefusal =>
    new LocalRefusal(
      400,
      'bad_name',
      `"${text.slice(0, 300)}" is no name for the zones: ${why}.`,
      'Write it like mhs.supplier.thirdparty.nhs.uk.',
    );
  if (/^[a-z][a-z\d+.-]*:\/\//.test(name) || name.includes('/')) throw refuse('it is an address, not a name');
  if (name.includes(':')) throw refuse('a name has no port; endpoints listen on 443');
  const labels = name.split('.');
  if (name.length > LONGEST_NAME || labels.length > MOST_LABELS || !labels.every((label) => LABEL.test(label)))
    throw refuse(`it has labels of letters, digits and hyphens, at most ${MOST_LABELS} of them and ${LONGEST_NAME} characters`);
  if (!name.endsWith('.nhs.uk')) throw refuse('it does not end in nhs.uk');
  return name;
}

/** Addresses in the form they are compared in, without doubles. Throws LocalRefusal 400. */
export function readAddresses(texts: readonly string[]): readonly string[] {
  if (texts.length === 0 || texts.length > MOST_ADDRESSES)
    throw new LocalRefusal(400, 'bad_addresses', `A name has 1 to ${MOST_ADDRESSES} addresses.`);
  return [...new Set(texts.map(readAddress))];
}

function readAddress(text: string): string {
  try {
    return canonicalAddress(text.trim());
  } catch {
    throw new LocalRefusal(400, 'bad_address', `"${text.slice(0, 100)}" is no IP address.`, 'Write it like 127.0.0.1 or ::1.');
  }
}
