import { createPublicKey, generateKeyPair, webcrypto, X509Certificate } from 'node:crypto';
import { SocketAddress } from 'node:net';
import { promisify } from 'node:util';
import type { Extension } from '@peculiar/x509';
import type { Instant } from '../clock.ts';
import { LocalRefusal } from '../errors.ts';
import { secureRandom } from '../random.ts';

/** A fresh RSA key pair. */
export interface RsaKey {
  readonly publicKeyDer: Buffer;
  readonly privateKeyPem: string;
}

/** What is needed to sign with an authority. */
export interface Issuer {
  readonly certificatePem: string;
  readonly privateKeyPem: string;
}

/** A certificate and the private key it was made for. */
export interface KeyedCertificate extends Issuer {
  /** Upper-case hexadecimal, as OpenSSL prints it. */
  readonly serialNumber: string;
  readonly notBefore: Instant;
  readonly notAfter: Instant;
}

/** What a certificate says, read without checking any signature. */
export interface CertificateFacts {
  /** Empty when the subject has no common name. */
  readonly commonName: string;
  readonly issuerCommonName: string;
  /** `O=nhs, OU=Devices, CN=…`, in the order of the certificate. */
  readonly subject: string;
  readonly serialNumber: string;
  readonly isAuthority: boolean;
  readonly dnsNames: readonly string[];
  readonly ipAddresses: readonly string[];
  /** Object identifiers; empty when the certificate does not restrict its use. */
  readonly extendedKeyUsages: readonly string[];
  readonly notBefore: Instant;
  readonly notAfter: Instant;
}

export interface AuthorityRequest {
  readonly commonName: string;
  /** The authority above it; none for a root. */
  readonly issuer?: Issuer;
  readonly years: number;
  readonly keyBits: 2048 | 3072 | 4096;
  /** Real time (DESIGN.md D6). */
  readonly now: Instant;
  /** A key made beforehand, for whoever wants to make several at once. */
  readonly key?: RsaKey;
  /** Where the revocation list of the authority above it is to be had. */
  readonly crlUrl?: string;
}

export interface EndEntityRequest {
  /** The FQDN (path-to-live.md §2.3). */
  readonly commonName: string;
  readonly dnsNames: readonly string[];
  readonly ipAddresses?: readonly string[];
  readonly issuer: Issuer;
  readonly years: number;
  /** Real time (DESIGN.md D6). */
  readonly now: Instant;
  /** Where revocation and the issuer's certificate are to be had. Leave out when nobody serves them. */
  readonly pointers?: IssuerPointers;
  readonly key?: RsaKey;
}

/** Where, by plain HTTP, a certificate's verifier asks about it. */
export interface IssuerPointers {
  /** Revocation list of the issuer (CRL distribution point). */
  readonly crlUrl: string;
  /** Responder for single certificates (authority information access). */
  readonly ocspUrl: string;
  /** The issuer's own certificate (authority information access). */
  readonly issuerUrl: string;
}

/** A certificate for a key that stays with its holder. */
export interface HeldKeyRequest extends Omit<EndEntityRequest, 'key' | 'years'> {
  readonly publicKeyDer: Uint8Array;
  readonly notAfter: Instant;
  readonly holder: Holder;
}

/**
 * Who holds the key: a system (server and client at once), a person's smartcard, which has one key to sign on and one to sign with, or
 * the environment itself, to seal evidence. No request and no order of anybody else ends in the last.
 */
export type Holder = 'device' | 'smartcard' | 'smartcard-signing' | 'evidence';

/** A signed certificate, without a key. */
export type IssuedCertificate = Omit<KeyedCertificate, 'privateKeyPem'>;

/** Object identifiers of extended key usage. */
const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';
const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';
/** What people's certificates are for. Not client authentication: the mutual-TLS door is for systems, and a card does not open it. */
export const SMARTCARD_LOGON = '1.3.6.1.4.1.311.20.2.2';
const DOCUMENT_SIGNING = '1.3.6.1.5.5.7.3.36';
/** Sealing of evidence: LocalSpine's own identifier, made of the UUID 911745d2-febf-4a70-9ff2-059cb2b5c4ad (X.667), which needs no register. */
export const EVIDENCE_SEALING = '2.25.192858898419576331426126762965435008173';

interface Use {
  /** Second part of the subject; clients of smartcards rely on the spelling (identity.md A.2). */
  readonly unit: 'Devices' | 'people';
  readonly keyUsages: readonly ('digitalSignature' | 'keyEncipherment' | 'nonRepudiation')[];
  readonly extendedKeyUsages: readonly string[];
}

/** What a certificate may be used for, by who holds it; systems use one certificate as server and client (sds.md §11). */
const USES: Readonly<Record<Holder, Use>> = {
  device: { unit: 'Devices', keyUsages: ['digitalSignature', 'keyEncipherment'], extendedKeyUsages: [SERVER_AUTH, CLIENT_AUTH] },
  smartcard: { unit: 'people', keyUsages: ['digitalSignature'], extendedKeyUsages: [SMARTCARD_LOGON] },
  'smartcard-signing': { unit: 'people', keyUsages: ['nonRepudiation'], extendedKeyUsages: [DOCUMENT_SIGNING] },
  evidence: { unit: 'Devices', keyUsages: ['digitalSignature'], extendedKeyUsages: [EVIDENCE_SEALING] },
};
/** The certificate policy that end entities of the national authorities carry (path-to-live.md §2.3). */
const DEVICE_POLICY = '1.2.826.0.1275.101.0.3.1.1';
/** Longest common name that X.520 allows (RFC 5280, ub-common-name). */
const LONGEST_COMMON_NAME = 64;
/** Certificates start a little in the past, for peers whose watch is behind. */
const LEEWAY = 5 * 60_000;
/** How authorities sign (sds.md §11). */
export const SIGNING = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };

/** The X.509 library takes a tenth of a second to load, so only issuing loads it. */
export async function x509Library(): Promise<typeof import('@peculiar/x509')> {
  await import('reflect-metadata');
  return import('@peculiar/x509');
}

/** A new RSA key, made in the thread pool: several run in parallel and the event loop stays free. */
export async function generateKey(bits: 2048 | 3072 | 4096): Promise<RsaKey> {
  const { publicKey, privateKey } = await promisify(generateKeyPair)('rsa', {
    modulusLength: bits,
    publicKeyEncoding: { type: 'spki', format: 'der' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  return { publicKeyDer: publicKey, privateKeyPem: privateKey };
}

/**
 * A certificate authority: a root without `issuer`, otherwise a subordinate that may sign end entities only. Subject
 * `O=nhs, OU=CA, CN=…` (path-to-live.md §2.3).
 */
export async function createAuthority(request: AuthorityRequest): Promise<KeyedCertificate> {
  const x509 = await x509Library();
  const key = request.key ?? (await generateKey(request.keyBits));
  const pathLength = request.issuer === undefined ? 1 : 0;
  const extensions: Extension[] = [
    new x509.BasicConstraintsExtension(true, pathLength, true),
    new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
    ...(request.crlUrl === undefined ? [] : [new x509.CRLDistributionPointsExtension([request.crlUrl])]),
  ];
  const { publicKeyDer, privateKeyPem } = key;
  const issuer = request.issuer ?? { privateKeyPem };
  const notAfter = yearsAfter(request.now, request.years);
  const { commonName, now } = request;
  return { ...(await sign({ commonName, now, notAfter, issuer, publicKeyDer, unit: 'CA', extensions })), privateKeyPem };
}

/** A certificate for a server, `O=nhs, OU=Devices, CN=<FQDN>`, usable as client too, as the national ones are (path-to-live.md §2.3). */
export function issueServerCertificate(request: EndEntityRequest): Promise<KeyedCertificate> {
  return issueEndEntity(request);
}

/** A certificate for a calling system. The same profile as a server's: one certificate serves both directions (sds.md §11). */
export function issueClientCertificate(request: EndEntityRequest): Promise<KeyedCertificate> {
  return issueEndEntity(request);
}

async function issueEndEntity(request: EndEntityRequest): Promise<KeyedCertificate> {
  const key = request.key ?? (await generateKey(2048));
  const { publicKeyDer, privateKeyPem } = key;
  const notAfter = yearsAfter(request.now, request.years);
  return { ...(await issueForHeldKey({ ...request, publicKeyDer, notAfter, holder: 'device' })), privateKeyPem };
}

/** A certificate for a public key whose private key the holder keeps: what a signing request (CSR) asks for. */
export async function issueForHeldKey(request: HeldKeyRequest): Promise<IssuedCertificate> {
  const x509 = await x509Library();
  const { unit, keyUsages, extendedKeyUsages } = USES[request.holder];
  const usages = keyUsages.reduce((flags, each) => flags | x509.KeyUsageFlags[each], 0);
  const names = [
    ...request.dnsNames.map((value) => ({ type: 'dns' as const, value })),
    ...(request.ipAddresses ?? []).map((value) => ({ type: 'ip' as const, value })),
  ];
  const extensions: Extension[] = [
    new x509.BasicConstraintsExtension(false, undefined, true),
    new x509.KeyUsagesExtension(usages, true),
    new x509.ExtendedKeyUsageExtension([...extendedKeyUsages]),
  ];
  if (unit === 'Devices') extensions.push(new x509.CertificatePolicyExtension([DEVICE_POLICY]));
  if (names.length > 0) extensions.push(new x509.SubjectAlternativeNameExtension(names));
  if (request.pointers !== undefined) {
    const { crlUrl, ocspUrl, issuerUrl } = request.pointers;
    extensions.push(new x509.CRLDistributionPointsExtension([crlUrl]));
    extensions.push(new x509.AuthorityInfoAccessExtension({ ocsp: [ocspUrl], caIssuers: [issuerUrl] }));
  }
  return sign({ ...request, unit, extensions, publicKeyDer: request.publicKeyDer });
}

interface SigningRequest {
  readonly commonName: string;
  readonly unit: 'CA' | Use['unit'];
  readonly publicKeyDer: Uint8Array;
  readonly issuer: Issuer | { readonly privateKeyPem: string; readonly certificatePem?: undefined };
  readonly now: Instant;
  readonly notAfter: Instant;
  readonly extensions: readonly Extension[];
}

async function sign(request: SigningRequest): Promise<IssuedCertificate> {
  if (request.commonName.length > LONGEST_COMMON_NAME) throw new RangeError(`a common name has at most ${LONGEST_COMMON_NAME} characters`);
  const x509 = await x509Library();
  const publicKeyDer = Buffer.from(request.publicKeyDer);
  const subject = new x509.Name([{ O: ['nhs'] }, { OU: [request.unit] }, { CN: [request.commonName] }]);
  const issuer = request.issuer.certificatePem === undefined ? undefined : new x509.X509Certificate(request.issuer.certificatePem);
  const subjectKeyId = await x509.SubjectKeyIdentifierExtension.create(publicKeyDer);
  const issuerKeyId = issuer?.getExtension(x509.SubjectKeyIdentifierExtension)?.keyId ?? subjectKeyId.keyId;
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: newSerialNumber(),
    subject,
    // The issuer's name is taken as it is encoded there: verifiers compare it byte for byte.
    issuer: issuer?.subjectName ?? subject,
    notBefore: new Date(request.now - LEEWAY),
    // Nothing outlives the authority that signed it.
    notAfter: new Date(issuer === undefined ? request.notAfter : Math.min(request.notAfter, issuer.notAfter.getTime())),
    publicKey: publicKeyDer,
    signingKey: await signingKey(request.issuer.privateKeyPem),
    signingAlgorithm: SIGNING,
    extensions: [...request.extensions, subjectKeyId, new x509.AuthorityKeyIdentifierExtension(issuerKeyId)],
  });
  const certificatePem = toPem(Buffer.from(certificate.rawData));
  const { serialNumber, notBefore, notAfter } = inspect(certificatePem);
  return { certificatePem, serialNumber, notBefore, notAfter };
}

/** The key pair of a private key in PEM. */
export function keyPairOf(privateKeyPem: string): RsaKey {
  return { privateKeyPem, publicKeyDer: createPublicKey(privateKeyPem).export({ type: 'spki', format: 'der' }) };
}

/** A private key in PEM, for signing with web cryptography. */
export function signingKey(privateKeyPem: string): Promise<webcrypto.CryptoKey> {
  const der = Buffer.from(privateKeyPem.replace(/-----[A-Z ]+-----/g, ''), 'base64');
  return webcrypto.subtle.importKey('pkcs8', der, SIGNING, false, ['sign']);
}

/** 127 random bits with the highest set: positive, and of one length. */
function newSerialNumber(): string {
  const bytes = secureRandom.bytes(16);
  bytes.writeUInt8((bytes.readUInt8(0) & 0x3f) | 0x40, 0);
  return bytes.toString('hex');
}

function yearsAfter(instant: Instant, years: number): Instant {
  const date = new Date(instant);
  return date.setUTCFullYear(date.getUTCFullYear() + years);
}

/** DER as PEM text, ending in a line break so that PEM texts can be joined. */
export function toPem(der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

/** The DER bytes of the first certificate in a PEM text. Throws LocalRefusal 400 when there is none. */
export function toDer(pem: string): Buffer {
  return parse(pem).raw;
}

/**
 * Reads a certificate from PEM or DER, told apart by content: PEM text under a `.der` name is the usual mistake (PTL-068).
 * Throws LocalRefusal 400 when it is neither.
 */
export function inspect(certificate: string | Uint8Array): CertificateFacts {
  const parsed = parse(certificate);
  const names = alternativeNames(parsed.subjectAltName ?? '');
  return {
    commonName: commonNameOf(parsed.subject),
    issuerCommonName: commonNameOf(parsed.issuer),
    subject: parsed.subject.split('\n').join(', '),
    serialNumber: parsed.serialNumber,
    isAuthority: parsed.ca,
    dnsNames: names.filter((each) => each.type === 'DNS').map((each) => each.value),
    ipAddresses: names.filter((each) => each.type === 'IP Address').map((each) => shortAddress(each.value)),
    extendedKeyUsages: parsed.keyUsage ?? [],
    notBefore: parsed.validFromDate.getTime(),
    notAfter: parsed.validToDate.getTime(),
  };
}

/** Whether `issuerPem` names itself the issuer of `certificate` and its key made the signature. False when either cannot be read. */
export function isIssuedBy(certificate: string | Uint8Array, issuerPem: string): boolean {
  try {
    const issuer = parse(issuerPem);
    const subject = parse(certificate);
    return subject.checkIssued(issuer) && subject.verify(issuer.publicKey);
  } catch {
    return false;
  }
}

function parse(certificate: string | Uint8Array): X509Certificate {
  try {
    return new X509Certificate(certificate);
  } catch {
    throw new LocalRefusal(400, 'certificate_unreadable', 'This is not an X.509 certificate in PEM or DER form.');
  }
}

/** Node gives one attribute per line: `O=nhs\nOU=Devices\nCN=…`. */
function commonNameOf(name: string): string {
  return /^CN=(.*)$/m.exec(name)?.[1] ?? '';
}

/** Node gives `DNS:localhost, IP Address:127.0.0.1`, with values that could mislead as JSON strings. */
function alternativeNames(text: string): { type: string; value: string }[] {
  return [...text.matchAll(/(?:^|, )([A-Za-z ]+):("(?:[^"\\]|\\.)*"|[^,]*)/g)].map(([, type = '', value = '']) => ({
    type,
    value: value.startsWith('"') ? String(JSON.parse(value)) : value,
  }));
}

function shortAddress(address: string): string {
  return address.includes(':') ? new SocketAddress({ address, family: 'ipv6' }).address : address;
}
