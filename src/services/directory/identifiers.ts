/** New ids of people and their role profiles: twelve digits, never used twice (identity.md, "Identifier forms"). */
import { type Db, tablesOf } from '../../kernel/store/store.ts';

interface Tables {
  directory_counter: { name: string; next: number };
}

/** Blocks of our own: no published example and no seeded person begins like this. */
const FIRST = { user: 640_000_000_101, 'role-profile': 641_000_000_101, 'person-organisation': 642_000_000_101 } as const;

async function next(tx: Db, name: keyof typeof FIRST): Promise<string> {
  const tables = tablesOf<Tables>(tx);
  await tables
    .insertInto('directory_counter')
    .values({ name, next: FIRST[name] })
    .onConflict((conflict) => conflict.column('name').doNothing())
    .execute();
  const row = await tables
    .updateTable('directory_counter')
    .set((set) => ({ next: set('next', '+', 1) }))
    .where('name', '=', name)
    .returning('next')
    .executeTakeFirstOrThrow();
  return String(Number(row.next) - 1);
}

/** A new user id. */
export function allocateUserId(tx: Db): Promise<string> {
  return next(tx, 'user');
}

/** A new role profile id, and the id of the person's bond with the organisation. */
export async function allocateRoleProfileId(tx: Db): Promise<{ readonly roleProfileId: string; readonly personOrgId: string }> {
  return { roleProfileId: await next(tx, 'role-profile'), personOrgId: await next(tx, 'person-organisation') };
}
