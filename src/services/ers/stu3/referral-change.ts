/** How a referral is changed: access, lock and version in their order, then one transaction with its audit entry (ers.md §6, §7.3). */
import type { Db } from '../../../kernel/store/store.ts';
import type { Referral } from '../model.ts';
import type { Call } from '../operation.ts';
import { insertAudit } from '../store/audit.ts';
import { locked, releaseLock, requireUnlocked, takeLock } from '../store/locks.ts';
import { notCurrent, referralByUbrn, saveReferral } from '../store/referrals.ts';
import { loadReferral, type ReferralCall, requireAccess } from './referral-access.ts';

/** What a change did, for the audit trail. */
export interface Change {
  readonly operation: string;
  /** Version the client has seen. */
  readonly expected: number;
}

/**
 * Changes a referral in one transaction.
 *
 * @param work gives the changed referral; runs in the transaction after all checks of access, lock and version, may run twice, and
 *   throws the refusals of the rule it applies
 *
 * Throws 404, PATIENT_ERROR or NO_RELATIONSHIP (422), 423 when locked, 409 when `expected` is not the current version.
 */
export async function changeReferral(
  call: ReferralCall,
  ubrn: string,
  change: Change,
  work: (referral: Referral, tx: Db) => Promise<Referral>,
): Promise<Referral> {
  const referral = await loadReferral(call, ubrn);
  await requireAccess(call, referral, 'change');
  const { world, instance } = call;
  return world.store.transaction(async (tx) => {
    await requireUnlocked(tx, instance, ubrn, world.clock.realNow());
    requireVersion(referral, change.expected);
    const changed = await work(referral, tx);
    await saveChange(tx, call, change, changed);
    return changed;
  });
}

/**
 * Does work that waits for someone outside, such as a hospital, while nobody else may change the referral: the lock is held meanwhile
 * and given back afterwards. `work` saves its result itself with {@link saveChange}.
 *
 * Throws as {@link changeReferral}.
 */
export async function holdReferral<T>(
  call: ReferralCall,
  ubrn: string,
  expected: number,
  work: (referral: Referral) => Promise<T>,
): Promise<T> {
  const referral = await loadReferral(call, ubrn);
  await requireAccess(call, referral, 'change');
  const { world, instance } = call;
  const holder = `call-${world.random.uuid()}`;
  const now = world.clock.realNow();
  const until = now + world.environment.settings.pasTimeoutSeconds * 1000 + LEASE_MARGIN;
  const held = await world.store.transaction(async (tx) => {
    if (!(await takeLock(tx, instance, ubrn, holder, now, until))) throw locked(ubrn);
    // Read again under the lock: what is agreed with a hospital must be about the referral as it is.
    const current = (await referralByUbrn(tx, instance, ubrn)) ?? referral;
    requireVersion(current, expected);
    return current;
  });
  try {
    return await work(held);
  } finally {
    await world.store.transaction((tx) => releaseLock(tx, instance, ubrn, holder));
  }
}

/** Writes a changed referral with its audit entry. Throws 409 when it was changed meanwhile. */
export async function saveChange(tx: Db, call: ReferralCall, change: Change, changed: Referral): Promise<void> {
  await saveReferral(tx, call.instance, changed, change.expected);
  await audit(tx, call, change.operation, { ubrn: changed.ubrn, nhsNumber: changed.nhsNumber });
}

/** Writes an audit entry for the caller. */
export async function audit(
  tx: Db,
  call: ReferralCall,
  operation: string,
  subject: { readonly ubrn?: string; readonly nhsNumber?: string; readonly detail?: string },
): Promise<void> {
  const { world, caller, application } = call;
  await insertAudit(tx, call.instance, {
    id: world.random.uuid(),
    at: world.clock.now(),
    operation,
    userId: caller.userId,
    ...(caller.mode === 'user' && caller.onBehalfOf !== undefined && { onBehalfOf: caller.onBehalfOf }),
    odsCode: caller.odsCode,
    businessFunction: caller.businessFunction,
    appId: application.appId,
    asid: application.asid,
    ...subject,
  });
}

/** The version of `If-Match`, which the pipeline has made sure is there. */
export function expectedVersion(call: Pick<Call<unknown>, 'ifMatch'>): number {
  if (call.ifMatch === undefined) throw new TypeError('the operation must demand If-Match');
  return call.ifMatch;
}

/** Time for the work around the hospital's answer, after which a lock left by a dead process runs out. */
const LEASE_MARGIN = 30_000;

function requireVersion(referral: Referral, expected: number): void {
  if (referral.version !== expected) throw notCurrent(referral.ubrn, expected);
}
