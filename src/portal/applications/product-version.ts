import { LocalRefusal } from '../../kernel/errors.ts';
import type { Db } from '../../kernel/store/store.ts';
import type { NameEnvironment } from './name.ts';
import type { Owner } from './store.ts';

/** A version of a product, as it was connected and assured. */
export interface ProductVersion {
  readonly product: string;
  readonly version: string;
}

/** What must hold before somebody registers an application in an environment. Throws LocalRefusal 400, 409 when it does not. */
export type RegistrationGuard = (
  db: Db,
  wish: { readonly environment: NameEnvironment; readonly owner: Owner; readonly productVersion?: ProductVersion | undefined },
) => Promise<void>;

/** The product version of what was sent; undefined when neither part was. Throws LocalRefusal 400 when one is missing or too long. */
export function readProductVersion(product: string | undefined, version: string | undefined): ProductVersion | undefined {
  const [name, number] = [(product ?? '').trim(), (version ?? '').trim()];
  if (name === '' && number === '') return undefined;
  if (name === '' || name.length > 100)
    throw new LocalRefusal(400, 'bad_product', 'Enter the name of the product, of 100 characters or fewer.');
  if (number === '' || number.length > 40)
    throw new LocalRefusal(400, 'bad_version', 'Enter the version of the product, of 40 characters or fewer.');
  return { product: name, version: number };
}
