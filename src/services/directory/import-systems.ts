/** Accredited systems and message handling systems of an import, as they would have been registered (sds.md §3.1, §3.2, §9.3). */
import Type, { type Static } from 'typebox';
import { Compile } from 'typebox/compile';
import { LocalRefusal } from '../../kernel/errors.ts';
import type { Db } from '../../kernel/store/store.ts';
import type { AccreditedSystem, Approval, Interaction, Product } from './model.ts';
import { nextProductKey } from './register/allocation.ts';
import type { Author } from './register/changes.ts';
import { CONTRACTS, fold, isAsid, isCpaId, isPartyKey, namedInteraction } from './register/names.ts';
import * as register from './register/store.ts';
import { organisation } from './store.ts';

const Text = Type.String({ minLength: 1, maxLength: 300 });
const OdsCode = Type.String({ pattern: '^[A-Z0-9]{2,9}$' });
const InteractionId = Type.String({ pattern: '^urn:[!-~]{3,200}$' });
const closed = { additionalProperties: false } as const;
const PRODUCT = { manufacturerOdsCode: OdsCode, productName: Text, productVersion: Text };

const Systems = Type.Array(
  Type.Object(
    {
      asid: Text,
      odsCode: OdsCode,
      partyKey: Text,
      ...PRODUCT,
      displayName: Type.Optional(Text),
      interactions: Type.Array(InteractionId, { minItems: 1, maxItems: 600 }),
      clientOdsCodes: Type.Optional(Type.Array(OdsCode, { maxItems: 1_000 })),
    },
    closed,
  ),
);
const Handlers = Type.Array(
  Type.Object(
    {
      cpaId: Text,
      odsCode: OdsCode,
      partyKey: Text,
      ...PRODUCT,
      /** The two halves of the interaction id: an action may hold colons itself. */
      serviceName: Type.String({ pattern: '^urn:[!-~]{3,150}$' }),
      action: Type.String({ pattern: '^[!-~]{1,100}$' }),
      fqdn: Type.String({ pattern: '^[A-Za-z0-9.-]{4,249}\\.nhs\\.uk$' }),
      endpoint: Type.Optional(Type.String({ pattern: '^https://[!-~]{1,490}$' })),
      serviceDescription: Type.Optional(Text),
    },
    closed,
  ),
);
type ImportedSystem = Static<typeof Systems>[number];
type ImportedHandler = Static<typeof Handlers>[number];
const checkSystems = Compile(Systems);
const checkHandlers = Compile(Handlers);

/**
 * Takes `accreditedSystems` and `messageHandlingSystems`: new ones, or changes of those that are there. Products and party keys that are not
 * registered come along.
 *
 * @param published names of the environment's own doors, which are nobody's to register
 * @throws LocalRefusal 400 naming the first fault, 409 for what belongs to somebody else or was retired
 */
export async function importSystems(
  tx: Db,
  document: Readonly<Record<string, unknown>>,
  author: Author,
  published: readonly string[],
): Promise<number> {
  const systems = take(document, 'accreditedSystems', checkSystems);
  const handlers = take(document, 'messageHandlingSystems', checkHandlers);
  if (systems.length + handlers.length === 0) return 0;
  const products = await productsOf(tx, systems, handlers, author);
  const approval: Approval = { requestor: 'System', requestedAt: author.at, approver: 'System', approvedAt: author.at };
  for (const system of systems) {
    await checkSystem(tx, system);
    await register.savePartyKey(tx, { partyKey: system.partyKey, odsCode: system.odsCode }, author);
    const before = await register.accreditedSystem(tx, system.asid);
    await register.saveAccreditedSystem(
      tx,
      {
        accessControlFeatures: [],
        categoryBag: [],
        approval,
        ...before,
        displayName: `${system.odsCode} - ${system.productName}`,
        clientOdsCodes: [system.odsCode],
        ...system,
        productKey: products.get(tripleOf(system)) ?? '0',
      },
      author,
    );
  }
  for (const handler of handlers) {
    const interaction = namedInteraction(handler.serviceName, handler.action);
    await checkHandler(tx, handler, interaction, published);
    await register.saveInteraction(tx, interaction, author);
    await register.savePartyKey(tx, { partyKey: handler.partyKey, odsCode: handler.odsCode }, author);
    const { endpoint = `https://${handler.fqdn.toLowerCase()}/`, ...record } = handler;
    const before = await register.messageHandlingSystem(tx, handler.cpaId);
    await register.saveMessageHandlingSystem(
      tx,
      {
        approval: { ...approval, dnsApprover: 'System', dnsApprovedAt: author.at },
        ...before,
        ...record,
        fqdn: handler.fqdn.toLowerCase(),
        endpoints: [endpoint],
        interactionId: interaction.interactionId,
        contract: CONTRACTS[interaction.pattern],
        productKey: products.get(tripleOf(handler)) ?? '0',
      },
      author,
    );
  }
  return systems.length + handlers.length;
}

type Named = Pick<ImportedSystem, 'manufacturerOdsCode' | 'productName' | 'productVersion'>;
const tripleOf = ({ manufacturerOdsCode, productName, productVersion }: Named): string =>
  JSON.stringify([manufacturerOdsCode, productName, productVersion]);

/** Product keys by maker, name and version; those that are not registered are, with the interactions of the import. */
async function productsOf(
  tx: Db,
  systems: readonly ImportedSystem[],
  handlers: readonly ImportedHandler[],
  author: Author,
): Promise<ReadonlyMap<string, string>> {
  const keys = new Map<string, string>();
  for (const each of [...systems, ...handlers]) {
    const triple = tripleOf(each);
    if (keys.has(triple)) continue;
    const { manufacturerOdsCode, productName: name, productVersion: version } = each;
    await requireOrganisation(tx, manufacturerOdsCode);
    const registered = (await register.products(tx, { manufacturerOdsCode })).find(
      (found) => found.name === name && found.version === version,
    );
    if (registered !== undefined) {
      keys.set(triple, registered.productKey);
      continue;
    }
    const taken = handlers.filter((found) => tripleOf(found) === triple);
    const messageSet = [...new Set(taken.map((found) => namedInteraction(found.serviceName, found.action).interactionId))];
    const used = new Set(systems.filter((found) => tripleOf(found) === triple).flatMap((found) => found.interactions));
    const kind: Product['kind'] = messageSet.length === 0 ? 'AS' : used.size === 0 ? 'MHS' : 'CMA';
    const productKey = await nextProductKey(tx);
    const additionalInteractions = [...used].filter((id) => !messageSet.includes(id));
    await register.saveProduct(tx, { productKey, manufacturerOdsCode, name, version, kind, messageSet, additionalInteractions }, author);
    keys.set(triple, productKey);
  }
  return keys;
}

async function checkSystem(tx: Db, system: ImportedSystem): Promise<void> {
  const { asid, odsCode, partyKey } = system;
  if (!isAsid(asid)) throw bad(`"${asid}" is no ASID: it has 12 digits.`);
  if (!isPartyKey(partyKey)) throw bad(`"${partyKey}" is no party key.`);
  await requireOrganisation(tx, odsCode);
  const before = await register.accreditedSystem(tx, asid);
  if (before === undefined && (await register.asidWasUsed(tx, asid)))
    throw new LocalRefusal(409, 'asid_retired', `The ASID ${asid} was retired.`, 'An ASID is never used again: import it under another.');
  await checkHolder(tx, `The ASID ${asid}`, system, before);
}

/** Whose a record and a party key are. */
type Held = Pick<AccreditedSystem, 'odsCode' | 'partyKey'>;

/**
 * A record stays with its organisation and its party key; a new one comes under a party key that is nobody's yet, its organisation's, or its
 * maker's. Throws LocalRefusal 409.
 */
async function checkHolder(tx: Db, what: string, wanted: Held & Named, before: Held | undefined): Promise<void> {
  const { odsCode, partyKey, manufacturerOdsCode } = wanted;
  if (before !== undefined) {
    if (before.odsCode === odsCode && fold(before.partyKey) === fold(partyKey)) return;
    throw taken(`${what} belongs to ${before.odsCode}, under the party key ${before.partyKey}.`);
  }
  const owner = (await register.partyKey(tx, partyKey))?.odsCode;
  if (owner !== undefined && owner !== odsCode && owner !== manufacturerOdsCode)
    throw taken(`The party key ${partyKey} belongs to ${owner}.`);
}

async function checkHandler(tx: Db, handler: ImportedHandler, { interactionId }: Interaction, published: readonly string[]): Promise<void> {
  const { cpaId, odsCode, partyKey, endpoint } = handler;
  const fqdn = handler.fqdn.toLowerCase();
  if (!isCpaId(cpaId)) throw bad(`"${cpaId}" is no CPA id.`);
  if (!isPartyKey(partyKey)) throw bad(`"${partyKey}" is no party key.`);
  if (endpoint !== undefined && !URL.canParse(endpoint)) throw bad(`"${endpoint}" is no URL.`);
  await requireOrganisation(tx, odsCode);
  await checkHolder(tx, `The CPA id ${cpaId}`, handler, await register.messageHandlingSystem(tx, cpaId));
  if (published.includes(fqdn)) throw taken(`${fqdn} is a published name of this environment.`);
  const [other] = (await register.findMessageHandlingSystems(tx, { fqdn })).filter((each) => fold(each.partyKey) !== fold(partyKey));
  if (other !== undefined) throw taken(`The host name ${fqdn} belongs to the party key ${other.partyKey}.`);
  const [same] = (await register.findMessageHandlingSystems(tx, { partyKey, interactionId })).filter((each) => each.cpaId !== cpaId);
  if (same !== undefined) throw taken(`${partyKey} has ${interactionId} already, under the CPA id ${same.cpaId}.`);
}

async function requireOrganisation(tx: Db, odsCode: string): Promise<void> {
  if ((await organisation(tx, odsCode)) === undefined) throw bad(`Invalid ODS Code: could not resolve '${odsCode}'`);
}

function bad(text: string): LocalRefusal {
  return new LocalRefusal(400, 'bad_import', text, 'See docs/import.md.');
}

function taken(text: string): LocalRefusal {
  return new LocalRefusal(409, 'import_taken', text, 'Give it another name, or retire the one that is there.');
}

interface Validator<T> {
  Check(value: unknown): value is T;
  Errors(value: unknown): { instancePath: string; message: string }[];
}

function take<T>(document: Readonly<Record<string, unknown>>, name: string, validator: Validator<readonly T[]>): readonly T[] {
  const value: unknown = document[name] ?? [];
  if (validator.Check(value)) return value;
  const [fault] = validator.Errors(value);
  throw bad(`The ${name} of the import are not right: ${fault?.instancePath ?? ''} ${fault?.message ?? ''}.`);
}
