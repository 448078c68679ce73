import type { Instant } from '../../kernel/clock.ts';
import { type Db, prepare, tablesOf } from '../../kernel/store/store.ts';
import type { RootName } from './authorities.ts';
import type { ServerNames } from './server-names.ts';

interface AuthorityRow {
  readonly id: string;
  readonly common_name: string;
  readonly certificate: string;
  readonly sealed_key: string;
  readonly created_at: number;
}

interface Tables {
  pki_root: { which: string; common_name: string; certificate: string; sealed_key: string; created_at: number };
  pki_authority: AuthorityRow;
  pki_certificate: {
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
  };
}

/** An authority as stored; its key stays sealed until it signs. */
export interface StoredAuthority {
  readonly commonName: string;
  readonly certificatePem: string;
  readonly sealedKey: string;
}

/** A certificate to be recorded. `sealedKey` is null when the key is the holder's own. */
export interface CertificateRecord {
  readonly serial: string;
  readonly kind: 'server' | 'client' | 'person';
  readonly names: ServerNames;
  readonly subject: string;
  readonly certificatePem: string;
  readonly sealedKey: string | null;
  readonly issuedAt: Instant;
  readonly expiresAt: Instant;
}

/** An environment has one authority; a second generation will have an id of its own (PTL-069). */
const GENERATION = 'generation-1';

const authorityById = prepare<{ id: string }, Tables, AuthorityRow>((db, values) =>
  db.selectFrom('pki_authority').selectAll().where('id', '=', values.id),
);

/** The sub CA; undefined before first boot has stored it. */
export async function readAuthority(db: Db): Promise<StoredAuthority | undefined> {
  const [row] = await authorityById(db, { id: GENERATION });
  return row && { commonName: row.common_name, certificatePem: row.certificate, sealedKey: row.sealed_key };
}

/** Stores the sub CA unless there is one; says whether it did. */
export async function insertAuthority(tx: Db, authority: StoredAuthority, now: Instant): Promise<boolean> {
  const result = await tablesOf<Tables>(tx)
    .insertInto('pki_authority')
    .values({
      id: GENERATION,
      common_name: authority.commonName,
      certificate: authority.certificatePem,
      sealed_key: authority.sealedKey,
      created_at: now,
    })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .executeTakeFirst();
  return result.numInsertedOrUpdatedRows === 1n;
}

/** Records an issued certificate. */
export async function insertCertificate(tx: Db, record: CertificateRecord): Promise<void> {
  await tablesOf<Tables>(tx)
    .insertInto('pki_certificate')
    .values({
      serial: record.serial,
      authority: GENERATION,
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
    })
    .execute();
}

/** Marks a certificate as revoked. */
export async function markRevoked(tx: Db, serial: string): Promise<void> {
  await tablesOf<Tables>(tx).updateTable('pki_certificate').set({ status: 'revoked' }).where('serial', '=', serial).execute();
}

/** The newest server certificate for exactly these names that is still valid at `validAt`. */
export async function readServerCertificate(
  db: Db,
  names: ServerNames,
  validAt: Instant,
): Promise<{ serial: string; certificatePem: string; sealedKey: string } | undefined> {
  const row = await tablesOf<Tables>(db)
    .selectFrom('pki_certificate')
    .select(['serial', 'certificate', 'sealed_key'])
    .where('authority', '=', GENERATION)
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

/** A root; undefined when it was never made. */
export async function readRoot(db: Db, which: RootName): Promise<StoredAuthority | undefined> {
  const row = await tablesOf<Tables>(db).selectFrom('pki_root').selectAll().where('which', '=', which).executeTakeFirst();
  return row && { commonName: row.common_name, certificatePem: row.certificate, sealedKey: row.sealed_key };
}

/** Stores a root unless there is one already. */
export async function insertRoot(db: Db, which: RootName, root: StoredAuthority, now: Instant): Promise<void> {
  await tablesOf<Tables>(db)
    .insertInto('pki_root')
    .values({ which, common_name: root.commonName, certificate: root.certificatePem, sealed_key: root.sealedKey, created_at: now })
    .onConflict((conflict) => conflict.column('which').doNothing())
    .execute();
}
