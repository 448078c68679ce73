import type { Instant } from '../../kernel/clock.ts';
import { type Db, tablesOf } from '../../kernel/store/store.ts';
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
  /** When go-live was confirmed. */
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
}
interface Tables {
  applications_application: ApplicationRow;
  applications_key: { thumbprint: string; app_id: string; kid: string; registered_at: number };
}

export async function findRecord(db: Db, appId: string): Promise<ApplicationRecord | undefined> {
  const row = await tablesOf<Tables>(db).selectFrom('applications_application').selectAll().where('app_id', '=', appId).executeTakeFirst();
  return row && recordOf(row);
}

/** Records, oldest first: those of the owners, or all. */
export async function records(
  db: Db,
  filter: {
    readonly environment?: string | undefined;
    readonly owners?: { readonly accountId: string; readonly teamIds: readonly string[] } | undefined;
  },
): Promise<readonly ApplicationRecord[]> {
  const { environment, owners } = filter;
  let query = tablesOf<Tables>(db).selectFrom('applications_application').selectAll().orderBy('created_at').orderBy('app_id');
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

/** Writes a new record; says whether it was new. */
export async function insertRecord(tx: Db, record: ApplicationRecord): Promise<boolean> {
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
    })
    .onConflict((conflict) => conflict.column('app_id').doNothing())
    .executeTakeFirst();
  return Number(result.numInsertedOrUpdatedRows ?? 0) > 0;
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

export async function rememberKey(
  tx: Db,
  key: { readonly thumbprint: string; readonly appId: string; readonly kid: string },
  at: Instant,
): Promise<void> {
  await tablesOf<Tables>(tx)
    .insertInto('applications_key')
    .values({ thumbprint: key.thumbprint, app_id: key.appId, kid: key.kid, registered_at: at })
    .onConflict((conflict) => conflict.column('thumbprint').doNothing())
    .execute();
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
