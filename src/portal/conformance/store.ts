import type { Instant } from '../../kernel/clock.ts';
import { type Db, tablesOf } from '../../kernel/store/store.ts';
import { GAPS, type Gap } from './gap.ts';
import type { JudgedCase, Run, RunKind, SignOff } from './run.ts';

/** Something a supplier makes (PTL-009: manufacturer, product; the version is the run's). */
export interface Product {
  readonly productId: string;
  readonly name: string;
  /** ODS code of the manufacturer. */
  readonly odsCode: string | undefined;
  readonly teamId: string | undefined;
  readonly accountId: string | undefined;
}

interface ProductRow {
  product_id: string;
  owner: string;
  team_id: string | null;
  account_id: string | null;
  name: string;
  ods_code: string | null;
  created_at: number;
}

interface RunRow {
  run_id: string;
  product_id: string;
  version: string;
  kind: string;
  environment: string;
  ods_code: string | null;
  state: string;
  applications: string;
  scopes: string;
  justifications: string;
  started_at: number;
  started_by: string;
  finished_at: number | null;
  verdict: string | null;
  results: string | null;
  sign_off: string | null;
  revision: number;
  gap: string | null;
}

interface Tables {
  conformance_product: ProductRow;
  conformance_version: { product_id: string; version: string; created_at: number };
  conformance_run: RunRow;
}

/** Who a product belongs to, as one text. */
export function ownerOf({ teamId, accountId }: Pick<Product, 'teamId' | 'accountId'>): string {
  return teamId === undefined ? `account ${accountId ?? ''}` : `team ${teamId}`;
}

/** Puts a product in; gives the one of that owner and name that is there already. */
export async function keepProduct(tx: Db, product: Product, now: Instant): Promise<Product> {
  const owner = ownerOf(product);
  await tablesOf<Tables>(tx)
    .insertInto('conformance_product')
    .values({
      product_id: product.productId,
      owner,
      team_id: product.teamId ?? null,
      account_id: product.teamId === undefined ? (product.accountId ?? null) : null,
      name: product.name,
      ods_code: product.odsCode ?? null,
      created_at: now,
    })
    .onConflict((conflict) => conflict.columns(['owner', 'name']).doNothing())
    .execute();
  const row = await tablesOf<Tables>(tx)
    .selectFrom('conformance_product')
    .selectAll()
    .where('owner', '=', owner)
    .where('name', '=', product.name)
    .executeTakeFirstOrThrow();
  return readProduct(row);
}

export async function keepVersion(tx: Db, productId: string, version: string, now: Instant): Promise<void> {
  await tablesOf<Tables>(tx)
    .insertInto('conformance_version')
    .values({ product_id: productId, version, created_at: now })
    .onConflict((conflict) => conflict.columns(['product_id', 'version']).doNothing())
    .execute();
}

export async function findProduct(db: Db, productId: string): Promise<Product | undefined> {
  const row = await tablesOf<Tables>(db)
    .selectFrom('conformance_product')
    .selectAll()
    .where('product_id', '=', productId)
    .executeTakeFirst();
  return row && readProduct(row);
}

export async function allProducts(db: Db): Promise<readonly Product[]> {
  return (await tablesOf<Tables>(db).selectFrom('conformance_product').selectAll().orderBy('name').execute()).map(readProduct);
}

/** Versions of a product, newest first. */
export async function versionsOf(db: Db, productId: string): Promise<readonly string[]> {
  const rows = await tablesOf<Tables>(db)
    .selectFrom('conformance_version')
    .select('version')
    .where('product_id', '=', productId)
    .orderBy('created_at', 'desc')
    .execute();
  return rows.map((row) => row.version);
}

export async function insertRun(tx: Db, run: Run): Promise<void> {
  await tablesOf<Tables>(tx).insertInto('conformance_run').values(rowOf(run)).execute();
}

/** Writes a run if it is still as it was read; false when somebody was faster. */
export async function saveRun(tx: Db, run: Run, before: Run): Promise<boolean> {
  const { run_id: id, ...values } = rowOf(run);
  const result = await tablesOf<Tables>(tx)
    .updateTable('conformance_run')
    .set({ ...values, revision: before.revision + 1 })
    .where('run_id', '=', id)
    .where('state', '=', before.state)
    .where('revision', '=', before.revision)
    .executeTakeFirst();
  return Number(result.numUpdatedRows) > 0;
}

/** Takes a run out if it is still as it was read; false when somebody was faster. */
export async function deleteRun(tx: Db, { runId, state, revision }: Run): Promise<boolean> {
  const result = await tablesOf<Tables>(tx)
    .deleteFrom('conformance_run')
    .where('run_id', '=', runId)
    .where('state', '=', state)
    .where('revision', '=', revision)
    .executeTakeFirst();
  return Number(result.numDeletedRows) > 0;
}

export async function findRun(db: Db, runId: string): Promise<Run | undefined> {
  const row = await tablesOf<Tables>(db).selectFrom('conformance_run').selectAll().where('run_id', '=', runId).executeTakeFirst();
  return row && readRun(row);
}

/** Runs without their judged cases would be enough for a list, but are few: newest first. */
export async function allRuns(db: Db): Promise<readonly Run[]> {
  return (await tablesOf<Tables>(db).selectFrom('conformance_run').selectAll().orderBy('started_at', 'desc').execute()).map(readRun);
}

/** Runs of a product version in an environment, newest first, with the products they are of. */
export async function runsOf(
  db: Db,
  what: { readonly product: string; readonly version: string; readonly environment: string; readonly kind: RunKind },
): Promise<readonly { readonly run: Run; readonly product: Product }[]> {
  const products = new Map((await allProducts(db)).filter((each) => each.name === what.product).map((each) => [each.productId, each]));
  if (products.size === 0) return [];
  const rows = await tablesOf<Tables>(db)
    .selectFrom('conformance_run')
    .selectAll()
    .where('product_id', 'in', [...products.keys()])
    .where('version', '=', what.version)
    .where('environment', '=', what.environment)
    .where('kind', '=', what.kind)
    .orderBy('started_at', 'desc')
    .execute();
  return rows.flatMap((row) => {
    const product = products.get(row.product_id);
    return product === undefined ? [] : [{ run: readRun(row), product }];
  });
}

function readProduct(row: ProductRow): Product {
  return {
    productId: row.product_id,
    name: row.name,
    odsCode: row.ods_code ?? undefined,
    teamId: row.team_id ?? undefined,
    accountId: row.account_id ?? undefined,
  };
}

function rowOf(run: Run): RunRow {
  return {
    run_id: run.runId,
    product_id: run.productId,
    version: run.version,
    kind: run.kind,
    environment: run.environment,
    ods_code: run.odsCode ?? null,
    state: run.state,
    applications: JSON.stringify(run.applications),
    scopes: JSON.stringify(run.scopes),
    justifications: JSON.stringify(run.justifications),
    started_at: run.startedAt,
    started_by: run.startedBy,
    finished_at: run.finishedAt ?? null,
    verdict: run.verdict ?? null,
    results: run.results === undefined ? null : JSON.stringify(run.results),
    sign_off: run.signOff === undefined ? null : JSON.stringify(run.signOff),
    revision: run.revision,
    gap: run.gap ?? null,
  };
}

/** What is in the columns was written by {@link rowOf}. */
function readRun(row: RunRow): Run {
  const results: readonly JudgedCase[] | undefined = row.results === null ? undefined : JSON.parse(row.results);
  const signOff: SignOff | undefined = row.sign_off === null ? undefined : JSON.parse(row.sign_off);
  return {
    runId: row.run_id,
    productId: row.product_id,
    version: row.version,
    kind: row.kind === 'acceptance' ? 'acceptance' : 'conformance',
    environment: row.environment,
    odsCode: row.ods_code ?? undefined,
    state: STATES.find((each) => each === row.state) ?? 'recording',
    applications: JSON.parse(row.applications),
    scopes: JSON.parse(row.scopes),
    justifications: JSON.parse(row.justifications),
    startedAt: Number(row.started_at),
    startedBy: row.started_by,
    finishedAt: row.finished_at === null ? undefined : Number(row.finished_at),
    verdict: VERDICTS.find((each) => each === row.verdict),
    results,
    signOff,
    revision: Number(row.revision),
    gap: isGap(row.gap) ? row.gap : undefined,
  };
}

function isGap(word: string | null): word is Gap {
  return word !== null && Object.hasOwn(GAPS, word);
}

const STATES = ['starting', 'recording', 'finished', 'signed-off', 'declined'] as const;
const VERDICTS = ['passed', 'failed', 'open'] as const;
