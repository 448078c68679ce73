import { type Db, holdingRows, tablesOf } from '../../kernel/store/store.ts';
import type { CertificateRequest } from './certificate-requests.ts';
import type { RequestState } from './request-states.ts';

interface Tables {
  pki_request: { request_id: string; state: string; position: number; document: string };
}

/** Puts a request in, or what became of it. */
export async function saveRequest(tx: Db, request: CertificateRequest): Promise<void> {
  const row = {
    request_id: request.requestId,
    state: request.state,
    position: request.requestedAt,
    document: JSON.stringify(request),
  };
  await tablesOf<Tables>(tx)
    .insertInto('pki_request')
    .values(row)
    .onConflict((conflict) => conflict.column('request_id').doUpdateSet(row))
    .execute();
}

/** A request, held until the transaction ends: who decides on it at the same moment finds it decided. */
export async function holdRequest(tx: Db, requestId: string): Promise<CertificateRequest | undefined> {
  const query = tablesOf<Tables>(tx).selectFrom('pki_request').select('document').where('request_id', '=', requestId);
  const row = await holdingRows(tx, query).executeTakeFirst();
  return row && parsed(row);
}

export async function findRequest(db: Db, requestId: string): Promise<CertificateRequest | undefined> {
  const row = await tablesOf<Tables>(db)
    .selectFrom('pki_request')
    .select('document')
    .where('request_id', '=', requestId)
    .executeTakeFirst();
  return row && parsed(row);
}

/** Requests, newest first; all, or those in a state. */
export async function listRequests(db: Db, state?: RequestState): Promise<readonly CertificateRequest[]> {
  let query = tablesOf<Tables>(db)
    .selectFrom('pki_request')
    .select('document')
    .orderBy('position', 'desc')
    .orderBy('request_id')
    .limit(500);
  if (state !== undefined) query = query.where('state', '=', state);
  return (await query.execute()).map(parsed);
}

function parsed({ document }: { document: string }): CertificateRequest {
  const request: CertificateRequest = JSON.parse(document);
  return request;
}
