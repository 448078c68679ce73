import type { Instant } from '../../kernel/clock.ts';
import { type Db, tablesOf } from '../../kernel/store/store.ts';

interface Tables {
  dns_name: { name: string; ods_code: string | null; registered_at: number };
  dns_name_address: { name: string; place: number; address: string };
  dns_zone: { id: number; changed_at: number; drawn_address: string | null };
}

/** A name that somebody registered in the environment's zones. */
export interface RegisteredName {
  readonly name: string;
  /** Empty: it points to the environment itself, wherever that is. */
  readonly addresses: readonly string[];
  readonly odsCode?: string;
  readonly registeredAt?: Instant;
}

/** The registered ones among some names. */
export async function findNames(db: Db, names: readonly string[]): Promise<readonly RegisteredName[]> {
  if (names.length === 0) return [];
  const rows = await tablesOf<Tables>(db)
    .selectFrom('dns_name')
    .leftJoin('dns_name_address', 'dns_name_address.name', 'dns_name.name')
    .select(['dns_name.name', 'ods_code', 'registered_at', 'address'])
    .where('dns_name.name', 'in', [...names])
    .orderBy('dns_name.name')
    .orderBy('place')
    .execute();
  const found = new Map<string, { name: string; addresses: string[]; odsCode?: string; registeredAt: number }>();
  for (const { name, ods_code, registered_at, address } of rows) {
    const each = found.get(name) ?? { name, addresses: [], registeredAt: registered_at, ...(ods_code !== null && { odsCode: ods_code }) };
    if (address !== null) each.addresses.push(address);
    found.set(name, each);
  }
  return [...found.values()];
}

/** Every registered name, in order. */
export async function allNames(db: Db): Promise<readonly RegisteredName[]> {
  const rows = await tablesOf<Tables>(db).selectFrom('dns_name').select('name').orderBy('name').limit(10_000).execute();
  return findNames(
    db,
    rows.map((row) => row.name),
  );
}

/** Names at an address, at most 16. */
export async function namesAt(db: Db, address: string): Promise<readonly string[]> {
  const rows = await tablesOf<Tables>(db)
    .selectFrom('dns_name_address')
    .select('name')
    .where('address', '=', address)
    .orderBy('name')
    .limit(16)
    .execute();
  return rows.map((row) => row.name);
}

/** Whether a registered name lies below `name`, which must be of letters, digits, hyphens and dots. */
export async function hasNameBelow(db: Db, name: string): Promise<boolean> {
  const row = await tablesOf<Tables>(db)
    .selectFrom('dns_name')
    .select('name')
    .where('name', 'like', `%.${name}`)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/** Writes a name and its addresses over what was there. */
export async function saveName(tx: Db, { name, addresses, odsCode }: RegisteredName, at: Instant): Promise<void> {
  await deleteName(tx, name, at);
  await tablesOf<Tables>(tx)
    .insertInto('dns_name')
    .values({ name, ods_code: odsCode ?? null, registered_at: at })
    .execute();
  if (addresses.length === 0) return;
  await tablesOf<Tables>(tx)
    .insertInto('dns_name_address')
    .values(addresses.map((address, place) => ({ name, place, address })))
    .execute();
}

/** Takes a name away; false when there was none. */
export async function deleteName(tx: Db, name: string, at: Instant): Promise<boolean> {
  await tablesOf<Tables>(tx).deleteFrom('dns_name_address').where('name', '=', name).execute();
  const { numDeletedRows } = await tablesOf<Tables>(tx).deleteFrom('dns_name').where('name', '=', name).executeTakeFirst();
  await touchZone(tx, { changed_at: at });
  return numDeletedRows > 0n;
}

/** When names last changed; 0 when they never have. */
export async function zoneState(db: Db): Promise<{ readonly changedAt: Instant; readonly drawnAddress?: string }> {
  const row = await tablesOf<Tables>(db).selectFrom('dns_zone').selectAll().where('id', '=', 1).executeTakeFirst();
  if (row === undefined) return { changedAt: 0 };
  return { changedAt: row.changed_at, ...(row.drawn_address !== null && { drawnAddress: row.drawn_address }) };
}

/** Keeps the address that published names point to since this start. */
export async function keepDrawnAddress(tx: Db, address: string, at: Instant): Promise<void> {
  await touchZone(tx, { changed_at: at, drawn_address: address });
}

async function touchZone(tx: Db, change: { readonly changed_at: Instant; readonly drawn_address?: string }): Promise<void> {
  await tablesOf<Tables>(tx)
    .insertInto('dns_zone')
    .values({ id: 1, drawn_address: null, ...change })
    .onConflict((conflict) => conflict.column('id').doUpdateSet(change))
    .execute();
}
