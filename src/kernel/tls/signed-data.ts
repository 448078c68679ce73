/** CMS SignedData (RFC 5652), as much as a smartcard's answer needs: one RSA signer with its certificate. */
import { createPublicKey, hash, type KeyObject, sign, timingSafeEqual, verify, X509Certificate } from 'node:crypto';
import type { SignedData, SignerInfo } from '@peculiar/asn1-cms';

/** What a good signature proves: that whoever holds the certificate's key signed the content. Who issued it is for the caller to judge. */
export interface VerifiedContent {
  readonly content: Buffer;
  readonly certificateDer: Buffer;
  readonly digest: Digest;
}

/** The message is not what it should be, or its signature is not good. The message says why. */
export class SignedDataError extends Error {
  override readonly name = 'SignedDataError';
}

const DIGESTS = { '1.3.14.3.2.26': 'sha1', '2.16.840.1.101.3.4.2.1': 'sha256', '2.16.840.1.101.3.4.2.3': 'sha512' } as const;
export type Digest = (typeof DIGESTS)[keyof typeof DIGESTS];

/** RSA PKCS#1 v1.5, plain or with its digest; a digest named here must be the one named there. */
const RSA_SIGNATURES: Readonly<Record<string, Digest | 'any'>> = {
  '1.2.840.113549.1.1.1': 'any',
  '1.2.840.113549.1.1.5': 'sha1',
  '1.2.840.113549.1.1.11': 'sha256',
  '1.2.840.113549.1.1.13': 'sha512',
};
const SIGNED_DATA = '1.2.840.113549.1.7.2';
const DATA = '1.2.840.113549.1.7.1';
const CONTENT_TYPE = '1.2.840.113549.1.9.3';
const MESSAGE_DIGEST = '1.2.840.113549.1.9.4';
const SET_OF = 0x31;
const LEAST_KEY_BITS = 1_024;

interface Libraries {
  readonly cms: typeof import('@peculiar/asn1-cms');
  readonly schema: typeof import('@peculiar/asn1-schema');
}

/** Loaded when first used: start-up does not wait for ASN.1. */
async function libraries(): Promise<Libraries> {
  const [cms, schema] = await Promise.all([import('@peculiar/asn1-cms'), import('@peculiar/asn1-schema')]);
  return { cms, schema };
}

/**
 * Checks a message with its content inside, exactly one signer and that signer's certificate, with or without signed attributes.
 * The algorithm is taken from a list, the key from the certificate, and both must fit.
 *
 * @throws SignedDataError
 */
export async function verifySignedData(der: Uint8Array): Promise<VerifiedContent> {
  const { cms, schema } = await libraries();
  let data: SignedData;
  try {
    const info = schema.AsnConvert.parse(der, cms.ContentInfo);
    if (info.contentType !== SIGNED_DATA) throw new SignedDataError('it is not signed data');
    data = schema.AsnConvert.parse(info.content, cms.SignedData);
  } catch (error) {
    throw error instanceof SignedDataError ? error : new SignedDataError('it is no CMS message in DER');
  }
  const content = data.encapContentInfo.eContent?.single?.buffer;
  if (data.encapContentInfo.eContentType !== DATA || content === undefined) throw new SignedDataError('the content is not inside');
  const [signer, second] = data.signerInfos;
  if (signer === undefined || second !== undefined) throw new SignedDataError('there is not exactly one signer');
  const certificate = certificateOf(data, signer, { cms, schema });
  const digest = digestOf(signer);
  const bytes = Buffer.from(content);
  const signed = signedBytes(signer, bytes, digest, { cms, schema });
  if (!hasSigned(certificate, digest, signed, signer)) throw new SignedDataError('the signature does not fit the content');
  return { content: bytes, certificateDer: certificate.raw, digest };
}

function certificateOf(data: SignedData, { sid }: SignerInfo, { schema }: Libraries): X509Certificate {
  const [choice, second] = data.certificates ?? [];
  if (choice?.certificate === undefined || second !== undefined) throw new SignedDataError('there is not exactly one certificate');
  const named = sid.issuerAndSerialNumber;
  const { serialNumber, issuer } = choice.certificate.tbsCertificate;
  const same = (a: ArrayBuffer, b: ArrayBuffer): boolean => Buffer.from(a).equals(Buffer.from(b));
  if (
    named !== undefined &&
    !(same(named.serialNumber, serialNumber) && same(schema.AsnConvert.serialize(named.issuer), schema.AsnConvert.serialize(issuer)))
  )
    throw new SignedDataError('the signer is not the holder of the certificate');
  try {
    return new X509Certificate(Buffer.from(schema.AsnConvert.serialize(choice.certificate)));
  } catch {
    throw new SignedDataError('the certificate cannot be read');
  }
}

function digestOf(signer: SignerInfo): Digest {
  const known: Readonly<Record<string, Digest>> = DIGESTS;
  const digest = known[signer.digestAlgorithm.algorithm];
  const fitting = RSA_SIGNATURES[signer.signatureAlgorithm.algorithm];
  if (digest === undefined || fitting === undefined) throw new SignedDataError('the algorithm is not one that cards use');
  if (fitting !== 'any' && fitting !== digest) throw new SignedDataError('digest and signature name different algorithms');
  return digest;
}

/** What the signature is over: the content itself, or attributes that name its digest (RFC 5652 §5.4). */
function signedBytes(signer: SignerInfo, content: Buffer, digest: Digest, { schema }: Libraries): Buffer {
  if (signer.signedAttrs === undefined) return content;
  const attributeOf = (type: string): Buffer => {
    const found = signer.signedAttrs?.filter((each) => each.attrType === type) ?? [];
    const [value, another] = found[0]?.attrValues ?? [];
    if (found.length !== 1 || value === undefined || another !== undefined)
      throw new SignedDataError('the signed attributes are incomplete');
    return Buffer.from(value);
  };
  let named: Buffer;
  let type: string;
  try {
    named = Buffer.from(schema.AsnConvert.parse(attributeOf(MESSAGE_DIGEST), schema.OctetString).buffer);
    type = objectIdentifier(attributeOf(CONTENT_TYPE));
  } catch (error) {
    throw error instanceof SignedDataError ? error : new SignedDataError('the signed attributes cannot be read');
  }
  const actual = hash(digest, content, 'buffer');
  if (type !== DATA) throw new SignedDataError('the signed attributes name another type of content');
  if (named.length !== actual.length || !timingSafeEqual(named, actual))
    throw new SignedDataError('the signed digest is not the content’s');
  const attributes = Buffer.concat(signer.signedAttrs.map((each) => Buffer.from(schema.AsnConvert.serialize(each))));
  return Buffer.concat([setHeader(attributes.length), attributes]);
}

/** In the message they stand under another tag; what is signed is a SET OF. */
function setHeader(length: number): Buffer {
  if (length < 0x80) return Buffer.from([SET_OF, length]);
  const bytes = Buffer.from(length.toString(16).padStart(length > 0xff ? 4 : 2, '0'), 'hex');
  if (length > 0xffff) throw new SignedDataError('the signed attributes are too long');
  return Buffer.concat([Buffer.from([SET_OF, 0x80 + bytes.length]), bytes]);
}

/** The one object identifier that may stand there; DER has one form for each. */
function objectIdentifier(der: Buffer): string {
  return der.toString('hex') === '06092a864886f70d010701' ? DATA : 'other';
}

function hasSigned(certificate: X509Certificate, digest: Digest, signed: Buffer, signer: SignerInfo): boolean {
  const key = publicKeyOf(certificate);
  if (key.asymmetricKeyType !== 'rsa' || (key.asymmetricKeyDetails?.modulusLength ?? 0) < LEAST_KEY_BITS)
    throw new SignedDataError('the key in the certificate is not an RSA key of a card');
  return verify(digest, signed, key, Buffer.from(signer.signature.buffer));
}

function publicKeyOf(certificate: X509Certificate): KeyObject {
  try {
    return certificate.publicKey;
  } catch {
    throw new SignedDataError('the key in the certificate cannot be read');
  }
}

export interface SigningCard {
  readonly certificatePem: string;
  readonly privateKeyPem: string;
}

/** Signs as the national cards do: content inside, one certificate, no signed attributes (identity.md A.2). Gives DER. */
export async function signData(content: Uint8Array, card: SigningCard, digest: Digest = 'sha1'): Promise<Buffer> {
  const [{ cms, schema }, { Certificate }] = await Promise.all([libraries(), import('@peculiar/asn1-x509')]);
  const raw = new X509Certificate(card.certificatePem).raw;
  const certificate = schema.AsnConvert.parse(raw, Certificate);
  const oid = Object.entries(DIGESTS).find(([, name]) => name === digest)?.[0] ?? '';
  const nothing = new Uint8Array([0x05, 0x00]).buffer;
  const digestAlgorithm = new cms.DigestAlgorithmIdentifier({ algorithm: oid, parameters: nothing });
  const { issuer, serialNumber } = certificate.tbsCertificate;
  const data = new cms.SignedData({
    version: cms.CMSVersion.v1,
    digestAlgorithms: new cms.DigestAlgorithmIdentifiers([digestAlgorithm]),
    encapContentInfo: new cms.EncapsulatedContentInfo({
      eContentType: DATA,
      eContent: new cms.EncapsulatedContent({ single: new schema.OctetString(content) }),
    }),
    certificates: new cms.CertificateSet([new cms.CertificateChoices({ certificate })]),
    signerInfos: new cms.SignerInfos([
      new cms.SignerInfo({
        version: cms.CMSVersion.v1,
        sid: new cms.SignerIdentifier({ issuerAndSerialNumber: new cms.IssuerAndSerialNumber({ issuer, serialNumber }) }),
        digestAlgorithm,
        signatureAlgorithm: new cms.SignatureAlgorithmIdentifier({ algorithm: '1.2.840.113549.1.1.1', parameters: nothing }),
        signature: new schema.OctetString(sign(digest, content, card.privateKeyPem)),
      }),
    ]),
  });
  const info = new cms.ContentInfo({ contentType: SIGNED_DATA, content: schema.AsnConvert.serialize(data) });
  return Buffer.from(schema.AsnConvert.serialize(info));
}

/** Whether a private key belongs to a certificate. */
export function keyFits({ certificatePem, privateKeyPem }: SigningCard): boolean {
  return new X509Certificate(certificatePem).publicKey.equals(createPublicKey(privateKeyPem));
}
