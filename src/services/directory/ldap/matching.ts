/** Matching rules (RFC 4517): how values are compared. Both sides are brought to one form, then compared as text. */
import { distinguishedName } from './distinguished-name.ts';
import { objectClass } from './schema.ts';

/** Brings a value to the form in which it is compared; undefined when it has not the rule's syntax. */
export type Normaliser = (value: string) => string | undefined;

/** Blanks at the ends do not count, inside they count as one (RFC 4518 §2.6); composed and decomposed letters are the same. */
export function spaces(value: string): string {
  const plain = isAscii(value) ? value : value.normalize('NFKC');
  return hasSurplusBlank(plain) ? plain.trim().replace(/\s+/g, ' ') : plain;
}

function hasSurplusBlank(value: string): boolean {
  let blank = true; // a blank at the beginning is one too many
  for (let index = 0; index < value.length; index += 1) {
    const code = value.charCodeAt(index);
    const isBlank = code === 0x20 || (code >= 0x09 && code <= 0x0d) || code > 0x7f;
    if (isBlank && (blank || code !== 0x20)) return true;
    blank = isBlank;
  }
  return blank && value.length > 0;
}

function isAscii(value: string): boolean {
  for (let index = 0; index < value.length; index += 1) if (value.charCodeAt(index) > 0x7f) return false;
  return true;
}

const exact: Normaliser = spaces;
const ignoringCase: Normaliser = (value) => spaces(value).toLowerCase();
const octets: Normaliser = (value) => value;
const integer: Normaliser = (value) => (/^-?\d+$/.test(value.trim()) ? BigInt(value.trim()).toString() : undefined);
const generalizedTime: Normaliser = (value) => {
  const found = /^(\d{10})(\d{2})?(\d{2})?(?:[.,](\d+))?Z$/.exec(value.trim());
  return found === null ? undefined : `${found[1]}${found[2] ?? '00'}${found[3] ?? '00'}.${(found[4] ?? '').replace(/0+$/, '')}`;
};
const uuid: Normaliser = (value) =>
  /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value.trim()) ? value.trim().toLowerCase() : undefined;

/** The rules there are, by name and OID in lower case. */
const NORMALISERS = new Map<string, Normaliser>();
function rule(names: string, normaliser: Normaliser): void {
  for (const name of names.split(' ')) NORMALISERS.set(name.toLowerCase(), normaliser);
}
rule('caseExactMatch 2.5.13.5 caseExactSubstringsMatch 2.5.13.7 caseExactOrderingMatch 2.5.13.6', exact);
rule('caseExactIA5Match 1.3.6.1.4.1.1466.109.114.1 caseExactIA5SubstringsMatch 1.3.6.1.4.1.4203.1.2.1', exact);
rule('caseIgnoreMatch 2.5.13.2 caseIgnoreSubstringsMatch 2.5.13.4 caseIgnoreOrderingMatch 2.5.13.3', ignoringCase);
rule('caseIgnoreIA5Match 1.3.6.1.4.1.1466.109.114.2 caseIgnoreIA5SubstringsMatch 1.3.6.1.4.1.1466.109.114.3', ignoringCase);
rule('caseIgnoreListMatch 2.5.13.11 caseIgnoreListSubstringsMatch 2.5.13.12', ignoringCase);
rule('telephoneNumberMatch 2.5.13.20 telephoneNumberSubstringsMatch 2.5.13.21', (value) => value.replace(/[\s-]/g, '').toLowerCase());
rule('numericStringMatch 2.5.13.8 numericStringSubstringsMatch 2.5.13.10', (value) => value.replace(/\s/g, ''));
rule('octetStringMatch 2.5.13.17', octets);
rule('integerMatch 2.5.13.14', integer);
rule('booleanMatch 2.5.13.13', (value) => (/^(TRUE|FALSE)$/i.test(value) ? value.toUpperCase() : undefined));
rule('generalizedTimeMatch 2.5.13.27 generalizedTimeOrderingMatch 2.5.13.28', generalizedTime);
rule('UUIDMatch 1.3.6.1.1.16.2 UUIDOrderingMatch 1.3.6.1.1.16.3', uuid);
rule('objectIdentifierMatch 2.5.13.0', (value) => objectClass(value)?.name.toLowerCase());
rule('distinguishedNameMatch 2.5.13.1', (value) => distinguishedName(value)?.key);

/** How a rule brings values to one form; undefined for a rule that is not there. */
export function normaliser(name: string): Normaliser | undefined {
  return NORMALISERS.get(name.toLowerCase());
}

/** Rules that order numbers as numbers. */
export function comesBefore(ruleName: string, first: string, second: string): boolean {
  if (ruleName === 'integerOrderingMatch') return BigInt(first) < BigInt(second);
  return first < second;
}
rule('integerOrderingMatch 2.5.13.15', integer);

/** Whether a value, brought to one form, holds the parts in their order (RFC 4511 §4.5.1.7.2). */
export function holds(value: string, initial: string | undefined, any: readonly string[], final: string | undefined): boolean {
  if (initial !== undefined && !value.startsWith(initial)) return false;
  let from = initial?.length ?? 0;
  for (const part of any) {
    const found = value.indexOf(part, from);
    if (found < 0) return false;
    from = found + part.length;
  }
  return final === undefined || (value.length - final.length >= from && value.endsWith(final));
}
