/** Host names of message handling systems: whose they are (sds.md §11: CN → FQDN → party keys), and that they resolve (path-to-live.md §3.3). */
import { type Db, prepare, tablesOf } from '../../../kernel/store/store.ts';
import { type NameSource, nameOwners } from '../../dns/index.ts';
import type { FqdnRegister } from '../../pki/index.ts';
import type { MessageHandlingSystem } from '../model.ts';
import { lastChangedAt } from './changes.ts';
import { namesBelowOrder } from './names.ts';

interface Tables {
  directory_message_handling_system: { fqdn: string; fqdn_order: string; ods_code: string; position: number; document: string };
}

/** One record for each organisation behind a name: the makers of all of them are the same but for the rarest case. */
const behind = prepare<{ fqdn: string }, Tables, { ods_code: string; document: string }>((db, values) =>
  db
    .selectFrom('directory_message_handling_system')
    .select(['ods_code', (select) => select.fn.min('document').as('document')])
    .where('fqdn', '=', values.fqdn)
    .groupBy('ods_code')
    .orderBy((select) => select.fn.min('position')),
);

/** Records of LocalSpine's own may name this machine, which is no name of the zones. */
const isPublic = (fqdn: string): boolean => fqdn.endsWith('.nhs.uk');

/**
 * A host name belongs to the organisations whose systems answer there, and their makers act for them. One that was registered by itself stays
 * its organisation's: others whose systems may answer there do not come to own it.
 */
export const hostNameOwners: FqdnRegister = {
  async ownersOf(db, fqdn) {
    const rows = isPublic(fqdn) ? await behind(db, { fqdn }) : [];
    if (rows.length === 0) return undefined;
    const named = await nameOwners.ownersOf(db, fqdn);
    const owners = named === undefined || named.length === 0 ? rows : rows.filter((each) => named.includes(each.ods_code));
    const makers = owners.map(({ document }) => {
      const { manufacturerOdsCode }: MessageHandlingSystem = JSON.parse(document);
      return manufacturerOdsCode;
    });
    return [...new Set([...owners.map((each) => each.ods_code), ...makers])];
  },
};

/** Registered host names resolve in the environment's zones, to the environment's own machine. */
export const hostNames: NameSource = {
  async find(db, names) {
    const wanted = names.filter(isPublic);
    if (wanted.length === 0) return [];
    const rows = await tablesOf<Tables>(db)
      .selectFrom('directory_message_handling_system')
      .select('fqdn')
      .distinct()
      .where('fqdn', 'in', wanted)
      .execute();
    return rows.map(({ fqdn }) => ({ name: fqdn, addresses: [] }));
  },
  async hasBelow(db: Db, name: string) {
    const [from, to] = namesBelowOrder(name);
    const row = await tablesOf<Tables>(db)
      .selectFrom('directory_message_handling_system')
      .select('fqdn')
      .where('fqdn_order', '>', from)
      .where('fqdn_order', '<', to)
      .limit(1)
      .executeTakeFirst();
    return row !== undefined;
  },
  changedAt: lastChangedAt,
};
