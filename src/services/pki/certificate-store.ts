import type { Instant } from '../../kernel/clock.ts';
import { type Db, prepare, tablesOf } from '../../kernel/store/store.ts';
import type { Generation } from './authorities.ts';
import { REASON_CODES, type RevocationReason } from './revocation.ts';
import type { ServerNames } from './server-names.ts';

/** What a certificate is for: a door of LocalSpine, a supplier's system, a smartcard (to sign on, or to sign with), an environment's evidence. */
export const CERTIFICATE_KINDS = ['server', 'system', 'smartcard', 'smartcard-signing', 'evidence'] as const;
export type CertificateKind = (typeof CERTIFICATE_KINDS)[number];

interface CertificateRow {
  serial: string;
  authority: string;
  kind: string;
  common_name: string;
  subject: string;
  dns_names: string;
  ip_addresses: string;
  certificate: string;
  sealed_key: string | null;
  issued_at: number;
  expires_at: number;
  status: string;
  organisation: string | null;
  renews: string | null;
  revoked_at: number | null;
  revocation_reason: string | null;
}

interface Tables {
  pki_certificate: CertificateRow;
  pki_revocation_list: { authority: string; number: number; list: string; this_update: number; next_update: number };
  pki_cut_over: { id: string; at: number };
}

/** A certificate to be recorded. `sealedKey` is null when the key is the holder's own. */
export interface CertificateRecord {
  readonly serial: string;
  readonly generation: Generation;
  readonly kind: CertificateKind;
  readonly names: ServerNames;
  readonly subject: string;
  readonly certificatePem: string;
  readonly sealedKey: string | null;
  readonly issuedAt: Instant;
  readonly expiresAt: Instant;
  /** ODS code of the organisation it was issued to. */
  readonly organisation?: string;
  /** Serial number of the certificate it takes the place of. */
  readonly renews?: string;
}

/** A certificate as the register shows it. */
export interface RegisteredCertificate extends CertificateRecord {
  readonly revocation?: Revocation;
}

export interface Revocation {
  readonly at: Instant;
  readonly reason: RevocationReason;
}

/** The latest revocation list of an authority. */
export interface StoredList {
  readonly number: number;
  readonly der: Buffer;
  readonly thisUpdate: Instant;
  readonly nextUpdate: Instant;
}

/** Records an issued certificate. */
export async function insertCertificate(tx: Db, record: CertificateRecord): Promise<void> {
  await tablesOf<Tables>(tx)
    .insertInto('pki_certificate')
    .values({
      serial: record.serial,
      authority: record.generation,
      kind: record.kind,
      common_name: record.names.commonName,
      subject: record.subject,
      dns_names: JSON.stringify(record.names.dnsNames),
      ip_addresses: JSON.stringify(record.names.ipAddresses),
      certificate: record.certificatePem,
      sealed_key: record.sealedKey,
      issued_at: record.issuedAt,
      expires_at: record.expiresAt,
      status: 'issued',
      organisation: record.organisation ?? null,
      renews: record.renews ?? null,
      revoked_at: null,
      revocation_reason: null,
    })
    .execute();
}

/** The newest server certificate of a generation for exactly these names that is still valid at `validAt`. */
export async function readServerCertificate(
  db: Db,
  generation: Generation,
  names: ServerNames,
  validAt: Instant,
): Promise<{ serial: string; certificatePem: string; sealedKey: string } | undefined> {
  const row = await tablesOf<Tables>(db)
    .selectFrom('pki_certificate')
    .select(['serial', 'certificate', 'sealed_key'])
    .where('authority', '=', generation)
    .where('kind', '=', 'server')
    .where('status', '=', 'issued')
    .where('common_name', '=', names.commonName)
    .where('dns_names', '=', JSON.stringify(names.dnsNames))
    .where('ip_addresses', '=', JSON.stringify(names.ipAddresses))
    .where('expires_at', '>=', validAt)
    .orderBy('issued_at', 'desc')
    .orderBy('serial')
    .limit(1)
    .executeTakeFirst();
  if (row === undefined || row.sealed_key === null) return undefined;
  return { serial: row.serial, certificatePem: row.certificate, sealedKey: row.sealed_key };
}

const bySerial = prepare<{ serial: string }, Tables, CertificateRow>((db, values) =>
  db.selectFrom('pki_certificate').selectAll().where('serial', '=', values.serial),
);

/** A certificate by its serial number (upper-case hexadecimal). */
export async function readCertificate(db: Db, serial: string): Promise<RegisteredCertificate | undefined> {
  const [row] = await bySerial(db, { serial });
  return row && registered(row);
}

export interface CertificateFilter {
  readonly commonName?: string;
  readonly organisation?: string;
}

/** Certificates, newest first, without those of LocalSpine's own doors. At most `limit`. */
export async function listCertificates(db: Db, filter: CertificateFilter, limit: number): Promise<readonly RegisteredCertificate[]> {
  let query = tablesOf<Tables>(db)
    .selectFrom('pki_certificate')
    .selectAll()
    .where('kind', '!=', 'server')
    .orderBy('issued_at', 'desc')
    .orderBy('serial')
    .limit(limit);
  if (filter.commonName !== undefined) query = query.where('common_name', '=', filter.commonName.toLowerCase());
  if (filter.organisation !== undefined) query = query.where('organisation', '=', filter.organisation);
  return (await query.execute()).map(registered);
}

/** Marks a certificate as revoked unless it is already; says whether it did. */
export async function markRevoked(tx: Db, serial: string, { at, reason }: Revocation): Promise<boolean> {
  const result = await tablesOf<Tables>(tx)
    .updateTable('pki_certificate')
    .set({ status: 'revoked', revoked_at: at, revocation_reason: reason })
    .where('serial', '=', serial)
    .where('status', '=', 'issued')
    .executeTakeFirst();
  return result.numUpdatedRows === 1n;
}

/** Every certificate of a generation loses its worth with the sub CA that signed it; says how many. */
export async function markAllRevoked(tx: Db, generation: Generation, at: Instant): Promise<number> {
  const result = await tablesOf<Tables>(tx)
    .updateTable('pki_certificate')
    .set({ status: 'revoked', revoked_at: at, revocation_reason: 'authorityRevoked' })
    .where('authority', '=', generation)
    .where('status', '=', 'issued')
    .executeTakeFirst();
  return Number(result.numUpdatedRows);
}

/**
 * What the revocation list of a generation has to name: revoked, and not expired at `now` (RFC 5280 §3.3). What a revoked sub CA signed is
 * on no list of the one that came after.
 */
export async function readRevoked(
  db: Db,
  generation: Generation,
  now: Instant,
): Promise<readonly { readonly serial: string; readonly revocation: Revocation }[]> {
  const rows = await tablesOf<Tables>(db)
    .selectFrom('pki_certificate')
    .selectAll()
    .where('authority', '=', generation)
    .where('status', '=', 'revoked')
    .where('revocation_reason', '!=', 'authorityRevoked')
    .where('expires_at', '>=', now)
    .orderBy('revoked_at')
    .orderBy('serial')
    .execute();
  return rows.flatMap((row) => {
    const { serial, revocation } = registered(row);
    return revocation === undefined ? [] : [{ serial, revocation }];
  });
}

/** The latest revocation list of an authority: a generation of the environment's own, or a root. */
export async function readList(db: Db, authority: string): Promise<StoredList | undefined> {
  const row = await tablesOf<Tables>(db)
    .selectFrom('pki_revocation_list')
    .selectAll()
    .where('authority', '=', authority)
    .executeTakeFirst();
  if (row === undefined || row.number === 0) return undefined;
  return {
    number: row.number,
    der: Buffer.from(row.list, 'base64'),
    thisUpdate: row.this_update,
    nextUpdate: row.next_update,
  };
}

/**
 * The number of an authority's latest list, 0 before the first, held until the transaction ends: two who revoke at once publish one after
 * the other, and the second sees what the first revoked.
 */
export async function holdListNumber(tx: Db, authority: string): Promise<number> {
  const row = await tablesOf<Tables>(tx)
    .insertInto('pki_revocation_list')
    .values({ authority, number: 0, list: '', this_update: 0, next_update: 0 })
    .onConflict((conflict) => conflict.column('authority').doUpdateSet({ authority }))
    .returning('number')
    .executeTakeFirstOrThrow();
  return row.number;
}

/** Puts a list in the place of the one before, unless a replica has put a newer one there meanwhile. */
export async function writeList(tx: Db, authority: string, { number, der, thisUpdate, nextUpdate }: StoredList): Promise<void> {
  const values = { number, list: der.toString('base64'), this_update: thisUpdate, next_update: nextUpdate };
  await tablesOf<Tables>(tx)
    .insertInto('pki_revocation_list')
    .values({ authority, ...values })
    .onConflict((conflict) => conflict.column('authority').doUpdateSet(values).where('pki_revocation_list.number', '<', number))
    .execute();
}

/** The cut-over between the generations, if someone has set it. */
export async function readCutOver(db: Db): Promise<Instant | undefined> {
  const row = await tablesOf<Tables>(db).selectFrom('pki_cut_over').select('at').where('id', '=', 'cut-over').executeTakeFirst();
  return row?.at;
}

export async function writeCutOver(tx: Db, at: Instant): Promise<void> {
  await tablesOf<Tables>(tx)
    .insertInto('pki_cut_over')
    .values({ id: 'cut-over', at })
    .onConflict((conflict) => conflict.column('id').doUpdateSet({ at }))
    .execute();
}

function registered(row: CertificateRow): RegisteredCertificate {
  return {
    serial: row.serial,
    generation: row.authority === 'generation-1' ? 'generation-1' : 'generation-2',
    kind: CERTIFICATE_KINDS.find((each) => each === row.kind) ?? 'system',
    names: { commonName: row.common_name, dnsNames: JSON.parse(row.dns_names), ipAddresses: JSON.parse(row.ip_addresses) },
    subject: row.subject,
    certificatePem: row.certificate,
    sealedKey: row.sealed_key,
    issuedAt: row.issued_at,
    expiresAt: row.expires_at,
    ...(row.organisation === null ? {} : { organisation: row.organisation }),
    ...(row.renews === null ? {} : { renews: row.renews }),
    ...(row.revoked_at === null ? {} : { revocation: { at: row.revoked_at, reason: storedReason(row.revocation_reason) } }),
  };
}

const REASONS = Object.keys(REASON_CODES) as readonly RevocationReason[];

function storedReason(text: string | null): RevocationReason {
  return REASONS.find((each) => each === text) ?? 'unspecified';
}
