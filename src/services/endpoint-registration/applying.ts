/** What an approval writes: every record of it in one transaction, each change numbered (sds.md §9.3). */
import { requireUnfrozen } from '../../kernel/availability.ts';
import { LocalRefusal } from '../../kernel/errors.ts';
import type { Db } from '../../kernel/store/store.ts';
import { type Author, CONTRACTS, type MessageHandlingSystem, type Product } from '../directory/index.ts';
import type { RegisterWish, Registration, RegistrationOutcome, RegistrationRequest, Wish } from './model.ts';
import { checkNameWish, nameFinding, registerName } from './names.ts';
import { requireRegistration, requireVersion } from './registrations.ts';
import { addressChangeFaults, type Facts, FieldsRefusal, faultsOf, systemInteractions } from './rules.ts';
import type { RegistrationWorld } from './world.ts';

/** Who asked and who approved, and when, as the records show it. */
export interface Decision {
  readonly author: Author;
  readonly approval: MessageHandlingSystem['approval'];
}

/**
 * Checks a wish against the register as it is.
 *
 * @param speaksFor organisations whose host names the requestor may use
 * @throws FieldsRefusal 422, LocalRefusal 404, 409
 */
export async function checkWish(world: RegistrationWorld, db: Db, wish: Wish, speaksFor: readonly string[]): Promise<void> {
  const { register } = world.directory;
  if (wish.kind === 'register-name') return checkNameWish(world, db, wish);
  if (wish.kind === 'register') {
    requireUnfrozen(world.availability, 'endpoints');
    const faults = faultsOf(wish, { ...(await factsOf(world, db, wish)), speaksFor });
    if (faults.length > 0) throw new FieldsRefusal(faults);
    return;
  }
  const found = await requireRegistration(world.directory, db, wish.partyKey, wish.productKey);
  requireVersion(found, wish.version);
  if (wish.kind === 'change-address') {
    if (found.messageHandlingSystems.length === 0)
      throw new LocalRefusal(409, 'no_endpoint', 'This registration has no endpoint: its product only sends.');
    const holders = (await register.findMessageHandlingSystems(db, { fqdn: wish.fqdn })).map((each) => each.partyKey);
    const faults = addressChangeFaults(wish, {
      holders,
      ownership: await world.pki.ownership(db, wish.fqdn),
      speaksFor,
    });
    if (faults.length > 0) throw new FieldsRefusal(faults);
  }
  if (wish.kind === 'change-version') checkVersionChange(found, await register.product(db, wish.newProductKey), wish.newProductKey);
  if (wish.kind === 'retire') await checkRetirement(world, db, found);
}

async function factsOf({ directory, pki }: RegistrationWorld, db: Db, wish: RegisterWish): Promise<Omit<Facts, 'speaksFor'>> {
  const { register } = directory;
  const product = await register.product(db, wish.productKey);
  const at = { odsCode: wish.odsCode };
  const ofProduct = (each: { readonly productKey: string }): boolean => each.productKey === wish.productKey;
  return {
    organisation: await directory.organisation(db, wish.odsCode),
    product,
    fqdnHolders:
      wish.fqdn === undefined ? [] : (await register.findMessageHandlingSystems(db, { fqdn: wish.fqdn })).map((each) => each.partyKey),
    registered:
      (await register.findMessageHandlingSystems(db, at)).some(ofProduct) || (await register.findAccreditedSystems(db, at)).some(ofProduct),
    nameOwnership: wish.fqdn === undefined ? undefined : await pki.ownership(db, wish.fqdn),
    partyKeyOwner: wish.partyKey === undefined ? undefined : (await register.partyKey(db, wish.partyKey))?.odsCode,
  };
}

function checkVersionChange({ product }: Registration, next: Product | undefined, productKey: string): void {
  if (next === undefined)
    throw new FieldsRefusal([{ field: 'newProductKey', text: `There is no product ${productKey}: register the new version first.` }]);
  if (next.manufacturerOdsCode !== product.manufacturerOdsCode || next.name !== product.name || next.kind !== product.kind)
    throw new FieldsRefusal([
      {
        field: 'newProductKey',
        text: `${next.name} ${next.version} is not another version of ${product.name}: maker, name and kind must be the same.`,
      },
    ]);
}

async function checkRetirement({ gateway }: RegistrationWorld, db: Db, found: Registration): Promise<void> {
  const asids = new Set(found.accreditedSystems.map((each) => each.asid));
  const bound = (await gateway.listApplications(db)).find((each) => each.asid !== undefined && asids.has(each.asid));
  if (bound !== undefined)
    throw new LocalRefusal(
      409,
      'asid_bound',
      `The ASID ${bound.asid} is bound to the application ${bound.name} (${bound.appId}).`,
      'Unbind it first: its calls would be refused.',
    );
}

/** Writes what was approved. Throws as {@link checkWish} does: the register may have changed since the request was sent. */
export async function apply(
  world: RegistrationWorld,
  tx: Db,
  request: RegistrationRequest,
  decision: Decision,
): Promise<RegistrationOutcome> {
  const { wish } = request;
  await checkWish(world, tx, wish, request.speaksFor);
  if (wish.kind === 'register-name') return registerName(world, tx, wish);
  if (wish.kind === 'register') return register(world, tx, wish, decision);
  const found = await requireRegistration(world.directory, tx, wish.partyKey, wish.productKey);
  if (wish.kind === 'change-address') return changeAddress(world, tx, found, wish.fqdn, wish.endpoint ?? `https://${wish.fqdn}/`, decision);
  if (wish.kind === 'change-version') return changeVersion(world, tx, found, wish.newProductKey, decision);
  return retire(world, tx, found, decision);
}

async function register(
  world: RegistrationWorld,
  tx: Db,
  wish: RegisterWish,
  { author, approval }: Decision,
): Promise<RegistrationOutcome> {
  const { directory } = world;
  const product = await directory.register.product(tx, wish.productKey);
  if (product === undefined) throw new FieldsRefusal([{ field: 'productKey', text: `There is no product ${wish.productKey}.` }]);
  const { odsCode } = wish;
  const named = wish.partyKey === undefined ? undefined : await directory.register.partyKey(tx, wish.partyKey);
  const partyKey = named?.partyKey ?? (await directory.allocatePartyKey(tx, odsCode, author));
  const cpaIds: string[] = [];
  if (wish.fqdn !== undefined) {
    const address = { fqdn: wish.fqdn.toLowerCase(), endpoints: [wish.endpoint ?? `https://${wish.fqdn.toLowerCase()}/`] };
    const place = { odsCode, partyKey, ...address, ...(wish.ipAddress === undefined ? {} : { ipAddress: wish.ipAddress }) };
    const described = wish.description === undefined ? place : { ...place, serviceDescription: wish.description };
    cpaIds.push(...(await addHandlers(world, tx, product, described, product.messageSet, { author, approval })));
  }
  const name = wish.fqdn === undefined ? {} : { name: await nameFinding(world, tx, wish.fqdn) };
  if (product.kind === 'MHS') return { partyKey, cpaIds, ...name };
  const organisation = await directory.organisation(tx, odsCode);
  const { dnsApprover: _, dnsApprovedAt: __, ...systemApproval } = approval;
  const asid = await directory.allocateAsid(
    tx,
    {
      odsCode,
      partyKey,
      ...productFields(product),
      displayName: `${organisation?.name ?? odsCode} - ${product.name}`,
      interactions: systemInteractions(product),
      approval: systemApproval,
      ...(wish.description === undefined ? {} : { description: wish.description }),
    },
    author,
  );
  return { partyKey, asid, cpaIds, ...name };
}

function productFields({
  manufacturerOdsCode,
  productKey,
  name,
  version,
}: Product): Pick<MessageHandlingSystem, 'manufacturerOdsCode' | 'productKey' | 'productName' | 'productVersion'> {
  return { manufacturerOdsCode, productKey, productName: name, productVersion: version };
}

type Place = Pick<MessageHandlingSystem, 'odsCode' | 'partyKey' | 'fqdn' | 'endpoints'> &
  Partial<Pick<MessageHandlingSystem, 'ipAddress' | 'serviceDescription'>>;

/** One record for each interaction. A party key has each interaction once: two systems behind it share the record. */
async function addHandlers(
  { directory }: RegistrationWorld,
  tx: Db,
  product: Product,
  place: Place,
  interactionIds: readonly string[],
  { author, approval }: Decision,
): Promise<string[]> {
  const cpaIds: string[] = [];
  for (const interactionId of interactionIds) {
    const [taken] = await directory.register.findMessageHandlingSystems(tx, { partyKey: place.partyKey, interactionId });
    const interaction = await directory.register.interaction(tx, interactionId);
    if (taken !== undefined || interaction === undefined) continue;
    const { serviceName, action, pattern } = interaction;
    const cpaId = await directory.allocation.nextCpaId(tx);
    await directory.register.saveMessageHandlingSystem(
      tx,
      { cpaId, ...place, ...productFields(product), serviceName, action, interactionId, contract: CONTRACTS[pattern], approval },
      author,
    );
    cpaIds.push(cpaId);
  }
  return cpaIds;
}

async function changeAddress(
  world: RegistrationWorld,
  tx: Db,
  found: Registration,
  fqdn: string,
  endpoint: string,
  { author, approval }: Decision,
): Promise<RegistrationOutcome> {
  for (const system of found.messageHandlingSystems)
    await world.directory.register.saveMessageHandlingSystem(
      tx,
      { ...system, fqdn: fqdn.toLowerCase(), endpoints: [endpoint], approval },
      author,
    );
  return { ...outcomeOf(found), name: await nameFinding(world, tx, fqdn) };
}

async function changeVersion(
  world: RegistrationWorld,
  tx: Db,
  found: Registration,
  productKey: string,
  decision: Decision,
): Promise<RegistrationOutcome> {
  const { register } = world.directory;
  const product = await register.product(tx, productKey);
  if (product === undefined) throw new FieldsRefusal([{ field: 'newProductKey', text: `There is no product ${productKey}.` }]);
  const fields = productFields(product);
  const { author } = decision;
  for (const system of found.accreditedSystems)
    await register.saveAccreditedSystem(tx, { ...system, ...fields, interactions: systemInteractions(product) }, author);
  const [first] = found.messageHandlingSystems;
  const staying = found.messageHandlingSystems.filter((each) => product.messageSet.includes(each.interactionId));
  for (const system of found.messageHandlingSystems)
    if (staying.includes(system)) await register.saveMessageHandlingSystem(tx, { ...system, ...fields }, author);
    else await register.removeMessageHandlingSystem(tx, system.cpaId, author);
  const added = product.messageSet.filter((id) => !staying.some((each) => each.interactionId === id));
  const cpaIds = first === undefined ? [] : await addHandlers(world, tx, product, placeOf(first), added, decision);
  return { ...outcomeOf({ ...found, messageHandlingSystems: staying }), cpaIds: [...staying.map((each) => each.cpaId), ...cpaIds] };
}

function placeOf({ odsCode, partyKey, fqdn, endpoints, ipAddress, serviceDescription }: MessageHandlingSystem): Place {
  return {
    odsCode,
    partyKey,
    fqdn,
    endpoints,
    ...(ipAddress === undefined ? {} : { ipAddress }),
    ...(serviceDescription === undefined ? {} : { serviceDescription }),
  };
}

async function retire({ directory }: RegistrationWorld, tx: Db, found: Registration, { author }: Decision): Promise<RegistrationOutcome> {
  for (const { cpaId } of found.messageHandlingSystems) await directory.register.removeMessageHandlingSystem(tx, cpaId, author);
  for (const { asid } of found.accreditedSystems) await directory.register.removeAccreditedSystem(tx, asid, author);
  return outcomeOf(found);
}

function outcomeOf({ partyKey, accreditedSystems, messageHandlingSystems }: Registration): RegistrationOutcome {
  const [system] = accreditedSystems;
  return { partyKey, ...(system === undefined ? {} : { asid: system.asid }), cpaIds: messageHandlingSystems.map((each) => each.cpaId) };
}
