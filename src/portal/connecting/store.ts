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

export async function setSuspended(tx: Db, planId: string, suspended: boolean): Promise<void> {
  await tables(tx)
    .updateTable('connecting_plan')
    .set({ suspended: bit(suspended) })
    .where('plan_id', '=', planId)
    .execute();
}

export async function findPlan(db: Db, planId: string): Promise<Plan | undefined> {
  const row = await tables(db).selectFrom('connecting_plan').selectAll().where('plan_id', '=', planId).executeTakeFirst();
  return row && planOf(row);
}

/** All plans, newest first. */
export async function allPlans(db: Db): Promise<readonly Plan[]> {
  return (await tables(db).selectFrom('connecting_plan').selectAll().orderBy('created_at', 'desc').limit(1_000).execute()).map(planOf);
}

/** Plans of one product version for an environment, newest first, whoever's they are. */
export async function plansOf(db: Db, what: Pick<Plan, 'product' | 'version' | 'environment'>): Promise<readonly Plan[]> {
  const { product, version, environment } = what;
  const rows = await tables(db)
    .selectFrom('connecting_plan')
    .selectAll()
    .where('product', '=', product)
    .where('version', '=', version)
    .where('environment', '=', environment)
    .orderBy('created_at', 'desc')
    .execute();
  return rows.map(planOf);
}

export async function requestsOf(db: Db, planId: string): Promise<readonly Request[]> {
  const rows = await tables(db).selectFrom('connecting_request').selectAll().where('plan_id', '=', planId).execute();
  return rows.map(requestOf);
}

/** Requests that wait for a decision, with their plans. */
export async function waitingRequests(db: Db): Promise<readonly { readonly planId: string; readonly request: Request }[]> {
  const rows = await tables(db).selectFrom('connecting_request').selectAll().where('state', '=', 'submitted').execute();
  return rows.map((row) => ({ planId: row.plan_id, request: requestOf(row) }));
}

const requestOf = (row: RequestRow): Request => ({
  kind: row.kind as Kind,
  state: row.state as RequestState,
  answers: JSON.parse(row.answers),
  result: JSON.parse(row.result),
  reason: row.reason ?? undefined,
  dueAt: row.due_at === null ? undefined : Number(row.due_at),
  history: JSON.parse(row.history),
});

/** Writes a request that was at `before`; false when somebody has moved it since, here or in another process. */
export async function saveRequest(tx: Db, planId: string, request: Request, before: RequestState): Promise<boolean> {
  const row = {
    state: request.state,
    answers: JSON.stringify(request.answers),
    result: JSON.stringify(request.result),
    reason: request.reason ?? null,
    due_at: request.dueAt ?? null,
    history: JSON.stringify(request.history),
  };
  const { numUpdatedRows } = await tables(tx)
    .updateTable('connecting_request')
    .set(row)
    .where('plan_id', '=', planId)
    .where('kind', '=', request.kind)
    .where('state', '=', before)
    .executeTakeFirst();
  if (Number(numUpdatedRows) > 0) return true;
  // A request that nothing has happened to is open without a row.
  if (before !== 'open') return false;
  const { numInsertedOrUpdatedRows } = await tables(tx)
    .insertInto('connecting_request')
    .values({ plan_id: planId, kind: request.kind, ...row })
    .onConflict((conflict) => conflict.columns(['plan_id', 'kind']).doNothing())
    .executeTakeFirst();
  return Number(numInsertedOrUpdatedRows ?? 0) > 0;
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
