/**
 * Allocating what was asked for. Whoever does it claims the request first, so that nobody withdraws it or does it a second time meanwhile; only
 * then is the environment asked, by calls that may be repeated. What is broken off stays `allocating` and is taken up again.
 */
import { LocalRefusal, messageOf } from '../../kernel/errors.ts';
import { require, type Visitor } from '../access/index.ts';
import { type ApplicationRecord, applications, type ViewedApplication } from '../applications/index.ts';
import type { Automatic } from '../audit/index.ts';
import { CLAIM_MILLISECONDS, isForLater, RETRY_MILLISECONDS } from '../claims.ts';
import type { Portal } from '../portal.ts';
import { bind, bindIn } from './binding.ts';
import { asidDisplayName } from './display-name.ts';
import { nextState } from './states.ts';
import {
  type AsidRequest,
  actedMeanwhile,
  brokenOff,
  type Claim,
  claimRequest,
  decideRequest,
  findRequest,
  postpone,
  rememberAsid,
} from './store.ts';

/** Who allocates outside production, and goes on with what was broken off. */
export const SERVICE_DESK: Automatic = { automatic: 'National service desk (simulated)' };

/** The operator allocates and binds what was asked for, or goes on with it. Throws LocalRefusal 403, 404, 409. */
export async function allocate(portal: Portal, visitor: Visitor, requestId: string): Promise<AsidRequest> {
  require(visitor, 'asid.operate');
  const request = await requireRequest(portal, requestId);
  const record = await requireRecord(portal, request.appId);
  const mine = newClaim(portal);
  await portal.store.transaction(async (tx) => {
    if (!(await claimRequest(tx, requestId, mine, portal.clock.realNow()))) {
      const { state } = (await findRequest(tx, requestId)) ?? request;
      nextState(state, 'allocate');
      throw actedMeanwhile();
    }
    await portal.audit.record(tx, visitor, { ...fact(record, request), action: 'asid.decide' });
  });
  return carryOut(portal, visitor, requestId, mine.claim);
}

/** Goes on with allocations that were broken off. Never throws: what goes wrong is tried again. */
export async function settle(portal: Portal): Promise<void> {
  const now = portal.clock.realNow();
  for (const { requestId } of await brokenOff(portal.store.db, now))
    try {
      const mine = newClaim(portal);
      if (await claimRequest(portal.store.db, requestId, mine, now)) await carryOut(portal, SERVICE_DESK, requestId, mine.claim);
    } catch (error) {
      portal.log.info({ error: messageOf(error), request: requestId }, 'an ASID is not allocated');
    }
}

export function newClaim(portal: Portal): Claim {
  return { claim: portal.random.uuid(), until: portal.clock.realNow() + CLAIM_MILLISECONDS };
}

/** Allocates and binds what was claimed. Throws LocalRefusal 409 and what the environment refuses: the request waits again, or is withdrawn where nobody would decide. */
export async function carryOut(portal: Portal, by: Visitor | Automatic, requestId: string, claim: string): Promise<AsidRequest> {
  try {
    return await finish(portal, by, await requireRequest(portal, requestId), claim);
  } catch (error) {
    await letGo(portal, by, requestId, claim, error);
    throw error;
  }
}

async function finish(portal: Portal, by: Visitor | Automatic, request: AsidRequest, claim: string): Promise<AsidRequest> {
  const { requestId, environment, odsCode, organisation, product, use } = request;
  const record = await requireRecord(portal, request.appId);
  const managed = portal.environment(environment);
  const view = await portal.use(applications).look(record);
  const bound = isBound(request, view);
  if (!bound) await refuseUnfit(portal, view);
  const { asid } = await managed.call('asids.allocate', {
    requestId,
    odsCode,
    productName: product,
    displayName: asidDisplayName(organisation, product, environment, use),
    services: ['ers'],
  });
  await rememberAsid(portal.store.db, requestId, claim, asid);
  if (bound) await bindIn(managed, record, asid, request);
  else await bind(portal, by, record, asid, request);
  const done: AsidRequest = { ...request, state: 'allocated', asid, decidedAt: portal.clock.realNow() };
  await portal.store.transaction(async (tx) => {
    await decideRequest(tx, done, { state: 'allocating', claim });
    await portal.audit.record(tx, by, { ...fact(record, done), action: 'asid.allocate' });
  });
  return done;
}

/** Whether an attempt before has got as far as the binding. */
function isBound({ asid }: AsidRequest, { application }: ViewedApplication): boolean {
  return asid !== undefined && application.asid === asid;
}

/** Throws LocalRefusal 409 for an application no ASID can be bound to now. */
export async function refuseUnfit(portal: Portal, view: ViewedApplication): Promise<void> {
  const { application } = view;
  if (application.status === 'revoked')
    throw new LocalRefusal(409, 'application_revoked', `The application ${application.name} is revoked.`, 'Register a new application.');
  if (application.asid !== undefined)
    throw new LocalRefusal(
      409,
      'application_has_asid',
      `The application is bound to the ASID ${application.asid}: one application, one ASID.`,
      'Register another application for another organisation, access mode or capability.',
    );
  await portal.use(applications).refuseInState('bindAsid', view);
}

/** After an attempt that failed: what was refused waits again; what may have happened in part is gone on with. */
async function letGo(portal: Portal, by: Visitor | Automatic, requestId: string, claim: string, error: unknown): Promise<void> {
  try {
    if (isForLater(error) || !(await isUndone(portal, requestId)))
      return await postpone(portal.store.db, requestId, { claim, until: portal.clock.realNow() + RETRY_MILLISECONDS });
    await putBack(portal, by, requestId, claim, messageOf(error));
  } catch (failed) {
    portal.log.warn({ error: messageOf(failed), request: requestId }, 'an ASID request stays claimed until the claim runs out');
  }
}

async function isUndone(portal: Portal, requestId: string): Promise<boolean> {
  const request = await requireRequest(portal, requestId);
  return !isBound(request, await portal.use(applications).look(await requireRecord(portal, request.appId)));
}

/** Nobody decides outside production: there a request that was refused does not wait on. */
async function putBack(portal: Portal, by: Visitor | Automatic, requestId: string, claim: string, reason: string): Promise<void> {
  const request = await requireRequest(portal, requestId);
  const { production } = portal.environment(request.environment);
  const { detail, ...about } = fact(await requireRecord(portal, request.appId), request);
  const next: AsidRequest = production
    ? { ...request, state: 'requested' }
    : { ...request, state: 'withdrawn', decidedAt: portal.clock.realNow() };
  await portal.store.transaction(async (tx) => {
    await decideRequest(tx, next, { state: 'allocating', claim });
    await portal.audit.record(tx, by, { ...about, action: 'asid.refuse', detail: { ...detail, reason } });
  });
}

export async function requireRequest(portal: Portal, requestId: string): Promise<AsidRequest> {
  const request = await findRequest(portal.store.db, requestId);
  if (request === undefined) throw new LocalRefusal(404, 'request_unknown', 'There is no such request.');
  return request;
}

async function requireRecord(portal: Portal, appId: string): Promise<ApplicationRecord> {
  const record = await portal.use(applications).record(portal.store.db, appId);
  if (record === undefined) throw new LocalRefusal(404, 'application_unknown', 'There is no such application.');
  return record;
}

/** What the audit trail says of a request. */
export function fact(record: ApplicationRecord, { asid, odsCode, use, requestId }: AsidRequest) {
  return {
    subject: asid === undefined ? `ASID request ${requestId}` : `ASID ${asid}`,
    environment: record.environment,
    about: { ...record.owner, odsCode },
    detail: { appId: record.appId, odsCode, use },
  };
}
