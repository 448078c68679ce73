/** The application an operation is about: to look at, or held to be changed. */
import { LocalRefusal } from '../../kernel/errors.ts';
import type { Db } from '../../kernel/store/store.ts';
import type { Application, HeldApplication } from './application.ts';
import { findApplication, holdApplication } from './store/applications.ts';

/** The application, or LocalRefusal 404. */
export async function requireApplication(db: Db, appId: string): Promise<Application> {
  return known(await findApplication(db, appId.toLowerCase()), appId);
}

/** The application, held until the transaction ends, or LocalRefusal 404. Whoever changes one begins with this: of two at once one waits. */
export async function applicationToChange(tx: Db, appId: string): Promise<HeldApplication> {
  return known(await holdApplication(tx, appId.toLowerCase()), appId);
}

function known<Known extends Application>(application: Known | undefined, appId: string): Known {
  if (application === undefined)
    throw new LocalRefusal(
      404,
      'application_unknown',
      `This environment has no application ${appId.slice(0, 60)}.`,
      'List them: localspine app list. An application exists in one environment only.',
    );
  return application;
}

/** Throws LocalRefusal 409 for a revoked application: nothing brings it back. */
export function refuseRevoked(application: Application): void {
  if (application.status === 'revoked')
    throw new LocalRefusal(409, 'application_revoked', `The application ${application.name} is revoked.`, 'Register a new application.');
}
