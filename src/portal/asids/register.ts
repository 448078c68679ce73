/** The ASIDs there are: who may see which, which services share them, and their end (path-to-live.md §3.6). */
import type { ManagedAsid } from '../../environment/management/asids.ts';
import { LocalRefusal } from '../../kernel/errors.ts';
import { may, require, type Visitor } from '../access/index.ts';
import { type ApplicationRecord, applications, type NameEnvironment } from '../applications/index.ts';
import type { Portal } from '../portal.ts';
import { actForNobody } from './binding.ts';
import type { SharingVerdict } from './sharing-matrix.ts';
import { type AsidState, asidState, WAITING } from './states.ts';
import { type AsidRequest, decideRequest, requests } from './store.ts';

export const ASID_ENVIRONMENTS: readonly NameEnvironment[] = ['INT', 'DEP', 'PROD'];

export interface ListedAsid {
  readonly environment: NameEnvironment;
  readonly asid: ManagedAsid;
  readonly state: AsidState;
  /** Undefined for one that was not asked for here. */
  readonly request: AsidRequest | undefined;
}

/**
 * ASIDs the visitor may see: their own applications', those of the organisation they speak for, or all. Retired ones are told by their request.
 *
 * @throws LocalRefusal 401
 */
export async function listAsids(
  portal: Portal,
  visitor: Visitor,
  environment?: NameEnvironment,
): Promise<{ readonly asids: readonly ListedAsid[]; readonly waiting: readonly AsidRequest[]; readonly retired: readonly AsidRequest[] }> {
  require(visitor, 'asid.see');
  const own = visitor.role === 'supplier' ? await portal.use(applications).list(visitor, environment) : undefined;
  const asked = await visibleRequests(
    portal,
    visitor,
    environment,
    own?.map((each) => each.record.appId),
  );
  const asids: ListedAsid[] = [];
  for (const id of ASID_ENVIRONMENTS) {
    const managed = portal.environments.find((each) => each.id === id);
    if (managed === undefined || (environment !== undefined && environment !== id)) continue;
    const here = asked.filter((each) => each.environment === id && each.asid !== undefined);
    const bound = own?.filter((each) => each.record.environment === id).flatMap((each) => each.application.asid ?? []) ?? [];
    const filter =
      visitor.role === 'supplier'
        ? { asids: [...new Set([...here.flatMap((each) => each.asid ?? []), ...bound])] }
        : visitor.role === 'euo'
          ? { odsCode: visitor.odsCode ?? '-' }
          : {};
    for (const asid of (await managed.call('asids.list', filter)).asids)
      asids.push({
        environment: id,
        asid,
        state: asidState('allocated', asid.boundTo !== undefined),
        request: here.find((each) => each.asid === asid.asid),
      });
  }
  // Who has got one, or got it in another way, on the road to go-live, waits no more.
  const served = new Set(asids.flatMap((each) => each.asid.boundTo?.appId ?? []));
  return {
    asids,
    waiting: asked.filter((each) => WAITING.includes(each.state) && !served.has(each.appId)),
    retired: asked.filter((each) => each.state === 'retired'),
  };
}

async function visibleRequests(
  portal: Portal,
  visitor: Visitor,
  environment: string | undefined,
  ownAppIds: readonly string[] | undefined,
): Promise<readonly AsidRequest[]> {
  if (visitor.role === 'euo') return requests(portal.store.db, { environment, odsCode: visitor.odsCode ?? '-' });
  return requests(portal.store.db, { environment, appIds: ownAppIds });
}

/** One ASID, with what may join it and why. Throws LocalRefusal 401, 404. */
export async function viewAsid(
  portal: Portal,
  visitor: Visitor,
  environment: NameEnvironment,
  asid: string,
): Promise<
  ListedAsid & {
    readonly sharing: readonly { readonly id: string; readonly title: string; readonly held: boolean; readonly verdict: SharingVerdict }[];
  }
> {
  const found = await visible(portal, visitor, environment, asid);
  const { services } = await portal.environment(environment).call('asids.sharing', { held: found.asid.services });
  return {
    ...found,
    sharing: services.map(({ id, title, held, verdict }) => ({
      id,
      title,
      held,
      verdict: held ? { answer: 'yes', why: 'The ASID serves it.' } : verdict,
    })),
  };
}

interface Visible extends ListedAsid {
  /** Of the application it was asked for, or is bound to. */
  readonly record: ApplicationRecord | undefined;
}

async function visible(portal: Portal, visitor: Visitor, environment: NameEnvironment, asid: string): Promise<Visible> {
  require(visitor, 'asid.see');
  const [request] = await requests(portal.store.db, { asid, environment });
  const named = /^\d{12}$/.test(asid) ? await portal.environment(environment).call('asids.list', { asids: [asid] }) : { asids: [] };
  const [found] = named.asids;
  const appId = found?.boundTo?.appId ?? request?.appId;
  const record = appId === undefined ? undefined : await portal.use(applications).record(portal.store.db, appId);
  if (found === undefined || !may(visitor, 'asid.see', { ...record?.owner, odsCode: found.odsCode }))
    throw new LocalRefusal(404, 'asid_unknown', 'There is no such ASID.', 'A retired ASID is not there any more. See /asids.');
  return { environment, asid: found, state: asidState('allocated', found.boundTo !== undefined), request, record };
}

/**
 * Lets an ASID serve one service more, by the sharing matrix. Outside production its owner does it, in production the operator.
 *
 * @param confirmed a pair nobody has ruled on is joined only when the caller says they know
 * @throws LocalRefusal 403, 404; 409 with the reason for a pair that may not share
 */
export async function joinService(
  portal: Portal,
  visitor: Visitor,
  {
    environment,
    asid,
    service,
    confirmed,
  }: { readonly environment: NameEnvironment; readonly asid: string; readonly service: string; readonly confirmed: boolean },
): Promise<ManagedAsid> {
  const found = await visible(portal, visitor, environment, asid);
  const { record } = found;
  require(visitor, environment === 'PROD' || record === undefined ? 'asid.operate' : 'asid.request', record?.owner);
  if (found.asid.services.includes(service)) return found.asid;
  const managed = portal.environment(environment);
  const { wanted } = await managed.call('asids.sharing', { held: found.asid.services, wanted: service });
  if (wanted?.answer === 'warn' && !confirmed)
    throw new LocalRefusal(409, 'sharing_unsaid', wanted.why, 'Confirm that you want it all the same.');
  // Only an operator says for everybody that a service without a rule was asked about.
  const asked = confirmed && may(visitor, 'asid.operate');
  const joined = await managed.call('asids.join', { asid, service, confirmed: asked });
  await portal.store.transaction((tx) =>
    portal.audit.record(tx, visitor, {
      action: 'asid.join',
      subject: `ASID ${asid}`,
      environment,
      about: { ...record?.owner, odsCode: found.asid.odsCode },
      detail: { service, answer: wanted?.answer },
    }),
  );
  return joined;
}

/**
 * Retires an ASID for good: its application has none then and acts for nobody, and the number is not used again. May be repeated until the portal
 * knows of it too. Throws LocalRefusal 403, 404.
 */
export async function retireAsid(portal: Portal, visitor: Visitor, environment: NameEnvironment, asid: string): Promise<void> {
  require(visitor, 'asid.operate');
  const { request, record, odsCode, boundTo } = await retiring(portal, visitor, environment, asid);
  const managed = portal.environment(environment);
  await managed.call('asids.retire', { asid });
  const appId = boundTo ?? request?.appId;
  if (appId !== undefined) await actForNobody(managed, appId);
  await portal.store.transaction(async (tx) => {
    if (request !== undefined) await decideRequest(tx, { ...request, state: 'retired', decidedAt: portal.clock.realNow() }, request);
    await portal.audit.record(tx, visitor, {
      action: 'asid.retire',
      subject: `ASID ${asid}`,
      environment,
      about: { ...record?.owner, odsCode },
      detail: boundTo === undefined ? {} : { wasBoundTo: boundTo },
    });
  });
}

/** An ASID that is to be retired: in use, or retired in its environment by an attempt that the portal did not get to the end of. */
async function retiring(
  portal: Portal,
  visitor: Visitor,
  environment: NameEnvironment,
  asid: string,
): Promise<Pick<Visible, 'request' | 'record'> & { readonly odsCode: string; readonly boundTo: string | undefined }> {
  try {
    const { request, record, asid: found } = await visible(portal, visitor, environment, asid);
    return { request, record, odsCode: found.odsCode, boundTo: found.boundTo?.appId };
  } catch (error) {
    const [request] = await requests(portal.store.db, { asid, environment });
    if (!(error instanceof LocalRefusal) || error.code !== 'asid_unknown' || request?.state !== 'allocated') throw error;
    const record = await portal.use(applications).record(portal.store.db, request.appId);
    return { request, record, odsCode: request.odsCode, boundTo: undefined };
  }
}
