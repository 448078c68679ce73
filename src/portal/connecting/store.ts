import type { Instant } from '../../kernel/clock.ts';
import { bit, type Db, tablesOf } from '../../kernel/store/store.ts';
import type { Answers } from '../forms/form.ts';
import type { Kind } from './prerequisites.ts';
import type { ServiceId } from './services.ts';
import type { RequestState } from './states.ts';

interface PlanRow {
  plan_id: string;
  account_id: string | null;
  team_id: string | null;
  environment: string;
  product: string;
  version: string;
  services: string;
  suspended: number;
  created_at: number;
}
interface RequestRow {
  plan_id: string;
  kind: string;
  state: string;
  answers: string;
  result: string;
  reason: string | null;
  due_at: number | null;
  history: string;
  turn: number;
  claim: string | null;
  claim_until: number | null;
}
interface ConnectingTables {
  connecting_plan: PlanRow;
  connecting_request: RequestRow;
  connecting_reservation: { environment: string; nhs_number: string; plan_id: string };
}

/** A product version on its way into an environment. */
export interface Plan {
  readonly planId: string;
  readonly accountId: string | undefined;
  readonly teamId: string | undefined;
  readonly environment: string;
  readonly product: string;
  readonly version: string;
  readonly services: readonly ServiceId[];
  readonly suspended: boolean;
  readonly createdAt: Instant;
}

/** A step of a request's history. */
export interface Step {
  readonly at: Instant;
  readonly who: string;
  readonly what: string;
}

export interface Request {
  readonly kind: Kind;
  readonly state: RequestState;
  readonly answers: Answers;
  /** What came of it: shown on its page. */
  readonly result: Readonly<Record<string, unknown>>;
  readonly reason: string | undefined;
  /** When a simulated decision is due, on the environment's clock. */
  readonly dueAt: Instant | undefined;
  readonly history: readonly Step[];
  /** How often it has been submitted: each time it is another request to the environment. */
  readonly turn: number;
}

const tables = (db: Db) => tablesOf<ConnectingTables>(db);

const planOf = (row: PlanRow): Plan => ({
  planId: row.plan_id,
  accountId: row.account_id ?? undefined,
  teamId: row.team_id ?? undefined,
  environment: row.environment,
  product: row.product,
  version: row.version,
  services: JSON.parse(row.services),
  suspended: Number(row.suspended) === 1,
  createdAt: Number(row.created_at),
});

export async function insertPlan(tx: Db, plan: Plan): Promise<void> {
  await tables(tx)
    .insertInto('connecting_plan')
    .values({
      plan_id: plan.planId,
      account_id: plan.accountId ?? null,
      team_id: plan.teamId ?? null,
      environment: plan.environment,
      product: plan.product,
      version: plan.version,
      services: JSON.stringify(plan.services),
      suspended: bit(plan.suspended),
      created_at: plan.createdAt,
    })
    .execute();
}

/** Suspends a product version of an owner in an environment, or gives it back: all its plans there. */
export async function setSuspended(tx: Db, plan: Plan, suspended: boolean): Promise<void> {
  await tables(tx)
    .updateTable('connecting_plan')
    .set({ suspended: bit(suspended) })
    .where('product', '=', plan.product)
    .where('version', '=', plan.version)
    .where('environment', '=', plan.environment)
    .where((where) =>
      plan.teamId === undefined
        ? where.and([where('team_id', 'is', null), where('account_id', '=', plan.accountId ?? '')])
        : where('team_id', '=', plan.teamId),
    )
    .execute();
}

export async function findPlan(db: Db, planId: string): Promise<Plan | undefined> {
  const row = await tables(db).selectFrom('connecting_plan').selectAll().where('plan_id', '=', planId).executeTakeFirst();
  return row && planOf(row);
}

/** Plans, newest first: all, or those of a person and of teams. */
export async function plansFor(
  db: Db,
  owners: 'all' | { readonly accountId: string | undefined; readonly teamIds: readonly string[] },
): Promise<readonly Plan[]> {
  let query = tables(db).selectFrom('connecting_plan').selectAll().orderBy('created_at', 'desc').orderBy('plan_id');
  if (owners !== 'all')
    query = query.where((where) =>
      where.or([
        where.and([where('team_id', 'is', null), where('account_id', '=', owners.accountId ?? '')]),
        ...owners.teamIds.map((teamId) => where('team_id', '=', teamId)),
      ]),
    );
  return (await query.execute()).map(planOf);
}

/** Plans of an owner for one product version in an environment, newest first. Others may call a product the same. */
export async function plansOf(db: Db, what: Pick<Plan, 'product' | 'version' | 'environment' | keyof Owner>): Promise<readonly Plan[]> {
  const { product, version, environment } = what;
  const rows = await tables(db)
    .selectFrom('connecting_plan')
    .selectAll()
    .where('product', '=', product)
    .where('version', '=', version)
    .where('environment', '=', environment)
    .orderBy('created_at', 'desc')
    .execute();
  return rows.map(planOf).filter((plan) => isSameOwner(plan, what));
}

/** Whose something is: a team's, or a person's own. */
export interface Owner {
  readonly accountId?: string | undefined;
  readonly teamId?: string | undefined;
}

export function isSameOwner(one: Owner, other: Owner): boolean {
  return one.teamId === other.teamId && (one.teamId !== undefined || one.accountId === other.accountId);
}

export async function requestsOf(db: Db, planId: string): Promise<readonly Request[]> {
  const rows = await tables(db).selectFrom('connecting_request').selectAll().where('plan_id', '=', planId).execute();
  return rows.map(requestOf);
}

const AT_ONCE = 500;

/** The requests of several plans, by plan. */
export async function requestsByPlan(db: Db, planIds: readonly string[]): Promise<ReadonlyMap<string, readonly Request[]>> {
  const rows: RequestRow[] = [];
  for (let from = 0; from < planIds.length; from += AT_ONCE)
    rows.push(
      ...(await tables(db)
        .selectFrom('connecting_request')
        .selectAll()
        .where('plan_id', 'in', planIds.slice(from, from + AT_ONCE))
        .execute()),
    );
  return new Map([...Map.groupBy(rows, (row) => row.plan_id)].map(([planId, own]) => [planId, own.map(requestOf)]));
}

/** A request of a plan that somebody has to decide on. */
export interface Waiting {
  readonly plan: Plan;
  readonly request: Request;
}

/** Requests that wait for a decision. With an instant (real time): only those that nobody holds then, and whose next attempt is due. */
export async function waitingRequests(db: Db, realNow?: Instant): Promise<readonly Waiting[]> {
  let query = tables(db)
    .selectFrom('connecting_request')
    .innerJoin('connecting_plan', 'connecting_plan.plan_id', 'connecting_request.plan_id')
    .selectAll()
    .where('state', 'in', ['submitted', 'deciding'])
    .orderBy('created_at')
    .orderBy('connecting_plan.plan_id')
    .orderBy('kind');
  if (realNow !== undefined)
    query = query.where((where) => where.or([where('claim_until', 'is', null), where('claim_until', '<=', realNow)]));
  return (await query.execute()).map((row) => ({ plan: planOf(row), request: requestOf(row) }));
}

const requestOf = (row: RequestRow): Request => ({
  kind: row.kind as Kind,
  state: row.state as RequestState,
  answers: JSON.parse(row.answers),
  result: JSON.parse(row.result),
  reason: row.reason ?? undefined,
  dueAt: row.due_at === null ? undefined : Number(row.due_at),
  history: JSON.parse(row.history),
  turn: Number(row.turn),
});

/** What a request must still be at for a change to it. */
export interface Before {
  readonly state: RequestState;
  /** Who has claimed it. */
  readonly claim?: string | undefined;
}

/** Writes a request that was at `before`; false when somebody has moved it since, here or in another process. */
export async function saveRequest(tx: Db, planId: string, request: Request, { state, claim }: Before): Promise<boolean> {
  const row = {
    state: request.state,
    answers: JSON.stringify(request.answers),
    result: JSON.stringify(request.result),
    reason: request.reason ?? null,
    due_at: request.dueAt ?? null,
    history: JSON.stringify(request.history),
    turn: request.turn,
    claim: null,
    claim_until: null,
  };
  let update = tables(tx)
    .updateTable('connecting_request')
    .set(row)
    .where('plan_id', '=', planId)
    .where('kind', '=', request.kind)
    .where('state', '=', state);
  if (claim !== undefined) update = update.where('claim', '=', claim);
  const { numUpdatedRows } = await update.executeTakeFirst();
  if (Number(numUpdatedRows) > 0) return true;
  // A request that nothing has happened to is open without a row.
  if (state !== 'open') return false;
  const { numInsertedOrUpdatedRows } = await tables(tx)
    .insertInto('connecting_request')
    .values({ plan_id: planId, kind: request.kind, ...row })
    .onConflict((conflict) => conflict.columns(['plan_id', 'kind']).doNothing())
    .executeTakeFirst();
  return Number(numInsertedOrUpdatedRows ?? 0) > 0;
}

/** Claims a request that waits, or whose claim has run out; false when somebody else has it, or it does not wait. */
export async function claimRequest(
  tx: Db,
  { planId, kind, claim, now, until }: { planId: string; kind: Kind; claim: string; now: Instant; until: Instant },
): Promise<boolean> {
  const { numUpdatedRows } = await tables(tx)
    .updateTable('connecting_request')
    .set({ state: 'deciding', claim, claim_until: until })
    .where('plan_id', '=', planId)
    .where('kind', '=', kind)
    .where((where) =>
      where.or([where('state', '=', 'submitted'), where.and([where('state', '=', 'deciding'), where('claim_until', '<=', now)])]),
    )
    .executeTakeFirst();
  return Number(numUpdatedRows) > 0;
}

/** Puts a claimed request back: it waits as before, and is not tried again before an instant. Nothing when the claim was taken over. */
export async function releaseRequest(
  tx: Db,
  { planId, kind, claim, reason, retryAt }: { planId: string; kind: Kind; claim: string; reason: string; retryAt: Instant },
): Promise<void> {
  await tables(tx)
    .updateTable('connecting_request')
    .set({ state: 'submitted', claim: null, claim_until: retryAt, reason })
    .where('plan_id', '=', planId)
    .where('kind', '=', kind)
    .where('state', '=', 'deciding')
    .where('claim', '=', claim)
    .execute();
}

/** NHS numbers of an environment that somebody has reserved. */
export async function reservedIn(db: Db, environment: string): Promise<readonly string[]> {
  const rows = await tables(db).selectFrom('connecting_reservation').select('nhs_number').where('environment', '=', environment).execute();
  return rows.map((row) => row.nhs_number);
}

/** Reserves patients; false when somebody was faster with one of them. */
export async function reserve(tx: Db, plan: Plan, nhsNumbers: readonly string[]): Promise<boolean> {
  const result = await tables(tx)
    .insertInto('connecting_reservation')
    .values(nhsNumbers.map((nhsNumber) => ({ environment: plan.environment, nhs_number: nhsNumber, plan_id: plan.planId })))
    .onConflict((conflict) => conflict.columns(['environment', 'nhs_number']).doNothing())
    .executeTakeFirst();
  return Number(result.numInsertedOrUpdatedRows) === nhsNumbers.length;
}

export async function release(tx: Db, planId: string): Promise<void> {
  await tables(tx).deleteFrom('connecting_reservation').where('plan_id', '=', planId).execute();
}
