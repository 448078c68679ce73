import { hash } from 'node:crypto';
import type { Instant } from '../../kernel/clock.ts';
import { bit, type Db, holdingRows, tablesOf } from '../../kernel/store/store.ts';
import type { Role } from './permissions.ts';
import type { Membership } from './visitor.ts';

interface AccountRow {
  account_id: string;
  email: string;
  name: string;
  role: string;
  ods_code: string | null;
  desks: string;
  status: string;
  password: string | null;
  confirmed: number;
  demonstration: number;
  created_at: number;
}
interface CredentialRow {
  fingerprint: string;
  account_id: string;
  kind: string;
  label: string;
  created_at: number;
  used_at: number;
  expires_at: number;
  registration: string | null;
}
interface AccountTables {
  portal_account: AccountRow;
  portal_credential: CredentialRow;
  portal_team: { team_id: string; name: string; ods_code: string | null; created_at: number };
  portal_membership: { team_id: string; account_id: string; administrator: number };
}

export type AccountRole = Exclude<Role, 'anyone'>;
export type AccountStatus = 'unverified' | 'active' | 'suspended';

/** A person who can sign in (path-to-live.md §3.1, DeveloperAccount). */
export interface Account {
  readonly accountId: string;
  readonly email: string;
  readonly name: string;
  readonly role: AccountRole;
  readonly odsCode: string | undefined;
  readonly desks: readonly string[];
  readonly status: AccountStatus;
  readonly password: string | null;
  /** Whether somebody has shown that they read the mail of the address, or an operator has vouched for it. */
  readonly confirmed: boolean;
  /** Part of the demonstration: on this machine alone it signs in without a password. */
  readonly demonstration: boolean;
  readonly createdAt: Instant;
}

export interface Team {
  readonly teamId: string;
  readonly name: string;
  /** ODS code of the supplier, where it has one. */
  readonly odsCode: string | undefined;
  readonly createdAt: Instant;
}

export interface Member {
  readonly accountId: string;
  readonly name: string;
  readonly email: string;
  readonly administrator: boolean;
}

export type CredentialKind = 'session' | 'token' | 'verification' | 'password-reset';

const tables = (db: Db) => tablesOf<AccountTables>(db);

/** How a session id, API token or link is kept: who reads the store cannot use it. */
export function fingerprint(value: string): string {
  return hash('sha256', value, 'base64url');
}

/** E-mail addresses are compared without case. */
export function normalEmail(email: string): string {
  return email.trim().toLowerCase();
}

const accountOf = (row: AccountRow): Account => ({
  accountId: row.account_id,
  email: row.email,
  name: row.name,
  role: row.role as AccountRole,
  odsCode: row.ods_code ?? undefined,
  desks: JSON.parse(row.desks),
  status: row.status as AccountStatus,
  password: row.password,
  confirmed: Number(row.confirmed) === 1,
  demonstration: Number(row.demonstration) === 1,
  createdAt: Number(row.created_at),
});

const rowOf = (account: Account): AccountRow => ({
  account_id: account.accountId,
  email: normalEmail(account.email),
  name: account.name,
  role: account.role,
  ods_code: account.odsCode ?? null,
  desks: JSON.stringify(account.desks),
  status: account.status,
  password: account.password,
  confirmed: bit(account.confirmed),
  demonstration: bit(account.demonstration),
  created_at: account.createdAt,
});

export async function insertAccount(tx: Db, account: Account): Promise<boolean> {
  const result = await tables(tx)
    .insertInto('portal_account')
    .values(rowOf(account))
    .onConflict((conflict) => conflict.column('email').doNothing())
    .executeTakeFirst();
  return Number(result.numInsertedOrUpdatedRows) > 0;
}

/** What of an account may change. */
export type AccountChange = Partial<Pick<Account, 'name' | 'role' | 'desks' | 'status' | 'password' | 'confirmed'>> & {
  readonly odsCode?: string | null | undefined;
};

/** Writes these columns and no others: what somebody else has changed meanwhile stays. */
export async function updateAccount(tx: Db, accountId: string, change: AccountChange): Promise<void> {
  const { desks, confirmed, odsCode, ...same } = change;
  const values: Partial<AccountRow> = {
    ...same,
    ...(desks !== undefined && { desks: JSON.stringify(desks) }),
    ...(confirmed !== undefined && { confirmed: bit(confirmed) }),
    ...(odsCode !== undefined && { ods_code: odsCode }),
  };
  if (Object.keys(values).length > 0)
    await tables(tx).updateTable('portal_account').set(values).where('account_id', '=', accountId).execute();
}

/**
 * Reads an account as it is now and holds it: nobody else changes it, or holds it, until the transaction ends. Whoever decides something by an
 * account (let in, suspend, give a token) holds it first.
 */
export async function holdAccount(tx: Db, accountId: string): Promise<Account | undefined> {
  const query = tables(tx).selectFrom('portal_account').selectAll().where('account_id', '=', accountId);
  const row = await holdingRows(tx, query).executeTakeFirst();
  return row && accountOf(row);
}

/** All operators who are active, held as by {@link holdAccount}: two who suspend each other at the same moment do it one after the other. */
export async function holdActiveOperators(tx: Db): Promise<readonly Account[]> {
  const active = tables(tx)
    .selectFrom('portal_account')
    .selectAll()
    .where('role', '=', 'operator')
    .where('status', '=', 'active')
    .orderBy('account_id');
  return (await holdingRows(tx, active).execute()).map(accountOf);
}

export async function findAccount(db: Db, accountId: string): Promise<Account | undefined> {
  const row = await tables(db).selectFrom('portal_account').selectAll().where('account_id', '=', accountId).executeTakeFirst();
  return row && accountOf(row);
}

export async function findAccountByEmail(db: Db, email: string): Promise<Account | undefined> {
  const row = await tables(db).selectFrom('portal_account').selectAll().where('email', '=', normalEmail(email)).executeTakeFirst();
  return row && accountOf(row);
}

export async function allAccounts(db: Db): Promise<readonly Account[]> {
  return (await tables(db).selectFrom('portal_account').selectAll().orderBy('email').execute()).map(accountOf);
}

/** What a link to confirm an address confirms: the registration it was mailed for, not what somebody else wrote before or after. */
export interface PendingRegistration {
  readonly name: string;
  /** Hashed. */
  readonly password: string;
}

/** Keeps a credential by its fingerprint; the value itself is told once and kept nowhere. */
export async function insertCredential(
  tx: Db,
  credential: {
    value: string;
    accountId: string;
    kind: CredentialKind;
    label: string;
    now: Instant;
    expiresAt: Instant;
    registration?: PendingRegistration;
  },
): Promise<void> {
  await tables(tx)
    .insertInto('portal_credential')
    .values({
      fingerprint: fingerprint(credential.value),
      account_id: credential.accountId,
      kind: credential.kind,
      label: credential.label,
      created_at: credential.now,
      used_at: credential.now,
      expires_at: credential.expiresAt,
      registration: credential.registration === undefined ? null : JSON.stringify(credential.registration),
    })
    .execute();
}

export interface Credential {
  readonly accountId: string;
  readonly createdAt: Instant;
  /** The same as `createdAt` until it is used. */
  readonly usedAt: Instant;
  readonly registration: PendingRegistration | undefined;
}

/** A credential that is good at `now`. */
export async function findCredential(db: Db, value: string, kind: CredentialKind, now: Instant): Promise<Credential | undefined> {
  const row = await tables(db)
    .selectFrom('portal_credential')
    .select(['account_id', 'created_at', 'used_at', 'registration'])
    .where('fingerprint', '=', fingerprint(value))
    .where('kind', '=', kind)
    .where('expires_at', '>', now)
    .executeTakeFirst();
  return (
    row && {
      accountId: row.account_id,
      createdAt: Number(row.created_at),
      usedAt: Number(row.used_at),
      registration: row.registration === null ? undefined : JSON.parse(row.registration),
    }
  );
}

export async function touchCredential(db: Db, value: string, now: Instant): Promise<void> {
  await tables(db).updateTable('portal_credential').set({ used_at: now }).where('fingerprint', '=', fingerprint(value)).execute();
}

/** Takes credentials back: one by its value or fingerprint, or all of a kind of an account. */
export async function deleteCredentials(
  tx: Db,
  which:
    | { readonly value: string }
    | { readonly fingerprint: string; readonly accountId: string }
    | { readonly accountId: string; readonly kind: CredentialKind },
): Promise<number> {
  let query = tables(tx).deleteFrom('portal_credential');
  if ('value' in which) query = query.where('fingerprint', '=', fingerprint(which.value));
  else {
    query = query.where('account_id', '=', which.accountId);
    query = 'kind' in which ? query.where('kind', '=', which.kind) : query.where('fingerprint', '=', which.fingerprint);
  }
  return Number((await query.executeTakeFirst()).numDeletedRows);
}

/** API tokens of an account, without their values. */
export async function tokensOf(
  db: Db,
  accountId: string,
): Promise<readonly { readonly fingerprint: string; readonly label: string; readonly createdAt: Instant; readonly usedAt: Instant }[]> {
  const rows = await tables(db)
    .selectFrom('portal_credential')
    .selectAll()
    .where('account_id', '=', accountId)
    .where('kind', '=', 'token')
    .orderBy('created_at')
    .execute();
  return rows.map((row) => ({
    fingerprint: row.fingerprint,
    label: row.label,
    createdAt: Number(row.created_at),
    usedAt: Number(row.used_at),
  }));
}

export async function insertTeam(tx: Db, team: Team): Promise<boolean> {
  const result = await tables(tx)
    .insertInto('portal_team')
    .values({ team_id: team.teamId, name: team.name, ods_code: team.odsCode ?? null, created_at: team.createdAt })
    .onConflict((conflict) => conflict.column('name').doNothing())
    .executeTakeFirst();
  return Number(result.numInsertedOrUpdatedRows) > 0;
}

export async function findTeam(db: Db, teamId: string): Promise<Team | undefined> {
  const row = await tables(db).selectFrom('portal_team').selectAll().where('team_id', '=', teamId).executeTakeFirst();
  return row && { teamId: row.team_id, name: row.name, odsCode: row.ods_code ?? undefined, createdAt: Number(row.created_at) };
}

/** A team, held as by {@link holdAccount}: who is in it changes one after the other. */
export async function holdTeam(tx: Db, teamId: string): Promise<Team | undefined> {
  await holdingRows(tx, tables(tx).selectFrom('portal_team').select('team_id').where('team_id', '=', teamId)).execute();
  return findTeam(tx, teamId);
}

export async function allTeams(db: Db): Promise<readonly Team[]> {
  const rows = await tables(db).selectFrom('portal_team').selectAll().orderBy('name').execute();
  return rows.map((row) => ({
    teamId: row.team_id,
    name: row.name,
    odsCode: row.ods_code ?? undefined,
    createdAt: Number(row.created_at),
  }));
}

/** Puts a person in a team, or changes what they are there. */
export async function setMembership(tx: Db, teamId: string, accountId: string, administrator: boolean): Promise<void> {
  await tables(tx)
    .insertInto('portal_membership')
    .values({ team_id: teamId, account_id: accountId, administrator: bit(administrator) })
    .onConflict((conflict) => conflict.columns(['team_id', 'account_id']).doUpdateSet({ administrator: bit(administrator) }))
    .execute();
}

export async function deleteMembership(tx: Db, teamId: string, accountId: string): Promise<void> {
  await tables(tx).deleteFrom('portal_membership').where('team_id', '=', teamId).where('account_id', '=', accountId).execute();
}

export async function membersOf(db: Db, teamId: string): Promise<readonly Member[]> {
  const rows = await tables(db)
    .selectFrom('portal_membership')
    .innerJoin('portal_account', 'portal_account.account_id', 'portal_membership.account_id')
    .select(['portal_account.account_id', 'name', 'email', 'administrator'])
    .where('team_id', '=', teamId)
    .orderBy('name')
    .execute();
  return rows.map((row) => ({
    accountId: row.account_id,
    name: row.name,
    email: row.email,
    administrator: Number(row.administrator) === 1,
  }));
}

export async function membershipsOf(db: Db, accountId: string): Promise<readonly Membership[]> {
  const rows = await tables(db)
    .selectFrom('portal_membership')
    .innerJoin('portal_team', 'portal_team.team_id', 'portal_membership.team_id')
    .select(['portal_team.team_id', 'name', 'administrator'])
    .where('account_id', '=', accountId)
    .orderBy('name')
    .execute();
  return rows.map((row) => ({ teamId: row.team_id, name: row.name, administrator: Number(row.administrator) === 1 }));
}
