import { type Db, holdingRows, tablesOf } from '../../kernel/store/store.ts';
import type { Grant, RegistrationRequest, RequestState } from './model.ts';

interface Tables {
  endpoint_registration_request: { request_id: string; state: string; position: number; document: string };
  endpoint_registration_grant: { user_id: string; duty: Grant['duty']; ods_code: string; granted_at: number; granted_by: string };
  endpoint_registration_session: { hash: string; kind: string; expires_at: number; document: string };
  endpoint_registration_audit: { audit_id: string; at: number; actor: string; action: string; subject: string; detail: string };
}

export async function findRequest(db: Db, requestId: string): Promise<RegistrationRequest | undefined> {
  const row = await tablesOf<Tables>(db)
    .selectFrom('endpoint_registration_request')
    .select('document')
    .where('request_id', '=', requestId)
    .executeTakeFirst();
  return row === undefined ? undefined : requestOf(row);
}

/** A request, held until the transaction ends: whoever else would decide on it waits, and then reads what became of it. */
export async function holdRequest(tx: Db, requestId: string): Promise<RegistrationRequest | undefined> {
  const query = tablesOf<Tables>(tx).selectFrom('endpoint_registration_request').select('document').where('request_id', '=', requestId);
  const row = await holdingRows(tx, query).executeTakeFirst();
  return row && requestOf(row);
}

/** Requests, newest first. */
export async function listRequests(db: Db, states?: readonly RequestState[]): Promise<readonly RegistrationRequest[]> {
  let query = tablesOf<Tables>(db).selectFrom('endpoint_registration_request').select('document').orderBy('position', 'desc').limit(500);
  if (states !== undefined) query = query.where('state', 'in', [...states]);
  return (await query.execute()).map(requestOf);
}

export async function saveRequest(tx: Db, request: RegistrationRequest): Promise<void> {
  const row = rowOf(request);
  await tablesOf<Tables>(tx)
    .insertInto('endpoint_registration_request')
    .values(row)
    .onConflict((conflict) => conflict.column('request_id').doUpdateSet(row))
    .execute();
}

/** Whoever sent a request before it was kept whom they spoke for, spoke for nobody. */
function requestOf(row: { document: string }): RegistrationRequest {
  return { ...parsed<RegistrationRequest>(row), speaksFor: parsed<Partial<RegistrationRequest>>(row).speaksFor ?? [] };
}

/** Keeps a new request; false when there is one of that id. */
export async function insertRequest(tx: Db, request: RegistrationRequest): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await tablesOf<Tables>(tx)
    .insertInto('endpoint_registration_request')
    .values(rowOf(request))
    .onConflict((conflict) => conflict.column('request_id').doNothing())
    .executeTakeFirst();
  return Number(numInsertedOrUpdatedRows ?? 0) > 0;
}

function rowOf(request: RegistrationRequest): Tables['endpoint_registration_request'] {
  return {
    request_id: request.requestId,
    state: request.state,
    position: request.requestedAt,
    document: JSON.stringify(request),
  };
}

/** Duties: all, or one person's. */
export async function grants(db: Db, userId?: string): Promise<readonly Grant[]> {
  let query = tablesOf<Tables>(db)
    .selectFrom('endpoint_registration_grant')
    .selectAll()
    .orderBy('user_id')
    .orderBy('duty')
    .orderBy('ods_code');
  if (userId !== undefined) query = query.where('user_id', '=', userId);
  return (await query.execute()).map((row) => ({
    userId: row.user_id,
    duty: row.duty,
    odsCode: row.ods_code,
    grantedAt: Number(row.granted_at),
    grantedBy: row.granted_by,
  }));
}

export async function saveGrant(tx: Db, grant: Grant): Promise<void> {
  const { userId, duty, odsCode, grantedAt, grantedBy } = grant;
  await tablesOf<Tables>(tx)
    .insertInto('endpoint_registration_grant')
    .values({ user_id: userId, duty, ods_code: odsCode, granted_at: grantedAt, granted_by: grantedBy })
    .onConflict((conflict) => conflict.columns(['user_id', 'duty', 'ods_code']).doNothing())
    .execute();
}

export async function removeGrant(tx: Db, { userId, duty, odsCode }: Pick<Grant, 'userId' | 'duty' | 'odsCode'>): Promise<void> {
  await tablesOf<Tables>(tx)
    .deleteFrom('endpoint_registration_grant')
    .where('user_id', '=', userId)
    .where('duty', '=', duty)
    .where('ods_code', '=', odsCode)
    .execute();
}

/** A browser's session, or a sign-in under way; kept under the hash of what the cookie says. */
export interface Kept {
  readonly hash: string;
  readonly kind: 'session' | 'sign-in';
  readonly expiresAt: number;
  readonly document: unknown;
}

export async function keep(tx: Db, { hash, kind, expiresAt, document }: Kept, now: number): Promise<void> {
  const tables = tablesOf<Tables>(tx);
  await tables.deleteFrom('endpoint_registration_session').where('expires_at', '<=', now).execute();
  await tables
    .insertInto('endpoint_registration_session')
    .values({ hash, kind, expires_at: expiresAt, document: JSON.stringify(document) })
    .execute();
}

export async function kept(db: Db, hash: string, kind: Kept['kind'], now: number): Promise<unknown> {
  const row = await tablesOf<Tables>(db)
    .selectFrom('endpoint_registration_session')
    .select('document')
    .where('hash', '=', hash)
    .where('kind', '=', kind)
    .where('expires_at', '>', now)
    .executeTakeFirst();
  return row === undefined ? undefined : parsed<unknown>(row);
}

export async function forget(tx: Db, hash: string): Promise<void> {
  await tablesOf<Tables>(tx).deleteFrom('endpoint_registration_session').where('hash', '=', hash).execute();
}

export interface AuditEntry {
  readonly auditId: string;
  readonly at: number;
  readonly actor: string;
  readonly action: string;
  readonly subject: string;
  readonly detail: string;
}

export async function writeAudit(tx: Db, { auditId, ...entry }: AuditEntry): Promise<void> {
  await tablesOf<Tables>(tx)
    .insertInto('endpoint_registration_audit')
    .values({ audit_id: auditId, ...entry })
    .execute();
}

/** The audit trail, newest first. */
export async function auditTrail(db: Db, limit: number): Promise<readonly AuditEntry[]> {
  const rows = await tablesOf<Tables>(db)
    .selectFrom('endpoint_registration_audit')
    .selectAll()
    .orderBy('at', 'desc')
    .orderBy('audit_id', 'desc')
    .limit(limit)
    .execute();
  return rows.map(({ audit_id: auditId, at, ...rest }) => ({ auditId, at: Number(at), ...rest }));
}

function parsed<T>({ document }: { document: string }): T {
  const value: T = JSON.parse(document);
  return value;
}
