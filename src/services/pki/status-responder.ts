import type { Instant } from '../../kernel/clock.ts';
import { type Issuer, signingKey, toDer } from '../../kernel/tls/certificates.ts';
import type { Revocation } from './certificate-store.ts';
import { REASON_CODES } from './revocation.ts';

/** What the register knows of a serial number. */
export type CertificateStatus =
  | { readonly status: 'good' }
  | { readonly status: 'revoked'; readonly revocation: Revocation }
  | { readonly status: 'unknown' };

export interface StatusQuestion {
  /** The request in DER. */
  readonly request: Uint8Array;
  /** The authorities that this responder answers for, keys and all. */
  readonly issuers: readonly Issuer[];
  readonly statusOf: (issuer: Issuer, serial: string) => Promise<CertificateStatus>;
  readonly now: Instant;
}

/** Answers that are not signed (RFC 6960 §2.3). */
const MALFORMED_REQUEST = 1;
const UNAUTHORIZED = 6;
const NONCE = '1.3.6.1.5.5.7.48.1.2';
/** More than this in one request is no browser and no server. */
const MOST_CERTIFICATES = 20;
/** Longest nonce that must be answered (RFC 8954, RFC 9654). */
const LONGEST_NONCE = 128;
/** How long an answer may be relied on: short, so that a revocation is felt. */
const ANSWER_LIFE = 60 * 60_000;

type PkiJs = typeof import('pkijs');
type Request = InstanceType<PkiJs['OCSPRequest']>;
type CertificateId = InstanceType<PkiJs['CertID']>;

/** Answers a question for the status of certificates (OCSP, RFC 6960) in DER; broken and foreign questions with the status that says so. */
export async function answerStatus({ now, ...asking }: StatusQuestion): Promise<Buffer> {
  // RFC 5280 §4.1.2.5.2: times without fractions of a second.
  const question = { ...asking, now: now - (now % 1_000) };
  const pkijs = await import('pkijs');
  const request = read(pkijs, question.request);
  const asked = request?.tbsRequest.requestList.map((each) => each.reqCert) ?? [];
  if (request === undefined || asked.length === 0 || asked.length > MOST_CERTIFICATES) return refusal(pkijs, MALFORMED_REQUEST);
  const [first] = asked;
  const issuer = first === undefined ? undefined : await issuerOf(pkijs, question.issuers, first);
  // One signature answers for one authority.
  if (issuer === undefined || !(await allOf(pkijs, issuer, asked))) return refusal(pkijs, UNAUTHORIZED);
  return signed(pkijs, question, issuer, request);
}

function read(pkijs: PkiJs, der: Uint8Array): Request | undefined {
  try {
    return pkijs.OCSPRequest.fromBER(Uint8Array.from(der));
  } catch {
    return undefined;
  }
}

async function issuerOf(pkijs: PkiJs, issuers: readonly Issuer[], asked: CertificateId): Promise<Issuer | undefined> {
  for (const issuer of issuers) if (await names(pkijs, issuer, asked)) return issuer;
  return undefined;
}

async function allOf(pkijs: PkiJs, issuer: Issuer, asked: readonly CertificateId[]): Promise<boolean> {
  for (const each of asked) if (!(await names(pkijs, issuer, each))) return false;
  return true;
}

/** Whether the hashes of name and key in the question are those of `issuer`. */
async function names(pkijs: PkiJs, issuer: Issuer, asked: CertificateId): Promise<boolean> {
  const hashes = new Map([
    ['1.3.14.3.2.26', 'SHA-1'],
    ['2.16.840.1.101.3.4.2.1', 'SHA-256'],
  ]);
  const hashAlgorithm = hashes.get(asked.hashAlgorithm.algorithmId);
  if (hashAlgorithm === undefined) return false;
  const ours = new pkijs.CertID();
  await ours.createForCertificate(certificate(pkijs, issuer), {
    hashAlgorithm,
    issuerCertificate: certificate(pkijs, issuer),
  });
  return (
    bytesOf(ours.issuerNameHash).equals(bytesOf(asked.issuerNameHash)) && bytesOf(ours.issuerKeyHash).equals(bytesOf(asked.issuerKeyHash))
  );
}

async function signed(pkijs: PkiJs, question: StatusQuestion, issuer: Issuer, request: Request): Promise<Buffer> {
  const answer = new pkijs.BasicOCSPResponse();
  const { tbsResponseData } = answer;
  tbsResponseData.responderID = certificate(pkijs, issuer).subject;
  tbsResponseData.producedAt = new Date(question.now);
  for (const { reqCert } of request.tbsRequest.requestList) {
    const status = await question.statusOf(issuer, bytesOf(reqCert.serialNumber).toString('hex').replace(/^00/, '').toUpperCase());
    const single = new pkijs.SingleResponse();
    single.certID = reqCert;
    single.certStatus = await statusValue(status);
    single.thisUpdate = new Date(question.now);
    single.nextUpdate = new Date(question.now + ANSWER_LIFE);
    tbsResponseData.responses.push(single);
  }
  const nonce = request.tbsRequest.requestExtensions?.find(({ extnID }) => extnID === NONCE);
  if (nonce !== undefined && bytesOf(nonce.extnValue).length <= LONGEST_NONCE + 2) tbsResponseData.responseExtensions = [nonce];
  await answer.sign(await signingKey(issuer.privateKeyPem), 'SHA-256');
  return envelope(pkijs, 0, Buffer.from(answer.toSchema().toBER(false)));
}

/** `CertStatus`: good [0], revoked [1] with time and reason, unknown [2]. */
async function statusValue(status: CertificateStatus): Promise<object> {
  const asn1js = await import('asn1js');
  const tag = (tagNumber: number): { tagClass: 3; tagNumber: number } => ({ tagClass: 3, tagNumber });
  if (status.status === 'good') return new asn1js.Primitive({ idBlock: tag(0) });
  if (status.status === 'unknown') return new asn1js.Primitive({ idBlock: tag(2) });
  const { at, reason } = status.revocation;
  const time = new asn1js.GeneralizedTime({ valueDate: new Date(at - (at % 1_000)) });
  const code = new asn1js.Constructed({ idBlock: tag(0), value: [new asn1js.Enumerated({ value: REASON_CODES[reason] })] });
  return new asn1js.Constructed({ idBlock: tag(1), value: reason === 'unspecified' ? [time] : [time, code] });
}

function refusal(pkijs: PkiJs, status: number): Promise<Buffer> {
  return envelope(pkijs, status);
}

async function envelope(pkijs: PkiJs, status: number, basic?: Buffer): Promise<Buffer> {
  const asn1js = await import('asn1js');
  const response = new pkijs.OCSPResponse();
  response.responseStatus = new asn1js.Enumerated({ value: status });
  if (basic !== undefined) {
    response.responseBytes = new pkijs.ResponseBytes({
      responseType: pkijs.id_PKIX_OCSP_Basic,
      response: new asn1js.OctetString({ valueHex: Uint8Array.from(basic) }),
    });
  }
  return Buffer.from(response.toSchema().toBER(false));
}

function certificate(pkijs: PkiJs, issuer: Issuer): InstanceType<PkiJs['Certificate']> {
  return pkijs.Certificate.fromBER(Uint8Array.from(toDer(issuer.certificatePem)));
}

function bytesOf(value: { readonly valueBlock: { readonly valueHexView: Uint8Array } }): Buffer {
  return Buffer.from(value.valueBlock.valueHexView);
}
