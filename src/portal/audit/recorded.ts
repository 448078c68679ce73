import { messageOf } from '../../kernel/errors.ts';
import type { Store } from '../../kernel/store/store.ts';
import type { Visitor } from '../access/visitor.ts';
import type { Audit, AuditFact, Automatic } from './audit.ts';

/**
 * Makes a change in an environment, which has a store of its own. It is recorded before it is made: a change without a record must not be; a
 * record of a change that then failed says so, as `….failed`.
 */
export async function recorded<Result>(
  { store, audit }: { readonly store: Store; readonly audit: Audit },
  by: Visitor | Automatic,
  fact: AuditFact,
  make: () => Promise<Result>,
): Promise<Result> {
  await store.transaction((tx) => audit.record(tx, by, fact));
  try {
    return await make();
  } catch (error) {
    const failed: AuditFact = { ...fact, action: `${fact.action}.failed`, detail: { why: messageOf(error) } };
    await store.transaction((tx) => audit.record(tx, by, failed));
    throw error;
  }
}
