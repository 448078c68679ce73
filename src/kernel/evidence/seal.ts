/** The signature below evidence: made by an environment, checked by anybody, offline. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import Type, { type Static } from 'typebox';
import { Compile } from 'typebox/compile';
import { EVIDENCE_SEALING } from '../tls/certificates.ts';
import { FORMAT } from './chain.ts';

const ALGORITHM = 'RS256';

/** What the environment vouches for. */
const SealedFacts = Type.Object({
  format: Type.Literal(FORMAT),
  environment: Type.String(),
  recording: Type.String(),
  /** How many exchanges it recorded, and the hash of the last line it wrote about them itself. */
  exchanges: Type.Integer({ minimum: 0 }),
  recordingHead: Type.String(),
  /** Hash of the last line before the signature, and how many lines there are up to it. */
  head: Type.String(),
  lines: Type.Integer({ minimum: 1 }),
  sealedAt: Type.String(),
});
export type SealedFacts = Static<typeof SealedFacts>;
const checkFacts = Compile(SealedFacts);
const checkHeader = Compile(
  Type.Object(
    { alg: Type.Literal(ALGORITHM), x5c: Type.Array(Type.String(), { minItems: 2, maxItems: 5 }) },
    { additionalProperties: false },
  ),
);

/** Key and certificates that sign: own certificate first, then those above it, the root last; in PEM. */
export interface SealKey {
  readonly privateKeyPem: string;
  readonly certificatesPem: readonly string[];
}

/** Common name of the certificate that an environment seals with. Its end is the day, so that the register tells them apart. */
export function signerName(environment: string, day: string): string {
  return `LocalSpine evidence ${environment} ${day}`;
}

/** Signs the facts: a JWS in compact form that brings its certificates. */
export async function seal(facts: SealedFacts, key: SealKey): Promise<string> {
  const { CompactSign } = await import('jose');
  const x5c = key.certificatesPem.map((pem) => new X509Certificate(pem).raw.toString('base64'));
  return new CompactSign(Buffer.from(JSON.stringify(facts)))
    .setProtectedHeader({ alg: ALGORITHM, x5c })
    .sign(createPrivateKey(key.privateKeyPem));
}

/** A seal that is good by itself; whether its root is one to be trusted is another question. */
export interface OpenedSeal {
  readonly facts: SealedFacts;
  /** Who signed, and which root stands above it. */
  readonly signer: string;
  readonly root: { readonly name: string; readonly sha256: string };
}

/** The seal is not good. The message says why. */
export class SealBroken extends Error {
  override readonly name = 'SealBroken';
}

/** Checks signature, certificates and form. Throws SealBroken. */
export async function openSeal(jws: string): Promise<OpenedSeal> {
  const certificates = readHeader(jws);
  const [signer, root] = [certificates[0], certificates.at(-1)];
  if (signer === undefined || root === undefined) throw new SealBroken('it brings no certificates');
  const { compactVerify } = await import('jose');
  let payload: unknown;
  try {
    payload = JSON.parse(Buffer.from((await compactVerify(jws, signer.publicKey, { algorithms: [ALGORITHM] })).payload).toString('utf8'));
  } catch {
    throw new SealBroken('its signature does not fit');
  }
  if (!checkFacts.Check(payload)) throw new SealBroken(`it does not say what a seal of ${FORMAT} says`);
  checkChain(certificates, Date.parse(payload.sealedAt));
  checkSigner(signer, payload.environment);
  return { facts: payload, signer: signer.subject.replaceAll('\n', ', '), root: { name: nameOf(root), sha256: fingerprintOf(root) } };
}

/** Base64 has more than one way to write the same bytes: only the one that is written here is taken, so that every character counts. */
function readHeader(jws: string): readonly X509Certificate[] {
  const parts = jws.split('.');
  if (parts.length !== 3 || parts.some((each) => Buffer.from(each, 'base64url').toString('base64url') !== each))
    throw new SealBroken('it is no JWS in compact form');
  try {
    const header: unknown = JSON.parse(Buffer.from(parts[0] ?? '', 'base64url').toString('utf8'));
    if (!checkHeader.Check(header)) throw new SealBroken('its header is not one of a seal');
    return header.x5c.map((each) => new X509Certificate(Buffer.from(each, 'base64')));
  } catch (error) {
    throw error instanceof SealBroken ? error : new SealBroken('its header cannot be read');
  }
}

/** Each certificate is signed by the next, which is an authority; the last by itself; all were valid when it was sealed. */
function checkChain(certificates: readonly X509Certificate[], at: number): void {
  for (const [index, certificate] of certificates.entries()) {
    const issuer = certificates[index + 1] ?? certificate;
    const name = nameOf(certificate);
    if (!issuer.ca || !certificate.checkIssued(issuer) || !certificate.verify(issuer.publicKey))
      throw new SealBroken(`the certificate ${name} is not signed by the one above it`);
    if (at < certificate.validFromDate.getTime() || at > certificate.validToDate.getTime())
      throw new SealBroken(`the certificate ${name} was not valid when it was sealed`);
  }
}

/**
 * The key is one for evidence, of the environment it speaks for: each supplier holds a certificate of the same authority, and environments
 * share a root. The name counts because nobody but an environment is given the use (see {@link EVIDENCE_SEALING}).
 */
function checkSigner(signer: X509Certificate, environment: string): void {
  if (!signer.keyUsage?.includes(EVIDENCE_SEALING))
    throw new SealBroken(`the certificate ${nameOf(signer)} is not one that seals evidence`);
  const day = nameOf(signer).slice(signerName(environment, '').length);
  if (nameOf(signer) !== signerName(environment, day) || !/^\d{4}-\d{2}-\d{2}$/.test(day))
    throw new SealBroken(`the certificate ${nameOf(signer)} is not one of ${environment}`);
}

function nameOf({ subject }: X509Certificate): string {
  return /CN=(.*)/.exec(subject)?.[1] ?? subject;
}

/** SHA-256 of a certificate, lower-case hexadecimal without colons. */
export function fingerprintOf({ fingerprint256 }: X509Certificate): string {
  return fingerprint256.replaceAll(':', '').toLowerCase();
}
