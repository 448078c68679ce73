import { Compile } from 'typebox/compile';
import type { Instant } from '../../../kernel/clock.ts';
import { type Db, prepare, tablesOf } from '../../../kernel/store/store.ts';
import { LogOn, TokenFacts } from '../log-on.ts';
import type { Tables, TokenRow } from './tables.ts';

const logOnCheck = Compile(LogOn);
const factsCheck = Compile(TokenFacts);

function readLogOn(text: string): LogOn {
  const value: unknown = JSON.parse(text);
  if (!logOnCheck.Check(value)) throw new Error('a stored log-on is not what this service writes');
  return value;
}

/** Facts of a token from their column. */
export function readFacts(text: string): TokenFacts {
  const value: unknown = JSON.parse(text);
  if (!factsCheck.Check(value)) throw new Error('gateway_token.facts is not what this service writes');
  return value;
}

const spend = prepare<{ hash: string; now: Instant; forgotten: Instant }, Tables, { hash: string }>((db, values) =>
  db
    .insertInto('gateway_jti')
    .values({ hash: values.hash, spent_at: values.now })
    .onConflict((conflict) =>
      conflict.column('hash').doUpdateSet({ spent_at: values.now }).where('gateway_jti.spent_at', '<', values.forgotten),
    )
    .returning('hash'),
);

/** Spends a jti in one statement; false when it was spent since `forgotten`. Of two at the same time, one gets true. */
export async function spendJti(db: Db, hash: string, now: Instant, forgotten: Instant): Promise<boolean> {
  return (await spend(db, { hash, now, forgotten })).length > 0;
}

/** Whether a jti was spent since `forgotten`. */
export async function isJtiSpent(db: Db, hash: string, forgotten: Instant): Promise<boolean> {
  const row = await tablesOf<Tables>(db)
    .selectFrom('gateway_jti')
    .select('hash')
    .where('hash', '=', hash)
    .where('spent_at', '>=', forgotten)
    .executeTakeFirst();
  return row !== undefined;
}

const addToken = prepare<Pick<TokenRow, keyof TokenRow>, Tables, never>((db, values) =>
  db.insertInto('gateway_token').values({
    hash: values.hash,
    app_id: values.app_id,
    chain_id: values.chain_id,
    facts: values.facts,
    issued_at: values.issued_at,
    expires_at: values.expires_at,
  }),
);

export interface StoredToken {
  readonly hash: string;
  readonly appId: string;
  /** The log-on it comes from; undefined for an application's own token. */
  readonly chainId: string | undefined;
  readonly facts: TokenFacts;
  readonly issuedAt: Instant;
  readonly expiresAt: Instant;
}

export async function insertToken(tx: Db, token: StoredToken): Promise<void> {
  await addToken(tx, {
    hash: token.hash,
    app_id: token.appId,
    chain_id: token.chainId ?? null,
    facts: JSON.stringify(token.facts),
    issued_at: token.issuedAt,
    expires_at: token.expiresAt,
  });
}

/** A token beside the facts of its application. */
export interface GrantRow extends Omit<TokenRow, 'hash'> {
  readonly name: string;
  readonly status: string;
  readonly attributes: string;
  readonly asid: string | null;
  readonly live_stage: string;
}

/** The one query of the hot path: a token with its application. */
export const tokenWithApplication = prepare<{ hash: string }, Tables, GrantRow>((db, values) =>
  db
    .selectFrom('gateway_token')
    .innerJoin('gateway_application', 'gateway_application.app_id', 'gateway_token.app_id')
    .select(['gateway_token.app_id', 'chain_id', 'facts', 'issued_at', 'expires_at'])
    .select([
      'gateway_application.name',
      'gateway_application.status',
      'gateway_application.attributes',
      'gateway_application.asid',
      'gateway_application.live_stage',
    ])
    .where('gateway_token.hash', '=', values.hash),
);

/** A log-on that has begun at /authorize and waits for the browser to come back. */
export interface PendingAuthorization {
  readonly state: string;
  readonly appId: string;
  /** Path of the token server it began at. */
  readonly tokenServer: string;
  readonly clientState: string;
  /** Whether the user is sent to NHS login instead of the token server's usual provider. */
  readonly nhsLogin: boolean;
  readonly expiresAt: Instant;
}

export async function insertAuthorization(db: Db, pending: PendingAuthorization): Promise<void> {
  await tablesOf<Tables>(db)
    .insertInto('gateway_authorization')
    .values({
      state: pending.state,
      app_id: pending.appId,
      token_server: pending.tokenServer,
      client_state: pending.clientState,
      sign_in: pending.nhsLogin ? 'nhs-login' : null,
      expires_at: pending.expiresAt,
    })
    .execute();
}

/** Takes a pending authorisation out of the store: each state works once. */
export async function takeAuthorization(db: Db, state: string, tokenServer: string): Promise<PendingAuthorization | undefined> {
  const row = await tablesOf<Tables>(db)
    .deleteFrom('gateway_authorization')
    .where('state', '=', state)
    .where('token_server', '=', tokenServer)
    .returningAll()
    .executeTakeFirst();
  return (
    row && {
      state: row.state,
      appId: row.app_id,
      tokenServer: row.token_server,
      clientState: row.client_state,
      nhsLogin: row.sign_in === 'nhs-login',
      expiresAt: Number(row.expires_at),
    }
  );
}

export async function insertCode(
  db: Db,
  code: { readonly hash: string; readonly appId: string; readonly logOn: LogOn; readonly expiresAt: Instant },
): Promise<void> {
  await tablesOf<Tables>(db)
    .insertInto('gateway_code')
    .values({ hash: code.hash, app_id: code.appId, log_on: JSON.stringify(code.logOn), expires_at: code.expiresAt })
    .execute();
}

/** Takes a code of this application out of the store: each works once. */
export async function takeCode(
  tx: Db,
  hash: string,
  appId: string,
): Promise<{ readonly logOn: LogOn; readonly expiresAt: Instant } | undefined> {
  const row = await tablesOf<Tables>(tx)
    .deleteFrom('gateway_code')
    .where('hash', '=', hash)
    .where('app_id', '=', appId)
    .returningAll()
    .executeTakeFirst();
  return row && { logOn: readLogOn(row.log_on), expiresAt: Number(row.expires_at) };
}

/** A log-on that has tokens; all of them carry its chain id, those refreshed later too. */
export interface StoredLogOn {
  readonly chainId: string;
  readonly appId: string;
  readonly logOn: LogOn;
  readonly startedAt: Instant;
  readonly refreshableUntil: Instant;
}

export async function insertLogOn(tx: Db, stored: StoredLogOn): Promise<void> {
  await tablesOf<Tables>(tx)
    .insertInto('gateway_log_on')
    .values({
      chain_id: stored.chainId,
      app_id: stored.appId,
      sid: stored.logOn.sid ?? null,
      log_on: JSON.stringify(stored.logOn),
      started_at: stored.startedAt,
      refreshable_until: stored.refreshableUntil,
    })
    .execute();
}

export async function findLogOn(db: Db, chainId: string): Promise<StoredLogOn | undefined> {
  const row = await tablesOf<Tables>(db).selectFrom('gateway_log_on').selectAll().where('chain_id', '=', chainId).executeTakeFirst();
  return (
    row && {
      chainId: row.chain_id,
      appId: row.app_id,
      logOn: readLogOn(row.log_on),
      startedAt: Number(row.started_at),
      refreshableUntil: Number(row.refreshable_until),
    }
  );
}

/** Chains of the log-ons that belong to a session at the identity provider. */
export async function chainsOfSession(db: Db, sid: string): Promise<readonly string[]> {
  const rows = await tablesOf<Tables>(db).selectFrom('gateway_log_on').select('chain_id').where('sid', '=', sid).execute();
  return rows.map((row) => row.chain_id);
}

/**
 * Ends log-ons: their access and refresh tokens, those refreshed since included, are unknown from now on. What has expired stays
 * "expired".
 */
export async function endChains(tx: Db, chainIds: readonly string[], now: Instant): Promise<void> {
  if (chainIds.length === 0) return;
  for (const table of ['gateway_token', 'gateway_refresh_token'] as const)
    await tablesOf<Tables>(tx).deleteFrom(table).where('chain_id', 'in', chainIds).where('expires_at', '>', now).execute();
}

export interface StoredRefreshToken {
  readonly hash: string;
  readonly appId: string;
  readonly chainId: string;
  readonly refreshCount: number;
  readonly expiresAt: Instant;
}

export async function insertRefreshToken(tx: Db, token: StoredRefreshToken): Promise<void> {
  await tablesOf<Tables>(tx)
    .insertInto('gateway_refresh_token')
    .values({
      hash: token.hash,
      app_id: token.appId,
      chain_id: token.chainId,
      refresh_count: token.refreshCount,
      expires_at: token.expiresAt,
    })
    .execute();
}

/** Takes a refresh token of this application out of the store: each works once. */
export async function takeRefreshToken(tx: Db, hash: string, appId: string): Promise<StoredRefreshToken | undefined> {
  const row = await tablesOf<Tables>(tx)
    .deleteFrom('gateway_refresh_token')
    .where('hash', '=', hash)
    .where('app_id', '=', appId)
    .returningAll()
    .executeTakeFirst();
  return (
    row && { hash: row.hash, appId: row.app_id, chainId: row.chain_id, refreshCount: row.refresh_count, expiresAt: Number(row.expires_at) }
  );
}

/** Forgets what has been of no use for a day: it is kept that long so that "expired" and "unknown" can be told apart. */
export async function sweep(tx: Db, now: Instant, jtiForgotten: Instant): Promise<void> {
  const dayAgo = now - 24 * 3_600_000;
  const tables = tablesOf<Tables>(tx);
  await tables.deleteFrom('gateway_token').where('expires_at', '<', dayAgo).execute();
  await tables.deleteFrom('gateway_refresh_token').where('expires_at', '<', dayAgo).execute();
  await tables.deleteFrom('gateway_log_on').where('refreshable_until', '<', dayAgo).execute();
  await tables.deleteFrom('gateway_code').where('expires_at', '<', dayAgo).execute();
  await tables.deleteFrom('gateway_authorization').where('expires_at', '<', dayAgo).execute();
  await tables.deleteFrom('gateway_jti').where('spent_at', '<', jtiForgotten).execute();
}
