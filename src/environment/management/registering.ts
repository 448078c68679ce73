/** What a supplier's systems need in the registers of an environment: product, host name, endpoint (PTL-009…011). Each may be asked again. */
import Type, { type Static, type TSchema } from 'typebox';
import { LocalRefusal } from '../../kernel/errors.ts';
import { directoryOf, dnsOf } from '../authorities.ts';
import type { Environment } from '../environment.ts';
import { askAdmin } from './admin-call.ts';
import { faultIn, hasShape } from './operation.ts';

const Text = Type.String();

/** What the admin API answers, checked. */
export async function asked<Schema extends TSchema>(
  environment: Environment,
  method: 'GET' | 'POST',
  path: string,
  shape: Schema,
  body?: object,
): Promise<Static<Schema>> {
  const answer = await askAdmin(environment, method, path, body);
  if (!hasShape(shape, answer)) throw new Error(`${path} answered in another shape: ${faultIn(shape, answer)}`);
  return answer;
}

const Products = Type.Object({
  products: Type.Array(
    Type.Object({
      productKey: Text,
      manufacturerOdsCode: Text,
      name: Text,
      version: Text,
      messageSet: Type.Array(Text),
      additionalInteractions: Type.Array(Text),
    }),
  ),
});

interface ProductWish {
  readonly manufacturerOdsCode: string;
  readonly name: string;
  readonly version: string;
  readonly interactions: readonly string[];
}

/** Registers a product with its interactions. Throws LocalRefusal 409 when it is registered with others, and what the register refuses. */
export async function registerProduct(environment: Environment, wish: ProductWish): Promise<{ productKey: string }> {
  const before = await productOf(environment, wish);
  if (before !== undefined) return before;
  const { manufacturerOdsCode, name, version, interactions } = wish;
  try {
    const made = await asked(environment, 'POST', '/endpoint-registration/products', Type.Object({ productKey: Text }), {
      manufacturerOdsCode,
      name,
      version,
      kind: 'CMA',
      messageSet: [...new Set(interactions)],
      additionalInteractions: [],
    });
    return { productKey: made.productKey };
  } catch (error) {
    // Somebody may have registered it at the same moment.
    const meanwhile = await productOf(environment, wish);
    if (meanwhile === undefined) throw error;
    return meanwhile;
  }
}

/** The product as it is registered. Throws LocalRefusal 409 when it is registered with other interactions. */
async function productOf(environment: Environment, wish: ProductWish): Promise<{ productKey: string } | undefined> {
  const { manufacturerOdsCode, name, version } = wish;
  const { products } = await asked(environment, 'GET', '/endpoint-registration/products', Products);
  const there = products.find((each) => each.manufacturerOdsCode === manufacturerOdsCode && each.name === name && each.version === version);
  if (there === undefined) return undefined;
  const registered = new Set([...there.messageSet, ...there.additionalInteractions]);
  const wanted = new Set(wish.interactions);
  if (registered.size !== wanted.size || [...wanted].some((each) => !registered.has(each)))
    throw new LocalRefusal(
      409,
      'product_differs',
      `${name} ${version} of ${manufacturerOdsCode} is registered already, with other interactions: ${[...registered].join(', ')}.`,
      'Ask with these interactions, or register a new version.',
    );
  return { productKey: there.productKey };
}

const Outcome = Type.Object({ partyKey: Text, asid: Type.Optional(Text), cpaIds: Type.Array(Text) });

/** A request of the registration service, as it stands. */
const Registration = Type.Object({
  state: Text,
  reason: Type.Optional(Text),
  outcome: Type.Optional(
    Type.Object({
      partyKey: Type.Optional(Text),
      asid: Type.Optional(Text),
      cpaIds: Type.Array(Text),
      name: Type.Optional(Type.Object({ fqdn: Text, addresses: Type.Array(Text) })),
    }),
  ),
});

/**
 * Sends a request to the registration service, where its approvers decide as the environment's setting says; asked again, what became of it.
 *
 * @throws LocalRefusal 409 `registration_waits` while it waits for a person, `registration_returned` when it came back
 */
async function register(
  environment: Environment,
  requestId: string,
  wish: object,
): Promise<NonNullable<Static<typeof Registration>['outcome']>> {
  const { state, reason, outcome } = await asked(environment, 'POST', '/endpoint-registration/requests', Registration, {
    wish,
    route: 'request',
    requestId,
  });
  if (outcome !== undefined) return outcome;
  if (state === 'draft' || state === 'withdrawn')
    throw new LocalRefusal(
      409,
      'registration_returned',
      reason ?? 'The registration was withdrawn.',
      'Ask again with what the approver wants.',
    );
  throw new LocalRefusal(
    409,
    'registration_waits',
    'The registration waits for a person who decides.',
    'Decide it in the registration service (/eprwebapp).',
  );
}

/** Registers an endpoint; one of that product, organisation and name is it. Throws as {@link register}. */
export async function registerEndpoint(
  environment: Environment,
  { requestId, ...wish }: { requestId: string; odsCode: string; productKey: string; fqdn: string },
): Promise<Static<typeof Outcome>> {
  const before = await endpointOf(environment, wish);
  if (before !== undefined) return before;
  const { partyKey, asid, cpaIds } = await register(environment, requestId, { kind: 'register', ...wish });
  if (partyKey === undefined) throw new Error('an endpoint was registered without a party key');
  return { partyKey, cpaIds: [...cpaIds], ...(asid !== undefined && { asid }) };
}

const Registrations = Type.Object({
  registrations: Type.Array(
    Type.Object({
      partyKey: Text,
      product: Type.Object({ productKey: Text }),
      accreditedSystems: Type.Array(Type.Object({ asid: Text })),
      messageHandlingSystems: Type.Array(Type.Object({ cpaId: Text, fqdn: Text })),
    }),
  ),
});

/** What the same wish registered before: the product of the organisation under that host name. */
async function endpointOf(
  environment: Environment,
  { odsCode, productKey, fqdn }: { odsCode: string; productKey: string; fqdn: string },
): Promise<Static<typeof Outcome> | undefined> {
  const { registrations } = await asked(environment, 'GET', `/endpoint-registration/registrations?ods=${odsCode}`, Registrations);
  const found = registrations.find(
    (each) => each.product.productKey === productKey && each.messageHandlingSystems.some((handler) => handler.fqdn === fqdn),
  );
  if (found === undefined) return undefined;
  const asid = found.accreditedSystems[0]?.asid;
  return {
    partyKey: found.partyKey,
    cpaIds: found.messageHandlingSystems.map((each) => each.cpaId),
    ...(asid !== undefined && { asid }),
  };
}

interface NameWish {
  readonly requestId: string;
  readonly odsCode: string;
  readonly fqdn: string;
  readonly address: string;
  readonly move?: boolean | undefined;
  readonly productKey?: string | undefined;
}

/**
 * Registers a host name.
 *
 * @throws LocalRefusal 409 `name_taken` for one that somebody has already and that is not to be moved; as {@link register}
 */
export async function registerName(environment: Environment, wish: NameWish): Promise<{ fqdn: string; addresses: string[] }> {
  const { requestId, odsCode, fqdn, address, move = false } = wish;
  if (!move && (await isTaken(environment, wish)) && !(await wasSent(environment, requestId)))
    throw new LocalRefusal(
      409,
      'name_taken',
      `The name ${fqdn} is registered already.`,
      'Choose another name; for one under which a system of yours is registered, have its product and version registered (MPV) first.',
    );
  const { name } = await register(environment, requestId, { kind: 'register-name', odsCode, fqdn, addresses: [address] });
  if (name === undefined) throw new Error('a name was registered without being found');
  return { fqdn, addresses: [...name.addresses] };
}

/** Whether a name was registered by itself, or with a system of another product. */
async function isTaken(environment: Environment, { fqdn, productKey }: NameWish): Promise<boolean> {
  const { db } = environment.store;
  if ((await dnsOf(environment).registration(db, fqdn)) !== undefined) return true;
  const systems = await directoryOf(environment).register.findMessageHandlingSystems(db, { fqdn });
  return systems.length > 0 && !systems.some((each) => each.productKey === productKey);
}

/** Whether the registration service knows a request already. */
async function wasSent(environment: Environment, requestId: string): Promise<boolean> {
  try {
    await askAdmin(environment, 'GET', `/endpoint-registration/requests/${encodeURIComponent(requestId)}`);
    return true;
  } catch (error) {
    if (error instanceof LocalRefusal && error.code === 'request_unknown') return false;
    throw error;
  }
}
