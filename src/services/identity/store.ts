import { type Db, tablesOf } from '../../kernel/store/store.ts';
import type { Interaction, LogOn, Provider } from './model.ts';

interface IdentityTables {
  identity_key: { provider: string; kid: string; sealed_key: string; public_jwk: string };
  identity_interaction: { id: string; expires_at: number; document: string };
  identity_code: { code_hash: string; expires_at: number; document: string };
}

export interface SigningKey {
  readonly provider: Provider;
  readonly kid: string;
  readonly sealedKey: string;
  readonly publicJwk: object;
}

export async function insertKey(tx: Db, key: SigningKey): Promise<void> {
  await tablesOf<IdentityTables>(tx)
    .insertInto('identity_key')
    .values({ provider: key.provider, kid: key.kid, sealed_key: key.sealedKey, public_jwk: JSON.stringify(key.publicJwk) })
    .execute();
}

export async function signingKey(db: Db, provider: Provider): Promise<SigningKey | undefined> {
  const row = await tablesOf<IdentityTables>(db).selectFrom('identity_key').selectAll().where('provider', '=', provider).executeTakeFirst();
  return row === undefined ? undefined : { provider, kid: row.kid, sealedKey: row.sealed_key, publicJwk: JSON.parse(row.public_jwk) };
}

/** Keeps a sign-in; old ones go at the same time. */
export async function saveInteraction(db: Db, interaction: Interaction, expiresAt: number, now: number): Promise<void> {
  const tables = tablesOf<IdentityTables>(db);
  await tables.deleteFrom('identity_interaction').where('expires_at', '<', now).execute();
  const row = { id: interaction.id, expires_at: expiresAt, document: JSON.stringify(interaction) };
  await tables
    .insertInto('identity_interaction')
    .values(row)
    .onConflict((conflict) => conflict.column('id').doUpdateSet({ document: row.document }))
    .execute();
}

export async function interaction(db: Db, id: string, now: number): Promise<Interaction | undefined> {
  const row = await tablesOf<IdentityTables>(db)
    .selectFrom('identity_interaction')
    .select('document')
    .where('id', '=', id)
    .where('expires_at', '>=', now)
    .executeTakeFirst();
  return row === undefined ? undefined : JSON.parse(row.document);
}

/** Ends a sign-in and keeps its outcome under a code; false when another request has ended it. */
export async function finish(tx: Db, id: string, codeHash: string, logOn: LogOn, expiresAt: number, now: number): Promise<boolean> {
  const tables = tablesOf<IdentityTables>(tx);
  const ended = await tables.deleteFrom('identity_interaction').where('id', '=', id).executeTakeFirst();
  if (Number(ended.numDeletedRows) === 0) return false;
  await tables.deleteFrom('identity_code').where('expires_at', '<', now).execute();
  await tables
    .insertInto('identity_code')
    .values({ code_hash: codeHash, expires_at: expiresAt, document: JSON.stringify(logOn) })
    .execute();
  return true;
}

export async function dropInteraction(db: Db, id: string): Promise<void> {
  await tablesOf<IdentityTables>(db).deleteFrom('identity_interaction').where('id', '=', id).execute();
}

/** Takes the log-on of a code, once. */
export async function takeCode(db: Db, codeHash: string, now: number): Promise<LogOn | undefined> {
  const row = await tablesOf<IdentityTables>(db)
    .deleteFrom('identity_code')
    .where('code_hash', '=', codeHash)
    .returning(['document', 'expires_at'])
    .executeTakeFirst();
  return row === undefined || row.expires_at < now ? undefined : JSON.parse(row.document);
}
