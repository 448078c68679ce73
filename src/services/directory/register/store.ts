import { type Db, holdingRows, prepare, tablesOf } from '../../../kernel/store/store.ts';
import type { AccreditedSystem, Interaction, MessageHandlingSystem, PartyKey, Product } from '../model.ts';
import { type Author, changesOf, recordChange, same } from './changes.ts';
import { nextOf } from './counters.ts';
import { fold, nameOrder } from './names.ts';

interface RegisterTables {
  directory_accredited_system: { asid: string; ods_code: string; party_key: string; position: number; document: string };
  directory_accredited_system_interaction: { interaction_id: string; asid: string };
  directory_message_handling_system: {
    cpa_id: string;
    ods_code: string;
    party_key: string;
    interaction_id: string;
    fqdn: string;
    fqdn_order: string;
    position: number;
    document: string;
  };
  directory_product: {
    product_key: string;
    manufacturer_ods_code: string;
    name: string;
    version: string;
    position: number;
    document: string;
  };
  directory_party_key: { party_key: string; ods_code: string; document: string };
  directory_interaction: { interaction_id: string; document: string };
}

/** What a search of the register asks for; absent members are not compared. ODS codes and interaction ids match exactly, the others without case. */
export interface SystemFilter {
  readonly odsCode?: string;
  readonly interactionId?: string;
  readonly partyKey?: string;
  readonly manufacturerOdsCode?: string;
}

const systemRow = prepare<{ asid: string }, RegisterTables, { document: string }>((db, values) =>
  db.selectFrom('directory_accredited_system').select('document').where('asid', '=', values.asid),
);
const handlerRow = prepare<{ cpaId: string }, RegisterTables, { document: string }>((db, values) =>
  db.selectFrom('directory_message_handling_system').select('document').where('cpa_id', '=', values.cpaId),
);

export async function accreditedSystem(db: Db, asid: string): Promise<AccreditedSystem | undefined> {
  return (await systemRow(db, { asid })).map(fromDocument<AccreditedSystem>)[0];
}

export async function messageHandlingSystem(db: Db, cpaId: string): Promise<MessageHandlingSystem | undefined> {
  return (await handlerRow(db, { cpaId })).map(fromDocument<MessageHandlingSystem>)[0];
}

/** Accredited systems that fit, in the order of registration (sds.md §8.1). All of them when the filter is empty. */
export async function findAccreditedSystems(db: Db, filter: SystemFilter): Promise<readonly AccreditedSystem[]> {
  const { odsCode, interactionId, partyKey } = filter;
  let query = tablesOf<RegisterTables>(db).selectFrom('directory_accredited_system').select('document').orderBy('position');
  if (odsCode !== undefined) query = query.where('ods_code', '=', odsCode);
  if (partyKey !== undefined) query = query.where('party_key', '=', fold(partyKey));
  if (interactionId !== undefined)
    query = query.where('asid', 'in', (from) =>
      from.selectFrom('directory_accredited_system_interaction').select('asid').where('interaction_id', '=', interactionId),
    );
  return madeBy(filter, (await query.execute()).map(fromDocument<AccreditedSystem>));
}

/** Message handling systems that fit, in the order of registration. All of them when the filter is empty. */
export async function findMessageHandlingSystems(
  db: Db,
  filter: SystemFilter & { readonly fqdn?: string },
): Promise<readonly MessageHandlingSystem[]> {
  const { odsCode, interactionId, partyKey, fqdn } = filter;
  let query = tablesOf<RegisterTables>(db).selectFrom('directory_message_handling_system').select('document').orderBy('position');
  if (odsCode !== undefined) query = query.where('ods_code', '=', odsCode);
  if (partyKey !== undefined) query = query.where('party_key', '=', fold(partyKey));
  if (interactionId !== undefined) query = query.where('interaction_id', '=', interactionId);
  if (fqdn !== undefined) query = query.where('fqdn', '=', fold(fqdn));
  return madeBy(filter, (await query.execute()).map(fromDocument<MessageHandlingSystem>));
}

/** The public host names of message handling systems, in order: those of this machine are no names of the zones. */
export async function hostNames(db: Db): Promise<readonly string[]> {
  const rows = await tablesOf<RegisterTables>(db)
    .selectFrom('directory_message_handling_system')
    .select('fqdn')
    .distinct()
    .where('fqdn', 'like', '%.nhs.uk')
    .orderBy('fqdn')
    .limit(10_000)
    .execute();
  return rows.map((row) => row.fqdn);
}

function madeBy<System extends { readonly manufacturerOdsCode: string }>(
  filter: SystemFilter,
  systems: readonly System[],
): readonly System[] {
  const { manufacturerOdsCode } = filter;
  if (manufacturerOdsCode === undefined) return systems;
  return systems.filter((system) => fold(system.manufacturerOdsCode) === fold(manufacturerOdsCode));
}

/** Puts an accredited system in, or changes it; the change is numbered. Nothing happens when it is as it was. */
export async function saveAccreditedSystem(tx: Db, system: AccreditedSystem, author: Author): Promise<void> {
  const before = await accreditedSystem(tx, system.asid);
  if (same(before, system)) return;
  const tables = tablesOf<RegisterTables>(tx);
  const row = { ods_code: system.odsCode, party_key: fold(system.partyKey), document: JSON.stringify(system) };
  const { asid } = system;
  if (before === undefined)
    await tables
      .insertInto('directory_accredited_system')
      .values({ asid, position: await nextOf(tx, 'system-position', 1), ...row })
      .execute();
  else await tables.updateTable('directory_accredited_system').set(row).where('asid', '=', asid).execute();
  await tables.deleteFrom('directory_accredited_system_interaction').where('asid', '=', asid).execute();
  const interactions = [...new Set(system.interactions)].map((interaction) => ({ interaction_id: interaction, asid }));
  for (let start = 0; start < interactions.length; start += 100)
    await tables
      .insertInto('directory_accredited_system_interaction')
      .values(interactions.slice(start, start + 100))
      .execute();
  await recordChange(tx, { kind: 'accredited-system', id: asid, before, after: system }, author);
}

/** Holds an accredited system until the transaction ends: whoever else would change it waits, and then reads what it became. */
export async function holdAccreditedSystem(tx: Db, asid: string): Promise<void> {
  await holdingRows(
    tx,
    tablesOf<RegisterTables>(tx).selectFrom('directory_accredited_system').select('asid').where('asid', '=', asid),
  ).execute();
}

/** Takes an accredited system out. Its ASID is never given out again. Nothing happens when there is none. */
export async function removeAccreditedSystem(tx: Db, asid: string, author: Author): Promise<void> {
  const before = await accreditedSystem(tx, asid);
  if (before === undefined) return;
  const tables = tablesOf<RegisterTables>(tx);
  await tables.deleteFrom('directory_accredited_system_interaction').where('asid', '=', asid).execute();
  await tables.deleteFrom('directory_accredited_system').where('asid', '=', asid).execute();
  await recordChange(tx, { kind: 'accredited-system', id: asid, before }, author);
}

/** Puts a message handling system in, or changes it; the change is numbered. Nothing happens when it is as it was. */
export async function saveMessageHandlingSystem(tx: Db, system: MessageHandlingSystem, author: Author): Promise<void> {
  const before = await messageHandlingSystem(tx, system.cpaId);
  if (same(before, system)) return;
  const tables = tablesOf<RegisterTables>(tx);
  const { cpaId, odsCode, partyKey, interactionId, fqdn } = system;
  const row = {
    ods_code: odsCode,
    party_key: fold(partyKey),
    interaction_id: interactionId,
    fqdn: fold(fqdn),
    fqdn_order: nameOrder(fold(fqdn)),
    document: JSON.stringify(system),
  };
  if (before === undefined)
    await tables
      .insertInto('directory_message_handling_system')
      .values({ cpa_id: cpaId, position: await nextOf(tx, 'system-position', 1), ...row })
      .execute();
  else await tables.updateTable('directory_message_handling_system').set(row).where('cpa_id', '=', cpaId).execute();
  await recordChange(tx, { kind: 'message-handling-system', id: cpaId, before, after: system }, author);
}

/** Takes a message handling system out. Nothing happens when there is none. */
export async function removeMessageHandlingSystem(tx: Db, cpaId: string, author: Author): Promise<void> {
  const before = await messageHandlingSystem(tx, cpaId);
  if (before === undefined) return;
  await tablesOf<RegisterTables>(tx).deleteFrom('directory_message_handling_system').where('cpa_id', '=', cpaId).execute();
  await recordChange(tx, { kind: 'message-handling-system', id: cpaId, before }, author);
}

/** Products, in the order of registration. */
export async function products(db: Db, filter: { readonly manufacturerOdsCode?: string } = {}): Promise<readonly Product[]> {
  let query = tablesOf<RegisterTables>(db).selectFrom('directory_product').select('document').orderBy('position');
  if (filter.manufacturerOdsCode !== undefined) query = query.where('manufacturer_ods_code', '=', filter.manufacturerOdsCode);
  return (await query.execute()).map(fromDocument<Product>);
}

export async function product(db: Db, productKey: string): Promise<Product | undefined> {
  const row = await tablesOf<RegisterTables>(db)
    .selectFrom('directory_product')
    .select('document')
    .where('product_key', '=', productKey)
    .executeTakeFirst();
  return row === undefined ? undefined : fromDocument<Product>(row);
}

/** Puts a product in, or changes its interactions. */
export async function saveProduct(tx: Db, entry: Product, author: Author): Promise<void> {
  const before = await product(tx, entry.productKey);
  if (same(before, entry)) return;
  const row = {
    manufacturer_ods_code: entry.manufacturerOdsCode,
    name: entry.name,
    version: entry.version,
    document: JSON.stringify(entry),
  };
  const tables = tablesOf<RegisterTables>(tx);
  if (before === undefined)
    await tables
      .insertInto('directory_product')
      .values({ product_key: entry.productKey, position: await nextOf(tx, 'product-position', 1), ...row })
      .execute();
  else await tables.updateTable('directory_product').set(row).where('product_key', '=', entry.productKey).execute();
  await recordChange(tx, { kind: 'product', id: entry.productKey, before, after: entry }, author);
}

/** Party keys, of one organisation when `odsCode` is given. */
export async function partyKeys(db: Db, odsCode?: string): Promise<readonly PartyKey[]> {
  let query = tablesOf<RegisterTables>(db).selectFrom('directory_party_key').select('document').orderBy('party_key');
  if (odsCode !== undefined) query = query.where('ods_code', '=', odsCode);
  return (await query.execute()).map(fromDocument<PartyKey>);
}

/** A party key in its own spelling, however the caller writes it. */
export async function partyKey(db: Db, value: string): Promise<PartyKey | undefined> {
  const row = await tablesOf<RegisterTables>(db)
    .selectFrom('directory_party_key')
    .select('document')
    .where('party_key', '=', fold(value))
    .executeTakeFirst();
  return row === undefined ? undefined : fromDocument<PartyKey>(row);
}

export async function savePartyKey(tx: Db, entry: PartyKey, author: Author): Promise<void> {
  const before = await partyKey(tx, entry.partyKey);
  if (before !== undefined) return;
  await tablesOf<RegisterTables>(tx)
    .insertInto('directory_party_key')
    .values({ party_key: fold(entry.partyKey), ods_code: entry.odsCode, document: JSON.stringify(entry) })
    .execute();
  await recordChange(tx, { kind: 'party-key', id: entry.partyKey, after: entry }, author);
}

/** Interactions the register knows, by id. */
export async function interactions(db: Db): Promise<readonly Interaction[]> {
  const rows = await tablesOf<RegisterTables>(db)
    .selectFrom('directory_interaction')
    .select('document')
    .orderBy('interaction_id')
    .execute();
  return rows.map(fromDocument<Interaction>);
}

export async function interaction(db: Db, interactionId: string): Promise<Interaction | undefined> {
  const row = await tablesOf<RegisterTables>(db)
    .selectFrom('directory_interaction')
    .select('document')
    .where('interaction_id', '=', interactionId)
    .executeTakeFirst();
  return row === undefined ? undefined : fromDocument<Interaction>(row);
}

/** Makes an interaction known. Nothing happens when it is. */
export async function saveInteraction(tx: Db, entry: Interaction, author: Author): Promise<void> {
  const before = await interaction(tx, entry.interactionId);
  if (before !== undefined) return;
  await saveInteractions(tx, [entry]);
  await recordChange(tx, { kind: 'interaction', id: entry.interactionId, after: entry }, author);
}

/** The catalogue as it comes: not a change of the directory. */
export async function saveInteractions(tx: Db, all: readonly Interaction[]): Promise<void> {
  for (let start = 0; start < all.length; start += 100)
    await tablesOf<RegisterTables>(tx)
      .insertInto('directory_interaction')
      .values(all.slice(start, start + 100).map((each) => ({ interaction_id: each.interactionId, document: JSON.stringify(each) })))
      .onConflict((conflict) => conflict.column('interaction_id').doNothing())
      .execute();
}

/** Whether an ASID was ever given out, in the register or not any more. */
export async function asidWasUsed(db: Db, asid: string): Promise<boolean> {
  return (await accreditedSystem(db, asid)) !== undefined || (await changesOf(db, 'accredited-system', asid)).length > 0;
}

function fromDocument<T>(row: { document: string }): T {
  const value: T = JSON.parse(row.document);
  return value;
}
