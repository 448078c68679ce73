import type { Db } from '../../../kernel/store/store.ts';
import { type IdentityTables, tables } from '../store.ts';
import type { RelyingParty } from './model.ts';

function toClient(row: IdentityTables['identity_client']): RelyingParty {
  return {
    clientId: row.client_id,
    metadata: JSON.parse(row.metadata),
    secret: row.secret_salt === null || row.secret_hash === null ? undefined : { salt: row.secret_salt, hash: row.secret_hash },
    ...(row.sealed_secret === null ? {} : { sealedSecret: row.sealed_secret }),
    hash: row.hash,
    createdAt: Number(row.created_at),
  };
}

export async function findClient(db: Db, clientId: string): Promise<RelyingParty | undefined> {
  const row = await tables(db).selectFrom('identity_client').selectAll().where('client_id', '=', clientId).executeTakeFirst();
  return row && toClient(row);
}

/** All relying parties, oldest first. */
export async function allClients(db: Db): Promise<readonly RelyingParty[]> {
  const rows = await tables(db).selectFrom('identity_client').selectAll().orderBy('created_at').orderBy('client_id').execute();
  return rows.map(toClient);
}

/** Writes a client: new, or in place of what was stored under its id. */
export async function saveClient(tx: Db, client: RelyingParty): Promise<void> {
  const row = {
    metadata: JSON.stringify(client.metadata),
    secret_salt: client.secret?.salt ?? null,
    secret_hash: client.secret?.hash ?? null,
    sealed_secret: client.sealedSecret ?? null,
    hash: client.hash,
  };
  await tables(tx)
    .insertInto('identity_client')
    .values({ client_id: client.clientId, created_at: client.createdAt, ...row })
    .onConflict((conflict) => conflict.column('client_id').doUpdateSet(row))
    .execute();
}

/** Removes a client; says whether there was one. */
export async function deleteClient(tx: Db, clientId: string): Promise<boolean> {
  const result = await tables(tx).deleteFrom('identity_client').where('client_id', '=', clientId).executeTakeFirst();
  return Number(result.numDeletedRows) > 0;
}
