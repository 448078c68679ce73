import type { Instant } from '../../kernel/clock.ts';
import type { Db } from '../../kernel/store/store.ts';
import { type Issuer, SIGNING, signingKey, x509Library } from '../../kernel/tls/certificates.ts';
import { GENERATIONS, type Generation } from './authorities.ts';
import { holdListNumber, type Revocation, readList, readRevoked, type StoredList, writeList } from './certificate-store.ts';
import { REASON_CODES } from './revocation.ts';
import { type IssuingPlace, issuerOf } from './server-credentials.ts';

const HOUR = 3_600_000;
/** How long a list may be relied on. */
export const LIST_LIFE = 7 * 24 * HOUR;
/** A list is made anew when it is older than this, whether anything was revoked or not. */
export const LIST_RENEWAL = 24 * HOUR;
/** How often the background work makes lists anew. */
export const LIST_INTERVAL = 12 * HOUR;
const LIST_NUMBER = '2.5.29.20';

/** Makes the next revocation list of a generation and stores it. In a transaction, the one that revoked where there is one. */
export async function publishList(tx: Db, place: IssuingPlace, generation: Generation): Promise<StoredList> {
  const thisUpdate = place.clock.realNow();
  const number = (await holdListNumber(tx, generation)) + 1;
  const list: StoredList = {
    number,
    thisUpdate,
    nextUpdate: thisUpdate + LIST_LIFE,
    der: await signList({
      issuer: await issuerOf(tx, place, generation),
      revoked: await readRevoked(tx, generation, thisUpdate),
      number,
      thisUpdate,
    }),
  };
  await writeList(tx, generation, list);
  return list;
}

/** The list to hand out; made anew when it is missing or old, so that no list is ever stale. */
export async function currentList(db: Db, place: IssuingPlace, generation: Generation): Promise<StoredList> {
  const list = await readList(db, generation);
  if (list !== undefined && list.thisUpdate + LIST_RENEWAL > place.clock.realNow()) return list;
  return publishList(db, place, generation);
}

/** Both lists anew. */
export async function publishLists(tx: Db, place: IssuingPlace): Promise<void> {
  for (const generation of GENERATIONS) await publishList(tx, place, generation);
}

interface ListContent {
  readonly issuer: Issuer;
  readonly revoked: readonly { readonly serial: string; readonly revocation: Revocation }[];
  readonly number: number;
  readonly thisUpdate: Instant;
}

/** A version 2 list (RFC 5280 §5), in DER. */
export async function signList({ issuer, revoked, number, thisUpdate }: ListContent): Promise<Buffer> {
  const x509 = await x509Library();
  const authority = new x509.X509Certificate(issuer.certificatePem);
  const keyId = authority.getExtension(x509.SubjectKeyIdentifierExtension)?.keyId;
  if (keyId === undefined) throw new Error('an authority has a key identifier');
  const list = await x509.X509CrlGenerator.create({
    issuer: authority.subjectName,
    thisUpdate: new Date(thisUpdate),
    nextUpdate: new Date(thisUpdate + LIST_LIFE),
    entries: revoked.map(({ serial, revocation: { at, reason } }) => ({
      serialNumber: serial,
      revocationDate: new Date(at),
      // RFC 5280 §5.3.1: the code "unspecified" should be left out.
      ...(reason === 'unspecified' ? {} : { reason: REASON_CODES[reason] }),
    })),
    signingAlgorithm: SIGNING,
    signingKey: await signingKey(issuer.privateKeyPem),
    extensions: [new x509.AuthorityKeyIdentifierExtension(keyId), new x509.Extension(LIST_NUMBER, false, derInteger(number))],
  });
  return Buffer.from(list.rawData);
}

/** A positive number as an ASN.1 INTEGER. */
function derInteger(value: number): Buffer {
  const hex = value.toString(16);
  const even = hex.length % 2 === 0 ? hex : `0${hex}`;
  const bytes = Buffer.from(/^[89a-f]/.test(even) ? `00${even}` : even, 'hex');
  return Buffer.concat([Buffer.from([0x02, bytes.length]), bytes]);
}
