import { LocalRefusal } from '../../kernel/errors.ts';
import type { ServiceContext } from '../../kernel/service.ts';
import type { Db } from '../../kernel/store/store.ts';
import { fqdnRegister } from '../pki/index.ts';
import { type NameRequest, readAddresses, readHostName } from './host-name.ts';
import { deleteName, findNames, type RegisteredName, saveName } from './store.ts';

/** Registers a name in the environment's zones (PTL-011), in a transaction. Throws LocalRefusal 400 or 409. */
export async function registerName(context: ServiceContext, tx: Db, request: NameRequest): Promise<RegisteredName> {
  const { environment, clock } = context;
  const name = readHostName(request.name);
  const given = request.addresses === undefined ? undefined : readAddresses(request.addresses);
  const odsCode = request.odsCode?.toUpperCase();
  if (environment.publishedNames.includes(name))
    throw new LocalRefusal(409, 'name_published', `${name} is a published name of ${environment.id}.`, 'Choose a name of your own.');
  const at = clock.realNow();
  const [before] = await findNames(tx, [name]);
  const owners = before?.odsCode === undefined ? await ownersElsewhere(context, tx, name) : [before.odsCode];
  const [owner] = owners;
  if (owner !== undefined && (odsCode === undefined || !owners.includes(odsCode)))
    throw new LocalRefusal(
      409,
      'name_taken',
      `${name} is registered to ${owner}.`,
      `Give odsCode ${owner}, or withdraw it first with: localspine dns withdraw ${name}`,
    );
  const addresses = given ?? before?.addresses ?? [];
  const entry: RegisteredName = { name, addresses, registeredAt: at, ...(odsCode !== undefined && { odsCode }) };
  await saveName(tx, entry, at);
  return entry;
}

/** Whose a name is by the other registers of the environment: that of the systems, for one. */
async function ownersElsewhere(context: ServiceContext, tx: Db, name: string): Promise<readonly string[]> {
  const found = await Promise.all(context.offered(fqdnRegister).map((register) => register.ownersOf(tx, name)));
  return found.flatMap((each) => each ?? []);
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
