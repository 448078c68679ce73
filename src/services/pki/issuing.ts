import { X509Certificate } from 'node:crypto';
import { type Availability, requireUnfrozen } from '../../kernel/availability.ts';
import type { Instant } from '../../kernel/clock.ts';
import { LocalRefusal } from '../../kernel/errors.ts';
import type { Db } from '../../kernel/store/store.ts';
import { type Holder, inspect, issueForHeldKey } from '../../kernel/tls/certificates.ts';
import { generationAt } from './authorities.ts';
import {
  type CertificateKind,
  insertCertificate,
  markRevoked,
  type RegisteredCertificate,
  readCertificate,
  readCutOver,
} from './certificate-store.ts';
import { CertificateUnknown, FqdnRefused } from './errors.ts';
import { type NameKnowledge, ownershipOf } from './fqdn-register.ts';
import type { RevocationReason } from './revocation.ts';
import { publishList } from './revocation-list.ts';
import { type IssuingPlace, issuerOf } from './server-credentials.ts';
import { checkSigningRequest, readSigningRequest } from './signing-request.ts';
import { readFirstDay } from './store.ts';

const DAY = 86_400_000;
/** National end entities last three years (path-to-live.md §2.3). */
export const LONGEST_LIFE_DAYS = 1_096;
/** So far back may a certificate be dated: as long as the first generation has been there. */
const EARLIEST_YEARS = 4;

/** When a certificate begins and how long it lasts. */
export interface Term {
  /** Day of creation; it decides the generation. In the past only. Default: now. */
  readonly createdAt?: Instant;
  /** Default and most: three years. */
  readonly days?: number;
}

/** Where certificates are issued, and who knows whose names are whose. */
export interface Registry extends NameKnowledge {
  readonly place: IssuingPlace;
  readonly availability: Availability;
}

export interface CertificateOrder extends Term {
  readonly commonName: string;
  readonly dnsNames: readonly string[];
  readonly publicKeyDer: Uint8Array;
  readonly kind: Exclude<CertificateKind, 'server'>;
  /** ODS code of the organisation it is issued to. */
  readonly organisation?: string;
  readonly renews?: string;
}

const HOLDERS: Readonly<Record<CertificateOrder['kind'], Holder>> = {
  system: 'device',
  smartcard: 'smartcard',
  'smartcard-signing': 'smartcard-signing',
  evidence: 'evidence',
};

/** The moment from which new certificates are of the second generation (PTL-069): what was set, or when that generation was made here. */
export async function cutOverOf(db: Db): Promise<Instant> {
  return (await readCutOver(db)) ?? (await readFirstDay(db)) ?? 0;
}

/**
 * Issues a certificate from the generation of its day of creation, and records it.
 *
 * @param tx a transaction
 * @throws LocalRefusal 400 for a term that cannot be; AuthorityMissing, KeyUnreadable, RootMismatch
 */
export async function issueCertificate(tx: Db, { place }: Registry, order: CertificateOrder): Promise<RegisteredCertificate> {
  const now = place.clock.realNow();
  const { createdAt, notAfter } = termOf(order, now);
  const generation = generationAt(createdAt, await cutOverOf(tx));
  const issued = await issueForHeldKey({
    commonName: order.commonName,
    dnsNames: order.dnsNames,
    publicKeyDer: order.publicKeyDer,
    issuer: await issuerOf(tx, place, generation),
    now: createdAt,
    notAfter,
    holder: HOLDERS[order.kind],
    ...(place.pointers === undefined ? {} : { pointers: place.pointers[generation] }),
  });
  const record: RegisteredCertificate = {
    serial: issued.serialNumber,
    generation,
    kind: order.kind,
    names: { commonName: order.commonName, dnsNames: order.dnsNames, ipAddresses: [] },
    subject: inspect(issued.certificatePem).subject,
    certificatePem: issued.certificatePem,
    sealedKey: null,
    issuedAt: createdAt,
    expiresAt: issued.notAfter,
    ...(order.organisation === undefined ? {} : { organisation: order.organisation }),
    ...(order.renews === undefined ? {} : { renews: order.renews }),
  };
  await insertCertificate(tx, record);
  return record;
}

function termOf({ createdAt, days }: Term, now: Instant): { createdAt: Instant; notAfter: Instant } {
  const start = createdAt ?? now;
  if (start > now)
    throw new LocalRefusal(
      400,
      'created_in_future',
      'A certificate cannot be created in the future.',
      'Leave createdAt out, or date it back.',
    );
  if (start < now - EARLIEST_YEARS * 365 * DAY)
    throw new LocalRefusal(400, 'created_too_early', `A certificate can be dated back ${EARLIEST_YEARS} years at most.`);
  const life = days ?? LONGEST_LIFE_DAYS;
  if (!Number.isInteger(life) || life < 1 || life > LONGEST_LIFE_DAYS)
    throw new LocalRefusal(400, 'days', `A certificate lasts from 1 to ${LONGEST_LIFE_DAYS} days.`);
  return { createdAt: start, notAfter: start + life * DAY };
}

export interface SigningOrder extends Term {
  /** The request in PEM. */
  readonly csr: string;
  readonly organisation?: string;
}

/**
 * Signs a request by the national rules, if its names are registered to the organisation that asks.
 *
 * Throws SigningRequestRefusal 400, FqdnRefused 403, LocalRefusal 409 while there are no new certificates, and as {@link issueCertificate}.
 */
export async function signRequest(tx: Db, registry: Registry, order: SigningOrder): Promise<RegisteredCertificate> {
  return issueCertificate(tx, registry, await signingOrder(tx, registry, order));
}

/** What a signing request asks for, checked: see {@link signRequest}. */
export async function signingOrder(db: Db, registry: Registry, order: SigningOrder): Promise<CertificateOrder> {
  termOf(order, registry.place.clock.realNow());
  requireUnfrozen(registry.availability, 'certificates');
  const request = await readSigningRequest(order.csr);
  const names = checkSigningRequest(request);
  const organisation = await requireOwner(db, registry, names.dnsNames, order.organisation);
  return {
    ...names,
    ...termGiven(order),
    publicKeyDer: request.publicKeyDer,
    kind: 'system',
    ...(organisation === undefined ? {} : { organisation }),
  };
}

/**
 * Whose the names are: every one must belong to the organisation that asks; when it does not say who it is, to one and the same.
 * Throws FqdnRefused 403.
 */
export async function requireOwner(
  db: Db,
  knowledge: NameKnowledge,
  names: readonly string[],
  asking: string | undefined,
): Promise<string | undefined> {
  let organisation = asking;
  for (const name of names) {
    const ownership = await ownershipOf(knowledge, db, name);
    if (ownership.known !== 'registered') throw new FqdnRefused(name, ownership.known, organisation);
    const [first] = ownership.organisations;
    organisation ??= first;
    if (first !== undefined && organisation !== undefined && !ownership.organisations.includes(organisation))
      throw new FqdnRefused(name, 'of-another', organisation);
  }
  return organisation;
}

/**
 * A new certificate for the same names: for a new key when a request is given, for the same key otherwise. The old one stays good
 * until it expires or is revoked, so that there is time to install the new one.
 *
 * Throws CertificateUnknown 404, LocalRefusal 409 when it was revoked, SigningRequestRefusal 400, FqdnRefused 403.
 */
export async function renewCertificate(
  tx: Db,
  registry: Registry,
  serial: string,
  order: Partial<SigningOrder>,
): Promise<RegisteredCertificate> {
  return issueCertificate(tx, registry, await renewalOrder(tx, registry, serial, order));
}

/** What a renewal asks for, checked: see {@link renewCertificate}. */
export async function renewalOrder(db: Db, registry: Registry, serial: string, order: Partial<SigningOrder>): Promise<CertificateOrder> {
  termOf(order, registry.place.clock.realNow());
  const old = await requireCertificate(db, serial);
  if (old.revocation !== undefined)
    throw new LocalRefusal(409, 'certificate_revoked', 'A revoked certificate is not renewed.', 'Send a new signing request.');
  let publicKeyDer = keyOf(old.certificatePem);
  if (order.csr !== undefined) {
    const request = await readSigningRequest(order.csr);
    if (checkSigningRequest(request).commonName !== old.names.commonName)
      throw new LocalRefusal(400, 'csr_other_name', `The request is not for ${old.names.commonName}.`, 'A renewal keeps the common name.');
    publicKeyDer = request.publicKeyDer;
  }
  const organisation = await requireOwner(db, registry, old.names.dnsNames, old.organisation);
  return {
    commonName: old.names.commonName,
    dnsNames: old.names.dnsNames,
    ...termGiven(order),
    publicKeyDer,
    kind: 'system',
    renews: old.serial,
    ...(organisation === undefined ? {} : { organisation }),
  };
}

/**
 * Revokes a certificate and publishes the list that says so, in one transaction.
 * Throws CertificateUnknown 404, LocalRefusal 409 when it is revoked already.
 */
export async function revokeCertificate(
  tx: Db,
  { place }: Registry,
  serial: string,
  reason: RevocationReason,
): Promise<RegisteredCertificate> {
  const certificate = await requireCertificate(tx, serial);
  const revocation = { at: place.clock.realNow(), reason };
  if (!(await markRevoked(tx, certificate.serial, revocation)))
    throw new LocalRefusal(409, 'already_revoked', 'This certificate is revoked already.');
  await publishList(tx, place, certificate.generation);
  return { ...certificate, revocation };
}

/** A certificate of the register, other than those of LocalSpine's own doors. Throws CertificateUnknown 404. */
export async function requireCertificate(db: Db, serial: string): Promise<RegisteredCertificate> {
  const certificate = await readCertificate(db, serial.replaceAll(':', '').toUpperCase());
  if (certificate === undefined || certificate.kind === 'server') throw new CertificateUnknown();
  return certificate;
}

function keyOf(certificatePem: string): Buffer {
  return new X509Certificate(certificatePem).publicKey.export({ type: 'spki', format: 'der' });
}

function termGiven({ createdAt, days }: Term): Term {
  return { ...(createdAt === undefined ? {} : { createdAt }), ...(days === undefined ? {} : { days }) };
}
