/** A plan as the calculator's form sends it: one row for each organisation, boxes by number. Pure. */
import { ERS_USES, type NameEnvironment } from '../applications/index.ts';
import { type AsidModel, type AsidPlan, COLLECTIVE_SERVICES, type EuoPlan } from './calculator.ts';

export const MOST_ROWS = 20;

export interface PlanForm {
  readonly product: string;
  readonly supplier: string;
  readonly environment: NameEnvironment;
  readonly model: AsidModel;
  readonly collectivePolicy: 'shared' | 'each';
  readonly rows: readonly PlanRow[];
}

export interface PlanRow {
  readonly odsCode: string;
  readonly name: string;
  readonly uses: EuoPlan['uses'];
  readonly collective: NonNullable<EuoPlan['collective']>;
}

/** Reads the form from its query; rows that are not there are empty, and the policy is the environment's unless the query names one. */
export function readPlanForm(query: URLSearchParams, policy: AsidModel = 'perEuo'): PlanForm {
  const asked = Number(query.get('rows') ?? '1');
  const count = Number.isInteger(asked) ? Math.min(Math.max(asked, 1), MOST_ROWS) : 1;
  const environment = query.get('environment');
  const model = query.get('model');
  return {
    product: (query.get('product') ?? '').trim().slice(0, 100),
    supplier: (query.get('supplier') ?? '').trim().slice(0, 100),
    environment: environment === 'INT' || environment === 'DEP' ? environment : 'PROD',
    model: model === 'perConnectingParty' || model === 'perEuo' ? model : policy,
    collectivePolicy: query.get('collectivePolicy') === 'each' ? 'each' : 'shared',
    rows: Array.from({ length: count }, (_, index) => ({
      odsCode: (query.get(`ods${index}`) ?? '').trim().toUpperCase().slice(0, 12),
      name: (query.get(`name${index}`) ?? '').trim().slice(0, 100),
      uses: ERS_USES.filter((use) => query.getAll(`uses${index}`).includes(use)),
      collective: COLLECTIVE_SERVICES.filter((service) => query.getAll(`collective${index}`).includes(service)),
    })),
  };
}

/** The query that fills the form with a plan. */
export function planQuery(plan: AsidPlan): string {
  const query = new URLSearchParams({
    product: plan.product,
    supplier: plan.supplier,
    environment: plan.environment,
    model: plan.model ?? 'perEuo',
    collectivePolicy: plan.collectivePolicy ?? 'shared',
    rows: String(plan.euos.length),
  });
  for (const [index, { odsCode, name, uses, collective }] of plan.euos.entries()) {
    query.set(`ods${index}`, odsCode);
    query.set(`name${index}`, name ?? '');
    for (const use of uses) query.append(`uses${index}`, use);
    for (const service of collective ?? []) query.append(`collective${index}`, service);
  }
  query.set('do', 'calculate');
  return query.toString();
}

/** What is missing in the form, by field. */
export function planProblems({ product, supplier, rows }: PlanForm): Readonly<Record<string, string>> {
  const problems: Record<string, string> = {};
  if (product === '') problems['product'] = 'Enter the product name';
  if (supplier === '') problems['supplier'] = 'Enter the supplier name';
  for (const [index, row] of rows.entries()) {
    if (!/^[A-Z0-9]{3,10}$/.test(row.odsCode)) problems[`ods${index}`] = `Enter the ODS code of organisation ${index + 1}`;
    else if (rows.findIndex((each) => each.odsCode === row.odsCode) !== index) problems[`ods${index}`] = `${row.odsCode} is there twice`;
    if (row.uses.length === 0) problems[`uses${index}`] = `Select what organisation ${index + 1} uses`;
  }
  return problems;
}

/** The plan of a form without problems. */
export function planOf({ rows, ...plan }: PlanForm): AsidPlan {
  return { ...plan, euos: rows.map(({ name, ...row }) => ({ ...row, ...(name === '' ? {} : { name }) })) };
}
