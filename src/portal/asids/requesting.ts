/** ASIDs of applications (PTL-109…113): asked for by the owner, allocated and bound by the operator: at once outside production, where that part is simulated. */
import { allowListAttributes, hasAllowList } from '../../environment/management/asids.ts';
import type { ManagedEnvironment } from '../../environment/management/index.ts';
import { LocalRefusal } from '../../kernel/errors.ts';
import type { Db } from '../../kernel/store/store.ts';
import { type Action, require, type Visitor } from '../access/index.ts';
import { type ApplicationRecord, applications, capabilityOf, ersUse } from '../applications/index.ts';
import type { Automatic } from '../audit/index.ts';
import type { Portal } from '../portal.ts';
import { asidDisplayName } from './display-name.ts';
import { nextState } from './states.ts';
import { type AsidRequest, decideRequest, findRequest, insertRequest, requests } from './store.ts';

/** Who allocates outside production. */
const SERVICE_DESK: Automatic = { automatic: 'National service desk (simulated)' };

export interface AsidWish {
  readonly odsCode: string;
  /** Product name, for the display name. */
  readonly product: string;
  /** 12 digits; of an unattended application. */
  readonly actingUser?: string | undefined;
  /**
   * End-user organisations, where one ASID serves all of them (`perConnectingParty`): {@link odsCode} is the connecting party's own then.
   * Left out elsewhere.
   */
  readonly allowList?: readonly string[] | undefined;
}

/**
 * Asks for the ASID of an application: one for each application, for one organisation. In INT and DEP it is allocated and bound at once; in PROD
 * it waits for the operator.
 *
 * @throws LocalRefusal 400, 401, 403, 404 for an organisation the environment does not know, 409 when the application has one or has asked
 */
export async function requestAsid(portal: Portal, visitor: Visitor, appId: string, wish: AsidWish): Promise<AsidRequest> {
  const record = await portal.use(applications).permittedRecord(visitor, appId, 'asid.request');
  const use = ersUse(record.accessMode, record.capability);
  if (use === undefined)
    throw new LocalRefusal(409, 'capability_missing', 'The application has no capability.', 'Register another one with a capability.');
  checkWish(wish, record);
  await refuseSecond(portal, record);
  const managed = portal.environment(record.environment);
  const allowList = await allowListOf(managed, record, wish);
  const { name } = await managed.call('directory.organisation', { odsCode: wish.odsCode.toUpperCase() });
  const request: AsidRequest = {
    requestId: portal.random.uuid(),
    environment: record.environment,
    appId: record.appId,
    odsCode: wish.odsCode.toUpperCase(),
    organisation: name,
    product: wish.product.trim(),
    use,
    actingUser: record.accessMode === 'application-restricted' ? wish.actingUser : undefined,
    allowList,
    state: 'requested',
    asid: undefined,
    requestedAt: portal.clock.realNow(),
    decidedAt: undefined,
  };
  await portal.store.transaction(async (tx) => {
    await refuseWaiting(tx, record.appId);
    await insertRequest(tx, request);
    await portal.audit.record(tx, visitor, { ...fact(record, request), action: 'asid.request' });
  });
  return managed.production ? request : fulfil(portal, SERVICE_DESK, request);
}

function checkWish({ odsCode, product, actingUser }: AsidWish, { accessMode }: ApplicationRecord): void {
  if (!/^[A-Za-z0-9]{3,10}$/.test(odsCode))
    throw new LocalRefusal(
      400,
      'bad_ods_code',
      'An ODS code has 3 to 10 letters and digits.',
      'Give the code of the end-user organisation.',
    );
  if (product.trim() === '' || product.length > 100)
    throw new LocalRefusal(400, 'bad_product', 'Enter the product name, of 100 characters or fewer.');
  if (accessMode === 'application-restricted' && !/^\d{12}$/.test(actingUser ?? ''))
    throw new LocalRefusal(
      400,
      'bad_acting_user',
      'An unattended application acts with the user id of the senior responsible person: 12 digits.',
      'Ask the organisation who that is.',
    );
}

/** The organisations one ASID will serve; undefined where each has its own. Throws LocalRefusal 400 when they are missing, or too many. */
async function allowListOf(
  managed: ManagedEnvironment,
  { accessMode, environment }: ApplicationRecord,
  { allowList = [] }: AsidWish,
): Promise<readonly string[] | undefined> {
  const { asidModel } = await managed.call('environment.describe', {});
  const codes = [...new Set(allowList.map((each) => each.trim().toUpperCase()).filter((each) => each !== ''))];
  if (!hasAllowList(asidModel, accessMode)) {
    if (codes.length === 0) return undefined;
    throw new LocalRefusal(
      400,
      'allow_list',
      `An ASID of ${environment} is for one organisation here: it has no allow list.`,
      'Ask for one for each organisation, without a list.',
    );
  }
  if (codes.length === 0 || !codes.every((each) => /^[A-Z0-9]{3,10}$/.test(each)))
    throw new LocalRefusal(
      400,
      'allow_list',
      `One ASID serves all organisations in ${environment}: name those the application is for, as ODS codes.`,
      'Give the list of end-user organisations; the ASID itself is the connecting party’s.',
    );
  return codes;
}

async function refuseSecond(portal: Portal, record: ApplicationRecord): Promise<void> {
  const { application } = await portal.use(applications).look(record);
  if (application.status === 'revoked')
    throw new LocalRefusal(409, 'application_revoked', `The application ${application.name} is revoked.`, 'Register a new application.');
  if (application.asid !== undefined)
    throw new LocalRefusal(
      409,
      'application_has_asid',
      `The application is bound to the ASID ${application.asid}: one application, one ASID.`,
      'Register another application for another organisation, access mode or capability.',
    );
  await refuseWaiting(portal.store.db, record.appId);
}

async function refuseWaiting(db: Db, appId: string): Promise<void> {
  if ((await requests(db, { appIds: [appId], state: 'requested' })).length > 0)
    throw new LocalRefusal(409, 'asid_requested', 'An ASID is asked for already.', 'Wait for the operator, or withdraw the request.');
}

/** The operator allocates and binds what was asked for. Throws LocalRefusal 403, 404, 409. */
export async function allocate(portal: Portal, visitor: Visitor, requestId: string): Promise<AsidRequest> {
  require(visitor, 'asid.operate');
  return fulfil(portal, visitor, await requireRequest(portal, requestId));
}

/** The owner takes a request back that waits. Throws LocalRefusal 403, 404, 409. */
export async function withdraw(portal: Portal, visitor: Visitor, requestId: string): Promise<AsidRequest> {
  const request = await requireRequest(portal, requestId);
  const record = await portal.use(applications).permittedRecord(visitor, request.appId, 'asid.request');
  nextState(request.state, 'withdraw');
  const withdrawn: AsidRequest = { ...request, state: 'withdrawn', decidedAt: portal.clock.realNow() };
  await portal.store.transaction(async (tx) => {
    await decideRequest(tx, withdrawn, request.state);
    await portal.audit.record(tx, visitor, { ...fact(record, request), action: 'asid.withdraw' });
  });
  return withdrawn;
}

/** Allocates, binds, and sets what an unattended application acts by; each step may be repeated, so that a broken-off one is taken up again. */
export async function fulfil(portal: Portal, by: Visitor | Automatic, request: AsidRequest): Promise<AsidRequest> {
  nextState(request.state, 'allocate');
  const record = await requireRecord(portal, request.appId);
  const { environment, odsCode, organisation, product, use, requestId } = request;
  const managed = portal.environment(environment);
  const displayName = asidDisplayName(organisation, product, environment, use);
  const { asid } = await managed.call('asids.allocate', { requestId, odsCode, productName: product, displayName, services: ['ers'] });
  const done: AsidRequest = { ...request, state: 'allocated', asid, decidedAt: portal.clock.realNow() };
  await bind(portal, by, record, asid, request);
  await portal.store.transaction(async (tx) => {
    await decideRequest(tx, done, request.state);
    await portal.audit.record(tx, by, { ...fact(record, done), action: 'asid.allocate' });
  });
  return done;
}

/** Binds an ASID; an unattended application is told the organisation, the person and the capability it acts by. */
async function bind(
  portal: Portal,
  by: Visitor | Automatic,
  record: ApplicationRecord,
  asid: string,
  request: Pick<AsidRequest, 'odsCode' | 'actingUser' | 'use' | 'allowList'> | undefined,
): Promise<void> {
  const { appId } = record;
  await portal.use(applications).changeAs(by, record, {
    action: 'bindAsid',
    audited: 'asid.bind',
    detail: { asid },
    run: async (managed) => {
      await managed.call('applications.bindAsid', { appId, asid });
      if (request?.allowList !== undefined)
        await managed.call('applications.setAttributes', { appId, attributes: { ...allowListAttributes(request.allowList) } });
      if (request !== undefined && record.accessMode === 'application-restricted')
        await managed.call('applications.setAttributes', { appId, attributes: actingAttributes(request) });
    },
  });
}

function actingAttributes({ odsCode, actingUser, use }: Pick<AsidRequest, 'odsCode' | 'actingUser' | 'use'>): Record<string, string> {
  return {
    'app-restricted-ods-code': odsCode,
    ...(actingUser === undefined ? {} : { 'app-restricted-user-id': actingUser }),
    'app-restricted-business-function':
      capabilityOf(use) === 'referrer' ? 'REFERRER_AUTHORISED_APPLICATION' : 'PROVIDER_AUTHORISED_APPLICATION',
  };
}

/** The operator binds an ASID that is there. Throws LocalRefusal 400, 403, 404, 409 when either is bound elsewhere. */
export async function bindAsid(portal: Portal, visitor: Visitor, appId: string, asid: string): Promise<void> {
  const record = await portal.use(applications).permittedRecord(visitor, appId, 'asid.operate');
  if (!/^\d{12}$/.test(asid)) throw new LocalRefusal(400, 'bad_asid', 'An ASID has 12 digits.');
  const [request] = await requests(portal.store.db, { asid, environment: record.environment });
  if (request?.state === 'retired') nextState('retired', 'bind');
  await bind(portal, visitor, record, asid, request);
}

/** The operator takes the ASID off an application. Throws LocalRefusal 403, 404. */
export async function unbindAsid(portal: Portal, visitor: Visitor, appId: string): Promise<void> {
  const record = await portal.use(applications).permittedRecord(visitor, appId, 'asid.operate');
  await portal.use(applications).changeAs(visitor, record, {
    action: 'unbindAsid',
    audited: 'asid.unbind',
    run: (managed) => managed.call('applications.unbindAsid', { appId: record.appId }),
  });
}

/** Requests of an application the visitor may see, oldest first, with the ASIDs they led to. Throws LocalRefusal 401, 403, 404. */
export async function requestsOf(
  portal: Portal,
  visitor: Visitor,
  appId: string,
  action: Action = 'asid.see',
): Promise<readonly AsidRequest[]> {
  const record = await portal.use(applications).permittedRecord(visitor, appId, action);
  return requests(portal.store.db, { appIds: [record.appId] });
}

async function requireRequest(portal: Portal, requestId: string): Promise<AsidRequest> {
  const request = await findRequest(portal.store.db, requestId);
  if (request === undefined) throw new LocalRefusal(404, 'request_unknown', 'There is no such request.');
  return request;
}

async function requireRecord(portal: Portal, appId: string): Promise<ApplicationRecord> {
  const record = await portal.use(applications).record(portal.store.db, appId);
  if (record === undefined) throw new LocalRefusal(404, 'application_unknown', 'There is no such application.');
  return record;
}

function fact(record: ApplicationRecord, { asid, odsCode, use, requestId }: AsidRequest) {
  return {
    subject: asid === undefined ? `ASID request ${requestId}` : `ASID ${asid}`,
    environment: record.environment,
    about: { ...record.owner, odsCode },
    detail: { appId: record.appId, odsCode, use },
  };
}
