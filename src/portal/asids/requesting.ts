/** ASIDs of applications (PTL-109…113): asked for by the owner, allocated and bound by the operator: at once outside production, where that part is simulated. */
import { hasAllowList } from '../../environment/management/asids.ts';
import type { ManagedEnvironment } from '../../environment/management/index.ts';
import { LocalRefusal } from '../../kernel/errors.ts';
import type { Action, Visitor } from '../access/index.ts';
import { type ApplicationRecord, applications, ersUse } from '../applications/index.ts';
import type { Portal } from '../portal.ts';
import { carryOut, fact, newClaim, refuseUnfit, requireRequest, SERVICE_DESK } from './allocating.ts';
import { nextState, WAITING } from './states.ts';
import { type AsidRequest, askedAlready, decideRequest, insertRequest, requests } from './store.ts';

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
    state: managed.production ? 'requested' : 'allocating',
    asid: undefined,
    requestedAt: portal.clock.realNow(),
    decidedAt: undefined,
  };
  const claim = managed.production ? undefined : newClaim(portal);
  await portal.store.transaction(async (tx) => {
    await insertRequest(tx, request, claim);
    await portal.audit.record(tx, visitor, { ...fact(record, request), action: 'asid.request' });
  });
  return claim === undefined ? request : carryOut(portal, SERVICE_DESK, request.requestId, claim.claim);
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
  await refuseUnfit(portal, await portal.use(applications).look(record));
  if ((await requests(portal.store.db, { appIds: [record.appId], states: WAITING })).length > 0) throw askedAlready();
}

/** The owner takes a request back that waits. Throws LocalRefusal 403, 404, 409. */
export async function withdraw(portal: Portal, visitor: Visitor, requestId: string): Promise<AsidRequest> {
  const request = await requireRequest(portal, requestId);
  const record = await portal.use(applications).permittedRecord(visitor, request.appId, 'asid.request');
  nextState(request.state, 'withdraw');
  const withdrawn: AsidRequest = { ...request, state: 'withdrawn', decidedAt: portal.clock.realNow() };
  await portal.store.transaction(async (tx) => {
    await decideRequest(tx, withdrawn, request);
    await portal.audit.record(tx, visitor, { ...fact(record, request), action: 'asid.withdraw' });
  });
  return withdrawn;
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
