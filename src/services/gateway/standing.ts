/** Whether an application may call at all, and what it is called. Every operation may be repeated. */
import type { Db } from '../../kernel/store/store.ts';
import { applicationToChange, refuseRevoked } from './known-application.ts';
import { checkName } from './registration.ts';
import { changeApplication, revokeKeys } from './store/applications.ts';

/** Revokes an application and all its keys for good: tokens it has are refused from now on. Throws LocalRefusal 404. */
export async function revokeApplication(tx: Db, appId: string): Promise<void> {
  const application = await applicationToChange(tx, appId);
  await changeApplication(tx, application, { status: 'revoked' });
  await revokeKeys(tx, application.appId, 'all');
}

/** Refuses an application's keys and tokens until it is resumed. Throws LocalRefusal 404, 409 for a revoked one. */
export async function suspendApplication(tx: Db, appId: string): Promise<void> {
  const application = await applicationToChange(tx, appId);
  refuseRevoked(application);
  if (application.status !== 'suspended') await changeApplication(tx, application, { status: 'suspended' });
}

/** Lets a suspended application call again, with the keys and tokens it had. Throws LocalRefusal 404, 409 for a revoked one. */
export async function resumeApplication(tx: Db, appId: string): Promise<void> {
  const application = await applicationToChange(tx, appId);
  refuseRevoked(application);
  if (application.status !== 'approved') await changeApplication(tx, application, { status: 'approved' });
}

/** Gives an application another name; its AppID stays what it goes by. Throws LocalRefusal 400, 404, 409 for a revoked one. */
export async function renameApplication(tx: Db, appId: string, name: string): Promise<void> {
  const application = await applicationToChange(tx, appId);
  refuseRevoked(application);
  const checked = checkName(name);
  if (checked !== application.name) await changeApplication(tx, application, { name: checked });
}
