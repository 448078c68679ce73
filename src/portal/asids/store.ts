import type { Instant } from '../../kernel/clock.ts';
import { LocalRefusal } from '../../kernel/errors.ts';
import { type Db, tablesOf } from '../../kernel/store/store.ts';
import { ERS_USES, type ErsUse, type NameEnvironment } from '../applications/index.ts';
import type { RequestState } from './states.ts';

/** A request for the ASID of one application. */
export interface AsidRequest {
  readonly requestId: string;
  readonly environment: NameEnvironment;
  readonly appId: string;
  /** End-user organisation. */
  readonly odsCode: string;
  readonly organisation: string;
  readonly product: string;
  readonly use: ErsUse;
  /** User id an unattended application acts with: the senior responsible person at the organisation. */
  readonly actingUser: string | undefined;
  /** End-user organisations, where one ASID serves all of them. */
  readonly allowList: readonly string[] | undefined;
  readonly state: RequestState;
  readonly asid: string | undefined;
  readonly requestedAt: Instant;
  readonly decidedAt: Instant | undefined;
}

interface Row {
  request_id: string;
  environment: string;
  app_id: string;
  ods_code: string;
  organisation: string;
  product: string;
  ers_use: string;
  acting_user: string | null;
  allow_list: string | null;
  state: string;
  asid: string | null;
  requested_at: number;
  decided_at: number | null;
}
interface Tables {
  asids_request: Row;
}

export async function findRequest(db: Db, requestId: string): Promise<AsidRequest | undefined> {
  const row = await tablesOf<Tables>(db).selectFrom('asids_request').selectAll().where('request_id', '=', requestId).executeTakeFirst();
  return row && requestOf(row);
}

/** Requests, oldest first. */
export async function requests(
  db: Db,
  filter: {
    readonly appIds?: readonly string[] | undefined;
    readonly state?: RequestState | undefined;
    readonly asid?: string | undefined;
    readonly environment?: string | undefined;
    readonly odsCode?: string | undefined;
  },
): Promise<readonly AsidRequest[]> {
  const { appIds, state, asid, environment, odsCode } = filter;
  if (appIds !== undefined && appIds.length === 0) return [];
  let query = tablesOf<Tables>(db).selectFrom('asids_request').selectAll().orderBy('requested_at').orderBy('request_id');
  if (appIds !== undefined) query = query.where('app_id', 'in', appIds);
  if (state !== undefined) query = query.where('state', '=', state);
  if (asid !== undefined) query = query.where('asid', '=', asid);
  if (environment !== undefined) query = query.where('environment', '=', environment);
  if (odsCode !== undefined) query = query.where('ods_code', '=', odsCode);
  return (await query.execute()).map(requestOf);
}

const rowOf = (request: AsidRequest): Row => ({
  request_id: request.requestId,
  environment: request.environment,
  app_id: request.appId,
  ods_code: request.odsCode,
  organisation: request.organisation,
  product: request.product,
  ers_use: request.use,
  acting_user: request.actingUser ?? null,
  allow_list: request.allowList?.join(',') ?? null,
  state: request.state,
  asid: request.asid ?? null,
  requested_at: request.requestedAt,
  decided_at: request.decidedAt ?? null,
});

/** Writes a new request. */
export async function insertRequest(tx: Db, request: AsidRequest): Promise<void> {
  await tablesOf<Tables>(tx).insertInto('asids_request').values(rowOf(request)).execute();
}

/**
 * Writes a decision on a request that was in the state `before`.
 *
 * @throws LocalRefusal 409 when somebody else has decided it since, here or in another process
 */
export async function decideRequest(tx: Db, request: AsidRequest, before: AsidRequest['state']): Promise<void> {
  const { request_id, ...changes } = rowOf(request);
  const { numUpdatedRows } = await tablesOf<Tables>(tx)
    .updateTable('asids_request')
    .set(changes)
    .where('request_id', '=', request_id)
    .where('state', '=', before)
    .executeTakeFirst();
  if (Number(numUpdatedRows) === 0)
    throw new LocalRefusal(409, 'not_in_this_state', 'Somebody else has acted on this request meanwhile.', 'Look at it again.');
}

function requestOf(row: Row): AsidRequest {
  const use = ERS_USES.find((each) => each === row.ers_use);
  if (use === undefined) throw new Error(`asids_request has the use ${row.ers_use}`);
  return {
    requestId: row.request_id,
    environment: row.environment === 'PROD' ? 'PROD' : row.environment === 'DEP' ? 'DEP' : 'INT',
    appId: row.app_id,
    odsCode: row.ods_code,
    organisation: row.organisation,
    product: row.product,
    use,
    actingUser: row.acting_user ?? undefined,
    allowList: row.allow_list?.split(','),
    state: row.state === 'requested' || row.state === 'withdrawn' || row.state === 'retired' ? row.state : 'allocated',
    asid: row.asid ?? undefined,
    requestedAt: Number(row.requested_at),
    decidedAt: row.decided_at === null ? undefined : Number(row.decided_at),
  };
}
