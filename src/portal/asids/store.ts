import type { Instant } from '../../kernel/clock.ts';
import { LocalRefusal } from '../../kernel/errors.ts';
import { type Db, tablesOf } from '../../kernel/store/store.ts';
import { ERS_USES, type ErsUse, type NameEnvironment } from '../applications/index.ts';
import { REQUEST_STATES, type RequestState } from './states.ts';

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
  asids_request: Row & { claim: string | null; claim_until: number | null };
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
    readonly states?: readonly RequestState[] | undefined;
    readonly asid?: string | undefined;
    readonly environment?: string | undefined;
    readonly odsCode?: string | undefined;
  },
): Promise<readonly AsidRequest[]> {
  const { appIds, states, asid, environment, odsCode } = filter;
  if (appIds !== undefined && appIds.length === 0) return [];
  let query = tablesOf<Tables>(db).selectFrom('asids_request').selectAll().orderBy('requested_at').orderBy('request_id');
  if (appIds !== undefined) query = query.where('app_id', 'in', appIds);
  if (states !== undefined) query = query.where('state', 'in', states);
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

/** Who allocates, and until when nobody else does. */
export interface Claim {
  readonly claim: string;
  readonly until: Instant;
}

/** Writes a new request, claimed at once or waiting. Throws LocalRefusal 409 when the application has one that waits, here or in another process. */
export async function insertRequest(tx: Db, request: AsidRequest, { claim, until }: Partial<Claim> = {}): Promise<void> {
  const { numInsertedOrUpdatedRows } = await tablesOf<Tables>(tx)
    .insertInto('asids_request')
    .values({ ...rowOf(request), claim: claim ?? null, claim_until: until ?? null })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  if (Number(numInsertedOrUpdatedRows ?? 0) === 0) throw askedAlready();
}

/** What a second request is told while the first one waits. */
export function askedAlready(): LocalRefusal {
  return new LocalRefusal(409, 'asid_requested', 'An ASID is asked for already.', 'Wait for the operator, or withdraw the request.');
}

/** Claims a request that waits, or whose claim has run out; false when somebody else has it, or it does not wait. */
export async function claimRequest(tx: Db, requestId: string, { claim, until }: Claim, now: Instant): Promise<boolean> {
  const { numUpdatedRows } = await tablesOf<Tables>(tx)
    .updateTable('asids_request')
    .set({ state: 'allocating', claim, claim_until: until })
    .where('request_id', '=', requestId)
    .where((where) =>
      where.or([where('state', '=', 'requested'), where.and([where('state', '=', 'allocating'), where('claim_until', '<=', now)])]),
    )
    .executeTakeFirst();
  return Number(numUpdatedRows) > 0;
}

/** Keeps which ASID a claimed request has got, before it is bound. Throws LocalRefusal 409 when the claim was taken over. */
export async function rememberAsid(db: Db, requestId: string, claim: string, asid: string): Promise<void> {
  const { numUpdatedRows } = await claimed(db, requestId, claim).set({ asid }).executeTakeFirst();
  if (Number(numUpdatedRows) === 0) throw actedMeanwhile();
}

/** Lets go of a claimed request that is to be gone on with, at an instant. Nothing when the claim was taken over. */
export async function postpone(db: Db, requestId: string, { claim, until }: Claim): Promise<void> {
  await claimed(db, requestId, claim).set({ claim_until: until }).execute();
}

const claimed = (db: Db, requestId: string, claim: string) =>
  tablesOf<Tables>(db)
    .updateTable('asids_request')
    .where('request_id', '=', requestId)
    .where('state', '=', 'allocating')
    .where('claim', '=', claim);

/** Requests whose allocation was broken off, oldest first. */
export async function brokenOff(db: Db, now: Instant): Promise<readonly AsidRequest[]> {
  const rows = await tablesOf<Tables>(db)
    .selectFrom('asids_request')
    .selectAll()
    .where('state', '=', 'allocating')
    .where('claim_until', '<=', now)
    .orderBy('requested_at')
    .orderBy('request_id')
    .execute();
  return rows.map(requestOf);
}

/**
 * Writes a decision on a request that was at `before`, and ends its claim.
 *
 * @throws LocalRefusal 409 when somebody else has decided it since, here or in another process
 */
export async function decideRequest(
  tx: Db,
  request: AsidRequest,
  before: { readonly state: RequestState; readonly claim?: string | undefined },
): Promise<void> {
  const { request_id, ...changes } = rowOf(request);
  let update = tablesOf<Tables>(tx)
    .updateTable('asids_request')
    .set({ ...changes, claim: null, claim_until: null })
    .where('request_id', '=', request_id)
    .where('state', '=', before.state);
  if (before.claim !== undefined) update = update.where('claim', '=', before.claim);
  const { numUpdatedRows } = await update.executeTakeFirst();
  if (Number(numUpdatedRows) === 0) throw actedMeanwhile();
}

/** What is told to whoever was overtaken. */
export function actedMeanwhile(): LocalRefusal {
  return new LocalRefusal(409, 'not_in_this_state', 'Somebody else has acted on this request meanwhile.', 'Look at it again.');
}

function requestOf(row: Row): AsidRequest {
  const use = ERS_USES.find((each) => each === row.ers_use);
  if (use === undefined) throw new Error(`asids_request has the use ${row.ers_use}`);
  const state = REQUEST_STATES.find((each) => each === row.state);
  if (state === undefined) throw new Error(`asids_request has the state ${row.state}`);
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
    state,
    asid: row.asid ?? undefined,
    requestedAt: Number(row.requested_at),
    decidedAt: row.decided_at === null ? undefined : Number(row.decided_at),
  };
}
