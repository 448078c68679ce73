/** The application register: what operators, the portal and the command line do to applications. Every operation may be repeated. */
import { LocalRefusal } from '../../kernel/errors.ts';
import type { Db } from '../../kernel/store/store.ts';
import { newKey } from './api-keys.ts';
import {
  type ApiKey,
  type Application,
  type ApplicationStatus,
  type LiveStage,
  type Subscription,
  visibleAttributes,
} from './application.ts';
import { kidsOf } from './jwks.ts';
import { applicationToChange, requireApplication } from './known-application.ts';
import type { AccessMode } from './products.ts';
import {
  type AcceptedKeySource,
  acceptKeySource,
  checkAsid,
  checkAttributes,
  checkBinding,
  checkCallbackUrl,
  checkName,
  checkOneProduct,
  chooseProduct,
  type KeySource,
  newSubscription,
} from './registration.ts';
import {
  allApplications,
  allKeys,
  changeApplication,
  findApplication,
  findByAsid,
  forgetJwks,
  insertApplication,
  keysOf,
} from './store/applications.ts';
import type { GatewayWorld } from './world.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** A request to register an application. */
export interface Registration {
  /** The caller's own id, so that a repeated request finds what the first one made. */
  readonly appId?: string;
  /** Whose registering it is: drawn by a caller who is not alone in choosing AppIDs. Another one’s application is not theirs to repeat. */
  readonly registration?: string;
  readonly name: string;
  readonly accessMode: AccessMode;
  /** The only product of the access mode when absent. */
  readonly productName?: string;
  readonly callbackUrl?: string;
  readonly asid?: string;
  readonly attributes?: Readonly<Record<string, string>>;
  readonly keys?: KeySource;
  /** Registers without a product; one is subscribed to later (PTL-104). */
  readonly withoutProduct?: true;
  /** Approves the product in production too: the operator's override. */
  readonly approve?: boolean;
}

/** An application as shown: no secrets. */
export interface ApplicationView {
  readonly appId: string;
  readonly name: string;
  readonly environment: string;
  readonly accessMode: AccessMode;
  readonly status: ApplicationStatus;
  readonly callbackUrl?: string;
  readonly subscriptions: readonly Subscription[];
  readonly stage: LiveStage;
  readonly asid?: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** The public keys hosted here, and their names. */
  readonly jwks?: unknown;
  readonly kids: readonly string[];
  readonly jwksUrl?: string;
  readonly keys: readonly { readonly apiKey: string; readonly status: 'approved' | 'revoked'; readonly createdAt: number }[];
  readonly createdAt: number;
}

export interface RegisteredApplication {
  readonly appId: string;
  readonly apiKey: string;
  /** Absent when the application was there already: it was told then. */
  readonly secret?: string;
  readonly kids: readonly string[];
  readonly warnings: readonly string[];
  readonly subscriptions: readonly Subscription[];
}

/**
 * Registers an application with its first key, and its keys, product and ASID when given. With an `appId` that is there already it
 * changes nothing and gives what is known.
 *
 * @throws LocalRefusal 400 for what the rules forbid, 409 for an ASID bound elsewhere, or an id taken by another kind of application or another's registering
 */
export async function registerApplication(world: GatewayWorld, tx: Db, registration: Registration): Promise<RegisteredApplication> {
  const appId = registration.appId?.toLowerCase() ?? world.random.uuid();
  if (!UUID.test(appId)) throw new LocalRefusal(400, 'bad_app_id', `"${appId.slice(0, 60)}" cannot be an AppID.`, 'An AppID is a UUID.');
  const existing = await findApplication(tx, appId);
  if (existing !== undefined) return registeredBefore(tx, existing, registration);
  const application = newApplication(world, appId, registration);
  if (!(await insertApplication(tx, application.application)))
    return registeredBefore(tx, await requireApplication(tx, appId), registration);
  const { apiKey, secret } = await newKey(world, tx, appId);
  if (registration.asid !== undefined) await bindAsid(world, tx, appId, registration.asid);
  return {
    appId,
    apiKey,
    secret,
    kids: application.keys.kids,
    warnings: application.keys.warnings,
    subscriptions: application.application.subscriptions,
  };
}

const NO_KEYS: AcceptedKeySource = { jwks: undefined, jwksUrl: undefined, kids: [], warnings: [] };

function newApplication(
  world: GatewayWorld,
  appId: string,
  registration: Registration,
): { readonly application: Application; readonly keys: AcceptedKeySource } {
  const { name, accessMode, callbackUrl } = registration;
  const product = registration.withoutProduct === true ? undefined : chooseProduct(world.products, accessMode, registration.productName);
  if (product?.callbackRequired === true && callbackUrl === undefined)
    throw new LocalRefusal(400, 'callback_missing', `The product ${product.name} needs a callback URL.`, 'Give callbackUrl.');
  if (callbackUrl !== undefined) checkCallbackUrl(callbackUrl);
  checkAttributes(registration.attributes ?? {});
  const keys = registration.keys === undefined ? NO_KEYS : acceptKeySource(registration.keys);
  const application: Application = {
    appId,
    name: checkName(name),
    accessMode,
    status: 'approved',
    callbackUrl,
    subscriptions: product === undefined ? [] : [newSubscription(product, world.environment.production, registration.approve === true)],
    attributes: registration.attributes ?? {},
    asid: undefined,
    jwks: keys.jwks,
    jwksUrl: keys.jwksUrl,
    // Production opens at go-live; an operator who registers past the reviewers opens it at once.
    stage: world.environment.production && registration.approve !== true ? 'not-live' : 'live',
    registration: registration.registration,
    createdAt: world.clock.realNow(),
  };
  return { application, keys };
}

async function registeredBefore(tx: Db, existing: Application, registration: Registration): Promise<RegisteredApplication> {
  if (existing.registration !== registration.registration || existing.accessMode !== registration.accessMode)
    throw new LocalRefusal(
      409,
      'app_id_taken',
      existing.registration === registration.registration
        ? `The AppID ${existing.appId} belongs to a ${existing.accessMode} application.`
        : `The AppID ${existing.appId} is taken.`,
      'Register a new application.',
    );
  const keys = await keysOf(tx, existing.appId);
  const newest = keys.filter((key) => key.status === 'approved').at(-1) ?? keys.at(-1);
  if (newest === undefined) throw new Error(`application ${existing.appId} has no key`);
  return { appId: existing.appId, apiKey: newest.apiKey, kids: kidsIn(existing), warnings: [], subscriptions: existing.subscriptions };
}

/** Registers public keys in place of those before. Throws LocalRefusal 400 for a set that may not be registered, 404. */
export async function setJwks(
  tx: Db,
  appId: string,
  source: KeySource,
): Promise<{ readonly kids: readonly string[]; readonly warnings: readonly string[] }> {
  const application = await applicationToChange(tx, appId);
  const keys = acceptKeySource(source);
  await changeApplication(tx, application, { jwks: keys.jwks, jwksUrl: keys.jwksUrl });
  if (keys.jwksUrl !== undefined && keys.jwksUrl !== application.jwksUrl) await forgetJwks(tx, keys.jwksUrl);
  return { kids: keys.kids, warnings: keys.warnings };
}

/** Binds a registered ASID, one to one in both directions. Throws LocalRefusal 400, 404, 409. */
export async function bindAsid({ asids }: Pick<GatewayWorld, 'asids'>, tx: Db, appId: string, asid: string): Promise<void> {
  checkAsid(asid);
  if ((await asids.accreditedSystem(tx, asid)) === undefined)
    throw new LocalRefusal(
      404,
      'asid_unknown',
      `The directory of this environment has no accredited system ${asid}.`,
      'Register the system first (endpoint registration), or let one be allocated.',
    );
  const application = await applicationToChange(tx, appId);
  checkBinding(application, asid, await findByAsid(tx, asid));
  if (application.asid !== asid) await changeApplication(tx, application, { asid });
}

/** Takes the ASID off an application; nothing happens when it has none. Throws LocalRefusal 404. */
export async function unbindAsid(tx: Db, appId: string): Promise<void> {
  const application = await applicationToChange(tx, appId);
  if (application.asid !== undefined) await changeApplication(tx, application, { asid: undefined });
}

/** Sets attributes; null removes one, others stay. Throws LocalRefusal 400, 404. */
export async function setAttributes(
  tx: Db,
  appId: string,
  changes: Readonly<Record<string, string | null>>,
): Promise<Readonly<Record<string, string>>> {
  const application = await applicationToChange(tx, appId);
  checkAttributes(Object.fromEntries(Object.entries(changes).map(([name, value]) => [name, value ?? ''])));
  const merged = Object.entries({ ...application.attributes, ...changes }).filter((entry): entry is [string, string] => entry[1] !== null);
  const attributes = Object.fromEntries(merged);
  await changeApplication(tx, application, { attributes });
  return visibleAttributes(attributes, application.asid);
}

/** Changes the one callback URL. Throws LocalRefusal 400, 404. */
export async function setCallbackUrl(tx: Db, appId: string, callbackUrl: string): Promise<void> {
  const application = await applicationToChange(tx, appId);
  checkCallbackUrl(callbackUrl);
  await changeApplication(tx, application, { callbackUrl });
}

/**
 * Subscribes an application to a product; approved at once but in production, unless the operator says so.
 *
 * @throws LocalRefusal 400, 404, and 409 for a second product: one API per application (PTL-105)
 */
export async function subscribe(
  world: GatewayWorld,
  tx: Db,
  appId: string,
  productName: string,
  approve = false,
): Promise<readonly Subscription[]> {
  const application = await applicationToChange(tx, appId);
  const product = chooseProduct(world.products, application.accessMode, productName);
  if (application.subscriptions.some((each) => each.product === productName)) return application.subscriptions;
  checkOneProduct(application, product);
  if (product.callbackRequired && application.callbackUrl === undefined)
    throw new LocalRefusal(400, 'callback_missing', `The product ${product.name} needs a callback URL.`, 'Set the callback URL first.');
  const subscriptions = [...application.subscriptions, newSubscription(product, world.environment.production, approve)];
  await changeApplication(tx, application, { subscriptions });
  return subscriptions;
}

/** Approves a pending subscription; `override` says that an operator did it past the reviewers. Throws LocalRefusal 404 when the application has not asked for the product. */
export async function approveProduct(tx: Db, appId: string, productName: string, override = false): Promise<readonly Subscription[]> {
  const application = await applicationToChange(tx, appId);
  if (!application.subscriptions.some((each) => each.product === productName))
    throw new LocalRefusal(
      404,
      'subscription_unknown',
      `The application ${application.name} has not asked for the product ${productName}.`,
    );
  const subscriptions = application.subscriptions.map(
    (each): Subscription =>
      each.product === productName && each.status !== 'approved'
        ? { product: each.product, status: 'approved', ...(override ? { override } : {}) }
        : each,
  );
  await changeApplication(tx, application, { subscriptions });
  return subscriptions;
}

/** Says how far an application may go in production (PTL-119). Throws LocalRefusal 404. */
export async function setStage(tx: Db, appId: string, stage: LiveStage): Promise<void> {
  const application = await applicationToChange(tx, appId);
  if (application.stage !== stage) await changeApplication(tx, application, { stage });
}

/** Makes the next assertion read the key set of the application's URL anew. Throws LocalRefusal 404. */
export async function forgetJwksCache(tx: Db, appId: string): Promise<{ readonly forgotten: boolean }> {
  const { jwksUrl } = await requireApplication(tx, appId);
  return { forgotten: jwksUrl !== undefined && (await forgetJwks(tx, jwksUrl)) };
}

/** Everything that may be shown of an application. Throws LocalRefusal 404. */
export async function viewApplication(world: GatewayWorld, db: Db, appId: string): Promise<ApplicationView> {
  const application = await requireApplication(db, appId);
  return viewOf(world, application, await keysOf(db, application.appId));
}

/** All applications, oldest first. */
export async function listApplications(world: GatewayWorld, db: Db): Promise<readonly ApplicationView[]> {
  const keys = await allKeys(db);
  return (await allApplications(db)).map((application) => viewOf(world, application, keys.get(application.appId) ?? []));
}

function viewOf(world: GatewayWorld, application: Application, keys: readonly ApiKey[]): ApplicationView {
  const { appId, name, accessMode, status, stage, callbackUrl, asid, jwksUrl } = application;
  return {
    appId,
    name,
    environment: world.environment.id,
    accessMode,
    status,
    stage,
    ...(callbackUrl === undefined ? {} : { callbackUrl }),
    subscriptions: application.subscriptions,
    ...(asid === undefined ? {} : { asid }),
    attributes: visibleAttributes(application.attributes, asid),
    ...(application.jwks === undefined ? {} : { jwks: keySetIn(application) }),
    kids: kidsIn(application),
    ...(jwksUrl === undefined ? {} : { jwksUrl }),
    keys: keys.map((key) => ({ apiKey: key.apiKey, status: key.status, createdAt: key.createdAt })),
    createdAt: application.createdAt,
  };
}

function keySetIn(application: Application): unknown {
  return application.jwks === undefined ? undefined : JSON.parse(application.jwks);
}

function kidsIn(application: Application): readonly string[] {
  return kidsOf(keySetIn(application));
}
