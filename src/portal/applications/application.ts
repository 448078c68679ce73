/** One application, as its owner works on it: what it is, how far it has come, and every change (PTL-103…108, PTL-116). */

import type { ManagedApplication } from '../../environment/management/applications.ts';
import type { ManagedEnvironment } from '../../environment/management/index.ts';
import { LocalRefusal } from '../../kernel/errors.ts';
import { type Action, may, require, type Visitor } from '../access/index.ts';
import { type Automatic, recorded } from '../audit/index.ts';
import type { Portal } from '../portal.ts';
import {
  ACTING_ATTRIBUTES,
  type ApplicationAction,
  type ApplicationFacts,
  type ApplicationState,
  type Missing,
  mayDo,
  missingFor,
  stateOf,
} from './states.ts';
import { type ApplicationRecord, findRecord, records } from './store.ts';

/** An application with how far it has come. */
export interface ViewedApplication {
  readonly record: ApplicationRecord;
  /** As its environment knows it. */
  readonly application: ManagedApplication;
  readonly state: ApplicationState;
  readonly missing: readonly Missing[];
}

type Products = Awaited<ReturnType<typeof productsOf>>;

export async function productsOf(managed: ManagedEnvironment) {
  return (await managed.call('applications.products', {})).products;
}

/** Applications the visitor may see, oldest first. Throws LocalRefusal 401. */
export async function listApplications(portal: Portal, visitor: Visitor, environment?: string): Promise<readonly ViewedApplication[]> {
  require(visitor, 'application.see');
  const all =
    visitor.role === 'supplier' ? { accountId: visitor.accountId ?? '', teamIds: visitor.teams.map((each) => each.teamId) } : undefined;
  const found = await records(portal.store.db, { environment, owners: all });
  const views: ViewedApplication[] = [];
  for (const managed of portal.environments) {
    const here = found.filter((each) => each.environment === managed.id);
    if (here.length === 0) continue;
    const { applications } = await managed.call('applications.list', { appIds: here.map((each) => each.appId) });
    const products = await productsOf(managed);
    for (const record of here) {
      const application = applications.find((each) => each.appId === record.appId);
      if (application !== undefined) views.push(viewed(record, application, products, managed.production));
    }
  }
  return views;
}

/** Applications of an environment that were made past the portal, by an operator's command. Throws LocalRefusal 403. */
export async function applicationsPastThePortal(
  portal: Portal,
  visitor: Visitor,
  environment: string,
): Promise<readonly ManagedApplication[]> {
  require(visitor, 'application.operate');
  const known = new Set((await records(portal.store.db, { environment })).map((each) => each.appId));
  const { applications } = await portal.environment(environment).call('applications.list', {});
  return applications.filter((each) => !known.has(each.appId));
}

/** The record of an application the visitor may do something to. Throws LocalRefusal 401, 403, 404. */
export async function permittedRecord(portal: Portal, visitor: Visitor, appId: string, action: Action): Promise<ApplicationRecord> {
  if (visitor.role === 'anyone') require(visitor, action);
  const record = await findRecord(portal.store.db, appId.toLowerCase());
  // Who may not see an application is not told that it is there.
  if (record === undefined || !may(visitor, 'application.see', record.owner))
    throw new LocalRefusal(404, 'application_unknown', 'There is no such application.', 'See /environment-access for yours.');
  require(visitor, action, record.owner);
  return record;
}

/** Throws LocalRefusal 401, 404. */
export async function viewApplication(portal: Portal, visitor: Visitor, appId: string): Promise<ViewedApplication> {
  return look(portal, await permittedRecord(portal, visitor, appId, 'application.see'));
}

/** An application whose record is at hand, with its state. */
export async function look(portal: Portal, record: ApplicationRecord): Promise<ViewedApplication> {
  const managed = portal.environment(record.environment);
  const application = await managed.call('applications.view', { appId: record.appId });
  return viewed(record, application, await productsOf(managed), managed.production);
}

function viewed(record: ApplicationRecord, application: ManagedApplication, products: Products, production: boolean): ViewedApplication {
  const facts = factsOf(record, application, products, production);
  return { record, application, state: stateOf(facts), missing: missingFor(facts) };
}

function factsOf(record: ApplicationRecord, application: ManagedApplication, products: Products, production: boolean): ApplicationFacts {
  const [subscription] = application.subscriptions;
  const product = products.find((each) => each.name === subscription?.product);
  const acting = record.accessMode === 'application-restricted' ? ACTING_ATTRIBUTES : [];
  return {
    production,
    registered: true,
    product: subscription?.status ?? 'none',
    callbackRequired: product?.callbackRequired ?? false,
    callbackUrl: application.callbackUrl !== undefined,
    keys: application.kids.length > 0 || application.jwksUrl !== undefined,
    asid: application.asid !== undefined,
    missingAttributes: acting.filter((name) => application.attributes[name] === undefined),
    confirmedLive: application.stage === 'live',
    suspended: application.status === 'suspended',
    revoked: application.status === 'revoked',
  };
}

/** A change of an application: what it is called in the rules and in the audit trail. */
export interface Change {
  readonly action: ApplicationAction;
  /** In the audit trail: `application.rename`. */
  readonly audited: string;
  readonly detail?: Readonly<Record<string, unknown>>;
  /** What is asked of the environment. May be repeated. */
  readonly run: (managed: ManagedEnvironment, before: ManagedApplication) => Promise<unknown>;
}

/**
 * Makes a change that the visitor may make, in the state the application is in; it is written down first.
 *
 * @throws LocalRefusal 401, 403, 404; 409 when it cannot be done now; and what the environment refuses
 */
export async function change(
  portal: Portal,
  visitor: Visitor,
  appId: string,
  permission: Action,
  { run, ...what }: Change,
): Promise<ViewedApplication> {
  const record = await permittedRecord(portal, visitor, appId, permission);
  return changeAs(portal, visitor, record, { run, ...what });
}

/** The same for who has been checked before: another part of the portal, or a simulated operator. */
export async function changeAs(
  portal: Portal,
  by: Visitor | Automatic,
  record: ApplicationRecord,
  { action, audited, detail, run }: Change,
): Promise<ViewedApplication> {
  const before = await look(portal, record);
  refuseInState(action, before);
  const fact = {
    action: audited,
    subject: `application ${record.appId}`,
    environment: record.environment,
    about: record.owner,
    ...(detail === undefined ? {} : { detail }),
  };
  await recorded(portal, by, fact, () => run(portal.environment(record.environment), before.application));
  return look(portal, record);
}

/** Throws LocalRefusal 409 when it cannot be done while the application is as it is. */
export function refuseInState(action: ApplicationAction, { application, state }: ViewedApplication): void {
  if (mayDo(action, state)) return;
  const held = application.subscriptions[0]?.product;
  if (action === 'addApi' && held !== undefined && state !== 'suspended' && state !== 'revoked')
    throw new LocalRefusal(
      409,
      'one_api',
      `The application ${application.name} has the API ${held}: an application has one.`,
      'Register another application for another API or access mode.',
    );
  throw new LocalRefusal(
    409,
    'not_in_this_state',
    `This cannot be done while the application is ${state === 'revoked' || state === 'suspended' ? state : `at "${state}"`}.`,
    state === 'suspended'
      ? 'An operator can resume it.'
      : state === 'revoked'
        ? 'Register a new application.'
        : 'See what is next on its page.',
  );
}
