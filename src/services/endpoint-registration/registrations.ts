/** The records of the register as registrations: one product under one party key. */
import { LocalRefusal } from '../../kernel/errors.ts';
import type { Db } from '../../kernel/store/store.ts';
import type { AccreditedSystem, DirectoryApi, MessageHandlingSystem, Product } from '../directory/index.ts';
import type { Registration } from './model.ts';

/** All registrations, in the order of their records; systems of products that are not in the register of versions are left out. */
export async function registrations(
  directory: DirectoryApi,
  db: Db,
  filter: { readonly odsCode?: string } = {},
): Promise<readonly Registration[]> {
  const products = new Map((await directory.register.products(db)).map((each) => [each.productKey, each]));
  const groups = new Map<string, { product: Product; systems: AccreditedSystem[]; handlers: MessageHandlingSystem[] }>();
  const group = (partyKey: string, productKey: string): { systems: AccreditedSystem[]; handlers: MessageHandlingSystem[] } | undefined => {
    const product = products.get(productKey);
    if (product === undefined) return undefined;
    const key = `${partyKey}|${productKey}`;
    const found = groups.get(key) ?? { product, systems: [], handlers: [] };
    groups.set(key, found);
    return found;
  };
  for (const each of await directory.register.findAccreditedSystems(db, filter)) group(each.partyKey, each.productKey)?.systems.push(each);
  for (const each of await directory.register.findMessageHandlingSystems(db, filter))
    group(each.partyKey, each.productKey)?.handlers.push(each);
  return Promise.all([...groups.values()].map(({ product, systems, handlers }) => registration(directory, db, product, systems, handlers)));
}

/** One registration. Throws LocalRefusal 404. */
export async function requireRegistration(directory: DirectoryApi, db: Db, partyKey: string, productKey: string): Promise<Registration> {
  const product = await directory.register.product(db, productKey);
  const ofProduct = <System extends { readonly productKey: string }>(all: readonly System[]): readonly System[] =>
    all.filter((each) => each.productKey === productKey);
  const systems = ofProduct(await directory.register.findAccreditedSystems(db, { partyKey }));
  const handlers = ofProduct(await directory.register.findMessageHandlingSystems(db, { partyKey }));
  if (product === undefined || (systems.length === 0 && handlers.length === 0))
    throw new LocalRefusal(
      404,
      'registration_unknown',
      `Nothing is registered for the product ${productKey.slice(0, 40)} under the party key ${partyKey.slice(0, 40)}.`,
      'List registrations: localspine directory systems.',
    );
  return registration(directory, db, product, systems, handlers);
}

async function registration(
  directory: DirectoryApi,
  db: Db,
  product: Product,
  accreditedSystems: readonly AccreditedSystem[],
  messageHandlingSystems: readonly MessageHandlingSystem[],
): Promise<Registration> {
  const [record] = [...accreditedSystems, ...messageHandlingSystems];
  const version = await directory.changes.lastChangeOf(db, [
    ...accreditedSystems.map(({ asid }) => ({ kind: 'accredited-system' as const, id: asid })),
    ...messageHandlingSystems.map(({ cpaId }) => ({ kind: 'message-handling-system' as const, id: cpaId })),
  ]);
  return {
    partyKey: record?.partyKey ?? '',
    odsCode: record?.odsCode ?? '',
    product,
    accreditedSystems,
    messageHandlingSystems,
    version,
  };
}

/** Throws LocalRefusal 409 when the registration was changed after it was read. */
export function requireVersion(found: Registration, version: number): void {
  if (found.version === version) return;
  throw new LocalRefusal(
    409,
    'changed_meanwhile',
    'The registration was changed since you read it.',
    `Read it again: its version is ${found.version} now.`,
  );
}
