/** What production needs of a use case, as the ASID calculator gives it for the policy of PROD (path-to-live.md §3.4, §3.5). Pure. */
import type { AsidModel } from '../../environment/management/asids.ts';
import { ERS_USES, type ErsUse } from '../applications/access-mode.ts';
import { calculateAsids } from '../asids/calculator.ts';
import { textOf } from '../forms/form.ts';
import { artefactOf, type Road } from './facts.ts';
import { organisationsOf, type UseCase } from './use-case.ts';

/** One application, ASID and key pair: a row of the PROD form. */
export interface ProductionNeed {
  /** Organisation the ASID is of: the end-user organisation, or the connecting party where one serves all. */
  readonly ods: string;
  readonly use: ErsUse;
  /** End-user organisations it may be used for, where one ASID serves all of them. */
  readonly allowList?: readonly string[] | undefined;
}

/** Every row that a use case needs, in the calculator's order; none for a use case without organisations. */
export function needsOf(
  useCase: Pick<UseCase, 'organisations'>,
  { product, supplierName, supplierOds }: Pick<Road, 'product' | 'supplierName' | 'supplierOds'>,
  model: AsidModel,
): readonly ProductionNeed[] {
  const euos = organisationsOf(useCase).map((odsCode) => ({
    odsCode,
    uses: ERS_USES.filter((use) => useCase.organisations[use].includes(odsCode)),
  }));
  if (euos.length === 0) return [];
  const { asids } = calculateAsids({ product, supplier: supplierName, environment: 'PROD', euos, model });
  return asids.flatMap(({ use, odsCodes: [ods = '', ...others], allowListed }) =>
    use === undefined ? [] : [allowListed === true ? { ods: supplierOds, use, allowList: [ods, ...others] } : { ods, use }],
  );
}

/** What INT needs for the applications that the integration testing form names: all for the organisation that confirms the plans. */
export function integrationNeeds(road: Road, model: AsidModel): readonly ProductionNeed[] {
  const { answers } = artefactOf(road, 'integration-form');
  const ods = textOf(answers, 'organisation');
  const uses = (use: ErsUse): readonly string[] => (textOf(answers, `app.${use}`) === '' || ods === '' ? [] : [ods]);
  const organisations = Object.fromEntries(ERS_USES.map((use) => [use, uses(use)])) as Record<ErsUse, readonly string[]>;
  return needsOf({ organisations }, road, model);
}

/** A row in a word, as it is kept: `R69/user-restricted`, or with the organisations of its list `ZS001/user-restricted/R69+RCD`. */
export function needText({ ods, use, allowList }: ProductionNeed): string {
  return [ods, use, ...(allowList === undefined ? [] : [allowList.join('+')])].join('/');
}

/** Reads {@link needText}; undefined for anything else. */
export function readNeed(text: string): ProductionNeed | undefined {
  const [ods = '', word, list] = text.split('/');
  const use = ERS_USES.find((each) => each === word);
  if (use === undefined) return undefined;
  return list === undefined ? { ods, use } : { ods, use, allowList: list.split('+') };
}
