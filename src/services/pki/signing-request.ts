import { createPublicKey, type KeyObject } from 'node:crypto';
import type { Pkcs10CertificateRequest } from '@peculiar/x509';
import { x509Library } from '../../kernel/tls/certificates.ts';
import { SigningRequestRefusal } from './errors.ts';

/** What a signing request (PKCS#10) asks for. Its signature has been checked: whoever made it holds the key. */
export interface SigningRequest {
  readonly commonNames: readonly string[];
  readonly dnsNames: readonly string[];
  /** Alternative names that are neither DNS names nor e-mail addresses, as `ip:10.0.0.1`. */
  readonly otherNames: readonly string[];
  /** E-mail addresses in the subject or among the alternative names. */
  readonly emails: readonly string[];
  readonly key: { readonly type: string; readonly bits: number };
  /** `SHA-256`. */
  readonly hash: string;
  readonly publicKeyDer: Buffer;
}

/** The names a certificate will carry. */
export interface RequestedNames {
  readonly commonName: string;
  readonly dnsNames: readonly string[];
}

const LARGEST = 16 * 1024;
const BLOCK = /-----BEGIN (?:NEW )?CERTIFICATE REQUEST-----([A-Za-z0-9+/=\s]{1,16384})-----END (?:NEW )?CERTIFICATE REQUEST-----/;
const EMAIL_ADDRESS = '1.2.840.113549.1.9.1';
const EMAIL_FIELDS = ['E', 'EMAIL', 'emailAddress', EMAIL_ADDRESS];
const SHORTEST_KEY = 2048;
const LONGEST_KEY = 4096;
const LONGEST_COMMON_NAME = 64;
const LABEL = /^(?!-)[a-z0-9-]{1,63}(?<!-)$/;

/**
 * Reads a signing request in PEM, and checks the requester's signature.
 *
 * Throws SigningRequestRefusal 400 for anything that is not one: too long, no request, broken, signed by another key; and for a
 * private key sent along, which nobody should have to see.
 */
export async function readSigningRequest(pem: string): Promise<SigningRequest> {
  if (pem.length > LARGEST) throw new SigningRequestRefusal('csr_too_long', `A signing request has at most ${LARGEST} characters.`);
  if (/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(pem))
    throw new SigningRequestRefusal(
      'csr_with_private_key',
      'This holds a private key. It has not been kept.',
      'Send the signing request only; the private key never leaves your system. Make a new key if this one was used for anything real.',
    );
  const body = BLOCK.exec(pem)?.[1];
  if (body === undefined)
    throw new SigningRequestRefusal(
      'csr_missing',
      'There is no signing request in this text.',
      'Send PEM: from -----BEGIN CERTIFICATE REQUEST----- to -----END CERTIFICATE REQUEST-----.',
    );
  const { request, valid } = await parse(Buffer.from(body, 'base64'));
  if (!valid)
    throw new SigningRequestRefusal(
      'csr_signature',
      'The signature of the signing request was not made with the key in it.',
      'Make the request anew: it was changed after signing, or put together from two.',
    );
  return request;
}

async function parse(der: Buffer): Promise<{ request: SigningRequest; valid: boolean }> {
  try {
    const x509 = await x509Library();
    const parsed = new x509.Pkcs10CertificateRequest(der);
    const publicKeyDer = Buffer.from(parsed.publicKey.rawData);
    const key = createPublicKey({ key: publicKeyDer, format: 'der', type: 'spki' });
    const names = parsed.extensions.find((each) => each instanceof x509.SubjectAlternativeNameExtension)?.names.items ?? [];
    const ofType = (type: string): string[] => names.filter((each) => each.type === type).map((each) => each.value);
    const request: SigningRequest = {
      commonNames: parsed.subjectName.getField('CN'),
      dnsNames: ofType('dns').map((each) => each.toLowerCase()),
      emails: [...new Set([...EMAIL_FIELDS.flatMap((field) => parsed.subjectName.getField(field)), ...ofType('email')])],
      otherNames: names.filter((each) => each.type !== 'dns' && each.type !== 'email').map((each) => `${each.type}:${each.value}`),
      key: { type: key.asymmetricKeyType ?? 'unknown', bits: sizeOf(key) },
      hash: hashOf(parsed),
      publicKeyDer,
    };
    return { request, valid: await signatureHolds(parsed) };
  } catch {
    // The library throws all manner of things at broken input; none of it means more to a requester than this.
    throw new SigningRequestRefusal('csr_unreadable', 'This is not a signing request (PKCS#10): its content cannot be read.');
  }
}

async function signatureHolds(request: Pkcs10CertificateRequest): Promise<boolean> {
  try {
    return await request.verify();
  } catch {
    return false;
  }
}

function sizeOf(key: KeyObject): number {
  return key.asymmetricKeyDetails?.modulusLength ?? 0;
}

function hashOf({ signatureAlgorithm }: Pkcs10CertificateRequest): string {
  return signatureAlgorithm.hash?.name ?? 'unknown';
}

/**
 * The national rules for requests (sds.md §11, path-to-live.md §2.3): the common name is an FQDN under nhs.uk, no e-mail address,
 * RSA of 2048 to 4096 bits, SHA-256. Other subject fields may be there; they are not taken over.
 *
 * @returns the names for the certificate, lower case, the common name among the DNS names
 * @throws SigningRequestRefusal 400 for the first rule that is broken
 */
export function checkSigningRequest(request: SigningRequest): RequestedNames {
  const { commonNames, emails, otherNames, key, hash } = request;
  const [first] = commonNames;
  if (first === undefined || first === '')
    throw new SigningRequestRefusal(
      'csr_no_common_name',
      'The subject has no common name.',
      'The common name (CN) is the FQDN of your system.',
    );
  if (commonNames.length > 1) throw new SigningRequestRefusal('csr_common_names', 'The subject has more than one common name.');
  if (emails.length > 0)
    throw new SigningRequestRefusal('csr_email', 'The request carries an e-mail address.', 'Leave the e-mail address blank.');
  if (otherNames.length > 0)
    throw new SigningRequestRefusal(
      'csr_alternative_names',
      `Only DNS names are signed; the request asks for ${otherNames.slice(0, 3).join(', ')}.`,
    );
  if (key.type !== 'rsa' || key.bits < SHORTEST_KEY || key.bits > LONGEST_KEY)
    throw new SigningRequestRefusal(
      'csr_key',
      `The key is ${key.type.toUpperCase()}${key.bits === 0 ? '' : ` of ${key.bits} bits`}; it must be RSA of ${SHORTEST_KEY} to ${LONGEST_KEY} bits.`,
    );
  if (!/^SHA-(256|384|512)$/.test(hash))
    throw new SigningRequestRefusal('csr_hash', `The request is signed with ${hash}; sign it with SHA-256.`, 'openssl req -sha256 …');
  const commonName = checkFqdn(first);
  return { commonName, dnsNames: [...new Set([commonName, ...request.dnsNames.map(checkFqdn)])].sort() };
}

/** An FQDN under nhs.uk in lower case. Throws SigningRequestRefusal 400 for anything else. */
export function checkFqdn(name: string): string {
  const fqdn = name.toLowerCase();
  const labels = fqdn.split('.');
  if (fqdn.length > LONGEST_COMMON_NAME)
    throw new SigningRequestRefusal('csr_name_too_long', `A name in a certificate has at most ${LONGEST_COMMON_NAME} characters.`);
  if (labels.length < 3 || !labels.every((label) => LABEL.test(label)) || !fqdn.endsWith('.nhs.uk'))
    throw new SigningRequestRefusal(
      'csr_fqdn',
      `"${printable(name)}" is not an FQDN under nhs.uk.`,
      'Write it like myserver.mysystem.thirdparty.nhs.uk: no wildcard, no port, no scheme.',
    );
  return fqdn;
}

/** Control characters of a hostile request do not reach a terminal. */
function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?').slice(0, 80);
}
