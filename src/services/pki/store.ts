import type { Instant } from '../../kernel/clock.ts';
import { type Db, holdingRows, prepare, tablesOf } from '../../kernel/store/store.ts';
import type { Generation, RootName } from './authorities.ts';

interface AuthorityRow {
  readonly id: string;
  readonly common_name: string;
  readonly certificate: string;
  readonly sealed_key: string;
  readonly created_at: number;
}

interface FormerRow {
  readonly serial: string;
  readonly generation: string;
  readonly common_name: string;
  readonly certificate: string;
  readonly replaced_at: number;
  readonly revocation_reason: string | null;
}

interface Tables {
  pki_former_authority: FormerRow;
  pki_root_revocation: { root: string; serial: string; revoked_at: number; reason: string };
  pki_root: { which: string; common_name: string; certificate: string; sealed_key: string; created_at: number };
  pki_authority: AuthorityRow;
}

/** An authority as stored; its key stays sealed until it signs. */
export interface StoredAuthority {
  readonly commonName: string;
  readonly certificatePem: string;
  readonly sealedKey: string;
}

const authorityById = prepare<{ id: string }, Tables, AuthorityRow>((db, values) =>
  db.selectFrom('pki_authority').selectAll().where('id', '=', values.id),
);

/** The sub CA of a generation; undefined before first boot has stored it. */
export async function readAuthority(db: Db, generation: Generation): Promise<StoredAuthority | undefined> {
  const [row] = await authorityById(db, { id: generation });
  return row && { commonName: row.common_name, certificatePem: row.certificate, sealedKey: row.sealed_key };
}

/** When the second generation was made here: unless told otherwise, the cut-over. */
export async function readFirstDay(db: Db): Promise<Instant | undefined> {
  const [row] = await authorityById(db, { id: 'generation-2' });
  return row?.created_at;
}

/** Stores the sub CA of a generation unless there is one; says whether it did. */
export async function insertAuthority(tx: Db, generation: Generation, authority: StoredAuthority, now: Instant): Promise<boolean> {
  const result = await tablesOf<Tables>(tx)
    .insertInto('pki_authority')
    .values({
      id: generation,
      common_name: authority.commonName,
      certificate: authority.certificatePem,
      sealed_key: authority.sealedKey,
      created_at: now,
    })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .executeTakeFirst();
  return result.numInsertedOrUpdatedRows === 1n;
}

/** A generation of a root; undefined when it was never made. */
export async function readRoot(db: Db, which: RootName, generation: Generation): Promise<StoredAuthority | undefined> {
  const row = await tablesOf<Tables>(db)
    .selectFrom('pki_root')
    .selectAll()
    .where('which', '=', rootId(which, generation))
    .executeTakeFirst();
  return row && { commonName: row.common_name, certificatePem: row.certificate, sealedKey: row.sealed_key };
}

/** Stores a generation of a root unless there is one already. */
export async function insertRoot(db: Db, which: RootName, generation: Generation, root: StoredAuthority, now: Instant): Promise<void> {
  await tablesOf<Tables>(db)
    .insertInto('pki_root')
    .values({
      which: rootId(which, generation),
      common_name: root.commonName,
      certificate: root.certificatePem,
      sealed_key: root.sealedKey,
      created_at: now,
    })
    .onConflict((conflict) => conflict.column('which').doNothing())
    .execute();
}

/** The first generation goes by the plain name: it was there before there were two. */
export function rootId(which: RootName, generation: Generation): string {
  return generation === 'generation-1' ? which : `${which}/${generation}`;
}

/** A sub CA's certificate that another has taken the place of. */
export interface FormerAuthority {
  readonly serial: string;
  readonly generation: Generation;
  readonly commonName: string;
  readonly certificatePem: string;
  readonly replacedAt: Instant;
  /** Present when it was revoked, and everything it had signed with it. */
  readonly reason?: string;
}

/** Holds the sub CA of a generation until the transaction ends: it is replaced by one at a time. */
export async function holdAuthority(tx: Db, generation: Generation): Promise<void> {
  await holdingRows(tx, tablesOf<Tables>(tx).selectFrom('pki_authority').select('id').where('id', '=', generation)).execute();
}

/** Puts a new certificate, and perhaps a new key, in the place of a generation's sub CA; the old one is kept as it was. */
export async function replaceAuthority(tx: Db, former: FormerAuthority, authority: StoredAuthority): Promise<void> {
  const tables = tablesOf<Tables>(tx);
  await tables
    .insertInto('pki_former_authority')
    .values({
      serial: former.serial,
      generation: former.generation,
      common_name: former.commonName,
      certificate: former.certificatePem,
      replaced_at: former.replacedAt,
      revocation_reason: former.reason ?? null,
    })
    .execute();
  await tables
    .updateTable('pki_authority')
    .set({ certificate: authority.certificatePem, sealed_key: authority.sealedKey })
    .where('id', '=', former.generation)
    .execute();
}

/** Says of a sub CA's certificate of before that it has been revoked since. */
export async function markFormerRevoked(tx: Db, serial: string, reason: string): Promise<void> {
  await tablesOf<Tables>(tx).updateTable('pki_former_authority').set({ revocation_reason: reason }).where('serial', '=', serial).execute();
}

/** Sub CA certificates of before, newest first. */
export async function formerAuthorities(db: Db): Promise<readonly FormerAuthority[]> {
  const rows = await tablesOf<Tables>(db)
    .selectFrom('pki_former_authority')
    .selectAll()
    .orderBy('replaced_at', 'desc')
    .orderBy('serial')
    .execute();
  return rows.map((row) => ({
    serial: row.serial,
    generation: row.generation === 'generation-1' ? 'generation-1' : 'generation-2',
    commonName: row.common_name,
    certificatePem: row.certificate,
    replacedAt: row.replaced_at,
    ...(row.revocation_reason === null ? {} : { reason: row.revocation_reason }),
  }));
}

/** Puts a sub CA on a root's list, unless it is there. */
export async function insertRootRevocation(
  tx: Db,
  root: string,
  revoked: { readonly serial: string; readonly at: Instant; readonly reason: string },
): Promise<void> {
  await tablesOf<Tables>(tx)
    .insertInto('pki_root_revocation')
    .values({ root, serial: revoked.serial, revoked_at: revoked.at, reason: revoked.reason })
    .onConflict((conflict) => conflict.columns(['root', 'serial']).doNothing())
    .execute();
}

/** What a root has revoked, in the order of serial numbers. */
export async function rootRevocations(
  db: Db,
  root: string,
): Promise<readonly { readonly serial: string; readonly at: Instant; readonly reason: string }[]> {
  const rows = await tablesOf<Tables>(db)
    .selectFrom('pki_root_revocation')
    .selectAll()
    .where('root', '=', root)
    .orderBy('serial')
    .execute();
  return rows.map(({ serial, revoked_at, reason }) => ({ serial, at: revoked_at, reason }));
}
