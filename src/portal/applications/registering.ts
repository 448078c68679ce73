/** *Environment access* → *Add new application* (PTL-101…103): who may register what, and what is told once. */
import type { OutputOf } from '../../environment/management/index.ts';
import { LocalRefusal } from '../../kernel/errors.ts';
import { access, require, type Visitor } from '../access/index.ts';
import type { AuditFact } from '../audit/index.ts';
import type { Portal } from '../portal.ts';
import type { AccessMode, Capability } from './access-mode.ts';
import { judgeName, type NameEnvironment, type NameFields, type NameVerdict } from './name.ts';
import type { ProductVersion, RegistrationGuard } from './product-version.ts';
import {
  type ApplicationRecord,
  dropRegistration,
  findRegistration,
  finishRegistration,
  insertRegistration,
  type Owner,
  type Registration,
} from './store.ts';

/** Environments applications are registered in; the sandbox takes none. */
export const REGISTERING_ENVIRONMENTS: readonly NameEnvironment[] = ['INT', 'DEP', 'PROD'];

export interface NewApplication {
  /** Drawn by the caller, so that a repeated request registers once; word for word the same, or it is another. */
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
 * @throws LocalRefusal 400 for a name that cannot be used or a capability that is missing, 403, 404, 409 for an AppID that was registered
 * otherwise or past the portal, or where access to the environment is not granted
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
  const asked: NewApplication = { ...wish, environment, name: wish.name.trim() };
  const registration = await begun(portal, guard, visitor, asked);
  const made = await registeredThere(portal, visitor, registration, asked);
  await finish(portal, visitor, registration, made.secret !== undefined);
  return { appId: wish.appId, apiKey: made.apiKey, ...(made.secret === undefined ? {} : { secret: made.secret }), name };
}

/**
 * Writes down who asks for what before the environment is asked, so that a registering that was broken off can be taken up again, and by nobody
 * else; a repeated one is found as it was.
 */
async function begun(portal: Portal, guard: RegistrationGuard, visitor: Visitor, asked: NewApplication): Promise<Registration> {
  const { appId, environment, accessMode, owner, productVersion, name } = asked;
  const found = await findRegistration(portal.store.db, appId);
  if (found !== undefined) refuseAnother(visitor, found, asked);
  // What is registered stays: only who is not through yet is asked what must hold.
  if (found === undefined || found.pending) await guard(portal.store.db, asked);
  if (found !== undefined) return found;
  const capability = capabilityIn(asked);
  const registration: Registration = {
    record: { appId, environment, accessMode, capability, owner, createdAt: portal.clock.realNow(), liveAt: undefined },
    pending: true,
    registration: portal.random.uuid(),
    wish: wishText(asked),
  };
  const isNew = await portal.store.transaction(async (tx) => {
    if (!(await insertRegistration(tx, registration))) return false;
    const detail = { name, accessMode, ...(capability === undefined ? {} : { capability }), ...productVersion };
    await portal.audit.record(tx, visitor, { ...factOf(registration.record, 'application.register'), detail });
    return true;
  });
  // Somebody came with the same AppID at the same moment.
  return isNew ? registration : begun(portal, guard, visitor, asked);
}

/** Only who may change an application repeats its registering, and word for word. Throws LocalRefusal 403, 409. */
function refuseAnother(visitor: Visitor, { record, wish }: Registration, asked: NewApplication): void {
  require(visitor, 'application.change', record.owner);
  if (record.environment !== asked.environment)
    throw new LocalRefusal(
      409,
      'app_id_taken',
      `The AppID ${record.appId} is one of ${record.environment}.`,
      'Begin again: each environment has its own AppID.',
    );
  const same =
    record.owner.accountId === asked.owner.accountId &&
    record.owner.teamId === asked.owner.teamId &&
    record.accessMode === asked.accessMode &&
    record.capability === capabilityIn(asked) &&
    (wish === undefined || wish === wishText(asked));
  if (!same)
    throw new LocalRefusal(
      409,
      'app_id_taken',
      `The AppID ${record.appId} was registered with another name, owner, access mode, capability or product.`,
      'Register with a new AppID; change what is registered on its own page.',
    );
}

function capabilityIn({ accessMode, capability }: NewApplication): Capability | undefined {
  return accessMode === 'user-restricted' ? undefined : capability;
}

/** What of a wish is not in the record. */
function wishText({ name, productVersion }: NewApplication): string {
  return JSON.stringify([name, productVersion?.product ?? null, productVersion?.version ?? null]);
}

function factOf({ appId, environment, owner }: ApplicationRecord, action: string): AuditFact {
  return { action, subject: `application ${appId}`, environment, about: owner };
}

/** Registers it in its environment, which alone knows whether the AppID is free; what it refuses leaves no trace but in the audit trail. */
async function registeredThere(
  portal: Portal,
  visitor: Visitor,
  { record, registration }: Registration,
  { appId, environment, accessMode, name }: NewApplication,
): Promise<OutputOf<'applications.register'>> {
  try {
    return await portal
      .environment(environment)
      .call('applications.register', { appId, name, accessMode, ...(registration === undefined ? {} : { registration }) });
  } catch (error) {
    // Where there was no answer it may have been done: that stays pending until it is asked again.
    if (!(error instanceof LocalRefusal) || error.status >= 500) throw error;
    const fact: AuditFact = { ...factOf(record, 'application.register.failed'), detail: { why: error.message } };
    await portal.store.transaction(async (tx) => {
      const dropped = registration !== undefined && (await dropRegistration(tx, appId, registration));
      if (dropped) await portal.audit.record(tx, visitor, fact);
    });
    throw error;
  }
}

/** It is its owner's from now on. That a secret is shown is written down before it is. */
async function finish(
  portal: Portal,
  visitor: Visitor,
  { record, pending, registration }: Registration,
  secretShown: boolean,
): Promise<void> {
  await portal.store.transaction(async (tx) => {
    if (pending && registration !== undefined) await finishRegistration(tx, record.appId, registration);
    if (secretShown) await portal.audit.record(tx, visitor, factOf(record, 'application.secret'));
  });
}
