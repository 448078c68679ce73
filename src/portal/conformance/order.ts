import { LocalRefusal } from '../../kernel/errors.ts';
import { RUN_KINDS, type RunKind } from './run.ts';

const ODS_CODE = /^[A-Z0-9]{3,10}$/;

/** What a run is begun with. */
export interface RunOrder {
  readonly kind: RunKind;
  readonly environment: string;
  readonly product: string;
  readonly version: string;
  /** The team that owns the product; the visitor personally when absent. */
  readonly teamId?: string | undefined;
  /** ODS code of the manufacturer. */
  readonly manufacturer?: string | undefined;
  /** AppIDs or API keys. */
  readonly applications: readonly string[];
  readonly endpoints: readonly string[];
  /** NHS organisation that accepts. */
  readonly odsCode?: string | undefined;
}

/** The texts of an order, in order. Throws LocalRefusal 422. */
export function checkedOrder(order: RunOrder): {
  product: string;
  version: string;
  odsCode: string | undefined;
  manufacturer: string | undefined;
} {
  const [product, version] = [plainText(order.product), plainText(order.version)];
  if (product === '' || product.length > 100)
    throw new LocalRefusal(422, 'bad_product', 'Enter the name of the product, in 100 characters or fewer.');
  if (version === '' || version.length > 40)
    throw new LocalRefusal(422, 'bad_version', 'Enter the version of the product, in 40 characters or fewer.');
  const environments: readonly string[] = RUN_KINDS[order.kind].environments;
  if (!environments.includes(order.environment.toUpperCase()))
    throw new LocalRefusal(
      422,
      'bad_environment',
      `A run of ${RUN_KINDS[order.kind].title.toLowerCase()} takes place in ${environments.join(' or ')}.`,
    );
  const [odsCode, manufacturer] = [order.odsCode, order.manufacturer].map((each) => each?.trim().toUpperCase() || undefined);
  for (const code of [odsCode, manufacturer])
    if (code !== undefined && !ODS_CODE.test(code))
      throw new LocalRefusal(422, 'bad_ods_code', 'An ODS code has 3 to 10 capital letters and digits.');
  if (order.kind === 'acceptance' && odsCode === undefined)
    throw new LocalRefusal(422, 'no_organisation', 'Enter the ODS code of the NHS organisation that accepts the product.');
  return { product, version, odsCode: order.kind === 'acceptance' ? odsCode : undefined, manufacturer };
}

/** Text as people type it: without control characters, which no database and no page wants, and without blanks around it. */
export function plainText(text: string): string {
  return text.replace(/(?!\n)\p{Cc}/gu, '').trim();
}
