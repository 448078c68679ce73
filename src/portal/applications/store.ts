import type { Instant } from '../../kernel/clock.ts';
import { bit, type Db, tablesOf } from '../../kernel/store/store.ts';
import type { AccessMode, Capability } from './access-mode.ts';
import type { NameEnvironment } from './name.ts';

/** Who an application belongs to: a developer personally, or a team (PTL-102). */
export type Owner =
  | { readonly accountId: string; readonly teamId?: undefined }
  | { readonly teamId: string; readonly accountId?: undefined };

/** What the portal knows of an application and its environment does not. */
export interface ApplicationRecord {
  readonly appId: string;
  readonly environment: NameEnvironment;
  readonly accessMode: AccessMode;
  /** Of an unattended application. */
  readonly capability: Capability | undefined;
  readonly owner: Owner;
  readonly createdAt: Instant;
  /** When go-live was confirmed; whether it is live its environment says. */
  readonly liveAt: Instant | undefined;
}

interface ApplicationRow {
  app_id: string;
  environment: string;
  access_mode: string;
  capability: string | null;
  owner_account_id: string | null;
  owner_team_id: string | null;
  created_at: number;
  live_at: number | null;
  pending: number;
  registration: string | null;
  wish: string | null;
}
interface Tables {
  applications_application: ApplicationRow;
  applications_key: { thumbprint: string; app_id: string; kid: string; registered_at: number };
}

/** An application as it was asked for. Pending: its environment has not yet said that it is theirs who asked. */
export interface Registration {
  readonly record: ApplicationRecord;
  readonly pending: boolean;
  /** What the environment knows the registering by; undefined of applications from before it was kept. */
  readonly registration: string | undefined;
  /** What was asked for beyond the record, as text to be compared; undefined like that. */
  readonly wish: string | undefined;
}

/** The record of an application that is registered; a pending one is nobody's yet. */
export async function findRecord(db: Db, appId: string): Promise<ApplicationRecord | undefined> {
  const found = await findRegistration(db, appId);
  return found === undefined || found.pending ? undefined : found.record;
}

export async function findRegistration(db: Db, appId: string): Promise<Registration | undefined> {
  const row = await tablesOf<Tables>(db).selectFrom('applications_application').selectAll().where('app_id', '=', appId).executeTakeFirst();
  return (
    row && {
      record: recordOf(row),
      pending: row.pending !== 0,
      registration: row.registration ?? undefined,
      wish: row.wish ?? undefined,
    }
  );
}

/** Records of registered applications, oldest first: those of the owners, or all. */
export async function records(
  db: Db,
  filter: {
    readonly environment?: string | undefined;
    readonly owners?: { readonly accountId: string; readonly teamIds: readonly string[] } | undefined;
  },
): Promise<readonly ApplicationRecord[]> {
  const { environment, owners } = filter;
  let query = tablesOf<Tables>(db)
    .selectFrom('applications_application')
    .selectAll()
    .where('pending', '=', 0)
    .orderBy('created_at')
    .orderBy('app_id');
  if (environment !== undefined) query = query.where('environment', '=', environment);
  if (owners !== undefined)
    query = query.where((where) =>
      where.or([
        where('owner_account_id', '=', owners.accountId),
        ...(owners.teamIds.length === 0 ? [] : [where('owner_team_id', 'in', owners.teamIds)]),
      ]),
    );
  return (await query.execute()).map(recordOf);
}

/** Writes down what is asked for; says whether the AppID was new. */
export async function insertRegistration(tx: Db, { record, pending, registration, wish }: Registration): Promise<boolean> {
  const result = await tablesOf<Tables>(tx)
    .insertInto('applications_application')
    .values({
      app_id: record.appId,
      environment: record.environment,
      access_mode: record.accessMode,
      capability: record.capability ?? null,
      owner_account_id: record.owner.accountId ?? null,
      owner_team_id: record.owner.teamId ?? null,
      created_at: record.createdAt,
      live_at: record.liveAt ?? null,
      pending: bit(pending),
      registration: registration ?? null,
      wish: wish ?? null,
    })
    .onConflict((conflict) => conflict.column('app_id').doNothing())
    .executeTakeFirst();
  return Number(result.numInsertedOrUpdatedRows ?? 0) > 0;
}

/** The environment has registered it: it is its owner's from now on. */
export async function finishRegistration(tx: Db, appId: string, registration: string): Promise<void> {
  await tablesOf<Tables>(tx)
    .updateTable('applications_application')
    .set({ pending: 0 })
    .where('app_id', '=', appId)
    .where('registration', '=', registration)
    .execute();
}

/** The environment has refused it: the AppID is as it was before. Says whether anything was pending. */
export async function dropRegistration(tx: Db, appId: string, registration: string): Promise<boolean> {
  const result = await tablesOf<Tables>(tx)
    .deleteFrom('applications_application')
    .where('app_id', '=', appId)
    .where('registration', '=', registration)
    .where('pending', '=', 1)
    .executeTakeFirst();
  return Number(result.numDeletedRows) > 0;
}

export async function setLive(tx: Db, appId: string, at: Instant): Promise<void> {
  await tablesOf<Tables>(tx).updateTable('applications_application').set({ live_at: at }).where('app_id', '=', appId).execute();
}

/** The application a public key was registered for, by the key's thumbprint. */
export async function keyHolder(db: Db, thumbprint: string): Promise<string | undefined> {
  const row = await tablesOf<Tables>(db)
    .selectFrom('applications_key')
    .select('app_id')
    .where('thumbprint', '=', thumbprint)
    .executeTakeFirst();
  return row?.app_id;
}

/** A public key and whose it is to be. */
export interface KeyClaim {
  readonly thumbprint: string;
  readonly appId: string;
  readonly kid: string;
}

/** Claims a key that nobody holds; says whether it was free. */
export async function claimKey(tx: Db, { thumbprint, appId, kid }: KeyClaim, at: Instant): Promise<boolean> {
  const result = await tablesOf<Tables>(tx)
    .insertInto('applications_key')
    .values({ thumbprint, app_id: appId, kid, registered_at: at })
    .onConflict((conflict) => conflict.column('thumbprint').doNothing())
    .executeTakeFirst();
  return Number(result.numInsertedOrUpdatedRows ?? 0) > 0;
}

/** Takes a key over from an application that is no more, if it holds it still; says whether it did. */
export async function takeKeyOver(tx: Db, { thumbprint, appId, kid }: KeyClaim, from: string, at: Instant): Promise<boolean> {
  const result = await tablesOf<Tables>(tx)
    .updateTable('applications_key')
    .set({ app_id: appId, kid, registered_at: at })
    .where('thumbprint', '=', thumbprint)
    .where('app_id', '=', from)
    .executeTakeFirst();
  return Number(result.numUpdatedRows) > 0;
}

/** Gives up a claim that came to nothing. */
export async function releaseKey(tx: Db, { thumbprint, appId }: Omit<KeyClaim, 'kid'>): Promise<void> {
  await tablesOf<Tables>(tx).deleteFrom('applications_key').where('thumbprint', '=', thumbprint).where('app_id', '=', appId).execute();
}

function recordOf(row: ApplicationRow): ApplicationRecord {
  return {
    appId: row.app_id,
    environment: row.environment === 'PROD' ? 'PROD' : row.environment === 'DEP' ? 'DEP' : 'INT',
    accessMode: row.access_mode === 'user-restricted' ? 'user-restricted' : 'application-restricted',
    capability: row.capability === 'referrer' || row.capability === 'provider' ? row.capability : undefined,
    owner: row.owner_team_id === null ? { accountId: row.owner_account_id ?? '' } : { teamId: row.owner_team_id },
    createdAt: Number(row.created_at),
    liveAt: row.live_at === null ? undefined : Number(row.live_at),
  };
}
