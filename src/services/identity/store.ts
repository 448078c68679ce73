import { type Db, prepare, tablesOf } from '../../kernel/store/store.ts';
import type { Interaction, LogOn, Provider, Session } from './model.ts';

type KeyState = 'next' | 'current' | 'previous';

/** Columns of the identity service's tables. */
export interface IdentityTables {
  identity_signing_key: { provider: string; kid: string; sealed_key: string; public_jwk: string; state: KeyState };
  identity_interaction: { id: string; expires_at: number; document: string };
  identity_code: { code_hash: string; expires_at: number; document: string; spent: number };
  identity_client: {
    client_id: string;
    metadata: string;
    secret_salt: string | null;
    secret_hash: string | null;
    sealed_secret: string | null;
    hash: string;
    created_at: number;
  };
  identity_jwks_cache: { url: string; body: string; fetched_at: number };
  identity_jti: { hash: string; expires_at: number };
  identity_session: { sid: string; cookie_hash: string; user_id: string; document: string; expires_at: number };
  identity_participant: { sid: string; client_id: string };
  identity_token: { hash: string; kind: 'access' | 'refresh'; sid: string; code_hash: string; document: string; expires_at: number };
}

export function tables(db: Db) {
  return tablesOf<IdentityTables>(db);
}

export interface SigningKey {
  readonly provider: Provider;
  readonly kid: string;
  readonly sealedKey: string;
  readonly publicJwk: object;
  /** `next` is published but does not sign yet; `previous` is still published so that older tokens verify. */
  readonly state: KeyState;
}

export async function insertKey(tx: Db, key: SigningKey): Promise<void> {
  await tables(tx)
    .insertInto('identity_signing_key')
    .values({
      provider: key.provider,
      kid: key.kid,
      sealed_key: key.sealedKey,
      public_jwk: JSON.stringify(key.publicJwk),
      state: key.state,
    })
    .execute();
}

const keysOfProvider = prepare<{ provider: string }, IdentityTables, IdentityTables['identity_signing_key']>((db, values) =>
  db.selectFrom('identity_signing_key').selectAll().where('provider', '=', values.provider),
);

/** Every published key of a provider. */
export async function signingKeys(db: Db, provider: Provider): Promise<readonly SigningKey[]> {
  const rows = await keysOfProvider(db, { provider });
  return rows.map((row) => ({
    provider,
    kid: row.kid,
    sealedKey: row.sealed_key,
    publicJwk: JSON.parse(row.public_jwk),
    state: row.state,
  }));
}

export async function setKeyState(tx: Db, provider: Provider, kid: string, state: KeyState | 'withdrawn'): Promise<void> {
  const all = tables(tx);
  if (state === 'withdrawn') await all.deleteFrom('identity_signing_key').where('provider', '=', provider).where('kid', '=', kid).execute();
  else await all.updateTable('identity_signing_key').set({ state }).where('provider', '=', provider).where('kid', '=', kid).execute();
}

/** Keeps a sign-in; old ones go at the same time. */
export async function saveInteraction(db: Db, interaction: Interaction, expiresAt: number, now: number): Promise<void> {
  await tables(db).deleteFrom('identity_interaction').where('expires_at', '<', now).execute();
  const row = { id: interaction.id, expires_at: expiresAt, document: JSON.stringify(interaction) };
  await tables(db)
    .insertInto('identity_interaction')
    .values(row)
    .onConflict((conflict) => conflict.column('id').doUpdateSet({ document: row.document }))
    .execute();
}

export async function findInteraction(db: Db, id: string, now: number): Promise<Interaction | undefined> {
  const row = await tables(db)
    .selectFrom('identity_interaction')
    .select('document')
    .where('id', '=', id)
    .where('expires_at', '>=', now)
    .executeTakeFirst();
  return row === undefined ? undefined : JSON.parse(row.document);
}

/** Ends a sign-in; false when another request has ended it. */
export async function dropInteraction(db: Db, id: string): Promise<boolean> {
  const ended = await tables(db).deleteFrom('identity_interaction').where('id', '=', id).executeTakeFirst();
  return Number(ended.numDeletedRows) > 0;
}

export async function insertCode(tx: Db, codeHash: string, logOn: LogOn, expiresAt: number, now: number): Promise<void> {
  await tables(tx).deleteFrom('identity_code').where('expires_at', '<', now).execute();
  await tables(tx)
    .insertInto('identity_code')
    .values({ code_hash: codeHash, expires_at: expiresAt, document: JSON.stringify(logOn), spent: 0 })
    .execute();
}

/** The log-on of a code and whether this call is the one that spends it. A spent code is remembered until it would have expired. */
export async function spendCode(tx: Db, codeHash: string, now: number): Promise<{ logOn: LogOn; first: boolean } | undefined> {
  const row = await tables(tx)
    .selectFrom('identity_code')
    .selectAll()
    .where('code_hash', '=', codeHash)
    .where('expires_at', '>=', now)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const spent = await tables(tx)
    .updateTable('identity_code')
    .set({ spent: 1 })
    .where('code_hash', '=', codeHash)
    .where('spent', '=', 0)
    .executeTakeFirst();
  return { logOn: JSON.parse(row.document), first: Number(spent.numUpdatedRows) > 0 };
}

/** Spends the jti of a client's assertion; false when it was spent before. Of two at the same time, one gets true. */
export async function spendJti(db: Db, hash: string, expiresAt: number, now: number): Promise<boolean> {
  await tables(db).deleteFrom('identity_jti').where('expires_at', '<', now).execute();
  const row = await tables(db)
    .insertInto('identity_jti')
    .values({ hash, expires_at: expiresAt })
    .onConflict((conflict) => conflict.column('hash').doNothing())
    .returning('hash')
    .executeTakeFirst();
  return row !== undefined;
}

/** A key set read from a client's URL, if one was read since `notBefore`. */
export async function cachedJwks(db: Db, url: string, notBefore: number): Promise<string | undefined> {
  const row = await tables(db)
    .selectFrom('identity_jwks_cache')
    .select('body')
    .where('url', '=', url)
    .where('fetched_at', '>', notBefore)
    .executeTakeFirst();
  return row?.body;
}

export async function rememberJwks(db: Db, url: string, body: string, fetchedAt: number): Promise<void> {
  await tables(db)
    .insertInto('identity_jwks_cache')
    .values({ url, body, fetched_at: fetchedAt })
    .onConflict((conflict) => conflict.column('url').doUpdateSet({ body, fetched_at: fetchedAt }))
    .execute();
}

/** What is kept of an access or refresh token. */
export interface StoredToken {
  readonly hash: string;
  readonly kind: 'access' | 'refresh';
  readonly codeHash: string;
  readonly logOn: LogOn;
  readonly expiresAt: number;
}

export async function insertToken(tx: Db, token: StoredToken, now: number): Promise<void> {
  await tables(tx).deleteFrom('identity_token').where('expires_at', '<', now).execute();
  await tables(tx)
    .insertInto('identity_token')
    .values({
      hash: token.hash,
      kind: token.kind,
      sid: token.logOn.sid,
      code_hash: token.codeHash,
      document: JSON.stringify(token.logOn),
      expires_at: token.expiresAt,
    })
    .execute();
}

export async function findToken(db: Db, hash: string, now: number): Promise<StoredToken | undefined> {
  const row = await tables(db)
    .selectFrom('identity_token')
    .selectAll()
    .where('hash', '=', hash)
    .where('expires_at', '>', now)
    .executeTakeFirst();
  return (
    row && {
      hash: row.hash,
      kind: row.kind,
      codeHash: row.code_hash,
      logOn: JSON.parse(row.document),
      expiresAt: Number(row.expires_at),
    }
  );
}

/** Takes tokens away; gives how many there were. */
export async function deleteTokens(
  tx: Db,
  which: { readonly hash: string } | { readonly codeHash: string } | { readonly sid: string },
): Promise<number> {
  const query = tables(tx).deleteFrom('identity_token');
  const result = await ('hash' in which
    ? query.where('hash', '=', which.hash)
    : 'sid' in which
      ? query.where('sid', '=', which.sid)
      : query.where('code_hash', '=', which.codeHash)
  ).executeTakeFirst();
  return Number(result.numDeletedRows);
}

/** Keeps a session under the fingerprint of its cookie, in place of what was stored under its sid. */
export async function saveSession(tx: Db, session: Session, cookieHash: string): Promise<void> {
  const row = { cookie_hash: cookieHash, user_id: session.userId, document: JSON.stringify(session), expires_at: session.expiresAt };
  await tables(tx)
    .insertInto('identity_session')
    .values({ sid: session.sid, ...row })
    .onConflict((conflict) => conflict.column('sid').doUpdateSet(row))
    .execute();
}

/** A session by its sid or the fingerprint of its cookie; expired ones are gone. */
export async function findSession(
  db: Db,
  by: { readonly sid: string } | { readonly cookieHash: string },
  now: number,
): Promise<Session | undefined> {
  const query = tables(db).selectFrom('identity_session').select('document').where('expires_at', '>', now);
  const row = await ('sid' in by ? query.where('sid', '=', by.sid) : query.where('cookie_hash', '=', by.cookieHash)).executeTakeFirst();
  return row === undefined ? undefined : JSON.parse(row.document);
}

/** Sessions that last, newest last. */
export async function allSessions(db: Db, now: number): Promise<readonly Session[]> {
  const rows = await tables(db)
    .selectFrom('identity_session')
    .select('document')
    .where('expires_at', '>', now)
    .orderBy('expires_at')
    .limit(500)
    .execute();
  return rows.map((row) => JSON.parse(row.document));
}

/** Sessions of a person that last. */
export async function sessionsOfUser(db: Db, userId: string, now: number): Promise<readonly Session[]> {
  const rows = await tables(db)
    .selectFrom('identity_session')
    .select('document')
    .where('user_id', '=', userId)
    .where('expires_at', '>', now)
    .execute();
  return rows.map((row) => JSON.parse(row.document));
}

export async function addParticipant(tx: Db, sid: string, clientId: string): Promise<void> {
  await tables(tx)
    .insertInto('identity_participant')
    .values({ sid, client_id: clientId })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** Takes a session away; gives it with the relying parties it was used at, or undefined when there is none. */
export async function takeSession(tx: Db, sid: string): Promise<{ session: Session; clientIds: readonly string[] } | undefined> {
  const row = await tables(tx).deleteFrom('identity_session').where('sid', '=', sid).returning('document').executeTakeFirst();
  if (row === undefined) return undefined;
  const clients = await tables(tx).deleteFrom('identity_participant').where('sid', '=', sid).returning('client_id').execute();
  return { session: JSON.parse(row.document), clientIds: clients.map((each) => each.client_id) };
}
