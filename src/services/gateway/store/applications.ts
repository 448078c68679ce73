import Type from 'typebox';
import { Compile } from 'typebox/compile';
import type { Instant } from '../../../kernel/clock.ts';
import { type Db, holdingRows, prepare, tablesOf } from '../../../kernel/store/store.ts';
import { type ApiKey, type Application, type HeldApplication, LIVE_STAGES, type LiveStage, type Subscription } from '../application.ts';
import type { ApiKeyRow, ApplicationRow, Tables } from './tables.ts';

const subscriptionsCheck = Compile(
  Type.Array(
    Type.Object({
      product: Type.String(),
      status: Type.Union([Type.Literal('approved'), Type.Literal('pending')]),
      override: Type.Optional(Type.Boolean()),
    }),
  ),
);
const attributesCheck = Compile(Type.Record(Type.String(), Type.String()));

/** Subscriptions from their column. */
export function readSubscriptions(text: string): readonly Subscription[] {
  const value: unknown = JSON.parse(text);
  if (!subscriptionsCheck.Check(value)) throw new Error('gateway_application.subscriptions is not what this service writes');
  return value;
}

/** Attributes from their column. */
export function readAttributes(text: string): Readonly<Record<string, string>> {
  if (text === '{}') return {};
  const value: unknown = JSON.parse(text);
  if (!attributesCheck.Check(value)) throw new Error('gateway_application.attributes is not what this service writes');
  return value;
}

function toApplication(row: ApplicationRow): Application {
  return {
    appId: row.app_id,
    name: row.name,
    accessMode: row.access_mode === 'user-restricted' ? 'user-restricted' : 'application-restricted',
    status: row.status === 'approved' || row.status === 'suspended' ? row.status : 'revoked',
    callbackUrl: row.callback_url ?? undefined,
    subscriptions: readSubscriptions(row.subscriptions),
    attributes: readAttributes(row.attributes),
    asid: row.asid ?? undefined,
    jwks: row.jwks ?? undefined,
    jwksUrl: row.jwks_url ?? undefined,
    stage: readStage(row.live_stage),
    registration: row.registration ?? undefined,
    createdAt: Number(row.created_at),
  };
}

/** A live stage from its column. */
export function readStage(text: string): LiveStage {
  const stage = LIVE_STAGES.find((each) => each === text);
  if (stage === undefined) throw new Error('gateway_application.live_stage is not what this service writes');
  return stage;
}

function toApiKey(
  row: Omit<ApiKeyRow, 'status' | 'created_at'> & { readonly key_status: string; readonly key_created_at: number },
): ApiKey {
  return {
    apiKey: row.api_key,
    appId: row.app_id,
    secretSalt: row.secret_salt,
    secretHash: row.secret_hash,
    status: row.key_status === 'approved' ? 'approved' : 'revoked',
    createdAt: Number(row.key_created_at),
  };
}

type ClientRow = ApplicationRow &
  Omit<ApiKeyRow, 'status' | 'created_at'> & { readonly key_status: string; readonly key_created_at: number };

const clientByKey = prepare<{ apiKey: string }, Tables, ClientRow>((db, values) =>
  db
    .selectFrom('gateway_api_key')
    .innerJoin('gateway_application', 'gateway_application.app_id', 'gateway_api_key.app_id')
    .selectAll('gateway_application')
    .select([
      'gateway_api_key.api_key',
      'gateway_api_key.secret_salt',
      'gateway_api_key.secret_hash',
      'gateway_api_key.status as key_status',
      'gateway_api_key.created_at as key_created_at',
    ])
    .where('gateway_api_key.api_key', '=', values.apiKey),
);

/** A key and the application it belongs to, whatever their state; undefined when there is no such key in this environment. */
export async function findClient(db: Db, apiKey: string): Promise<{ readonly key: ApiKey; readonly application: Application } | undefined> {
  const [row] = await clientByKey(db, { apiKey });
  return row && { key: toApiKey(row), application: toApplication(row) };
}

const applicationById = prepare<{ appId: string }, Tables, ApplicationRow>((db, values) =>
  db.selectFrom('gateway_application').selectAll().where('app_id', '=', values.appId),
);

export async function findApplication(db: Db, appId: string): Promise<Application | undefined> {
  const [row] = await applicationById(db, { appId });
  return row && toApplication(row);
}

/** The application, held until the transaction ends: the one way to what {@link changeApplication} writes. */
export async function holdApplication(tx: Db, appId: string): Promise<HeldApplication | undefined> {
  const query = tablesOf<Tables>(tx).selectFrom('gateway_application').selectAll().where('app_id', '=', appId);
  const row = await holdingRows(tx, query).executeTakeFirst();
  return row && { ...toApplication(row), held: true };
}

/** All applications, oldest first. */
export async function allApplications(db: Db): Promise<readonly Application[]> {
  const rows = await tablesOf<Tables>(db).selectFrom('gateway_application').selectAll().orderBy('created_at').orderBy('app_id').execute();
  return rows.map(toApplication);
}

/** The application an ASID is bound to. */
export async function findByAsid(db: Db, asid: string): Promise<Application | undefined> {
  const row = await tablesOf<Tables>(db).selectFrom('gateway_application').selectAll().where('asid', '=', asid).executeTakeFirst();
  return row && toApplication(row);
}

/** Writes a new application; false when its id is there already, and nothing is written. */
export async function insertApplication(tx: Db, application: Application): Promise<boolean> {
  const result = await tablesOf<Tables>(tx)
    .insertInto('gateway_application')
    .values({ app_id: application.appId, created_at: application.createdAt, ...columnsOf(application) })
    .onConflict((conflict) => conflict.column('app_id').doNothing())
    .executeTakeFirst();
  return Number(result.numInsertedOrUpdatedRows ?? 0) > 0;
}

/** Changes an application that is held; the rest of it stays. */
export async function changeApplication(
  tx: Db,
  held: HeldApplication,
  changes: Partial<Omit<Application, 'appId' | 'accessMode' | 'registration' | 'createdAt'>>,
): Promise<void> {
  await tablesOf<Tables>(tx)
    .updateTable('gateway_application')
    .set(columnsOf({ ...held, ...changes }))
    .where('app_id', '=', held.appId)
    .execute();
}

function columnsOf(application: Application): Omit<ApplicationRow, 'app_id' | 'created_at'> {
  return {
    name: application.name,
    access_mode: application.accessMode,
    status: application.status,
    callback_url: application.callbackUrl ?? null,
    subscriptions: JSON.stringify(application.subscriptions),
    attributes: JSON.stringify(application.attributes),
    asid: application.asid ?? null,
    jwks: application.jwks ?? null,
    jwks_url: application.jwksUrl ?? null,
    live_stage: application.stage,
    registration: application.registration ?? null,
  };
}

export async function insertKey(tx: Db, key: ApiKey): Promise<void> {
  await tablesOf<Tables>(tx)
    .insertInto('gateway_api_key')
    .values({
      api_key: key.apiKey,
      app_id: key.appId,
      secret_salt: key.secretSalt,
      secret_hash: key.secretHash,
      status: key.status,
      created_at: key.createdAt,
    })
    .execute();
}

/** Keys of an application, oldest first. */
export async function keysOf(db: Db, appId: string): Promise<readonly ApiKey[]> {
  const rows = await tablesOf<Tables>(db)
    .selectFrom('gateway_api_key')
    .selectAll()
    .where('app_id', '=', appId)
    .orderBy('created_at')
    .orderBy('api_key')
    .execute();
  return rows.map(({ status, created_at, ...row }) => toApiKey({ ...row, key_status: status, key_created_at: created_at }));
}

/** Keys of all applications by AppID, oldest first. */
export async function allKeys(db: Db): Promise<ReadonlyMap<string, readonly ApiKey[]>> {
  const rows = await tablesOf<Tables>(db).selectFrom('gateway_api_key').selectAll().orderBy('created_at').orderBy('api_key').execute();
  return Map.groupBy(
    rows.map(({ status, created_at, ...row }) => toApiKey({ ...row, key_status: status, key_created_at: created_at })),
    (key) => key.appId,
  );
}

/** Revokes one key of an application, or all but one; gives how many changed. */
export async function revokeKeys(
  tx: Db,
  appId: string,
  which: { readonly only: string } | { readonly allBut: string } | 'all',
): Promise<number> {
  let query = tablesOf<Tables>(tx)
    .updateTable('gateway_api_key')
    .set({ status: 'revoked' })
    .where('app_id', '=', appId)
    .where('status', '=', 'approved');
  if (which !== 'all') query = 'only' in which ? query.where('api_key', '=', which.only) : query.where('api_key', '!=', which.allBut);
  const result = await query.executeTakeFirst();
  return Number(result.numUpdatedRows);
}

/** A key set read from a supplier's URL, if one was read since `notBefore`. */
export async function cachedJwks(db: Db, url: string, notBefore: Instant): Promise<string | undefined> {
  const row = await tablesOf<Tables>(db)
    .selectFrom('gateway_jwks_cache')
    .select('body')
    .where('url', '=', url)
    .where('fetched_at', '>', notBefore)
    .executeTakeFirst();
  return row?.body;
}

export async function rememberJwks(db: Db, url: string, body: string, fetchedAt: Instant): Promise<void> {
  await tablesOf<Tables>(db)
    .insertInto('gateway_jwks_cache')
    .values({ url, body, fetched_at: fetchedAt })
    .onConflict((conflict) => conflict.column('url').doUpdateSet({ body, fetched_at: fetchedAt }))
    .execute();
}

/** Forgets what was read from a URL; says whether anything was. */
export async function forgetJwks(db: Db, url: string): Promise<boolean> {
  const result = await tablesOf<Tables>(db).deleteFrom('gateway_jwks_cache').where('url', '=', url).executeTakeFirst();
  return Number(result.numDeletedRows) > 0;
}
