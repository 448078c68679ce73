/** The audit trail: one row for each change, written in its transaction (ers.md §18). */

import type { Instant } from '../../../kernel/clock.ts';
import { type Db, tablesOf } from '../../../kernel/store/store.ts';

export interface AuditEntry {
  readonly id: string;
  readonly at: Instant;
  /** Public id, e.g. `A011`. */
  readonly operation: string;
  readonly userId: string;
  readonly onBehalfOf?: string;
  readonly odsCode: string;
  readonly businessFunction: string;
  readonly appId?: string;
  readonly asid?: string;
  readonly ubrn?: string;
  readonly nhsNumber?: string;
  /** What the change touched, e.g. a file id. */
  readonly detail?: string;
}

interface AuditTables {
  ers_audit: {
    id: string;
    instance: string;
    at: number;
    operation: string;
    user_id: string;
    on_behalf_of: string | null;
    ods_code: string;
    business_function: string;
    app_id: string | null;
    asid: string | null;
    ubrn: string | null;
    nhs_number: string | null;
    detail: string | null;
  };
}

/** Writes an entry. */
export async function insertAudit(tx: Db, instance: string, entry: AuditEntry): Promise<void> {
  await tablesOf<AuditTables>(tx)
    .insertInto('ers_audit')
    .values({
      id: entry.id,
      instance,
      at: entry.at,
      operation: entry.operation,
      user_id: entry.userId,
      on_behalf_of: entry.onBehalfOf ?? null,
      ods_code: entry.odsCode,
      business_function: entry.businessFunction,
      app_id: entry.appId ?? null,
      asid: entry.asid ?? null,
      ubrn: entry.ubrn ?? null,
      nhs_number: entry.nhsNumber ?? null,
      detail: entry.detail ?? null,
    })
    .execute();
}

/** The trail of a request, oldest first. */
export async function auditOf(db: Db, instance: string, ubrn: string): Promise<readonly AuditEntry[]> {
  const rows = await tablesOf<AuditTables>(db)
    .selectFrom('ers_audit')
    .selectAll()
    .where('instance', '=', instance)
    .where('ubrn', '=', ubrn)
    .orderBy('at')
    .orderBy('id')
    .execute();
  return rows.map((row) => ({
    id: row.id,
    at: row.at,
    operation: row.operation,
    userId: row.user_id,
    ...(row.on_behalf_of !== null && { onBehalfOf: row.on_behalf_of }),
    odsCode: row.ods_code,
    businessFunction: row.business_function,
    ...(row.app_id !== null && { appId: row.app_id }),
    ...(row.asid !== null && { asid: row.asid }),
    ...(row.ubrn !== null && { ubrn: row.ubrn }),
    ...(row.nhs_number !== null && { nhsNumber: row.nhs_number }),
    ...(row.detail !== null && { detail: row.detail }),
  }));
}
