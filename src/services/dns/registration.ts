import { LocalRefusal } from '../../kernel/errors.ts';
import type { ServiceContext } from '../../kernel/service.ts';
import { type NameRequest, readAddresses, readHostName } from './host-name.ts';
import { deleteName, findNames, type RegisteredName, saveName } from './store.ts';

/** Registers a name in the environment's zones (PTL-011). Throws LocalRefusal 400 or 409. */
export async function registerName({ environment, store, clock }: ServiceContext, request: NameRequest): Promise<RegisteredName> {
  const name = readHostName(request.name);
  const addresses = readAddresses(request.addresses);
  const odsCode = request.odsCode?.toUpperCase();
  if (environment.publishedNames.includes(name))
    throw new LocalRefusal(409, 'name_published', `${name} is a published name of ${environment.id}.`, 'Choose a name of your own.');
  const at = clock.realNow();
  const entry: RegisteredName = { name, addresses, registeredAt: at, ...(odsCode !== undefined && { odsCode }) };
  await store.transaction(async (tx) => {
    const [before] = await findNames(tx, [name]);
    if (before?.odsCode !== undefined && before.odsCode !== odsCode)
      throw new LocalRefusal(
        409,
        'name_taken',
        `${name} is registered to ${before.odsCode}.`,
        `Give odsCode ${before.odsCode}, or withdraw it first with: localspine dns withdraw ${name}`,
      );
    await saveName(tx, entry, at);
  });
  return entry;
}

/** Takes a registered name away. Throws LocalRefusal 404 when there is none. */
export async function withdrawName({ store, clock }: ServiceContext, text: string): Promise<string> {
  const name = text.trim().toLowerCase().replace(/\.$/, '');
  await store.transaction(async (tx) => {
    if (!(await deleteName(tx, name, clock.realNow())))
      throw new LocalRefusal(404, 'name_unknown', `${text.slice(0, 300)} is not registered.`, 'See: localspine dns list');
  });
  return name;
}
