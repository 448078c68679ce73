import { type Db, tablesOf } from '../../../kernel/store/store.ts';
import type { SeedRegister } from '../seed/systems.ts';
import type { Author } from './changes.ts';
import { nameOrder } from './names.ts';
import { accreditedSystem, saveAccreditedSystem, saveInteractions, saveMessageHandlingSystem, savePartyKey, saveProduct } from './store.ts';

/**
 * Puts the published systems in, or back as they were; what was registered since stays. A first load is made in bulk: it is where the
 * change log begins.
 */
export async function seedSystems(tx: Db, register: SeedRegister, author: Author): Promise<void> {
  await saveInteractions(tx, register.interactions);
  for (const entry of register.partyKeys) await savePartyKey(tx, entry, author);
  for (const entry of register.products) await saveProduct(tx, entry, author);
  const [first] = register.accreditedSystems;
  const fresh = first === undefined || (await accreditedSystem(tx, first.asid)) === undefined;
  for (const system of register.accreditedSystems) await saveAccreditedSystem(tx, system, author);
  if (fresh) await loadMessageHandlingSystems(tx, register);
  else for (const system of register.messageHandlingSystems) await saveMessageHandlingSystem(tx, system, author);
}

async function loadMessageHandlingSystems(tx: Db, { messageHandlingSystems }: SeedRegister): Promise<void> {
  const rows = messageHandlingSystems.map((system, index) => ({
    cpa_id: system.cpaId,
    ods_code: system.odsCode,
    party_key: system.partyKey.toLowerCase(),
    interaction_id: system.interactionId,
    fqdn: system.fqdn.toLowerCase(),
    fqdn_order: nameOrder(system.fqdn.toLowerCase()),
    // Before every position that is counted: those begin at one.
    position: index - messageHandlingSystems.length,
    document: JSON.stringify(system),
  }));
  for (let start = 0; start < rows.length; start += 100)
    await tablesOf<{ directory_message_handling_system: (typeof rows)[number] }>(tx)
      .insertInto('directory_message_handling_system')
      .values(rows.slice(start, start + 100))
      .execute();
}
