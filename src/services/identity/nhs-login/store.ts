import { type Db, tablesOf } from '../../../kernel/store/store.ts';
import type { NhsLoginInteraction, NhsLoginLogOn } from './model.ts';

/** A signing key, its private half sealed. */
export interface NhsLoginKey {
  readonly kid: string;
  readonly sealedKey: string;
  readonly publicJwk: object;
}

interface NhsLoginTables {
  identity_nhs_login_key: { purpose: string; kid: string; sealed_key: string; public_jwk: string };
  identity_nhs_login: { key_hash: string; kind: 'interaction' | 'code'; expires_at: number; document: string };
}

/** Keeps a sign-in under way; old ones go at the same time. */
export async function saveInteraction(
  tx: Db,
  hash: string,
  interaction: NhsLoginInteraction,
  expiresAt: number,
  now: number,
): Promise<void> {
  await insert(tx, hash, 'interaction', interaction, expiresAt, now);
}

/** The sign-in under way, or undefined when it is over. */
export async function interactionOf(db: Db, hash: string, now: number): Promise<NhsLoginInteraction | undefined> {
  const row = await tablesOf<NhsLoginTables>(db)
    .selectFrom('identity_nhs_login')
    .select('document')
    .where('key_hash', '=', hash)
    .where('kind', '=', 'interaction')
    .where('expires_at', '>=', now)
    .executeTakeFirst();
  return row === undefined ? undefined : JSON.parse(row.document);
}

/** Ends a sign-in; false when another request has ended it. */
export async function endInteraction(tx: Db, hash: string): Promise<boolean> {
  return (await take(tx, hash, 'interaction')) !== undefined;
}

/** Keeps the outcome of a sign-in under a code. */
export async function saveCode(tx: Db, hash: string, logOn: NhsLoginLogOn, expiresAt: number, now: number): Promise<void> {
  await insert(tx, hash, 'code', logOn, expiresAt, now);
}

/** Takes the log-on of a code, once. */
export async function takeCode(tx: Db, hash: string, now: number): Promise<NhsLoginLogOn | undefined> {
  const row = await take(tx, hash, 'code');
  return row === undefined || Number(row.expires_at) < now ? undefined : JSON.parse(row.document);
}

async function insert(tx: Db, hash: string, kind: 'interaction' | 'code', value: object, expiresAt: number, now: number): Promise<void> {
  const tables = tablesOf<NhsLoginTables>(tx);
  await tables.deleteFrom('identity_nhs_login').where('expires_at', '<', now).execute();
  await tables
    .insertInto('identity_nhs_login')
    .values({ key_hash: hash, kind, expires_at: expiresAt, document: JSON.stringify(value) })
    .execute();
}

async function take(tx: Db, hash: string, kind: 'interaction' | 'code') {
  return tablesOf<NhsLoginTables>(tx)
    .deleteFrom('identity_nhs_login')
    .where('key_hash', '=', hash)
    .where('kind', '=', kind)
    .returning(['document', 'expires_at'])
    .executeTakeFirst();
}

const SIGNING = 'id-token';

/** Keeps a key, unless there is one. */
export async function insertKey(db: Db, key: NhsLoginKey): Promise<void> {
  await tablesOf<NhsLoginTables>(db)
    .insertInto('identity_nhs_login_key')
    .values({ purpose: SIGNING, kid: key.kid, sealed_key: key.sealedKey, public_jwk: JSON.stringify(key.publicJwk) })
    .onConflict((conflict) => conflict.column('purpose').doNothing())
    .execute();
}

export async function signingKey(db: Db): Promise<NhsLoginKey | undefined> {
  const row = await tablesOf<NhsLoginTables>(db)
    .selectFrom('identity_nhs_login_key')
    .selectAll()
    .where('purpose', '=', SIGNING)
    .executeTakeFirst();
  return row === undefined ? undefined : { kid: row.kid, sealedKey: row.sealed_key, publicJwk: JSON.parse(row.public_jwk) };
}
