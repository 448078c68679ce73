/** *Environment access* → *Add new application* (PTL-101…103): who may register what, and what is told once. */
import { LocalRefusal } from '../../kernel/errors.ts';
import { access, require, type Visitor } from '../access/index.ts';
import type { Portal } from '../portal.ts';
import type { AccessMode, Capability } from './access-mode.ts';
import { judgeName, type NameEnvironment, type NameFields, type NameVerdict } from './name.ts';
import type { ProductVersion, RegistrationGuard } from './product-version.ts';
import { findRecord, insertRecord, type Owner } from './store.ts';

/** Environments applications are registered in; the sandbox takes none. */
export const REGISTERING_ENVIRONMENTS: readonly NameEnvironment[] = ['INT', 'DEP', 'PROD'];

export interface NewApplication {
  /** Drawn by the caller, so that a repeated request registers once. */
  readonly appId: string;
  readonly environment: NameEnvironment;
  readonly owner: Owner;
  readonly accessMode: AccessMode;
  readonly capability?: Capability | undefined;
  readonly name: string;
  /** The product version it belongs to: needed where an environment is opened for one (DEP). */
  readonly productVersion?: ProductVersion | undefined;
  /** The fields the name was built of. */
  readonly fields?: Partial<NameFields>;
  /** Judges the name strictly: a fault refuses it. */
  readonly strict?: boolean;
}

export interface Registered {
  readonly appId: string;
  readonly apiKey: string;
  /** Absent when the application was registered before: it was told then. */
  readonly secret?: string;
  readonly name: NameVerdict;
}

/** The environment, if applications can be registered in it. Throws LocalRefusal 400, or 404 when it is not open here. */
export function registeringEnvironment(portal: Portal, id: string): NameEnvironment {
  const found = REGISTERING_ENVIRONMENTS.find((each) => each === id.toUpperCase());
  if (found === undefined)
    throw new LocalRefusal(
      400,
      'no_applications_here',
      `${id.slice(0, 20).toUpperCase()} takes no applications.`,
      `Applications are registered in ${REGISTERING_ENVIRONMENTS.join(', ')}.`,
    );
  portal.environment(found);
  return found;
}

/** Environments that are open here and take applications. */
export function openEnvironments(portal: Portal): readonly { readonly id: NameEnvironment; readonly title: string }[] {
  return REGISTERING_ENVIRONMENTS.flatMap((id) => {
    const found = portal.environments.find((each) => each.id === id);
    return found === undefined ? [] : [{ id, title: found.title }];
  });
}

/** What the name of a new application is compared with. */
export async function verdictOnName(portal: Portal, wish: Omit<NewApplication, 'appId'>): Promise<NameVerdict> {
  const supplier = wish.owner.teamId === undefined ? undefined : await portal.use(access).ownerName(portal.store.db, wish.owner);
  const { environment, accessMode, fields, strict } = wish;
  const context = { environment, accessMode, ...(supplier === undefined ? {} : { supplier }) };
  return judgeName(wish.name, context, strict === true ? 'strict' : 'guidance', fields);
}

/**
 * Registers an application: this makes its AppID, API key and secret. An application of another environment plays no part: each has its own.
 *
 * @throws LocalRefusal 400 for a name that cannot be used or a capability that is missing, 403, 404, 409 for an AppID of another owner, or where
 * access to the environment is not granted
 */
export async function registerApplication(
  portal: Portal,
  guard: RegistrationGuard,
  visitor: Visitor,
  wish: NewApplication,
): Promise<Registered> {
  require(visitor, 'application.register', wish.owner);
  const environment = registeringEnvironment(portal, wish.environment);
  if (wish.accessMode === 'application-restricted' && wish.capability === undefined)
    throw new LocalRefusal(
      400,
      'capability_missing',
      'An application-restricted application is for one capability.',
      'Choose referrer or provider; register another application for the other.',
    );
  const name = await verdictOnName(portal, wish);
  const [error] = name.faults.filter((each) => each.severity === 'error');
  if (error !== undefined)
    throw new LocalRefusal(400, 'bad_name', error.why, name.suggestion === undefined ? error.fix : `Use "${name.suggestion}".`);
  // A repeated request is answered as it was: what is registered stays.
  if (!(await repeats(portal, visitor, wish))) await guard(portal.store.db, { ...wish, environment });
  const made = await portal
    .environment(environment)
    .call('applications.register', { appId: wish.appId, name: wish.name.trim(), accessMode: wish.accessMode });
  await keep(portal, visitor, { ...wish, environment }, made.secret !== undefined);
  return { appId: wish.appId, apiKey: made.apiKey, ...(made.secret === undefined ? {} : { secret: made.secret }), name };
}

/** Whether the AppID is there already; it must be this visitor's to repeat. */
async function repeats(portal: Portal, visitor: Visitor, { appId, environment }: NewApplication): Promise<boolean> {
  const record = await findRecord(portal.store.db, appId);
  if (record === undefined) return false;
  require(visitor, 'application.change', record.owner);
  if (record.environment !== environment)
    throw new LocalRefusal(
      409,
      'app_id_taken',
      `The AppID ${appId} is one of ${record.environment}.`,
      'Begin again: each environment has its own AppID.',
    );
  return true;
}

async function keep(portal: Portal, visitor: Visitor, wish: NewApplication, secretShown: boolean): Promise<void> {
  const { appId, environment, accessMode, owner, productVersion } = wish;
  const capability = accessMode === 'user-restricted' ? undefined : wish.capability;
  await portal.store.transaction(async (tx) => {
    const isNew = await insertRecord(tx, {
      appId,
      environment,
      accessMode,
      capability,
      owner,
      createdAt: portal.clock.realNow(),
      liveAt: undefined,
    });
    const subject = `application ${appId}`;
    if (isNew)
      await portal.audit.record(tx, visitor, {
        action: 'application.register',
        subject,
        environment,
        about: owner,
        detail: { name: wish.name.trim(), accessMode, ...(capability === undefined ? {} : { capability }), ...productVersion },
      });
    if (secretShown) await portal.audit.record(tx, visitor, { action: 'application.secret', subject, environment, about: owner });
  });
}
